/*
 * host_mail.c - the intents of a plugin's mail hooks. Said outside the hook
 * they belong to, they are a mistake of the plugin's: logged, and nothing more.
 */
#include "base/log.h"
#include "classify/bounce_reason.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "gate/mail_in.h"
#include "gate/mail_out.h"

static struct outgoing_intents *
intents_of(const struct sg_call *call, const char *what)
{
	struct gate_call *ours = gate_call_of(call);

	if (!ours->outgoing)
		log_error("%s() outside outgoing() plugin=%s", what,
			  ours->plugin->descriptor.name);
	return ours->outgoing;
}

const char *
host_mail_header(const struct sg_call *call, const char *name)
{
	struct outgoing_intents *intents = intents_of(call, "mail_header");

	return intents ? header_text(intents->mail->pool,
				     &intents->mail->headers, name)
		       : NULL;
}

void
host_mail_append_html(const struct sg_call *call, const char *html)
{
	struct outgoing_intents *intents = intents_of(call, "mail_append_html");

	if (intents)
		intents->html =
			pool_printf(intents->mail->pool, "%s%s",
				    intents->html ? intents->html : "", html);
}

void
host_mail_map_links(const struct sg_call *call, sg_map_link_fn *fn, void *arg)
{
	struct outgoing_intents *intents = intents_of(call, "mail_map_links");

	if (!intents)
		return;
	intents->map = fn;
	intents->map_arg = arg;
}

void
host_mail_map_text(const struct sg_call *call)
{
	struct outgoing_intents *intents = intents_of(call, "mail_map_text");

	if (intents)
		intents->maps_text = true;
}

static void
add_header(const struct sg_call *call, const char *what, const char *name,
	   const char *value)
{
	struct outgoing_intents *intents = intents_of(call, what);
	struct pool *pool;

	if (!intents)
		return;
	if (intents->n_headers == OUTGOING_HEADERS_MOST || !name[0] ||
	    name[strcspn(name, " :\t\r\n")]) {
		log_error("%s(): not a header's name, or too many plugin=%s",
			  what, gate_call_of(call)->plugin->descriptor.name);
		return;
	}
	pool = intents->mail->pool;
	intents->headers[intents->n_headers].name = pool_strdup(pool, name);
	intents->headers[intents->n_headers].value =
		value ? pool_strdup(pool, value) : NULL;
	intents->n_headers++;
}

void
host_mail_add_header(const struct sg_call *call, const char *name,
		     const char *value)
{
	add_header(call, "mail_add_header", name, value);
}

void
host_mail_remove_header(const struct sg_call *call, const char *name)
{
	add_header(call, "mail_remove_header", name, NULL);
}

void
host_mail_set_sender(const struct sg_call *call, const char *address)
{
	struct outgoing_intents *intents = intents_of(call, "mail_set_sender");

	if (intents)
		intents->sender = pool_strdup(intents->mail->pool, address);
}

void
host_mail_take(const struct sg_call *call, size_t i)
{
	struct gate_call *ours = gate_call_of(call);

	if (!ours->incoming || i >= ours->incoming->n_own)
		log_error("mail_take() of no recipient of ours plugin=%s",
			  ours->plugin->descriptor.name);
	else
		ours->incoming->own[i]->taken = true;
}

enum sg_bounce_class
host_bounce_class(const char *status, const char *diagnostic,
		  const char **reason_out)
{
	enum bounce_reason reason = bounce_reason_find(status, diagnostic);

	*reason_out = bounce_reason_name(reason);
	return (enum sg_bounce_class)bounce_reason_class(reason, status);
}

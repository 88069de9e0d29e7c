/*
 * form_guard.c - what holds programs off: which sites may send, a field that
 * nobody sees, the time that a person needs, and how often one network or one
 * address may come.
 */
#include "form.h"

#include <string.h>

/* --- origins -------------------------------------------------------------- */

/* The page came from here: "https://t.example.com" beside Host or our URL. */
static bool
is_own(const struct sg_call *call, const struct sg_request *request,
       const char *origin)
{
	const struct sg_host *host = call->host;
	const char *at = strstr(origin, "://");
	const char *here = host->request_header(call, request, "Host");

	if (strcmp(origin, host->site(call, SG_SITE_PUBLIC_URL)) == 0)
		return true;
	return at && here && strcmp(at + 3, here) == 0;
}

static bool
is_listed(const struct sg_call *call, const struct form *form,
	  const char *origin)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_list_count(form->settings, "origins");

	for (size_t i = 0; i < n; i++)
		if (strcmp(origin, host->setting_list_at(form->settings,
							 "origins", i)) == 0)
			return true;
	return false;
}

/* Only the listed sites: `*` would let any page send in its reader's name. */
bool
form_allow_origin(const struct sg_call *call, const struct form *form,
		  const struct sg_request *request, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const char *origin = host->request_header(call, request, "Origin");

	if (!host->setting_list_count(form->settings, "origins"))
		return true;
	host->reply_header(reply, "Vary", "Origin, Accept-Language");
	if (!origin)
		return true;
	origin = host->copy(call, origin);
	if (is_own(call, request, origin))
		return true;
	if (!is_listed(call, form, origin))
		return false;
	host->reply_header(reply, "Access-Control-Allow-Origin", origin);
	host->reply_header(reply, "Access-Control-Allow-Methods", "GET, POST");
	host->reply_header(reply, "Access-Control-Allow-Headers",
			   "Content-Type");
	host->reply_header(reply, "Access-Control-Max-Age", "600");
	return true;
}

/* --- time ----------------------------------------------------------------- */

const char *
form_stamp(const struct sg_call *call, const struct form *form)
{
	const struct sg_host *host = call->host;
	struct sg_text *text = host->text(call);
	struct sg_token token = {.kind = SG_TOKEN_STAMP,
				 .message_id = host->new_id(call),
				 .payload = form->name,
				 .payload_len = strlen(form->name)};
	struct sg_err *none = NULL;

	if (host->token_make(call, &token, SG_TOKEN_URL, text, none) != SG_OK)
		return "";
	return host->text_value(text);
}

bool
form_took_time(const struct sg_call *call, const struct form_filled *filled)
{
	const struct sg_host *host = call->host;
	const struct form *form = filled->form;
	const char *stamp = host->form_get(filled->given, "_stamp");
	struct sg_err *none = NULL;
	struct sg_token token;
	int64_t age;

	if (!form->minimum_ms)
		return true;
	if (!stamp ||
	    host->token_read(call, SG_TOKEN_STAMP, SG_TOKEN_URL, stamp,
			     strlen(stamp), &token, none) != SG_OK)
		return false;
	if (token.payload_len != strlen(form->name) ||
	    memcmp(token.payload, form->name, token.payload_len) != 0)
		return false;
	age = call->now - host->message_time(token.message_id);
	return age >= form->minimum_ms && age <= FORM_STAMP_MS;
}

/* --- what no person does ---------------------------------------------------
 */

bool
form_is_trapped(const struct sg_call *call, const struct form_filled *filled)
{
	const char *honeypot = filled->form->honeypot, *value;

	if (!honeypot)
		return false;
	value = call->host->form_get(filled->given, honeypot);
	return value && value[0];
}

bool
form_network_may(const struct sg_call *call, const struct form *form,
		 const struct sg_request *request)
{
	const struct sg_host *host = call->host;
	struct sg_text *who = host->text(call);

	host->print(who, "%s ", form->name);
	host->network(call, request, who);
	return host->rate(call, "network", host->text_value(who),
			  form->per_network.times, form->per_network.per_ms);
}

bool
form_address_may(const struct sg_call *call, const struct form_filled *filled)
{
	const struct sg_host *host = call->host;
	const struct form *form = filled->form;
	struct sg_text *who = host->text(call);

	host->print(who, "%s %s", form->name, filled->email);
	return host->rate(call, "address", host->text_value(who),
			  form->per_address.times, form->per_address.per_ms);
}

enum sg_status
form_read_limit(const struct sg_call *call, const struct sg_settings *settings,
		const char *name, struct form_limit *limit_out,
		struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *text = host->setting_text(settings, name);

	if (host->rate_read(text, &limit_out->times, &limit_out->per_ms, err) ==
	    SG_OK)
		return SG_OK;
	return host->setting_refuse(settings, name, err, "%s",
				    host->copy(call, host->reason(err)));
}

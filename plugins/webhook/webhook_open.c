/* webhook_open.c - a body may only be an envelope: the event is a JSON text in
 * it, or stands on a server that it names. */
#include "webhook.h"

#include <string.h>

enum { FETCH_MOST = 1 << 20, FETCH_MS = 8000, FETCH_SHOWN = 200 };

static enum sg_status
look_into(const struct sg_call *call, const struct webhook *hook,
	  struct webhook_document *document, struct sg_err *err)
{
	const char *text =
		webhook_document_text(call, document, NULL, hook->inside);
	enum sg_status status;

	if (!text)
		return call->host->fail(err, SG_REFUSED,
					"there is nothing at `inside`, %s",
					hook->inside);
	status = webhook_document_json(call, document, text, strlen(text), err);
	if (status == SG_REFUSED)
		return call->host->fail(err, SG_REFUSED,
					"what stands at `inside` is no JSON");
	return status;
}

/* Is the URL's host one of `list`? Without regard to case; no user, no port
 * but for this machine's own. */
bool
webhook_host_is_listed(const struct sg_call *call, const struct webhook *hook,
		       const char *list, const char *url)
{
	const char *start = strstr(url, "://");
	char *host;

	if (!start || strchr(url, '@'))
		return false;
	start += 3;
	host = call->host->copy(call, start);
	host[strcspn(host, "/?#")] = '\0';
	return host[0] && !strchr(host, '\\') &&
	       webhook_listed(call, hook, list, host);
}

static enum sg_status
fetch(const struct sg_call *call, const struct webhook *hook,
      const struct webhook_document *document, struct sg_text *to,
      struct sg_err *err)
{
	struct webhook_scope scope = {.call = call, .document = document};
	const char *url = webhook_value(&scope, hook->fetch);
	struct sg_fetch what = {
		.size = sizeof(what),
		.url = url,
		.authorization = hook->fetch_authorization,
		.most = FETCH_MOST,
		.timeout_ms = FETCH_MS,
	};
	enum sg_status status;

	if (!url)
		return SG_NONE; /* an event about nothing else */
	if (!webhook_host_is_listed(call, hook, "fetch_hosts", url))
		return call->host->fail(err, SG_REFUSED,
					"%.*s is not of fetch_hosts",
					FETCH_SHOWN, url);
	status = call->host->fetch(call, &what, to, err);
	/* It may be there later; the sender asks again. */
	return status == SG_OK ? SG_OK : SG_BUSY;
}

/* Both in one: {"hook": what came, "fetched": what it points to}. */
static enum sg_status
put_together(const struct sg_call *call, struct webhook_document *document,
	     const char *fetched, struct sg_err *err)
{
	const struct sg_request *request = document->request;
	const struct sg_json *json;
	struct sg_text *both = call->host->text(call);
	enum sg_status status = call->host->json_parse(
		call, fetched, strlen(fetched), &json, err);

	if (status != SG_OK)
		return call->host->fail(err, SG_REFUSED,
					"what was fetched is no JSON");
	call->host->print(both, "{\"hook\":");
	call->host->append(both, request->body, request->body_len);
	call->host->print(both, ",\"fetched\":%s}", fetched);
	return webhook_document_json(call, document,
				     call->host->text_value(both),
				     call->host->text_len(both), err);
}

enum sg_status
webhook_look_inside(const struct sg_call *call, const struct webhook *hook,
		    struct webhook_document *document, const char *fetched,
		    struct sg_err *err)
{
	struct sg_text *text = call->host->text(call);
	enum sg_status status = SG_OK;

	if (hook->inside)
		status = look_into(call, hook, document, err);
	if (status != SG_OK || !hook->fetch)
		return status;
	if (!fetched) {
		status = fetch(call, hook, document, text, err);
		fetched = call->host->text_value(text);
	}
	return status == SG_OK ? put_together(call, document, fetched, err)
			       : status;
}

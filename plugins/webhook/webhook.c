/* webhook.c - the descriptor of `webhook`: other programs' events. */
#include "webhook.h"

#include <string.h>

static const struct sg_option event_options[] = {
	{.name = "when",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "all must hold: \"/pointer = value\"; \"/pointer\" alone: is "
		 "there"},
	{.name = "email",
	 .type = SG_OPTION_TEXT,
	 .help = "JSON pointer of the address, or of the record's key"},
	{.name = "match",
	 .type = SG_OPTION_TEXT,
	 .help = "\"field.NAME\": what `email` leads to is the value of this "
		 "unique field"},
	{.name = "module",
	 .type = SG_OPTION_TEXT,
	 .fallback = "",
	 .help = "the record's module; contact unless set"},
	{.name = "properties",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "\"name = /pointer\""},
	{.name = "id",
	 .type = SG_OPTION_TEXT,
	 .help = "JSON pointer of the event's own id: seen again, it is "
		 "dropped"},
	{0},
};

static const struct sg_option webhook_options[] = {
	{.name = "secret",
	 .type = SG_OPTION_TEXT,
	 .help = "the sender signs the body with it (HMAC-SHA256)"},
	{.name = "signature_header",
	 .type = SG_OPTION_TEXT,
	 .fallback = "X-Signature",
	 .help = "the header with the signature, in hex or base64"},
	{.name = "signature_prefix",
	 .type = SG_OPTION_TEXT,
	 .fallback = "",
	 .help = "what stands before it in the header: \"sha256=\""},
	{.name = "user", .type = SG_OPTION_TEXT, .help = "HTTP Basic"},
	{.name = "password", .type = SG_OPTION_TEXT, .help = "HTTP Basic"},
	{.name = "unsigned",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "take it from anybody who knows the address"},
	{.name = "event",
	 .type = SG_OPTION_TITLED,
	 .options = event_options,
	 .help = "a signal of this name for each event that fits"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "webhook",
	 .type = SG_OPTION_TITLED,
	 .options = webhook_options,
	 .help = "one sender, at /h/NAME"},
	{0},
};

static const struct sg_route routes[] = {
	{"/h/", webhook_answer, "events of other programs"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_webhook = {
	SG_PLUGIN_HEAD,
	.name = "webhook",
	.version = "1.0",
	.summary = "Webhooks: JSON of other programs mapped to signals",
	.options = options,
	.routes = routes,
	.start = webhook_start,
};

static const struct webhook *
find_hook(const struct webhooks *hooks, const char *name)
{
	for (size_t i = 0; i < hooks->n_hooks; i++)
		if (strcmp(hooks->hooks[i].name, name) == 0)
			return &hooks->hooks[i];
	return NULL;
}

/* 200 only when it is on the disk: the sender will not send it again. */
static enum sg_status
answer_for(const struct sg_call *call, enum sg_status status,
	   struct sg_reply *reply)
{
	const struct sg_host *host = call->host;

	switch (status) {
	case SG_OK:
		host->reply_text(reply, 200, "kept\n");
		return SG_OK;
	case SG_NONE:
		host->reply_text(reply, 200, "no event fits, nothing kept\n");
		return SG_OK;
	case SG_REFUSED:
		host->reply_text(reply, 422,
				 "an event fits, but its address or another "
				 "value cannot be used\n");
		return SG_OK;
	default:
		host->reply_header(reply, "Retry-After", "60");
		host->reply_text(reply, 503, "not kept, send it again\n");
		return status;
	}
}

enum sg_status
webhook_answer(const struct sg_call *call, const struct sg_request *request,
	       struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct webhook *hook = find_hook(call->state, request->path);
	const struct sg_json *json;

	if (!hook) {
		host->reply_text(reply, 404, "no such webhook\n");
		return SG_OK;
	}
	if (strcmp(request->method, "POST") != 0) {
		host->reply_header(reply, "Allow", "POST");
		host->reply_text(reply, 405, "only POST is answered here\n");
		return SG_OK;
	}
	if (!webhook_check(call, hook, request)) {
		if (hook->authorization)
			host->reply_header(reply, "WWW-Authenticate",
					   "Basic realm=\"webhook\"");
		host->reply_text(reply, 401, "not signed as it must be\n");
		return SG_OK;
	}
	if (host->json_parse(call, request->body, request->body_len, &json,
			     err) != SG_OK) {
		host->reply_text(reply, 400, "the body is no JSON\n");
		return SG_OK;
	}
	return answer_for(call, webhook_map(call, hook, json, err), reply);
}

/*
 * click_hit.c - GET /c/TOKEN: to the target that the token carries, and a
 * signal. An unsigned destination is never followed.
 */
#include "click.h"

#include <string.h>

static void
answer_not_valid(const struct sg_call *call, const struct sg_request *request,
		 struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "notice");

	host->page_set(page, "heading", host->page_say(page, "page.not_valid"));
	host->page_set(page, "text",
		       host->page_say(page, "page.not_valid_text"));
	host->reply_with(reply, 404, page);
}

/* "https://www.example.com" of an address there. */
static const char *
origin_of(const struct sg_call *call, const char *target)
{
	struct sg_text *origin = call->host->text(call);
	const char *host = strstr(target, "://");
	size_t len;

	if (!host)
		return "";
	len = (size_t)(host + 3 - target);
	len += strcspn(target + len, "/?#");
	call->host->append(origin, target, len);
	return call->host->text_value(origin);
}

static bool
is_listed(const struct sg_call *call, const char *target)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, "identify");
	const char *origin = n ? origin_of(call, target) : "";

	/* What a browser reads otherwise than a glob. */
	if (strpbrk(origin, "\\@"))
		return false;
	for (size_t i = 0; i < n; i++)
		if (host->glob(host->setting_list_at(settings, "identify", i),
			       origin))
			return true;
	return false;
}

/*
 * To a site of our own the address says who comes, by a token that is good for
 * minutes; t.js takes it out again. Not for a machine: it would only follow
 * the link; not for one who does not want to be tracked.
 */
static const char *
identified(const struct sg_call *call, const struct sg_token *token,
	   const char *target)
{
	const struct sg_host *host = call->host;
	struct sg_text *text = host->text(call), *when = host->text(call);
	struct sg_token visitor = {.kind = SG_TOKEN_VISITOR,
				   .message_id = token->message_id,
				   .record_key = token->record_key};
	size_t path = strcspn(target, "#");

	if (!token->record_key || !is_listed(call, target) ||
	    host->denies(call, token->record_key, "email.clicked"))
		return target;
	host->print(when, "click %lld", (long long)call->now);
	visitor.payload = host->text_value(when);
	visitor.payload_len = host->text_len(when);
	host->append(text, target, path);
	host->print(text, "%csgi=", memchr(target, '?', path) ? '&' : '?');
	if (host->token_make(call, &visitor, SG_TOKEN_URL, text, NULL) != SG_OK)
		return target;
	host->print(text, "%s", target + path);
	return host->text_value(text);
}

/* What was clicked is the target as it was signed. */
static enum sg_status
emit_clicked(const struct sg_call *call, const struct sg_request *request,
	     const struct sg_token *token, const char *target,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_prop props[] = {{"url", target}};
	struct sg_signal signal = {
		.size = sizeof(signal),
		.kind = SG_SIGNAL_HAPPENED,
		.name = "email.clicked",
		.record_key = token->record_key,
		.message_id = token->message_id,
		.happened_at = request->received_at,
		.settle_ms = SG_SETTLE,
		.props = props,
		.n_props = 1,
	};

	if (!call->host->judge(call, request, &signal.verdict,
			       &signal.verdict_reason))
		return SG_OK;
	if (signal.verdict == SG_HUMAN)
		call->host->reply_header(reply, "Location",
					 identified(call, token, target));
	return call->host->emit(call, &signal, 1, SG_WRITTEN, err);
}

/* Nobody sees this link. Whoever came is told nothing. */
static enum sg_status
emit_trapped(const struct sg_call *call, const struct sg_request *request,
	     const struct sg_token *token, struct sg_err *err)
{
	struct sg_signal signal = {
		.size = sizeof(signal),
		.kind = SG_SIGNAL_HAPPENED,
		.name = "email.trapped",
		.record_key = token->record_key,
		.message_id = token->message_id,
		.happened_at = request->received_at,
	};

	if (!call->host->judge(call, request, &signal.verdict,
			       &signal.verdict_reason))
		return SG_OK;
	signal.verdict = SG_MACHINE;
	signal.verdict_reason = "honeypot link";
	return call->host->emit(call, &signal, 1, SG_WRITTEN, err);
}

/* The target was checked when it was signed; a line end in it is refused by
 * reply_header() all the same. */
enum sg_status
click_hit(const struct sg_call *call, const struct sg_request *request,
	  struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_text *target = host->text(call);
	struct sg_token token;

	host->reply_header(reply, "Cache-Control",
			   "no-store, no-cache, private, max-age=0");
	host->reply_header(reply, "Pragma", "no-cache");
	host->reply_header(reply, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
	if (host->token_read(call, SG_TOKEN_CLICK, SG_TOKEN_URL, request->path,
			     strlen(request->path), &token, err) != SG_OK) {
		answer_not_valid(call, request, reply);
		return SG_OK;
	}
	if (!token.payload_len) {
		answer_not_valid(call, request, reply);
		return emit_trapped(call, request, &token, err);
	}
	host->append(target, token.payload, token.payload_len);
	host->reply_status(reply, 302);
	host->reply_header(reply, "Location", host->text_value(target));
	/* The page must not learn the token from where its reader came. */
	host->reply_header(reply, "Referrer-Policy", "no-referrer");
	return emit_clicked(call, request, &token, host->text_value(target),
			    reply, err);
}

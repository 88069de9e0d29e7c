/*
 * click_hit.c - GET /c/TOKEN: to the target that the token carries, and a
 * signal. An unsigned destination is never followed.
 */
#include "click.h"

#include <string.h>

static const char not_found[] =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width\">"
	"<title>This link is not valid</title>"
	"<body style=\"font:16px sans-serif;margin:3em auto;max-width:30em\">"
	"<h1>This link is not valid</h1>"
	"<p>It may have been cut off when it was copied. Please use the link "
	"in the mail itself.</p></body></html>\n";

static enum sg_status
emit_clicked(const struct sg_call *call, const struct sg_request *request,
	     const struct sg_token *token, const char *target,
	     struct sg_err *err)
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
		host->reply_page(reply, 404, not_found);
		return SG_OK;
	}
	if (!token.payload_len) {
		host->reply_page(reply, 404, not_found);
		return emit_trapped(call, request, &token, err);
	}
	host->append(target, token.payload, token.payload_len);
	host->reply_status(reply, 302);
	host->reply_header(reply, "Location", host->text_value(target));
	/* The page must not learn the token from where its reader came. */
	host->reply_header(reply, "Referrer-Policy", "no-referrer");
	return emit_clicked(call, request, &token, host->text_value(target),
			    err);
}

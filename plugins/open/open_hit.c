/* open_hit.c - GET /o/TOKEN.gif: the image, and a signal when it is one. */
#include "open.h"

#include <string.h>

/* One transparent pixel, the smallest GIF89a that all mail clients take. */
static const unsigned char pixel[43] = {
	'G',  'I',  'F',  '8',	'9',  'a',  0x01, 0x00, 0x01, 0x00, 0x80,
	0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x21, 0xf9, 0x04,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
};

static size_t
token_length(const char *path)
{
	const char *dot = strchr(path, '.');

	return dot ? (size_t)(dot - path) : strlen(path);
}

static enum sg_status
emit_opened(const struct sg_call *call, const struct sg_request *request,
	    const struct sg_token *token, struct sg_err *err)
{
	struct sg_signal signal = {
		.size = sizeof(signal),
		.kind = SG_SIGNAL_HAPPENED,
		.name = "email.opened",
		.record_key = token->record_key,
		.message_id = token->message_id,
		.happened_at = request->received_at,
		.settle_ms = SG_SETTLE,
	};

	if (!call->host->judge(call, request, &signal.verdict,
			       &signal.verdict_reason))
		return SG_OK;
	return call->host->emit(call, &signal, 1, SG_WRITTEN, err);
}

enum sg_status
open_hit(const struct sg_call *call, const struct sg_request *request,
	 struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_token token;

	/* Always answer the image: a reader must not learn whether a token is
	 * known, and must not see a broken image because our disk is full. */
	/* In all three tongues that caches speak: the second open counts. */
	host->reply_header(reply, "Cache-Control",
			   "no-store, no-cache, private, max-age=0");
	host->reply_header(reply, "Pragma", "no-cache");
	host->reply_header(reply, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
	host->reply_fixed(reply, "image/gif", pixel, sizeof(pixel));
	if (host->token_read(call, SG_TOKEN_OPEN, SG_TOKEN_URL, request->path,
			     token_length(request->path), &token, err) != SG_OK)
		return SG_OK;
	return emit_opened(call, request, &token, err);
}

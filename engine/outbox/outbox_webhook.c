/*
 * outbox_webhook.c - one try of one webhook: a POST of the row's JSON, signed.
 * Only where the configuration says, and where that redirects to is not gone.
 */
#include <string.h>

#include "base/crypto.h"
#include "base/encode.h"
#include "base/log.h"
#include "outbox/outbox_parts.h"

enum { ANSWER_MOST = 65536, SHOWN = 120 };

static const char *
signature_of(struct pool *pool, const struct outbox_webhook *webhook,
	     const char *body)
{
	unsigned char hmac[32];
	struct buf hex = BUF_INIT;
	const char *header;

	crypto_hmac_sha256(hmac, webhook->secret, strlen(webhook->secret), body,
			   strlen(body));
	encode_hex(&hex, hmac, sizeof(hmac));
	header = pool_printf(pool, "X-Scoregate-Signature: sha256=%s",
			     buf_text(&hex));
	buf_done(&hex);
	return header;
}

static size_t
headers_of(struct pool *pool, const struct outbox_webhook *webhook,
	   const struct store_outbox *row, const char **headers)
{
	size_t n = 0, i;

	headers[n++] = pool_printf(pool, "Idempotency-Key: %s", row->key);
	headers[n++] = pool_printf(pool, "X-Scoregate-Try: %u", row->tries + 1);
	headers[n++] = "User-Agent: scoregate/" SCOREGATE_VERSION;
	if (webhook->secret)
		headers[n++] = signature_of(pool, webhook, row->payload);
	for (i = 0; i < webhook->n_headers; i++)
		headers[n++] = webhook->headers[i];
	return n;
}

static void
judge(const struct net_http_response *response, struct outbox_try *try)
{
	int status = response->status;

	if (status >= 200 && status < 300)
		outbox_say(try, OUTBOX_DONE, "%s", "");
	else if (status == 410)
		outbox_say(try, OUTBOX_NEVER, "HTTP 410: gone");
	else if (status >= 300 && status < 400)
		outbox_say(try, OUTBOX_LATER,
			   "HTTP %d: redirects are not followed", status);
	else
		outbox_say(try, OUTBOX_LATER, "HTTP %d: %.*s", status, SHOWN,
			   buf_text(&response->body));
}

static void
call(struct outbox_worker *worker, const struct outbox_webhook *webhook,
     const struct store_outbox *row, struct outbox_try *try)
{
	const char *headers[OUTBOX_HEADERS_MOST + 4];
	struct pool *pool = pool_new();
	struct net_http_request request = {
		.method = "POST",
		.url = webhook->url,
		.content_type = "application/json",
		.body = row->payload,
		.body_len = strlen(row->payload),
		.timeout_ms = (long)webhook->timeout_ms,
		.headers = headers,
		.n_headers = headers_of(pool, webhook, row, headers),
		.answer_most = ANSWER_MOST};
	struct net_http_response response;
	struct sg_err err = {0};

	if (net_http_call(worker->http, &request, &response, &err) == SG_OK) {
		judge(&response, try);
		buf_done(&response.body);
	} else {
		outbox_say(try, OUTBOX_LATER, "%s", err.text);
	}
	pool_free(pool);
}

void
outbox_try_webhook(struct outbox_worker *worker, const struct store_outbox *row,
		   struct outbox_try *try)
{
	const struct outbox_webhook *webhook =
		outbox_conf_webhook(worker->outbox->options.conf, row->target);
	struct sg_err err = {0};

	if (!webhook)
		outbox_say(try, OUTBOX_NEVER,
			   "the configuration has no webhook \"%s\"",
			   row->target);
	else if (!worker->http && net_client_new(&worker->http, &err) != SG_OK)
		outbox_say(try, OUTBOX_LATER, "%s", err.text);
	else
		call(worker, webhook, row, try);
}

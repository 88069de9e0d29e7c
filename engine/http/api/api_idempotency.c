/*
 * api_idempotency.c - the same POST with the same Idempotency-Key acts once:
 * for a day the answer is given again. While the first is under way a second
 * is a 409; the same key with another body is a 422. What was refused has not
 * been done, so that it may be tried again. The answer about a definition is
 * kept in the transaction that makes it. Should the daemon die between another
 * change and the note of its answer, the call runs again: signals have ids made
 * of the key, and are dropped; what acts outside the store (a test mail, a
 * reload, a backup, confirming a webhook) is done once more: of these only the
 * mail is seen by anybody.
 */
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "http/api/api_call.h"
#include "store/store_idempotency.h"

enum { KEY_MOST = 256, ANSWER_MOST = 65536 };

static enum sg_status
enter(struct api *api, uint64_t id)
{
	enum sg_status status = SG_OK;

	pthread_mutex_lock(&api->lock);
	for (size_t i = 0; i < api->n_under_way; i++)
		if (api->under_way[i] == id)
			status = SG_BUSY;
	if (api->n_under_way == API_UNDER_WAY_MOST)
		status = SG_BUSY;
	if (status == SG_OK)
		api->under_way[api->n_under_way++] = id;
	pthread_mutex_unlock(&api->lock);
	return status;
}

static void
leave(struct api *api, uint64_t id)
{
	pthread_mutex_lock(&api->lock);
	for (size_t i = 0; i < api->n_under_way; i++)
		if (api->under_way[i] == id) {
			api->under_way[i] = api->under_way[--api->n_under_way];
			break;
		}
	pthread_mutex_unlock(&api->lock);
}

/* Of caller, call and key; 0: there is no key, or none is wanted. */
static enum sg_status
read_ids(struct api_call *call, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	const char *key = http_request_header(call->request, "Idempotency-Key");
	const char *text;

	if (!key || !*key || !api_resource_changes(call->resource))
		return SG_OK;
	if (strlen(key) > KEY_MOST)
		return err_set(err, SG_REFUSED,
			       "Idempotency-Key has at most %d bytes",
			       KEY_MOST);
	call->body_hash = crypto_hash64(request->body, request->body_len);
	text = pool_printf(call->pool, "%s\n%s\n%s\n%s", call->principal.name,
			   request->path, request->query, key);
	if (strcmp(call->resource->method, "POST") == 0)
		call->idempotency = crypto_hash64(text, strlen(text));
	text = pool_printf(call->pool, "%s\n%s\n%llx", request->method, text,
			   (unsigned long long)call->body_hash);
	call->retry = crypto_hash64(text, strlen(text));
	return SG_OK;
}

uint64_t
api_retry_id(const struct api_call *call, size_t line, size_t n)
{
	uint64_t parts[] = {call->retry, line, n};

	return call->retry ? crypto_hash64(parts, sizeof(parts)) : 0;
}

static enum sg_status
give_again(struct api_call *call, const struct store_idempotency *row,
	   struct sg_err *err)
{
	if (row->body != call->body_hash) {
		call->problem = 422;
		return err_set(err, SG_REFUSED,
			       "this Idempotency-Key came with another body "
			       "before");
	}
	call->replayed = true;
	reply_status(call->reply, row->status);
	reply_header(call->reply, "Idempotent-Replayed", "true");
	if (!*row->answer)
		return SG_OK;
	reply_body(call->reply, row->answer, strlen(row->answer));
	reply_header(call->reply, "Content-Type", "application/json");
	return SG_OK;
}

static enum sg_status
look(struct api_call *call, struct sg_err *err)
{
	struct store_idempotency row;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status =
			store_idempotency_get(call->store, call->idempotency,
					      call->now, call->pool, &row, err);
	if (status == SG_OK)
		return give_again(call, &row, err);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
api_idempotency_begin(struct api_call *call, struct sg_err *err)
{
	enum sg_status status = read_ids(call, err);

	if (status != SG_OK || !call->idempotency)
		return status;
	if (enter(call->api, call->idempotency) != SG_OK) {
		call->idempotency = 0;
		call->problem = 409;
		reply_header(call->reply, "Retry-After", "1");
		return err_set(err, SG_REFUSED,
			       "the call with this Idempotency-Key is under "
			       "way");
	}
	status = look(call, err);
	if (status != SG_OK || call->replayed) {
		leave(call->api, call->idempotency);
		call->idempotency = 0;
	}
	return status;
}

static enum sg_status
put(void *arg, struct store *store, struct sg_err *err)
{
	return store_idempotency_put(store, arg, err);
}

enum sg_status
api_idempotency_keep(struct api_call *call, struct store *store,
		     struct sg_err *err)
{
	struct store_idempotency row = {
		.id = call->idempotency,
		.body = call->body_hash,
		.at = call->now,
		.status = call->status ? call->status
				       : api_resource_status(call->resource),
		.answer = ""};
	struct buf text = BUF_INIT;
	enum sg_status status = SG_OK;

	if (!call->idempotency)
		return SG_OK;
	api_add_warnings(call);
	if (call->answer && !call->secret) {
		json_write(call->answer, &text);
		buf_append_char(&text, '\n');
		row.answer = buf_text(&text);
	}
	if (buf_ok(&text) && text.len <= ANSWER_MOST)
		status = store_idempotency_put(store, &row, err);
	buf_done(&text);
	return status;
}

void
api_idempotency_end(struct api_call *call)
{
	const struct sg_reply *reply = call->reply;
	struct store_idempotency row = {.id = call->idempotency,
					.body = call->body_hash,
					.at = call->now,
					.status = reply->status,
					.answer = ""};
	struct sg_err err = {0};

	if (!call->idempotency)
		return;
	/* What is shown once is not kept; nor is what is too large to. */
	if (reply->body.len && !call->secret && reply->body.len <= ANSWER_MOST)
		row.answer = pool_memdup(call->pool, reply->body.data,
					 reply->body.len);
	if (reply->status < 300 && reply->body.len <= ANSWER_MOST &&
	    !call->answer_kept &&
	    apply_call(call->api->options.apply, put, &row, &err) != SG_OK)
		log_warn("an Idempotency-Key is not kept: %s", err.text);
	leave(call->api, call->idempotency);
}

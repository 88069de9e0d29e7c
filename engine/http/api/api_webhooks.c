/*
 * api_webhooks.c - what the plugin `webhook` tells of itself: which webhooks
 * there are, what came, and what a payload would become, with the records that
 * it would go to.
 */
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "gate/gate.h"
#include "http/api/api_call.h"
#include "http/reply.h"
#include "signal/record_key.h"
#include "signal/record_ref.h"

/* What the plugin gets: its headers come from here. */
struct asked {
	const struct json *headers;
	const char *fetched;
};

/* Names of headers have no case. */
struct wanted {
	const char *name, *as_written;
};

static bool
is_wanted(void *arg, const char *name, struct json *value)
{
	struct wanted *wanted = arg;

	(void)value;
	if (strcasecmp(name, wanted->name) == 0)
		wanted->as_written = name;
	return !wanted->as_written;
}

static const char *
find_header(const void *handle, const char *name)
{
	const struct asked *asked = handle;
	struct wanted wanted = {.name = name};

	if (strcasecmp(name, "X-Fetched") == 0)
		return asked->fetched;
	if (asked->headers)
		json_each(asked->headers, is_wanted, &wanted);
	return wanted.as_written
		       ? json_get_text(asked->headers, wanted.as_written)
		       : NULL;
}

/* Its answer becomes ours; its "problem" our error. */
static enum sg_status
take_answer(struct api_call *call, const struct sg_reply *reply,
	    struct sg_err *err)
{
	struct json *json;
	enum sg_status status =
		json_parse(buf_text(&reply->body), reply->body.len, &json, err);
	const char *problem;

	if (status != SG_OK)
		return err_set(err, SG_FAILED, "the plugin's answer: %s",
			       err->text);
	problem = json_get_text(json, "problem");
	if (reply->status == 200) {
		call->answer = json;
		return SG_OK;
	}
	status = reply->status == 404	? SG_NONE
		 : reply->status == 422 ? SG_REFUSED
					: SG_BUSY;
	err_set(err, status, "%s", problem ? problem : "it did not work");
	json_free(json);
	return status;
}

static enum sg_status
inspect(struct api_call *call, struct sg_request *request,
	const struct asked *asked, struct sg_err *err)
{
	struct sg_gate *gate = call->api->options.gate;
	struct sg_reply reply;
	enum sg_status status;

	request->size = sizeof(*request);
	request->received_at = call->now;
	request->peer = "";
	request->handle = asked;
	if (!request->query)
		request->query = "";
	reply_init(&reply);
	status = gate ? gate_inspect(gate, "webhook", request, find_header,
				     &reply)
		      : SG_NONE;
	if (status == SG_OK)
		status = take_answer(call, &reply, err);
	else
		err_set(err, status, "the plugin webhook is not loaded");
	reply_done(&reply);
	return status;
}

enum sg_status
api_webhooks_all(struct api_call *call, struct sg_err *err)
{
	struct asked asked = {.headers = NULL};
	struct sg_request request = {.method = "GET", .path = ""};

	return inspect(call, &request, &asked, err);
}

enum sg_status
api_webhooks_show(struct api_call *call, struct sg_err *err)
{
	struct asked asked = {.headers = NULL};
	struct sg_request request = {.method = "GET", .path = call->args[0]};

	return inspect(call, &request, &asked, err);
}

enum sg_status
api_webhooks_confirm(struct api_call *call, struct sg_err *err)
{
	struct asked asked = {.headers = NULL};
	struct sg_request request = {
		.method = "POST",
		.path = pool_printf(call->pool, "%s/confirm", call->args[0])};

	return inspect(call, &request, &asked, err);
}

/* --- what a payload would become ----------------------------------------- */

/* Whose an outcome is, as the plugin says. */
struct whose {
	const char *module, *by, *value;
};

static enum sg_status
find_by_key(struct api_call *call, const struct whose *whose,
	    struct store_record *record, struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status =
		record_key_normalise(whose->module, whose->value, &normal, err);

	if (status == SG_OK)
		status = store_record_find(
			call->store,
			record_key_hash(
				keys_record_secret(call->api->options.keys),
				whose->module, buf_text(&normal)),
			call->pool, record, err);
	buf_done(&normal);
	return status;
}

static enum sg_status
find_by_field(struct api_call *call, const struct whose *whose,
	      struct store_record *record, struct sg_err *err)
{
	char name[RECORD_REF_NAME_SIZE];
	struct buf reference = BUF_INIT;
	const char *normal;
	uint32_t id;
	enum sg_status status = record_ref_write(whose->by + strlen("field."),
						 whose->value, &reference, err);

	if (status == SG_OK &&
	    record_ref_read(buf_text(&reference), name, &normal))
		status = store_field_find(call->store, whose->module, name,
					  normal, &id, err);
	if (status == SG_OK)
		status = store_record_get(call->store, id, call->pool, record,
					  err);
	buf_done(&reference);
	return status;
}

/* Which record it is; else whether it would be made, or waited for. */
static void
add_record(struct api_call *call, struct json *event)
{
	const struct whose whose = {json_get_text(event, "module"),
				    json_get_text(event, "record_by"),
				    json_get_text(event, "record")};
	struct store_record record;
	struct sg_err why;
	enum sg_status status;

	if (!whose.by || !whose.value || !whose.module)
		return;
	status = strncmp(whose.by, "field.", 6) == 0
			 ? find_by_field(call, &whose, &record, &why)
			 : find_by_key(call, &whose, &record, &why);
	json_add_bool(event, "known", status == SG_OK);
	if (status == SG_OK)
		json_add_text(event, "key", record.key);
	else if (status != SG_NONE)
		json_add_text(event, "record_problem", why.text);
}

static enum sg_status
read_body(struct api_call *call, struct sg_request *request, struct sg_err *err)
{
	const char *encoded = json_get_text(call->body, "body_base64");
	struct buf bytes = BUF_INIT;
	enum sg_status status;

	if (!encoded) {
		status = api_body_text(call, "body", true, &request->body, err);
		request->body_len = status == SG_OK ? strlen(request->body) : 0;
		return status;
	}
	status = decode_base64(&bytes, encoded, strlen(encoded), err);
	request->body_len = bytes.len;
	request->body = pool_memdup(call->pool, buf_text(&bytes), bytes.len);
	buf_done(&bytes);
	return status;
}

enum sg_status
api_webhooks_test(struct api_call *call, struct sg_err *err)
{
	struct sg_request request = {
		.method = "POST",
		.path = pool_printf(call->pool, "%s/test", call->args[0])};
	struct asked asked = {.headers = NULL};
	struct json *events;
	enum sg_status status = api_body(call, err);

	if (status == SG_OK)
		status = read_body(call, &request, err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status != SG_OK)
		return status;
	request.query = json_get_text(call->body, "query");
	asked.headers = json_get(call->body, "headers");
	asked.fetched = json_get_text(call->body, "fetched");
	status = inspect(call, &request, &asked, err);
	events = status == SG_OK ? json_get(call->answer, "events") : NULL;
	for (size_t i = 0; events && i < json_count(events); i++)
		add_record(call, json_at(events, i));
	return status;
}

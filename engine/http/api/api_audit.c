/*
 * api_audit.c - each call that changes something leaves one entry: who, from
 * where, did what to what. What goes through the spool takes its entry along,
 * and both are written in one transaction; so are definitions (api_define());
 * all else is noted when it is done.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/api/api_call.h"
#include "store/store_audit.h"

const char *
api_origin(const struct api_call *call)
{
	const struct http_request *request = call->request;

	if (request->face == HTTP_LOCAL)
		return pool_printf(call->pool, "uid %u",
				   (unsigned)request->peer_uid);
	return *request->request.peer ? request->request.peer : "plugin";
}

static const char *
action_of(const struct api_call *call)
{
	const struct api_resource *resource = call->resource;

	if (!resource)
		return "call";
	return resource->action ? resource->action
				: pool_printf(call->pool, "%s %s",
					      resource->method, resource->path);
}

/* What the path says beside its first part. */
static const char *
detail_of(const struct api_call *call)
{
	if (call->about)
		return call->about;
	if (!call->args[0] || !call->args[1])
		return "";
	if (!call->args[2])
		return call->args[1];
	return pool_printf(call->pool, "%s %s", call->args[1], call->args[2]);
}

static const char *
object_of(const struct api_call *call)
{
	if (call->object)
		return call->object;
	return call->args[0] ? call->args[0] : "";
}

/* The first bytes of it, and no half character. */
static const char *
shorten(const struct api_call *call, const char *text)
{
	size_t len = strlen(text);

	if (len <= SIGNAL_TEXT_MOST)
		return text;
	len = SIGNAL_TEXT_MOST;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return pool_memdup(call->pool, text, len);
}

void
api_audit_row(const struct api_call *call, struct store_audit *row_out)
{
	*row_out = (struct store_audit){.at = call->now,
					.actor = call->principal.name,
					.action = action_of(call),
					.object = object_of(call),
					.detail = detail_of(call),
					.origin = api_origin(call)};
}

enum sg_status
api_audit_signal(const struct api_call *call, struct signal *signal,
		 struct sg_err *err)
{
	enum sg_status status;

	signal_init(signal, "call.made", call->now);
	signal->kind = SIGNAL_AUDIT;
	signal->source = call->principal.source;
	signal->actor = call->principal.name;
	status = signal_set(signal, "action", action_of(call), err);
	if (status == SG_OK)
		status = signal_set(signal, "object",
				    shorten(call, object_of(call)), err);
	if (status == SG_OK)
		status = signal_set(signal, "detail",
				    shorten(call, detail_of(call)), err);
	if (status == SG_OK)
		status = signal_set(signal, "origin", api_origin(call), err);
	return status;
}

static enum sg_status
append(void *arg, struct store *store, struct sg_err *err)
{
	return store_audit_append(store, arg, err);
}

void
api_audit_done(struct api_call *call)
{
	struct sg_err err = {0};
	struct store_audit row;

	if (call->audited || call->tried || !call->resource ||
	    !api_resource_changes(call->resource))
		return;
	call->audited = true;
	api_audit_row(call, &row);
	/* It is done, so it is not refused for this. */
	if (apply_call(call->api->options.apply, append, &row, &err) != SG_OK)
		log_warn("the audit lacks an entry: %s actor=%s action=%s",
			 err.text, row.actor, row.action);
}

/* --- GET /audit ---------------------------------------------------------- */

static enum sg_status
read_moment(struct api_call *call, const char *name, int64_t *out,
	    struct sg_err *err)
{
	const char *text = api_param(call, name);
	enum sg_status status;

	*out = 0;
	if (!text || !*text)
		return SG_OK;
	status = clock_parse(text, call->api->options.timezone, out, err);
	if (status != SG_OK)
		err_prefix(err, "`%s`", name);
	return status;
}

static enum sg_status
read_filter(struct api_call *call, struct store_audit_filter *filter,
	    struct sg_err *err)
{
	int64_t limit = 0;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX,
				       &filter->before_id, err);
	if (status == SG_OK)
		status = read_moment(call, "since", &filter->since, err);
	if (status == SG_OK)
		status = read_moment(call, "until", &filter->until, err);
	filter->most = (size_t)limit;
	filter->actor = api_param(call, "actor");
	filter->action = api_param(call, "action");
	filter->object = api_param(call, "object");
	filter->origin = api_param(call, "origin");
	return status;
}

static struct json *
entry_json(const struct store_audit *row)
{
	struct json *item = json_new_object();
	char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)row->id);
	json_add_text(item, "id", id);
	json_add_time(item, "at", row->at);
	json_add_text(item, "actor", row->actor);
	json_add_text(item, "origin", row->origin);
	json_add_text(item, "action", row->action);
	json_add_text(item, "object", row->object);
	json_add_text(item, "detail", row->detail);
	return item;
}

enum sg_status
api_audit(struct api_call *call, struct sg_err *err)
{
	struct store_audit_filter filter = {0};
	struct store_audits audits;
	struct json *items;
	enum sg_status status = read_filter(call, &filter, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_audit_recent(call->store, &filter, call->pool,
					    &audits, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < audits.n_rows; i++)
		json_push(items, entry_json(&audits.rows[i]));
	api_next_id(call, audits.n_rows, (int64_t)filter.most,
		    audits.n_rows ? audits.rows[audits.n_rows - 1].id : 0);
	return SG_OK;
}

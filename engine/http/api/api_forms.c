/*
 * api_forms.c - forms and surveys: what the plugins tell of themselves, and
 * what came, which stands in the history.
 */
#include <string.h>

#include "gate/gate.h"
#include "http/api/api_call.h"
#include "http/api/api_forms.h"
#include "http/reply.h"
#include "store/store_history.h"

enum { SCAN_PAGE = 1000, SCAN_MOST = 200000 };

/* --- what the plugins tell --------------------------------------------------
 */

enum sg_status
api_inspect(struct api_call *call, const char *plugin, const char *path,
	    struct json **json_out, struct sg_err *err)
{
	struct sg_gate *gate = call->api->options.gate;
	const char *language = api_param(call, "lang");
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = path,
				     .query = "",
				     .peer = "",
				     .received_at = call->now};
	struct sg_reply reply;
	enum sg_status status;

	if (language &&
	    strspn(language, "abcdefghijklmnopqrstuvwxyz-") == strlen(language))
		request.query = pool_printf(call->pool, "lang=%s", language);
	reply_init(&reply);
	status = gate ? gate_inspect(gate, plugin, &request, NULL, &reply)
		      : SG_NONE;
	if (status != SG_OK)
		err_set(err, status,
			"the plugin %s is not loaded: see `load` in "
			"scoregate.conf",
			plugin);
	else if (reply.status == 404)
		status = err_set(err, SG_NONE, "no %s `%s`", plugin,
				 call->args[0] ? call->args[0] : "");
	else if (reply.status != 200)
		status = err_set(err, SG_BUSY, "the plugin %s did not answer",
				 plugin);
	else
		status = json_parse(buf_text(&reply.body), reply.body.len,
				    json_out, err);
	reply_done(&reply);
	return status;
}

enum sg_status
api_inspect_all(struct api_call *call, const char *plugin, const char *path,
		struct sg_err *err)
{
	enum sg_status status =
		api_inspect(call, plugin, path, &call->answer, err);

	if (status != SG_NONE)
		return status;
	api_items(call); /* without the plugin there are none */
	return SG_OK;
}

enum sg_status
api_forms_all(struct api_call *call, struct sg_err *err)
{
	return api_inspect_all(call, "form", "forms", err);
}

enum sg_status
api_forms_show(struct api_call *call, struct sg_err *err)
{
	return api_inspect(call, "form",
			   pool_printf(call->pool, "forms/%s", call->args[0]),
			   &call->answer, err);
}

enum sg_status
api_forms_snippet(struct api_call *call, struct sg_err *err)
{
	return api_inspect(
		call, "form",
		pool_printf(call->pool, "forms/%s/snippet", call->args[0]),
		&call->answer, err);
}

/* --- what came ---------------------------------------------------------------
 */

enum sg_status
api_each_of_form(struct api_call *call, const struct api_form_scan *scan,
		 struct sg_err *err)
{
	struct store_history_filter filter = {.name = scan->signal,
					      .before_id = scan->before_id,
					      .most = SCAN_PAGE};
	struct pool *pool = pool_new();
	enum sg_status status = SG_OK;
	struct store_history_rows rows;
	size_t n_scanned = 0;
	bool more = true;

	while (status == SG_OK && more && n_scanned < SCAN_MOST) {
		pool_clear(pool);
		status = store_history_recent(call->store, &filter, pool, &rows,
					      err);
		if (status != SG_OK)
			break;
		more = rows.n_rows == SCAN_PAGE;
		n_scanned += rows.n_rows;
		for (size_t i = 0; i < rows.n_rows && status == SG_OK; i++) {
			struct signal signal;
			const char *of;

			filter.before_id = rows.rows[i].id;
			status = store_history_signal(&rows.rows[i], pool,
						      &signal, err);
			of = status == SG_OK
				     ? signal_get(&signal, scan->property)
				     : NULL;
			if (of && strcmp(of, scan->name) == 0)
				status = scan->fn(scan->arg, &rows.rows[i],
						  &signal, err);
		}
	}
	pool_free(pool);
	return status == SG_NONE ? SG_OK : status;
}

struct submissions {
	struct api_call *call;
	struct json *items;
	int64_t limit, last_id;
	size_t n;
};

struct confirmed {
	const char *submission;
	int64_t at; /* 0 = not */
};

static enum sg_status
look_for_confirmation(void *arg, const struct store_history *row,
		      struct sg_err *err)
{
	struct confirmed *confirmed = arg;
	struct pool *pool = pool_new();
	struct signal signal;
	enum sg_status status = store_history_signal(row, pool, &signal, err);
	const char *submission =
		status == SG_OK ? signal_get(&signal, "submission") : NULL;

	if (submission && strcmp(submission, confirmed->submission) == 0)
		confirmed->at = row->happened_at;
	pool_free(pool);
	return status;
}

/* "no" stands in what was sent; a confirmation comes later. */
static enum sg_status
add_confirmed(struct api_call *call, const struct store_history *row,
	      const struct signal *signal, struct json *item,
	      struct sg_err *err)
{
	static const char *const name = "form.confirmed";
	struct store_history_span span = {name, 0, INT64_MAX};
	struct confirmed confirmed = {signal_get(signal, "submission"), 0};
	enum sg_status status = SG_OK;

	if (!signal_get(signal, "confirmed"))
		return SG_OK;
	if (confirmed.submission && row->record_id)
		status = store_history_each_of(call->store, row->record_id,
					       &span, look_for_confirmation,
					       &confirmed, err);
	json_add_bool(item, "confirmed", confirmed.at != 0);
	if (confirmed.at)
		json_add_time(item, "confirmed_at", confirmed.at);
	return status;
}

static void
add_values(const struct signal *signal, struct json *item)
{
	struct json *fields = json_new_object();

	for (size_t i = 0; i < signal->n_props; i++)
		if (strcmp(signal->props[i].name, "form") != 0 &&
		    strcmp(signal->props[i].name, "submission") != 0 &&
		    strcmp(signal->props[i].name, "confirmed") != 0)
			json_add_text(fields, signal->props[i].name,
				      signal->props[i].value);
	json_add(item, "fields", fields);
}

static enum sg_status
add_submission(void *arg, const struct store_history *row,
	       const struct signal *signal, struct sg_err *err)
{
	struct submissions *submissions = arg;
	struct api_call *call = submissions->call;
	const char *id = signal_get(signal, "submission");
	struct json *item = json_new_object();
	struct store_record record;
	enum sg_status status = SG_NONE;

	if (row->record_id)
		status = store_record_get(call->store, row->record_id,
					  call->pool, &record, err);
	json_add_text(item, "submission", id ? id : "");
	json_add_time(item, "at", row->happened_at);
	if (status == SG_OK)
		json_add_text(item, "email", record.key);
	else
		json_add_null(item, "email");
	if (status == SG_OK || status == SG_NONE)
		status = add_confirmed(call, row, signal, item, err);
	add_values(signal, item);
	json_push(submissions->items, item);
	submissions->last_id = row->id;
	/* SG_NONE: that is enough. */
	if (status == SG_OK && (int64_t)++submissions->n == submissions->limit)
		return SG_NONE;
	return status;
}

enum sg_status
api_forms_submissions(struct api_call *call, struct sg_err *err)
{
	struct submissions all = {.call = call};
	struct api_form_scan scan = {.signal = "form.submitted",
				     .property = "form",
				     .name = call->args[0],
				     .fn = add_submission,
				     .arg = &all};
	struct json *form = NULL;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &all.limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX,
				       &scan.before_id, err);
	if (status == SG_OK)
		status = api_inspect(
			call, "form",
			pool_printf(call->pool, "forms/%s", call->args[0]),
			&form, err);
	json_free(form);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status != SG_OK)
		return status;
	all.items = api_items(call);
	status = api_each_of_form(call, &scan, err);
	api_next_id(call, all.n, all.limit, all.last_id);
	return status;
}

/* api_many.c - see api_many.h. */
#include "http/api/api_many.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "store/store_audit.h"

enum { SLICE = 2500 };

/* --- the items ----------------------------------------------------------- */

/* Where they are: members of an array, or lines. */
struct items {
	struct json *array; /* NULL: lines */
	const char *at, *end;
	size_t i, n;
};

static enum sg_status
too_many(struct api_call *call, struct sg_err *err)
{
	call->problem = 413;
	return err_set(err, SG_REFUSED, "more than %d in one call",
		       API_MANY_MOST);
}

static size_t
count_lines(const char *at, const char *end)
{
	size_t n = 0;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		const char *next = line_end ? line_end + 1 : end;

		n += strspn(at, " \t\r") < (size_t)(next - at) - !!line_end;
		at = next;
	}
	return n;
}

static enum sg_status
items_open(struct api_call *call, struct items *items, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	enum sg_status status;

	items->array = NULL;
	items->i = 0;
	items->at = request->body;
	items->end = request->body + request->body_len;
	if (!text_is_utf8(request->body, request->body_len))
		return err_set(err, SG_REFUSED, "the body is not UTF-8");
	while (items->at < items->end && strchr(" \t\r\n", *items->at))
		items->at++;
	if (items->at == items->end)
		return err_set(err, SG_REFUSED,
			       "the body is empty; expected an array, or lines "
			       "of JSON");
	if (*items->at != '[') {
		items->n = count_lines(items->at, items->end);
	} else {
		status = json_parse(request->body, request->body_len,
				    &items->array, err);
		if (status != SG_OK) {
			err_prefix(err, "the body is not JSON");
			return status;
		}
		items->n = json_count(items->array);
	}
	/* Before any of them is taken. */
	return items->n > API_MANY_MOST ? too_many(call, err) : SG_OK;
}

/* SG_NONE: no more. SG_REFUSED: this one is not JSON. */
static enum sg_status
next_line(struct items *items, struct json **item_out, struct sg_err *err)
{
	for (;;) {
		size_t left = (size_t)(items->end - items->at);
		const char *end = left ? memchr(items->at, '\n', left) : NULL;
		const char *at = items->at;
		size_t len = end ? (size_t)(end - at) : left;
		enum sg_status status;

		if (!left)
			return SG_NONE;
		items->at += len + (end != NULL);
		while (len && strchr(" \t\r", at[len - 1]))
			len--;
		if (!len)
			continue;
		status = json_parse(at, len, item_out, err);
		if (status != SG_OK)
			err_prefix(err, "it is not JSON");
		return status;
	}
}

static enum sg_status
next_item(struct items *items, struct json **item_out, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	*item_out = NULL;
	if (!items->array) {
		status = next_line(items, item_out, err);
	} else {
		if (items->i == json_count(items->array))
			return SG_NONE;
		*item_out = json_at(items->array, items->i);
		if (*item_out)
			json_share(*item_out);
	}
	items->i++;
	if (status == SG_OK && !json_is_object(*item_out))
		return err_set(err, SG_REFUSED, "it is not a JSON object");
	return status;
}

/* --- one ----------------------------------------------------------------- */

enum sg_status
api_many_add(struct api_many *many, struct signal *signal, struct sg_err *err)
{
	uint64_t id =
		api_retry_id(many->call, many->lines.line, many->n_added++);

	if (!signal->external_id)
		signal->external_id = id;
	return import_add(&many->lines, signal, err);
}

/* The item's memory ends with it; what is kept of it is in many->pool. */
static enum sg_status
read_item(struct api_many *many, struct json *item,
	  struct api_many_result *result, struct sg_err *err)
{
	struct import_lines *lines = &many->lines;
	struct api_call *call = many->call;
	size_t n = lines->n_entries, len = lines->bytes.len;
	enum sg_status status;

	pool_clear(lines->pool);
	call->pool = lines->pool;
	call->body = item;
	many->n_added = 0;
	status = many->item(many, result, err);
	call->body = NULL;
	call->pool = many->pool;
	if (status == SG_OK)
		return import_unique_keep(lines->unique, err);
	import_unique_drop(lines->unique);
	lines->n_entries = n;
	lines->bytes.len = len;
	return status;
}

static void
refuse(struct api_many *many, struct api_many_result *result, const char *text)
{
	result->status = 400;
	result->error = pool_strdup(many->pool, text);
}

/* Up to SLICE of them. */
static enum sg_status
read_slice(struct api_many *many, struct items *items, struct sg_err *err)
{
	size_t from = many->n;
	struct json *item;
	enum sg_status status;

	while (many->n - from < SLICE) {
		struct api_many_result *result = &many->results[many->n];

		status = next_item(items, &item, err);
		if (status == SG_NONE)
			return SG_OK;
		assert(many->n < API_MANY_MOST);
		*result = (struct api_many_result){.status = 200};
		many->lines.line = (unsigned)++many->n;
		if (status == SG_OK)
			status = read_item(many, item, result, err);
		json_free(item);
		if (status == SG_REFUSED || status == SG_NONE)
			refuse(many, result, err->text);
		else if (status != SG_OK)
			return status;
	}
	return SG_OK;
}

/* --- all ----------------------------------------------------------------- */

static enum sg_status
note(void *arg, struct store *store, const struct apply_fed *fed,
     struct sg_err *err)
{
	struct api_many *many = arg;
	struct store_audit row;

	if (many->call->audited)
		return SG_OK;
	api_audit_row(many->call, &row);
	return store_audit_append(store, &row, err);
}

/* What the store refused after all. */
static void
take_errors(struct api_many *many)
{
	const struct json *errors = many->lines.errors;
	int64_t line;

	for (size_t i = 0; i < json_count(errors); i++)
		if (json_get_int(json_at(errors, i), "line", &line))
			refuse(many, &many->results[line - 1],
			       json_get_text(json_at(errors, i), "text"));
	json_free(many->lines.errors);
	many->lines.errors = json_new_array();
}

static enum sg_status
apply_slice(struct api_many *many, size_t from, struct sg_err *err)
{
	struct import_fed fed = {.lines = &many->lines,
				 .call = many->call,
				 .end = note,
				 .arg = many};
	enum sg_status status = import_feed(&fed, err);

	if (status != SG_OK) {
		if (from > 0)
			err_prefix(err, "the first %zu are in, the others not",
				   from);
		return status;
	}
	many->call->audited = true;
	take_errors(many);
	import_lines_clear(&many->lines);
	return many->taken ? many->taken(many, from, err) : SG_OK;
}

static enum sg_status
run_all(struct api_many *many, struct sg_err *err)
{
	struct items items;
	enum sg_status status = items_open(many->call, &items, err);
	size_t from;

	many->call->about = pool_printf(many->pool, "%zu", items.n);
	while (status == SG_OK) {
		from = many->n;
		status = read_slice(many, &items, err);
		if (status != SG_OK || many->n == from)
			break;
		status = apply_slice(many, from, err);
	}
	json_free(items.array);
	return status;
}

static void
answer(struct api_many *many)
{
	struct json *items = json_new_array();
	int64_t bad = 0;

	for (size_t i = 0; i < many->n; i++) {
		const struct api_many_result *result = &many->results[i];
		struct json *item = json_new_object();

		json_add_int(item, "status", result->status);
		if (result->name)
			json_add_text(item, "id", result->name);
		else if (result->id)
			json_add_int(item, "id", result->id);
		if (result->error)
			json_add_text(item, "error", result->error);
		bad += result->error != NULL;
		json_push(items, item);
	}
	json_add(api_answer(many->call), "items", items);
	json_add_int(many->call->answer, "good", (int64_t)many->n - bad);
	json_add_int(many->call->answer, "bad", bad);
}

enum sg_status
api_many_run(struct api_many *many, struct sg_err *err)
{
	struct import_settings settings = {.ndjson = true,
					   .signals = many->in_order_of_time};
	struct api_call *call = many->call;
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	many->pool = call->pool;
	many->results =
		pool_alloc(call->pool, API_MANY_MOST * sizeof(*many->results));
	status = import_lines_init(&many->lines, call, &settings, err);
	if (status == SG_OK)
		status = run_all(many, err);
	if (status == SG_OK)
		answer(many);
	import_lines_done(&many->lines);
	return status;
}

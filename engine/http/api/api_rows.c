/* api_rows.c - see api_rows.h. */
#include "http/api/api_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "rule/condition.h"
#include "rule/condition_set.h"
#include "store/store_record.h"

/* --- selecting ----------------------------------------------------------- */

static enum sg_status
select_where(struct api_call *call, const char *where,
	     struct record_set **set_out, struct sg_err *err)
{
	const struct api_options *options = &call->api->options;
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	struct condition *condition;
	enum sg_status status;

	apply_names_init(names, options->apply, call->store);
	status = condition_parse(where, &names->names, &condition, err);
	if (status != SG_OK)
		return status;
	api_warn_of_names(call, condition);
	status = condition_select(condition, call->store, options->scoreboard,
				  call->now, set_out, err);
	condition_free(condition);
	return status;
}

enum sg_status
api_select_of(struct api_call *call, const char *where,
	      struct record_set **set_out, uint64_t *total_out,
	      struct sg_err *err)
{
	struct record_set *set = NULL, *all = record_set_new();
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_record_select(call->store,
					     api_module_or_all(call), all, err);
	if (status == SG_OK && where && *where)
		status = select_where(call, where, &set, err);
	if (status != SG_OK) {
		record_set_free(all);
		return status;
	}
	if (total_out)
		*total_out = record_set_count(all);
	if (set) {
		record_set_and(all, set);
		record_set_free(set);
	}
	*set_out = all;
	return SG_OK;
}

enum sg_status
api_select(struct api_call *call, const char *where,
	   struct record_set **set_out, struct sg_err *err)
{
	return api_select_of(call, where, set_out, NULL, err);
}

enum sg_status
api_where(struct api_call *call, struct record_set **set_out,
	  struct sg_err *err)
{
	const char *where = api_param(call, "where");

	*set_out = NULL;
	return where && *where ? api_select(call, where, set_out, err) : SG_OK;
}

/* --- the query ----------------------------------------------------------- */

static enum sg_status
read_sort(const char *text, struct api_query *query, struct sg_err *err)
{
	enum sg_status status;

	query->sorted = true;
	query->descending = *text == '-';
	status = api_column_read(&query->place, text + (*text == '-'), NULL,
				 &query->sort, err);
	if (status != SG_OK)
		return status;
	/* It rises with the score, and is dearer. */
	if (query->sort.kind == COLUMN_SCORE &&
	    query->sort.part == SCORE_PERCENT)
		query->sort.part = SCORE_SCORE;
	if (query->sort.kind == COLUMN_TAGS ||
	    query->sort.kind == COLUMN_LISTS ||
	    query->sort.kind == COLUMN_CONSENT)
		return err_set(err, SG_REFUSED, "cannot sort by `%s`",
			       query->sort.text);
	return SG_OK;
}

/*
 * A cursor is the last row of the page before: {"t": moment, "i": id, "v":
 * value}. Scores are read as of the first page's moment, so that degradation
 * does not move a row past the cursor.
 */
static enum sg_status
read_cursor(struct api_call *call, const char *text, struct api_query *query,
	    struct sg_err *err)
{
	struct buf bytes = BUF_INIT;
	struct json *cursor = NULL;
	int64_t id, at;
	enum sg_status status =
		decode_base64url(&bytes, text, strlen(text), err);

	if (status == SG_OK)
		status = json_parse(buf_text(&bytes), bytes.len, &cursor, err);
	buf_done(&bytes);
	if (status != SG_OK || !json_get_int(cursor, "i", &id) ||
	    !json_get_int(cursor, "t", &at) || id < 0 || id > UINT32_MAX ||
	    at > call->now) {
		json_free(cursor);
		return err_set(err, SG_REFUSED,
			       "`cursor` is not one that the API gave");
	}
	query->has_after = true;
	query->place.now = at;
	query->after.record_id = (uint32_t)id;
	query->after.has = json_get(cursor, "v") != NULL;
	if (json_is_text(json_get(cursor, "v")))
		query->after.text =
			pool_strdup(call->pool, json_get_text(cursor, "v"));
	else if (query->after.has &&
		 !json_get_number(cursor, "v", &query->after.number))
		query->after.has = false;
	json_free(cursor);
	return SG_OK;
}

static const char *
write_cursor(struct api_call *call, const struct api_query *query,
	     const struct api_row *row)
{
	struct json *cursor = json_new_object();
	struct buf text = BUF_INIT, encoded = BUF_INIT;
	const char *result;

	json_add_int(cursor, "t", query->place.now);
	json_add_int(cursor, "i", row->record_id);
	if (row->has && row->text)
		json_add_text(cursor, "v", row->text);
	else if (row->has)
		json_add_number(cursor, "v", row->number);
	json_write(cursor, &text);
	encode_base64url(&encoded, buf_text(&text), text.len);
	result = pool_strdup(call->pool, buf_text(&encoded));
	json_free(cursor);
	buf_done(&text);
	buf_done(&encoded);
	return result;
}

enum sg_status
api_query_read(struct api_call *call, const char *columns,
	       struct api_query *query_out, struct sg_err *err)
{
	const char *sort = api_param(call, "sort");
	const char *cursor = api_param(call, "cursor");
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	query_out->place.store = call->store;
	query_out->place.board = call->api->options.scoreboard;
	query_out->place.pool = call->pool;
	query_out->place.now = call->now;
	query_out->where = api_param(call, "where");
	status = api_columns_read(&query_out->place, columns, NULL,
				  &query_out->columns, err);
	if (status == SG_OK && sort && *sort)
		status = read_sort(sort, query_out, err);
	if (status == SG_OK && cursor && *cursor)
		status = read_cursor(call, cursor, query_out, err);
	return status;
}

/* --- rows in order ------------------------------------------------------- */

struct gathering {
	const struct api_query *query;
	struct record_set *set;
	struct api_row *rows;
	size_t n_rows, most;
};

/* Texts that are numbers come first and in order of number: comparing a
 * number with a text as text would make cycles (9 < 10 < 1a < 9). */
static int
compare_values(const struct api_row *a, const struct api_row *b)
{
	double left = a->number, right = b->number;
	bool left_is = !a->text || text_to_number(a->text, &left);
	bool right_is = !b->text || text_to_number(b->text, &right);

	if (left_is && right_is)
		return (left > right) - (left < right);
	if (left_is != right_is)
		return left_is ? -1 : 1;
	return text_compare_fold(a->text, b->text);
}

static int
compare_ids(const struct api_row *a, const struct api_row *b)
{
	return (a->record_id > b->record_id) - (a->record_id < b->record_id);
}

static int
compare_up(const void *left, const void *right)
{
	const struct api_row *a = left, *b = right;
	int order;

	if (a->has != b->has)
		return a->has ? -1 : 1;
	order = a->has ? compare_values(a, b) : 0;
	return order ? order : compare_ids(a, b);
}

static int
compare_down(const void *left, const void *right)
{
	const struct api_row *a = left, *b = right;
	int order;

	if (a->has != b->has)
		return a->has ? -1 : 1;
	order = a->has ? compare_values(b, a) : 0;
	return order ? order : compare_ids(a, b);
}

static bool
gather_id(void *arg, uint32_t record_id)
{
	struct gathering *all = arg;
	const struct api_query *query = all->query;
	struct api_row *row = &all->rows[all->n_rows];

	memset(row, 0, sizeof(*row));
	row->record_id = record_id;
	if (query->sorted && query->sort.kind == COLUMN_SCORE) {
		row->has = api_column_number(&query->place, &query->sort,
					     record_id, &row->number);
	} else if (query->sorted && query->sort.kind == COLUMN_ID) {
		row->has = true;
		row->number = record_id;
	} else if (!query->sorted && query->has_after &&
		   record_id <= query->after.record_id) {
		return true;
	}
	all->n_rows++;
	return all->n_rows < all->most;
}

static int
compare_to_id(const void *key, const void *row)
{
	uint32_t id = *(const uint32_t *)key;
	uint32_t other = ((const struct api_row *)row)->record_id;

	return (id > other) - (id < other);
}

/* The rows are in order of id while they are gathered. */
static struct api_row *
row_of(struct gathering *all, uint32_t record_id)
{
	return bsearch(&record_id, all->rows, all->n_rows, sizeof(*all->rows),
		       compare_to_id);
}

static enum sg_status
take_record(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct gathering *all = arg;
	const struct api_query *query = all->query;
	struct api_row *row = row_of(all, record->id);

	if (!row)
		return SG_OK;
	row->has = true;
	if (query->sort.kind == COLUMN_CREATED)
		row->number = (double)record->created_at;
	else
		row->text = pool_strdup(query->place.pool,
					query->sort.kind == COLUMN_MODULE
						? record->module
						: record->key);
	return SG_OK;
}

static enum sg_status
take_field(void *arg, uint32_t record_id, const char *value, struct sg_err *err)
{
	struct gathering *all = arg;
	struct api_row *row = row_of(all, record_id);

	if (!row)
		return SG_OK;
	row->has = true;
	row->text = pool_strdup(all->query->place.pool, value);
	return SG_OK;
}

static enum sg_status
gather(const struct api_query *query, struct record_set *set, size_t most,
       struct gathering *all, struct sg_err *err)
{
	uint64_t count = record_set_count(set);

	if (!query->sorted && most < count)
		count = most;
	all->query = query;
	all->set = set;
	all->n_rows = 0;
	all->most = (size_t)count;
	all->rows = malloc((all->most + 1) * sizeof(*all->rows));
	if (!all->rows)
		return err_set(err, SG_FAILED, "out of memory");
	if (all->most > 0)
		record_set_each(set, gather_id, all);
	if (!query->sorted)
		return SG_OK;
	switch (query->sort.kind) {
	case COLUMN_FIELD:
		return store_field_each(query->place.store, query->sort.field,
					take_field, all, err);
	case COLUMN_EMAIL:
	case COLUMN_MODULE:
	case COLUMN_CREATED:
		return store_record_each(query->place.store, take_record, all,
					 err);
	default:
		return SG_OK;
	}
}

static enum sg_status
select_rows(struct api_call *call, const struct api_query *query, size_t most,
	    struct gathering *all, struct sg_err *err)
{
	struct record_set *set;
	enum sg_status status = api_select(call, query->where, &set, err);

	if (status != SG_OK)
		return status;
	status = gather(query, set, most, all, err);
	record_set_free(set);
	if (status != SG_OK) {
		free(all->rows);
		return status;
	}
	return SG_OK;
}

typedef int compare_fn(const void *left, const void *right);

static compare_fn *
compare_of(const struct api_query *query)
{
	return query->descending ? compare_down : compare_up;
}

enum sg_status
api_rows_all(struct api_call *call, const struct api_query *query,
	     struct api_rows *rows_out, struct sg_err *err)
{
	struct gathering all;
	enum sg_status status = select_rows(call, query, SIZE_MAX, &all, err);

	if (status != SG_OK)
		return status;
	if (query->sorted)
		qsort(all.rows, all.n_rows, sizeof(*all.rows),
		      compare_of(query));
	rows_out->rows = all.rows;
	rows_out->n_rows = all.n_rows;
	rows_out->next = NULL;
	return SG_OK;
}

/* Those past the cursor move to the front; how many there are. */
static size_t
drop_seen(const struct api_query *query, struct gathering *all)
{
	compare_fn *compare = compare_of(query);
	size_t n = 0;

	for (size_t i = 0; i < all->n_rows; i++)
		if (compare(&all->rows[i], &query->after) > 0)
			all->rows[n++] = all->rows[i];
	return n;
}

/* A heap with the last of them at its top. */
static void
sift_down(struct api_row *heap, size_t n, size_t at, compare_fn *compare)
{
	struct api_row row = heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n &&
		    compare(&heap[child], &heap[child + 1]) < 0)
			child++;
		if (compare(&heap[child], &row) <= 0)
			break;
		heap[at] = heap[child];
	}
	heap[at] = row;
}

/* The first `most` in order, at the front: a page of a million rows does not
 * need them all sorted. */
static void
keep_first(struct api_row *rows, size_t *n, size_t most, compare_fn *compare)
{
	if (*n > most) {
		for (size_t i = most / 2; i > 0; i--)
			sift_down(rows, most, i - 1, compare);
		for (size_t i = most; i < *n; i++)
			if (compare(&rows[i], &rows[0]) < 0) {
				rows[0] = rows[i];
				sift_down(rows, most, 0, compare);
			}
		*n = most;
	}
	qsort(rows, *n, sizeof(*rows), compare);
}

enum sg_status
api_rows_page(struct api_call *call, const struct api_query *query,
	      size_t limit, struct api_rows *rows_out, struct sg_err *err)
{
	struct gathering all;
	size_t left;
	/* One more than asked for says whether there is a next page. */
	enum sg_status status = select_rows(call, query, limit + 1, &all, err);

	if (status != SG_OK)
		return status;
	left = query->sorted && query->has_after ? drop_seen(query, &all)
						 : all.n_rows;
	if (query->sorted)
		keep_first(all.rows, &left, limit + 1, compare_of(query));
	rows_out->n_rows = left < limit ? left : limit;
	rows_out->rows = (void *)pool_memdup(
		call->pool, all.rows, rows_out->n_rows * sizeof(*all.rows));
	rows_out->next = NULL;
	if (left > limit)
		rows_out->next = write_cursor(
			call, query, &rows_out->rows[rows_out->n_rows - 1]);
	free(all.rows);
	return SG_OK;
}

void
api_next_id(struct api_call *call, size_t n_rows, int64_t limit,
	    int64_t last_id)
{
	char text[32];

	if ((int64_t)n_rows < limit)
		return;
	snprintf(text, sizeof(text), "%lld", (long long)last_id);
	json_add_text(call->answer, "next", text);
}

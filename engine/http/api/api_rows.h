/*
 * api_rows.h - from `where`, `columns`, `sort` and `cursor` to the records, in
 * order. Records without a value for the sort column come last, whichever way
 * it is sorted; equal ones by id.
 */
#ifndef ENGINE_HTTP_API_API_ROWS_H
#define ENGINE_HTTP_API_API_ROWS_H

#include "base/record_set.h"
#include "http/api/api_call.h"
#include "http/api/api_columns.h"

struct api_row {
	uint32_t record_id;
	bool has;	  /* a value to sort by */
	double number;	  /* of a score, id or moment */
	const char *text; /* of an address or field; NULL = number */
};

struct api_query {
	struct api_place place;
	const char *where; /* NULL = all */
	struct api_columns columns;
	bool sorted, descending;
	struct api_column sort;
	bool has_after; /* a cursor was given */
	struct api_row after;
};

struct api_rows {
	size_t n_rows;
	struct api_row *rows;
	const char *next; /* cursor; NULL = that was all */
};

/* The parameters of the call; `columns` is what it asked for or a default. */
enum sg_status api_query_read(struct api_call *call, const char *columns,
			      struct api_query *query_out,
			      struct sg_err *err) MUST_CHECK;
/* A page of it, in the call's pool. */
enum sg_status api_rows_page(struct api_call *call,
			     const struct api_query *query, size_t limit,
			     struct api_rows *rows_out,
			     struct sg_err *err) MUST_CHECK;
/* All of it; rows are malloc'd: free(rows->rows). Texts in place->pool. */
enum sg_status api_rows_all(struct api_call *call,
			    const struct api_query *query,
			    struct api_rows *rows_out,
			    struct sg_err *err) MUST_CHECK;

/* The records of ?where=, NULL without it: to be held against the rows of a
 * list. record_set_free() it. */
enum sg_status api_where(struct api_call *call, struct record_set **set_out,
			 struct sg_err *err) MUST_CHECK;
static inline bool
api_where_has(const struct record_set *set, uint32_t record_id)
{
	return !set || record_set_has(set, record_id);
}

/* Records of the call's module for which the condition holds; NULL = all. */
enum sg_status api_select(struct api_call *call, const char *where,
			  struct record_set **set_out,
			  struct sg_err *err) MUST_CHECK;
/* The same, and how many records there are at all; total_out may be NULL. */
enum sg_status api_select_of(struct api_call *call, const char *where,
			     struct record_set **set_out, uint64_t *total_out,
			     struct sg_err *err) MUST_CHECK;
#endif

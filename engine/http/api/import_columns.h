/*
 * import_columns.h - what the columns of an import mean: by their own name
 * ("First Name" is field.first_name), or as the map says ("E-Mail=email").
 */
#ifndef ENGINE_HTTP_API_IMPORT_COLUMNS_H
#define ENGINE_HTTP_API_IMPORT_COLUMNS_H

#include "http/api/api_call.h"
#include "http/api/csv.h"

enum import_kind {
	IMPORT_IGNORED, /* mapped to "-" */
	IMPORT_EMAIL,	/* or `key`: whose line it is */
	IMPORT_MODULE,	/* of the record; without it, the import's */
	/* of records */
	IMPORT_LINK, /* name: the relation */
	IMPORT_FIELD,
	IMPORT_TAGS,
	IMPORT_LISTS,
	IMPORT_SCORE,
	IMPORT_CREATED,
	IMPORT_CONSENT,
	/* of signals */
	IMPORT_NAME,
	IMPORT_TIME,
	IMPORT_ID,
	IMPORT_MESSAGE,
	IMPORT_BECAUSE,
	IMPORT_PROPERTY
};

struct import_column {
	enum import_kind kind;
	const char *title; /* as the file has it */
	const char *name;  /* of the field, score or property */
};

/* Names that were looked up already. */
struct import_known {
	const char *name;
	struct import_known *next;
};

struct import_columns {
	struct api_call *call;
	const struct json *map;
	bool signals;
	char separator; /* CSV */
	size_t n;
	struct import_column columns[CSV_CELLS_MOST];
};

/* The CSV header's cells. SG_REFUSED: one of them means nothing, or the
 * address is not named exactly once. */
enum sg_status import_columns_header(struct import_columns *columns,
				     const struct csv_row *header,
				     struct sg_err *err) MUST_CHECK;
/* A member of a JSON line, seen before or new. */
enum sg_status import_columns_find(struct import_columns *columns,
				   const char *title,
				   const struct import_column **column_out,
				   struct sg_err *err) MUST_CHECK;
/* What it means, as people write it in a map: "email", "field.city". */
const char *import_column_means(const struct import_column *column,
				struct pool *pool);

#endif

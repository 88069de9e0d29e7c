/*
 * api_columns.h - what can be asked of each record in a list or an export:
 * email, key, id, module, created, tags, lists, field.NAME, link:RELATION,
 * consent.opens and consent.clicks, and every part of a score (score, percent,
 * positive …; score:fit for another than lead).
 */
#ifndef ENGINE_HTTP_API_API_COLUMNS_H
#define ENGINE_HTTP_API_API_COLUMNS_H

#include "base/json.h"
#include "base/pool.h"
#include "score/scoreboard.h"
#include "signal/consent.h"
#include "store/store.h"

enum { API_COLUMNS_MOST = 512 };

#define API_COLUMNS "email,score,percent,created"

enum api_column_kind {
	COLUMN_EMAIL,
	COLUMN_ID,
	COLUMN_MODULE,
	COLUMN_CREATED,
	COLUMN_TAGS,
	COLUMN_LISTS,
	COLUMN_FIELD,
	COLUMN_LINK,
	COLUMN_CONSENT,
	COLUMN_SCORE
};

struct api_column {
	enum api_column_kind kind;
	const char *text;  /* as it was asked for: the name in the answer */
	const char *field; /* COLUMN_FIELD; of COLUMN_LINK the relation */
	enum consent_what consent; /* COLUMN_CONSENT */
	enum score_part part;
	struct score_settings score; /* COLUMN_SCORE */
};

struct api_columns {
	size_t n;
	struct api_column *columns;
};

/* Where the values are, and as of when. One thread. */
struct api_place {
	struct store *store;
	struct scoreboard *board;
	struct pool *pool;
	int64_t now;
};

/* `score`: the one meant where none is named, NULL = lead. SG_REFUSED lists
 * the columns there are. */
enum sg_status api_column_read(const struct api_place *place, const char *text,
			       const char *score, struct api_column *column_out,
			       struct sg_err *err) MUST_CHECK;
/* Separated by commas. */
enum sg_status api_columns_read(const struct api_place *place, const char *text,
				const char *score, struct api_columns *out,
				struct sg_err *err) MUST_CHECK;

/* The record's values into an object: null where there is none. */
enum sg_status api_columns_json(const struct api_place *place,
				const struct api_columns *columns,
				uint32_t record_id, struct json *to,
				struct sg_err *err) MUST_CHECK;

/* A part's value at place->now; false: the record has no such score. */
bool api_column_number(const struct api_place *place,
		       const struct api_column *column, uint32_t record_id,
		       double *value_out);

#endif

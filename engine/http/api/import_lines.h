/*
 * import_lines.h - from lines of CSV or NDJSON to what they say: signals, in
 * their byte form, in the order in which they are to be applied. A bad line is
 * reported with its number, its column and what was expected, and gives
 * nothing; the others are taken.
 *
 * Records: each line is a record with fields, tags, lists, points. Signals:
 * each line is a signal with name, time and properties, or a dated change by
 * the engine's own name for it (score.added, tag.added, list.joined, …).
 *
 * Bounded by the text that is given; lives for one call.
 */
#ifndef ENGINE_HTTP_API_IMPORT_LINES_H
#define ENGINE_HTTP_API_IMPORT_LINES_H

#include "http/api/api_call.h"
#include "http/api/csv.h"
#include "http/api/import_columns.h"
#include "http/api/import_unique.h"

enum { IMPORT_ERRORS_MOST = 1000 }; /* listed; all are counted */

struct import_settings {
	bool ndjson, signals, set_scores, dry_run;
	const struct json *map; /* column to what it means; NULL = as named */
	const char *header; /* CSV: its first line; NULL: it is in the text */
};

/* One signal that a line gave. */
struct import_entry {
	size_t start, len; /* in bytes */
	int64_t at;
	uint64_t record_key;
	unsigned line;
};

struct import_lines {
	struct api_call *call;
	const struct import_settings *settings;
	struct import_columns columns;
	struct pool *pool; /* of a line */
	struct import_known *lists;
	struct import_unique *unique; /* values that these lines gave */
	unsigned line;		      /* the one under way, in the whole file */
	const char *column;	      /* the one under way, "" = none */
	struct buf bytes;
	struct import_entry *entries;
	size_t n_entries, cap;
	int64_t lines, good, bad;
	unsigned text_lines; /* line ends that were read */
	struct json *errors; /* {"line", "column", "text"} */
};

/* SG_REFUSED: the header is wrong. import_lines_done() in any case. */
enum sg_status import_lines_init(struct import_lines *lines,
				 struct api_call *call,
				 const struct import_settings *settings,
				 struct sg_err *err) MUST_CHECK;
void import_lines_done(struct import_lines *lines);

/*
 * Reads a text of whole lines; `before`: line ends of the file before it. The
 * first text of a CSV without settings->header begins with it.
 */
enum sg_status import_lines_read(struct import_lines *lines, const char *text,
				 size_t len, unsigned before,
				 struct sg_err *err) MUST_CHECK;
/* Ready for the next text: what is counted and listed stays. */
void import_lines_clear(struct import_lines *lines);
/* Different records that these lines name and the store has not (yet). */
enum sg_status import_lines_new_records(const struct import_lines *lines,
					int64_t *new_out,
					struct sg_err *err) MUST_CHECK;
/* Signals that are in order of time, so that few come late. */
void import_lines_sort(struct import_lines *lines);
/* The i-th; its strings are in `pool` and in lines->bytes. */
enum sg_status import_lines_signal(const struct import_lines *lines, size_t i,
				   struct pool *pool, struct signal *signal_out,
				   struct sg_err *err) MUST_CHECK;
/* What was said about this line after all; it counts as bad. */
void import_lines_refuse(struct import_lines *lines, unsigned line,
			 const char *column, const char *text);
/* Takes the entries of this line out. */
void import_lines_drop(struct import_lines *lines, unsigned line);

/* --- inside: import_*.c ------------------------------------------------- */

/* A line of values in columns, either way. */
struct import_value {
	const struct import_column *column;
	const char *text;
	bool whole; /* one name, whatever is in it */
};
struct import_row {
	size_t n;
	struct import_value values[CSV_CELLS_MOST];
};
enum sg_status import_record_row(struct import_lines *lines,
				 const struct import_row *row,
				 struct sg_err *err) MUST_CHECK;
enum sg_status import_signal_row(struct import_lines *lines,
				 const struct import_row *row,
				 struct sg_err *err) MUST_CHECK;
enum sg_status import_json_row(struct import_lines *lines,
			       const struct json *object,
			       struct import_row *row_out,
			       struct sg_err *err) MUST_CHECK;
/* Whose line it is: normal form and record key into the signal. */
enum sg_status import_subject(struct import_lines *lines,
			      const struct import_row *row,
			      struct signal *signal,
			      struct sg_err *err) MUST_CHECK;
enum sg_status import_list_exists(struct import_lines *lines, const char *name,
				  struct sg_err *err) MUST_CHECK;
/* Checked and kept in its byte form. */
enum sg_status import_add(struct import_lines *lines,
			  const struct signal *signal,
			  struct sg_err *err) MUST_CHECK;

#endif

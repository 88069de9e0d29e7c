/*
 * csv.h - comma-separated values (RFC 4180): quoted cells with "" for a quote
 * and line ends inside, CRLF or LF. A byte order mark is skipped; the separator
 * is what the first line has outside quotes: comma, else semicolon, else tab
 * (spreadsheets of half the world write the second). Pure.
 */
#ifndef ENGINE_HTTP_API_CSV_H
#define ENGINE_HTTP_API_CSV_H

#include <stddef.h>

#include "base/buf.h"
#include "base/pool.h"

enum { CSV_CELLS_MOST = 512 };

struct csv {
	const char *text;
	size_t len, at;
	unsigned line; /* of the row that comes next, from 1 */
	char separator;
};

struct csv_row {
	unsigned line; /* where it begins */
	size_t n_cells;
	const char *cells[CSV_CELLS_MOST]; /* in the pool */
};

void csv_init(struct csv *csv, const char *text, size_t len);
/*
 * The next row that is not empty. SG_NONE: the end. SG_REFUSED: a malformed
 * row (row_out->line is set); the next call goes on after it.
 */
enum sg_status csv_next(struct csv *csv, struct pool *pool,
			struct csv_row *row_out, struct sg_err *err) MUST_CHECK;
/* Where the record that begins at `at` ends: past its line end, which is not
 * inside quotes. A quote opens only where a cell begins. */
size_t csv_record_end(const char *text, size_t len, size_t at);
/* Quoted where it must be; nothing is changed or added. */
void csv_write_cell(struct buf *to, const char *text);
/*
 * A spreadsheet runs what begins with = + - or @ as a formula, and a field's
 * value came from anybody who filled a form. An apostrophe before it makes it
 * text there. Numbers, also a telephone's, stay as they are. csv_unguard()
 * gives the text as it was before.
 */
void csv_write_guarded(struct buf *to, const char *text);
const char *csv_unguard(const char *cell);

#endif

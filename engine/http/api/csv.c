/* csv.c - see csv.h. */
#include "http/api/csv.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static char
find_separator(const char *text, size_t len)
{
	bool quoted = false, semicolon = false, tab = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (text[i] == '\n' || text[i] == ',')
			return text[i] == ',' ? ','
			       : semicolon    ? ';'
			       : tab	      ? '\t'
					      : ',';
		semicolon |= text[i] == ';';
		tab |= text[i] == '\t';
	}
	return semicolon ? ';' : tab ? '\t' : ',';
}

void
csv_init(struct csv *csv, const char *text, size_t len)
{
	memset(csv, 0, sizeof(*csv));
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	csv->text = text;
	csv->len = len;
	csv->line = 1;
	csv->separator = find_separator(text, len);
}

/* The byte at the place, '\0' at the end (a NUL inside is refused before). */
static char
peek(const struct csv *csv)
{
	return csv->at < csv->len ? csv->text[csv->at] : '\0';
}

static bool
at_line_end(const struct csv *csv)
{
	return csv->at >= csv->len || csv->text[csv->at] == '\n' ||
	       (csv->text[csv->at] == '\r' &&
		(csv->at + 1 >= csv->len || csv->text[csv->at + 1] == '\n'));
}

static void
skip_line_end(struct csv *csv)
{
	if (peek(csv) == '\r')
		csv->at++;
	if (peek(csv) == '\n') {
		csv->at++;
		csv->line++;
	}
}

static void
skip_row(struct csv *csv)
{
	while (csv->at < csv->len && csv->text[csv->at] != '\n')
		csv->at++;
	skip_line_end(csv);
}

static enum sg_status
read_quoted(struct csv *csv, struct buf *cell, struct sg_err *err)
{
	unsigned begun = csv->line;

	csv->at++;
	while (csv->at < csv->len) {
		char c = csv->text[csv->at++];

		if (c == '"' && peek(csv) == '"' && csv->at < csv->len) {
			csv->at++;
		} else if (c == '"') {
			if (at_line_end(csv) || peek(csv) == csv->separator)
				return SG_OK;
			return err_set(err, SG_REFUSED,
				       "text after a closing quote (write \"\" "
				       "for a quote inside quotes)");
		}
		csv->line += c == '\n';
		buf_append_char(cell, c);
	}
	return err_set(err, SG_REFUSED,
		       "the quote that opens on line %u is not closed", begun);
}

static enum sg_status
read_plain(struct csv *csv, struct buf *cell, struct sg_err *err)
{
	while (!at_line_end(csv) && peek(csv) != csv->separator) {
		if (peek(csv) == '"')
			return err_set(err, SG_REFUSED,
				       "a quote inside a cell that does not "
				       "begin with one");
		buf_append_char(cell, csv->text[csv->at++]);
	}
	return SG_OK;
}

static enum sg_status
read_cell(struct csv *csv, struct pool *pool, struct csv_row *row,
	  struct sg_err *err)
{
	struct buf cell = BUF_INIT;
	enum sg_status status;

	if (row->n_cells == CSV_CELLS_MOST)
		return err_set(err, SG_REFUSED, "more than %d cells",
			       CSV_CELLS_MOST);
	status = peek(csv) == '"' ? read_quoted(csv, &cell, err)
				  : read_plain(csv, &cell, err);
	if (status == SG_OK && memchr(buf_text(&cell), '\0', cell.len))
		status = err_set(err, SG_REFUSED, "a NUL byte");
	if (status == SG_OK)
		row->cells[row->n_cells++] =
			pool_memdup(pool, buf_text(&cell), cell.len);
	buf_done(&cell);
	return status;
}

enum sg_status
csv_next(struct csv *csv, struct pool *pool, struct csv_row *row_out,
	 struct sg_err *err)
{
	enum sg_status status;

	while (csv->at < csv->len && at_line_end(csv))
		skip_line_end(csv);
	row_out->line = csv->line;
	row_out->n_cells = 0;
	if (csv->at >= csv->len)
		return SG_NONE;
	for (;;) {
		status = read_cell(csv, pool, row_out, err);
		if (status != SG_OK) {
			skip_row(csv);
			return status;
		}
		if (at_line_end(csv))
			break;
		csv->at++; /* the separator */
	}
	skip_line_end(csv);
	return SG_OK;
}

size_t
csv_record_end(const char *text, size_t len, size_t at)
{
	bool quoted = false, begins = true;

	for (; at < len; at++) {
		char c = text[at];
		/* "" inside closes and opens again. */
		bool closes = c == '"' && quoted;

		if (c == '"')
			quoted = !quoted && begins;
		begins = closes || c == ',' || c == ';' || c == '\t';
		if (c == '\n' && !quoted)
			return at + 1;
	}
	return at;
}

void
csv_write_cell(struct buf *to, const char *text)
{
	/* Blanks at the ends belong to the cell, and not all readers keep them
	 * without quotes. */
	size_t len = strlen(text);
	bool quote = strpbrk(text, ",;\t\"\r\n") ||
		     (len && (*text == ' ' || text[len - 1] == ' '));

	if (!quote) {
		buf_append(to, text, len);
		return;
	}
	buf_append_char(to, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_append_char(to, '"');
		buf_append_char(to, *text);
	}
	buf_append_char(to, '"');
}

/* Past the apostrophes: what has some already gets one more, so that the way
 * back is exact. */
static bool
is_formula(const char *text)
{
	double number;

	text += strspn(text, "'");
	switch (*text) {
	case '=':
	case '@':
	case '\t':
	case '\r':
		return true;
	case '+':
	case '-':
		return !text_to_number(text, &number) &&
		       text[strspn(text, "0123456789 .,()/+-")];
	default:
		return false;
	}
}

void
csv_write_guarded(struct buf *to, const char *text)
{
	struct buf guarded = BUF_INIT;

	if (!is_formula(text)) {
		csv_write_cell(to, text);
		return;
	}
	buf_append_char(&guarded, '\'');
	buf_append_text(&guarded, text);
	csv_write_cell(to, buf_text(&guarded));
	buf_done(&guarded);
}

const char *
csv_unguard(const char *cell)
{
	return *cell == '\'' && is_formula(cell) ? cell + 1 : cell;
}

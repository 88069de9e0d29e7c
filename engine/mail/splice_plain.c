/*
 * splice_plain.c - edits in a part without transfer encoding. The bytes are
 * the text; what has to be minded is the length of the lines, since an MTA
 * folds a longer one and breaks the URL in it (RFC 5321 §4.5.3.1.6).
 */
#include "mail/splice_out.h"

#include <string.h>

enum { MOST = SPLICE_LINE_MOST };

/* Where the line may be broken for a link to fit. */
struct breaks {
	bool before; /* instead of the blank before the attribute */
	bool after;  /* after the value */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The offset in the body of a byte of the part's text. */
static size_t
raw(const struct splice_part *part, size_t at)
{
	return part->part->start + at;
}

/*
 * Whether the new value fits into a line of 998 bytes; *breaks_out says with
 * which breaks, the fewest first. What else is on the line only gets shorter
 * by a break: a line that was too long before is no worse, and no URL of ours
 * is in it. The old text is copied up to the byte before the attribute.
 */
static bool
fit_link(const struct splice_out *out, const struct splice_part *part,
	 const struct splice_edit *edit, struct breaks *breaks_out)
{
	size_t end = raw(part, edit->end);
	size_t lead = edit->start - edit->attribute_start;
	char separator = out->body[out->copied];
	size_t column, rest, first, last;
	unsigned i;

	rest = splice_rest_of_line(out->body, end, part->part->end, MOST);
	column = separator == '\n' ? 0 : splice_out_column(out, MOST) + 1;
	for (i = 0; i < 4; i++) {
		*breaks_out = (struct breaks){i & 1, i & 2};
		if (breaks_out->before && !is_blank(separator))
			continue;
		first = breaks_out->before ? 0 : column;
		last = breaks_out->after ? edit->quote != 0 : rest;
		if (first + lead + edit->len + last <= MOST)
			return true;
	}
	return false;
}

/* A line break after the value, in place of a blank if there is one. */
static void
break_after(struct splice_out *out, const struct splice_part *part, size_t at)
{
	bool blank = at < out->body_len && is_blank(out->body[at]);

	splice_out_begin(out, at, at + blank);
	buf_append_text(&out->text, part->eol);
	splice_out_end(out);
}

static bool
write_link(struct splice_out *out, const struct splice_part *part,
	   const struct splice_edit *edit)
{
	size_t attribute = raw(part, edit->attribute_start);
	struct breaks breaks;
	const char *newline;

	/* Columns count from the last line break before the attribute; a value
	 * on a line of its own (attribute = \n "…") is rare: left alone. */
	newline = memchr(out->body + attribute, '\n',
			 edit->start - edit->attribute_start);
	if (newline)
		return false;
	splice_out_copy(out, attribute - 1);
	if (!fit_link(out, part, edit, &breaks))
		return false;
	if (breaks.before) {
		splice_out_begin(out, attribute - 1, attribute);
		buf_append_text(&out->text, part->eol);
		splice_out_end(out);
	}
	splice_out_begin(out, raw(part, edit->start), raw(part, edit->end));
	buf_append(&out->text, edit->text, edit->len);
	splice_out_end(out);
	if (breaks.after)
		break_after(out, part,
			    raw(part, edit->end) + (edit->quote != 0));
	return true;
}

/* A line of text is not broken: who wrote it did not want it so. */
static bool
write_text_link(struct splice_out *out, const struct splice_part *part,
		const struct splice_edit *edit)
{
	size_t end = raw(part, edit->end), column;

	splice_out_copy(out, raw(part, edit->start));
	column = splice_out_column(out, MOST);
	if (column + edit->len +
		    splice_rest_of_line(out->body, end, part->part->end, MOST) >
	    MOST)
		return false;
	splice_out_begin(out, raw(part, edit->start), end);
	buf_append(&out->text, edit->text, edit->len);
	splice_out_end(out);
	return true;
}

/* Line breaks around it where the line would be too long. */
static bool
write_append(struct splice_out *out, const struct splice_part *part,
	     const struct splice_edit *edit)
{
	size_t at = raw(part, edit->start), column, rest;

	if (edit->len > MOST)
		return false;
	splice_out_begin(out, at, at);
	column = splice_out_column(out, MOST);
	rest = splice_rest_of_line(out->body, at, part->part->end, MOST);
	if (column && column + edit->len > MOST) {
		buf_append_text(&out->text, part->eol);
		column = 0;
	}
	buf_append(&out->text, edit->text, edit->len);
	if (rest && column + edit->len + rest > MOST)
		buf_append_text(&out->text, part->eol);
	splice_out_end(out);
	return true;
}

void
splice_plain_write(struct splice_out *out, const struct splice_part *part,
		   struct splice_result *result)
{
	const struct splice_edit *edit;
	size_t i;

	for (i = 0; i < part->n_edits; i++) {
		edit = &part->edits[i];
		if (!edit->is_link)
			result->appended = write_append(out, part, edit);
		else if (edit->is_text ? write_text_link(out, part, edit)
				       : write_link(out, part, edit))
			result->n_mapped++;
		else
			result->n_left_by_line++;
	}
}

/*
 * splice_base64.c - edits in a base64 part (RFC 2045 §6.8). New text is filled
 * up with blanks to whole groups of three bytes, so that the groups after it,
 * and the lines, stay as they were.
 */
#include "mail/splice_out.h"
#include "mail/transfer_code.h"

#include <string.h>

enum {
	MOST = SPLICE_ENCODED_LINE_MOST,
	MARK_EVERY = 1024 /* characters between two marks of the index */
};

static const char ALPHABET[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct base64_text {
	const char *raw; /* the part's content */
	size_t raw_len;
	size_t *marks; /* raw offset of character i * MARK_EVERY */
	size_t n_chars;
	size_t raw_end; /* after the last character and its '=' */
	const char *text;
	size_t len; /* decoded */
};

static bool
is_blank(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* The end of the data: '=' as needed, then only blanks. */
static bool
read_end(struct base64_text *index, size_t at)
{
	size_t pads = 0;

	index->raw_end = at;
	for (; at < index->raw_len; at++) {
		if (index->raw[at] == '=') {
			pads++;
			index->raw_end = at + 1;
		} else if (!is_blank(index->raw[at])) {
			return false;
		}
	}
	switch (index->n_chars % 4) {
	case 0:
		return pads == 0;
	case 2:
		return pads == 0 || pads == 2;
	case 3:
		return pads <= 1;
	default:
		return false;
	}
}

struct base64_text *
base64_text_new(struct pool *pool, const char *body, const struct part *part,
		const char **text, size_t *len)
{
	struct base64_text *index = pool_alloc(pool, sizeof(*index));
	unsigned bits = 0;
	size_t at, end = 0, n = 0;
	char *out;
	int value;

	index->raw = body + part->start;
	index->raw_len = part->end - part->start;
	index->marks = pool_alloc(pool, (index->raw_len / MARK_EVERY + 1) *
						sizeof(size_t));
	out = pool_alloc(pool, index->raw_len / 4 * 3 + 4);
	for (at = 0; at < index->raw_len; at++) {
		value = transfer_base64_value(index->raw[at]);
		if (value < 0 && is_blank(index->raw[at]))
			continue;
		if (value < 0)
			break;
		if (index->n_chars % MARK_EVERY == 0)
			index->marks[index->n_chars / MARK_EVERY] = at;
		bits = bits << 6 | (unsigned)value;
		index->n_chars++;
		end = at + 1;
		if (index->n_chars % 4 != 1)
			out[n++] = (char)(bits >>
					  (6 - 2 * ((index->n_chars - 1) % 4)));
	}
	if (!read_end(index, at == index->raw_len ? end : at))
		return NULL;
	index->text = out;
	index->len = n;
	*text = out;
	*len = n;
	return index;
}

/* Raw offset of character `i`; past the last one: the end of the data. */
static size_t
find_raw(const struct base64_text *index, size_t i)
{
	size_t at, n;

	if (i >= index->n_chars)
		return index->raw_end;
	at = index->marks[i / MARK_EVERY];
	for (n = i - i % MARK_EVERY; n < i; n++) {
		at++;
		while (is_blank(index->raw[at]))
			at++;
	}
	return at;
}

static void
write_char(struct buf *to, char c, size_t *column, const char *eol)
{
	if (*column >= MOST) {
		buf_append_text(to, eol);
		*column = 0;
	}
	buf_append_char(to, c);
	(*column)++;
}

static size_t
write_encoded(struct buf *to, const struct buf *bytes, size_t column,
	      const char *eol)
{
	const unsigned char *b;
	size_t i, left;
	unsigned bits;

	for (i = 0; i < bytes->len; i += 3) {
		b = (const unsigned char *)bytes->data + i;
		left = bytes->len - i;
		bits = (unsigned)b[0] << 16;
		bits |= left > 1 ? (unsigned)b[1] << 8 : 0;
		bits |= left > 2 ? b[2] : 0;
		write_char(to, ALPHABET[bits >> 18], &column, eol);
		write_char(to, ALPHABET[bits >> 12 & 63], &column, eol);
		write_char(to, left > 1 ? ALPHABET[bits >> 6 & 63] : '=',
			   &column, eol);
		write_char(to, left > 2 ? ALPHABET[bits & 63] : '=', &column,
			   eol);
	}
	return column;
}

/*
 * The edit with the blanks that keep the groups: old bytes [start, *end_out)
 * become what is appended.
 */
static void
append_filled(struct buf *to, const struct splice_edit *edit, size_t *end_out)
{
	size_t before = to->len, end = edit->end, old_len;

	buf_append(to, edit->text, edit->len);
	if (edit->is_link && edit->quote) {
		buf_append_char(to, edit->quote);
		end++;
	}
	old_len = end - edit->start;
	while (buf_ok(to) && (to->len - before) % 3 != old_len % 3)
		buf_append_char(to, ' ');
	*end_out = end;
}

/* One run of edits that share groups; returns how many they were. */
static size_t
write_run(struct splice_out *out, const struct splice_part *part,
	  const struct base64_text *index, size_t first, struct buf *bytes)
{
	size_t group = part->edits[first].start / 3, i = first, end, column;
	size_t last_group, raw_start, raw_end, rest, base = part->part->start;

	buf_reset(bytes);
	end = group * 3;
	do {
		buf_append(bytes, index->text + end,
			   part->edits[i].start - end);
		append_filled(bytes, &part->edits[i], &end);
		last_group = (end + 2) / 3;
		i++;
	} while (i < part->n_edits && part->edits[i].start < last_group * 3);
	if (last_group * 3 < index->len)
		buf_append(bytes, index->text + end, last_group * 3 - end);
	else
		buf_append(bytes, index->text + end, index->len - end);
	if (bytes->failed)
		out->text.failed = true;
	raw_start = base + find_raw(index, group * 4);
	raw_end = last_group == group
			  ? raw_start
			  : base + (last_group * 4 >= index->n_chars
					    ? index->raw_end
					    : find_raw(index,
						       last_group * 4 - 1) +
						      1);
	splice_out_begin(out, raw_start, raw_end);
	column = write_encoded(&out->text, bytes, splice_out_column(out, MOST),
			       part->eol);
	rest = splice_rest_of_line(out->body, raw_end, part->part->end, MOST);
	if (rest && column + rest > MOST)
		buf_append_text(&out->text, part->eol);
	splice_out_end(out);
	return i - first;
}

void
splice_base64_write(struct splice_out *out, const struct splice_part *part,
		    const struct base64_text *index)
{
	struct buf bytes;
	size_t i = 0;

	buf_init(&bytes, out->text.limit);
	while (i < part->n_edits)
		i += write_run(out, part, index, i, &bytes);
	buf_done(&bytes);
}

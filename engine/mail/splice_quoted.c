/*
 * splice_quoted.c - edits in a quoted-printable part (RFC 2045 §6.7): decode
 * with an index back to the raw bytes, replace from the first to the last raw
 * byte of a value, soft breaks so that lines stay within 76.
 */
#include "mail/splice_out.h"
#include "mail/transfer_code.h"

#include <string.h>

enum {
	MOST = SPLICE_ENCODED_LINE_MOST,
	MARK_EVERY = 256, /* decoded bytes between two marks of the index */
	RUN_MOST = 4096	  /* literal bytes after which there is a mark too */
};

/* Decoded byte `at` begins at raw byte `raw`. */
struct mark {
	size_t at, raw;
};

struct quoted_text {
	const char *raw; /* the part's content */
	size_t raw_len;
	struct mark *marks;
	size_t n_marks;
	size_t len; /* decoded */
};

/*
 * What begins at text[0] == '=': *byte_out is the byte, -1 for a soft break.
 * Returns its raw length. A '=' that is no escape is itself.
 */
static size_t
read_escape(const char *text, size_t len, int *byte_out)
{
	size_t used;

	if (len >= 3 && transfer_hex_value(text[1]) >= 0 &&
	    transfer_hex_value(text[2]) >= 0) {
		*byte_out = transfer_hex_value(text[1]) * 16 +
			    transfer_hex_value(text[2]);
		return 3;
	}
	used = transfer_soft_break(text, len);
	*byte_out = used ? -1 : '=';
	return used ? used : 1;
}

static size_t
literal_run(const char *text, size_t len)
{
	const char *equals;

	if (len > RUN_MOST)
		len = RUN_MOST;
	equals = memchr(text, '=', len);
	return equals ? (size_t)(equals - text) : len;
}

struct quoted_text *
quoted_text_new(struct pool *pool, const char *body, const struct part *part,
		const char **text, size_t *len)
{
	struct quoted_text *index = pool_alloc(pool, sizeof(*index));
	size_t at = 0, n = 0, run, last_mark = 0;
	char *out;
	int byte;

	index->raw = body + part->start;
	index->raw_len = part->end - part->start;
	out = pool_bytes(pool, index->raw_len + 1);
	index->marks = pool_alloc(pool, (index->raw_len / MARK_EVERY + 2) *
						sizeof(struct mark));
	index->marks[index->n_marks++] = (struct mark){0, 0};
	while (at < index->raw_len) {
		if (n - last_mark >= MARK_EVERY) {
			index->marks[index->n_marks++] = (struct mark){n, at};
			last_mark = n;
		}
		run = literal_run(index->raw + at, index->raw_len - at);
		memcpy(out + n, index->raw + at, run);
		n += run;
		at += run;
		if (run)
			continue;
		at += read_escape(index->raw + at, index->raw_len - at, &byte);
		if (byte >= 0)
			out[n++] = (char)byte;
	}
	out[n] = '\0';
	index->len = n;
	*text = out;
	*len = n;
	return index;
}

/* The last mark at or before decoded byte `at`. */
static struct mark
find_mark(const struct quoted_text *index, size_t at)
{
	size_t low = 0, high = index->n_marks, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (index->marks[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return index->marks[low];
}

/* Raw offset of decoded byte `at`; *end_out: after it. at == len: the end.
 * `last`: where the search before this one ended, mostly a little in front. */
static size_t
find_raw(const struct quoted_text *index, size_t at, struct mark *last,
	 size_t *end_out)
{
	struct mark mark = find_mark(index, at);
	size_t run, used;
	int byte;

	if (last->at > mark.at && last->at <= at)
		mark = *last;
	while (mark.raw < index->raw_len) {
		*last = mark;
		run = literal_run(index->raw + mark.raw,
				  index->raw_len - mark.raw);
		if (at - mark.at < run) {
			*end_out = mark.raw + (at - mark.at) + 1;
			return *end_out - 1;
		}
		mark.at += run;
		mark.raw += run;
		if (run)
			continue;
		used = read_escape(index->raw + mark.raw,
				   index->raw_len - mark.raw, &byte);
		if (byte >= 0 && mark.at == at) {
			*end_out = mark.raw + used;
			return mark.raw;
		}
		mark.at += byte >= 0;
		mark.raw += used;
	}
	*end_out = index->raw_len;
	return index->raw_len;
}

static void
soft_break_at(struct buf *to, size_t *column, const char *eol)
{
	buf_append_char(to, '=');
	buf_append_text(to, eol);
	*column = 0;
}

/* How many bytes from text[0] on stand for themselves, at most `most`. What is
 * spliced in is printable ASCII (splice.c): all but '='. */
static size_t
plain_run(const char *text, size_t len, size_t most)
{
	size_t run = len < most ? len : most;
	const char *equals = memchr(text, '=', run);

	if (equals)
		run = (size_t)(equals - text);
	/* A blank at a line's end would not survive. */
	if (run && run == len && text[run - 1] == ' ')
		run--;
	return run;
}

/* Encoded from `column` on; returns the column after it. */
static size_t
write_encoded(struct buf *to, const struct splice_edit *edit, size_t column,
	      const char *eol)
{
	static const char HEX[] = "0123456789ABCDEF";
	const char *text = edit->text;
	size_t len = edit->len, run, room;
	unsigned char c;

	while (len) {
		room = column < MOST - 1 ? MOST - 1 - column : 0;
		run = plain_run(text, len, room);
		buf_append(to, text, run);
		text += run;
		len -= run;
		column += run;
		room -= run;
		if (len == 0)
			break;
		if (room < 3) {
			soft_break_at(to, &column, eol);
			continue;
		}
		c = (unsigned char)*text++;
		len--;
		buf_append_char(to, '=');
		buf_append_char(to, HEX[c >> 4]);
		buf_append_char(to, HEX[c & 15]);
		column += 3;
	}
	return column;
}

void
splice_quoted_write(struct splice_out *out, const struct splice_part *part,
		    const struct quoted_text *index)
{
	const struct splice_edit *edit;
	size_t i, start, end, column, rest, base = part->part->start;
	struct mark last = {0, 0};

	for (i = 0; i < part->n_edits; i++) {
		edit = &part->edits[i];
		start = find_raw(index, edit->start, &last, &end);
		if (edit->end > edit->start)
			find_raw(index, edit->end - 1, &last, &end);
		else
			end = start;
		splice_out_begin(out, base + start, base + end);
		column = splice_out_column(out, MOST);
		column = write_encoded(&out->text, edit, column, part->eol);
		rest = splice_rest_of_line(out->body, base + end,
					   part->part->end, MOST);
		if (rest && column + rest > MOST)
			soft_break_at(&out->text, &column, part->eol);
		splice_out_end(out);
	}
}

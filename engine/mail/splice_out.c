/* splice_out.c - see splice_out.h. */
#include "mail/splice_out.h"

#include <assert.h>
#include <string.h>

void
splice_out_init(struct splice_out *out, struct pool *pool, const char *body,
		size_t body_len, size_t most)
{
	memset(out, 0, sizeof(*out));
	out->pool = pool;
	out->body = body;
	out->body_len = body_len;
	buf_init(&out->text, most);
	/* What most mails come to: so that it does not grow bit by bit. */
	if (body_len + body_len / 4 <= most)
		(void)buf_reserve(&out->text, body_len + body_len / 4);
}

void
splice_out_done(struct splice_out *out)
{
	if (out)
		buf_done(&out->text);
}

void
splice_out_copy(struct splice_out *out, size_t at)
{
	assert(at >= out->copied && at <= out->body_len);
	buf_append(&out->text, out->body + out->copied, at - out->copied);
	out->copied = at;
}

static void
grow(struct splice_out *out)
{
	struct splice *grown;

	out->cap = out->cap ? out->cap * 2 : 64;
	grown = pool_alloc(out->pool, out->cap * sizeof(*grown));
	if (out->n_splices)
		memcpy(grown, out->splices, out->n_splices * sizeof(*grown));
	out->splices = grown;
}

void
splice_out_begin(struct splice_out *out, size_t start, size_t end)
{
	splice_out_copy(out, start);
	assert(end >= start && end <= out->body_len);
	if (out->n_splices == out->cap)
		grow(out);
	out->splices[out->n_splices++] = (struct splice){
		.start = start,
		.end = end,
		.new_start = out->text.len,
	};
	out->copied = end;
}

void
splice_out_end(struct splice_out *out)
{
	out->splices[out->n_splices - 1].new_end = out->text.len;
}

size_t
splice_out_column(const struct splice_out *out, size_t most)
{
	size_t column = 0;

	while (column <= most && column < out->text.len &&
	       out->text.data[out->text.len - column - 1] != '\n')
		column++;
	return column;
}

size_t
splice_rest_of_line(const char *body, size_t at, size_t end, size_t most)
{
	size_t len = end - at < most + 2 ? end - at : most + 2;
	const char *newline = memchr(body + at, '\n', len);

	if (!newline)
		return len < most + 1 ? len : most + 1;
	len = (size_t)(newline - (body + at));
	return len && body[at + len - 1] == '\r' ? len - 1 : len;
}

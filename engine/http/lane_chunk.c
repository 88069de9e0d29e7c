/* lane_chunk.c - see lane_chunk.h. */
#include "http/lane_chunk.h"

enum { DIGITS_MOST = 8 };

enum {
	SIZE, /* the first: where all begins */
	SIZE_LF,
	BYTES,
	BYTES_CR,
	BYTES_LF,
	END_CR,
	END_LF,
	DONE,
	BAD
};

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
read_size(struct lane_chunk *chunk, char c)
{
	int value = hex_value(c);

	if (value < 0)
		return c == '\r' && chunk->digits ? SIZE_LF : BAD;
	if (++chunk->digits > DIGITS_MOST)
		return BAD;
	chunk->left = chunk->left << 4 | (unsigned)value;
	return SIZE;
}

/* Anything but the bytes themselves, one by one. */
static int
read_one(struct lane_chunk *chunk, char c)
{
	switch (chunk->expects) {
	case SIZE:
		return read_size(chunk, c);
	case SIZE_LF:
		chunk->digits = 0;
		if (c != '\n')
			return BAD;
		return chunk->left ? BYTES : END_CR;
	case BYTES_CR:
		return c == '\r' ? BYTES_LF : BAD;
	case BYTES_LF:
		return c == '\n' ? SIZE : BAD;
	case END_CR:
		return c == '\r' ? END_LF : BAD;
	case END_LF:
		return c == '\n' ? DONE : BAD;
	default:
		return chunk->expects;
	}
}

enum lane_chunk_result
lane_chunk_read(struct lane_chunk *chunk, const char *bytes, size_t len,
		size_t most, struct buf *to)
{
	const char *end = bytes + len;
	size_t n;

	while (bytes < end && chunk->expects != DONE && chunk->expects != BAD) {
		if (chunk->expects != BYTES) {
			chunk->expects = read_one(chunk, *bytes++);
			continue;
		}
		n = (size_t)(end - bytes);
		if (n > chunk->left)
			n = (size_t)chunk->left;
		if (n > most - to->len)
			return LANE_CHUNK_LARGE;
		buf_append(to, bytes, n);
		bytes += n;
		chunk->left -= n;
		if (chunk->left == 0)
			chunk->expects = BYTES_CR;
	}
	if (chunk->expects == BAD)
		return LANE_CHUNK_BAD;
	return chunk->expects == DONE ? LANE_CHUNK_END : LANE_CHUNK_MORE;
}

/*
 * What a client sends, before the quick lane: read in bounds; what is taken is
 * a whole GET or HEAD of an open or a click, and its strings stand in the
 * bytes; cut short it is not taken, and what follows it changes nothing. What
 * is not taken is a head that is still coming, or one that is refused, or the
 * other lane's; and a whole one that is refused or passed on is it whatever
 * follows. A body in chunks is the same however it comes in pieces.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/lane_chunk.h"
#include "http/lane_head.h"
#include "http/lane_request.h"

enum { BODY_MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An allocation of just that length, so that each byte past it is seen. */
static bool
take(const uint8_t *data, size_t len, char **bytes_out,
     struct lane_request *request)
{
	*bytes_out = malloc(len + !len);
	assert(*bytes_out);
	if (len)
		memcpy(*bytes_out, data, len);
	return lane_request_read(*bytes_out, len, request);
}

static bool
is_in(const char *text, const char *bytes, size_t len)
{
	return text >= bytes && text + strlen(text) < bytes + len;
}

static void
check(const struct lane_request *request, const char *bytes, size_t size)
{
	size_t len = request->len;

	assert(len <= size);
	assert(!strcmp(request->method, "GET") ||
	       !strcmp(request->method, "HEAD"));
	assert(!strncmp(request->path, "/o/", 3) ||
	       !strncmp(request->path, "/c/", 3));
	assert(is_in(request->path, bytes, len));
	assert(!*request->query || is_in(request->query, bytes, len));
	assert(request->n_headers <= LANE_HEADERS_MOST);
	for (size_t i = 0; i < request->n_headers; i++) {
		const struct lane_header *header = &request->headers[i];

		assert(is_in(header->name, bytes, len));
		assert(is_in(header->value, bytes, len));
		assert(strlen(header->name) == header->name_len);
		assert(!strpbrk(header->value, "\r\n\t") && *header->value);
		assert(request->handle.header(&request->handle, header->name));
	}
	assert(request->handle.header(&request->handle, "Host"));
	assert(!request->handle.header(&request->handle, "Content-Length"));
	assert(!request->handle.header(&request->handle, "Transfer-Encoding"));
}

/* Reading may have been at it before. */
static void
check_head(const uint8_t *data, size_t size, const char *read)
{
	size_t len = size < LANE_HEAD_MOST ? size : LANE_HEAD_MOST;
	int what = lane_head_look(read, len);

	assert(what == LANE_HEAD_OTHER || what == LANE_HEAD_MORE ||
	       what == 400 || what == 414 || what == 431);
	assert(what == lane_head_look((const char *)data, len));
	assert(what != LANE_HEAD_MORE || len < LANE_HEAD_MOST);
	if (len > 0 && what == LANE_HEAD_MORE)
		assert(lane_head_look((const char *)data, len - 1) ==
		       (len > 1 ? LANE_HEAD_MORE : LANE_HEAD_OTHER));
}

/* In pieces of so many bytes. */
static enum lane_chunk_result
read_chunks(const uint8_t *data, size_t size, size_t step, struct buf *body)
{
	enum lane_chunk_result result = LANE_CHUNK_MORE;
	struct lane_chunk chunk = {0};

	for (size_t at = 0; at < size && result == LANE_CHUNK_MORE; at += step)
		result = lane_chunk_read(&chunk, (const char *)data + at,
					 size - at < step ? size - at : step,
					 BODY_MOST, body);
	return result;
}

static void
check_chunks(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT, pieces = BUF_INIT;
	enum lane_chunk_result result =
		read_chunks(data, size, size + 1, &whole);

	assert(whole.len <= BODY_MOST && whole.len <= size);
	assert(read_chunks(data, size, 1, &pieces) == result);
	/* Of a chunk that is too large none is kept, or what came of it. */
	assert(result == LANE_CHUNK_LARGE ||
	       (whole.len == pieces.len &&
		memcmp(buf_text(&whole), buf_text(&pieces), whole.len) == 0));
	buf_done(&whole);
	buf_done(&pieces);
}

static void
check_chunked_head(const uint8_t *data, size_t size)
{
	struct lane_request request;
	bool continues;
	char *bytes = malloc(size + !size);

	assert(bytes);
	if (size)
		memcpy(bytes, data, size);
	if (lane_request_read_chunked(bytes, size, &request, &continues)) {
		assert(request.len <= size);
		assert(is_in(request.path, bytes, request.len));
		for (size_t i = 0; i < request.n_headers; i++)
			assert(is_in(request.headers[i].value, bytes,
				     request.len));
		check_chunks(data + request.len, size - request.len);
	}
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lane_request request, again;
	char *bytes, *other;

	check_chunked_head(data, size);
	check_chunks(data, size);
	if (take(data, size, &bytes, &request)) {
		check(&request, bytes, size);
		assert(memcmp(data + request.len - 4, "\r\n\r\n", 4) == 0);
		assert(!take(data, request.len - 1, &other, &again));
		free(other);
		assert(take(data, request.len, &other, &again));
		assert(again.len == request.len &&
		       again.n_headers == request.n_headers);
		free(other);
	} else {
		check_head(data, size, bytes);
	}
	free(bytes);
	return 0;
}

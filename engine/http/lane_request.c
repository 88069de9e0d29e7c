/* lane_request.c - see lane_request.h. */
#include "http/lane_request.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* What is left to read. */
struct rest {
	char *at, *end;
};

static bool
is_visible(char c)
{
	return c > ' ' && c < 127;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
skip(struct rest *rest, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(rest->end - rest->at) < len ||
	    memcmp(rest->at, text, len) != 0)
		return false;
	rest->at += len;
	return true;
}

/* Up to the blank, which becomes its NUL. */
static bool
read_target(struct rest *rest, struct lane_request *request)
{
	char *begin = rest->at, *query;

	while (rest->at < rest->end && is_visible(*rest->at))
		rest->at++;
	if (rest->at == rest->end || *rest->at != ' ')
		return false;
	*rest->at++ = '\0';
	request->path = begin;
	request->query = "";
	query = strchr(begin, '?');
	if (query) {
		*query++ = '\0';
		request->query = query;
	}
	return true;
}

static bool
read_request_line(struct rest *rest, struct lane_request *request)
{
	if (skip(rest, "GET "))
		request->method = "GET";
	else if (skip(rest, "HEAD "))
		request->method = "HEAD";
	else
		return false;
	if (rest->end - rest->at < 3 || (memcmp(rest->at, "/o/", 3) != 0 &&
					 memcmp(rest->at, "/c/", 3) != 0))
		return false;
	return read_target(rest, request) && skip(rest, "HTTP/1.1\r\n");
}

/* Eight bytes, and each of them printable ASCII or a blank: none has its high
 * bit, none gets it by 1 more (DEL), each gets it by 96 more. */
static bool
are_plain(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return !((eight | (eight + ones) | ~(eight + ones * 96)) & high);
}

/* "Name: value" CRLF: one blank before the value, none after it, no other
 * character than printable ASCII in it. */
static bool
read_header(struct rest *rest, struct lane_header *header)
{
	char *begin = rest->at;

	while (rest->at < rest->end && text_is_token_char(*rest->at))
		rest->at++;
	header->name = begin;
	header->name_len = (size_t)(rest->at - begin);
	begin = rest->at;
	if (header->name_len == 0 || !skip(rest, ": ") ||
	    rest->at == rest->end || !is_visible(*rest->at))
		return false;
	*begin = '\0';
	header->value = rest->at;
	while (rest->end - rest->at >= 8 && are_plain(rest->at))
		rest->at += 8;
	while (rest->at < rest->end &&
	       (is_visible(*rest->at) || *rest->at == ' '))
		rest->at++;
	begin = rest->at;
	if (begin[-1] == ' ' || !skip(rest, "\r\n"))
		return false;
	*begin = '\0';
	return true;
}

/* The same with any blanks around the value, or none, and none of it. */
static bool
read_loose_header(struct rest *rest, struct lane_header *header)
{
	char *begin = rest->at;

	while (rest->at < rest->end && text_is_token_char(*rest->at))
		rest->at++;
	header->name = begin;
	header->name_len = (size_t)(rest->at - begin);
	begin = rest->at;
	if (header->name_len == 0 || !skip(rest, ":"))
		return false;
	*begin = '\0';
	while (rest->at < rest->end && is_blank(*rest->at))
		rest->at++;
	header->value = begin = rest->at;
	for (; rest->at < rest->end &&
	       (is_visible(*rest->at) || is_blank(*rest->at));
	     rest->at++)
		if (!is_blank(*rest->at))
			begin = rest->at + 1;
	if (!skip(rest, "\r\n"))
		return false;
	*begin = '\0';
	return true;
}

static bool
is_named(const struct lane_header *header, const char *name, size_t len)
{
	return header->name_len == len &&
	       strncasecmp(header->name, name, len) == 0;
}

static const char *
find_header(const struct http_handle *handle, const char *name)
{
	const struct lane_request *self = (const struct lane_request *)handle;
	size_t len = strlen(name);

	for (size_t i = 0; i < self->n_headers; i++)
		if (is_named(&self->headers[i], name, len))
			return self->headers[i].value;
	return NULL;
}

static size_t
find_all(const struct http_handle *handle, const char *name,
	 const char **values, size_t most)
{
	const struct lane_request *self = (const struct lane_request *)handle;
	size_t len = strlen(name), n = 0;

	for (size_t i = 0; i < self->n_headers; i++)
		if (is_named(&self->headers[i], name, len)) {
			if (n < most)
				values[n] = self->headers[i].value;
			n++;
		}
	return n;
}

#define NAMED(header, name) is_named(header, name, sizeof(name) - 1)

/* A body, another protocol, cookies: for the other lane. */
static bool
is_other_lane(const struct lane_header *header)
{
	switch (header->name[0] | 0x20) {
	case 'c':
		return NAMED(header, "Content-Length") ||
		       NAMED(header, "Cookie");
	case 'e':
		return NAMED(header, "Expect");
	case 't':
		return NAMED(header, "Transfer-Encoding") ||
		       NAMED(header, "TE") || NAMED(header, "Trailer");
	case 'u':
		return NAMED(header, "Upgrade");
	default:
		return false;
	}
}

struct seen {
	unsigned hosts, connections;
};

static bool
take_header(struct lane_request *request, const struct lane_header *header,
	    struct seen *seen)
{
	if (is_other_lane(header))
		return false;
	if (NAMED(header, "Host"))
		return ++seen->hosts == 1;
	if (!NAMED(header, "Connection"))
		return true;
	request->close_after = strcasecmp(header->value, "close") == 0;
	return ++seen->connections == 1 &&
	       (request->close_after ||
		strcasecmp(header->value, "keep-alive") == 0);
}

/* --- a POST in chunks ----------------------------------------------------- */

struct seen_chunked {
	unsigned hosts, encodings, expects;
};

static bool
take_chunked_header(const struct lane_header *header, struct seen_chunked *seen)
{
	if (NAMED(header, "Content-Length") || NAMED(header, "Trailer") ||
	    NAMED(header, "Upgrade"))
		return false;
	if (NAMED(header, "Host"))
		return ++seen->hosts == 1;
	if (NAMED(header, "Transfer-Encoding"))
		return ++seen->encodings == 1 &&
		       strcasecmp(header->value, "chunked") == 0;
	if (NAMED(header, "Expect"))
		return ++seen->expects == 1 &&
		       strcasecmp(header->value, "100-continue") == 0;
	return true;
}

static void
begin(struct lane_request *request)
{
	request->handle.magic = HTTP_HANDLE_MAGIC;
	request->handle.header = find_header;
	request->handle.all = find_all;
	request->handle.is_over = NULL;
	request->handle.over_limit = false;
	request->close_after = false;
	request->n_headers = 0;
}

bool
lane_request_read_chunked(char *bytes, size_t len, struct lane_request *request,
			  bool *continues_out)
{
	struct rest rest = {bytes, bytes + len};
	struct seen_chunked seen = {0, 0, 0};

	begin(request);
	request->method = "POST";
	if (!skip(&rest, "POST ") || rest.at == rest.end || *rest.at != '/' ||
	    !read_target(&rest, request) || !skip(&rest, "HTTP/1.1\r\n"))
		return false;
	while (!skip(&rest, "\r\n")) {
		struct lane_header *header;

		if (request->n_headers == LANE_HEADERS_MOST)
			return false;
		header = &request->headers[request->n_headers++];
		if (!read_loose_header(&rest, header) ||
		    !take_chunked_header(header, &seen))
			return false;
	}
	request->len = (size_t)(rest.at - bytes);
	request->close_after = true;
	*continues_out = seen.expects > 0;
	return seen.hosts == 1 && seen.encodings == 1;
}

/* --- an open or a click --------------------------------------------------- */

bool
lane_request_read(char *bytes, size_t len, struct lane_request *request)
{
	struct rest rest = {bytes, bytes + len};
	struct seen seen = {0, 0};
	struct lane_header *header;

	begin(request);
	if (!read_request_line(&rest, request))
		return false;
	while (!skip(&rest, "\r\n")) {
		if (request->n_headers == LANE_HEADERS_MOST)
			return false;
		header = &request->headers[request->n_headers++];
		if (!read_header(&rest, header) ||
		    !take_header(request, header, &seen))
			return false;
	}
	request->len = (size_t)(rest.at - bytes);
	return seen.hosts == 1;
}

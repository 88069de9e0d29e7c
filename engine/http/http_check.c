/*
 * http_check.c - refuse what two HTTP implementations could read in two ways.
 * libmicrohttpd 0.9.75 takes Content-Length together with Transfer-Encoding, a
 * missing Host, repeated framing headers and bare line feeds; a proxy before
 * us may see the end of such a request elsewhere (request smuggling, RFC 9112
 * §11.2). It also joins folded lines and skips blanks; what it gives us points
 * into its read buffer, and by where it stands there we know.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/http_private.h"
#include "http/lane_head.h"

enum { CONTENT_LENGTH_DIGITS_MOST = 18, HEADER_MOST = 1 << 20 };

struct framing {
	unsigned hosts, lengths, encodings;
	bool malformed;
	const char *length, *encoding;
	const char *next; /* where the next line begins */
	size_t n;
};

static bool
is_token(const char *name, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!text_is_token_char(name[i]))
			return false;
	return true;
}

/*
 * What libmicrohttpd gives us stands in its read buffer, where it has written
 * NUL over the line's end: over CR and LF both, so that after the text's NUL
 * there is a second one. After a bare LF there is the next line's first byte,
 * unless that line is the empty one. The buffer always reaches at least to
 * there.
 */
static bool
ends_with_crlf(const char *value, size_t len)
{
	return value[len] == '\0' && value[len + 1] == '\0';
}

/* The value follows its name, behind the colon (NUL now) and blanks. One that
 * went on in a second line (obs-fold) was put together elsewhere. */
static bool
stands_behind(const char *name, size_t name_len, const char *value)
{
	const char *at = name + name_len;

	if (value <= at || value - at > HEADER_MOST || *at != '\0')
		return false;
	for (at++; at < value; at++)
		if (*at != ' ' && *at != '\t')
			return false;
	return true;
}

static enum MHD_Result
look(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len,
     const char *value, size_t value_len)
{
	struct framing *framing = arg;

	/* A line without a name is left out without a word. */
	if (!value || name != framing->next || !is_token(name, name_len) ||
	    memchr(value, '\r', value_len) || memchr(value, '\n', value_len) ||
	    memchr(value, '\0', value_len) ||
	    (value_len > 0 && !ends_with_crlf(value, value_len)) ||
	    !stands_behind(name, name_len, value)) {
		framing->malformed = true;
		return MHD_NO;
	}
	framing->next = value + value_len + 2;
	framing->n++;
	if (strcasecmp(name, "Host") == 0) {
		framing->hosts++;
	} else if (strcasecmp(name, "Content-Length") == 0) {
		framing->lengths++;
		framing->length = value;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		framing->encodings++;
		framing->encoding = value;
	}
	return MHD_YES;
}

static bool
is_number(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= CONTENT_LENGTH_DIGITS_MOST &&
	       strspn(text, "0123456789") == len;
}

static int
check_framing(const struct framing *framing, bool is_1_1, size_t body_most)
{
	if (framing->malformed || framing->hosts > 1 || framing->lengths > 1 ||
	    framing->encodings > 1 || (is_1_1 && framing->hosts == 0))
		return 400;
	if (framing->encodings && (framing->lengths || !is_1_1))
		return 400;
	if (framing->encodings && strcasecmp(framing->encoding, "chunked") != 0)
		return 501;
	if (framing->lengths && !is_number(framing->length))
		return 400;
	if (framing->lengths && strtoull(framing->length, NULL, 10) > body_most)
		return 413;
	return 0;
}

static bool
is_method(const char *method)
{
	static const char *const known[] = {"GET",   "HEAD",   "POST",	 "PUT",
					    "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

/* Printable ASCII without blanks: everything else belongs percent-encoded. */
static bool
is_target(const char *uri)
{
	for (; *uri; uri++)
		if (*uri <= ' ' || *uri >= 127)
			return false;
	return true;
}

/* Method, one blank, target, one blank, version, as libmicrohttpd left them in
 * its buffer with a NUL for each blank. It skips further blanks, and takes a
 * NUL in the target for its end. */
static bool
is_one_line(const struct http_checked *request)
{
	const char *url = request->method + strlen(request->method) + 1;

	return request->url == url &&
	       request->version == url + request->target_len + 1;
}

/* As the lane has it (lane_head.h), which sees a connection's first only. */
static int
check_size(const struct http_checked *request, const struct framing *framing)
{
	size_t line = (size_t)(request->version - request->method);

	if (request->is_private || framing->malformed)
		return 0;
	if (line > LANE_HEAD_MOST)
		return 414;
	return framing->n > LANE_FIELDS_MOST ||
			       framing->next - request->method > LANE_HEAD_MOST
		       ? 431
		       : 0;
}

int
http_check(const struct http_checked *request)
{
	struct framing framing = {.next = request->version +
					  strlen(request->version) + 2};
	bool is_1_1 = strcmp(request->version, "HTTP/1.1") == 0;
	int status;

	if (!is_1_1 && strcmp(request->version, "HTTP/1.0") != 0)
		return 505;
	if (!ends_with_crlf(request->version, strlen(request->version)) ||
	    !is_one_line(request))
		return 400;
	if (!is_method(request->method))
		return 501;
	if (!is_target(request->target) ||
	    (request->target[0] != '/' && strcmp(request->target, "*") != 0))
		return 400;
	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, look,
				    &framing);
	/* Behind the last there is the empty line. */
	if (framing.next[0] || framing.next[1])
		framing.malformed = true;
	status = check_size(request, &framing);
	if (status == 0)
		status = check_framing(&framing, is_1_1, request->body_most);
	/* What libmicrohttpd takes for the end of a line between two chunks is
	 * more than a CRLF, and nobody sees it but itself. A connection's first
	 * POST in chunks is read in http_lane_chunked.c. */
	if (status == 0 && framing.encodings && !request->is_private)
		return 411;
	return status;
}

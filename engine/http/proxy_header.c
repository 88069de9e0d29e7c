/* proxy_header.c - see proxy_header.h. */
#include "http/proxy_header.h"

#include <stdbool.h>
#include <string.h>

enum {
	V1_MOST = 107, /* with its CRLF */
	V2_HEAD = 16,
	V2_TCP4 = 0x11,
	V2_TCP6 = 0x21,
	V2_TCP4_LEN = 12,
	V2_TCP6_LEN = 36
};

static const char v1_begin[] = "PROXY ";
static const char v2_begin[] = "\r\n\r\n\0\r\nQUIT\n";

/* --- version 1: a line --------------------------------------------------- */

struct words {
	const char *at, *end;
};

/* The next word; one blank between two, none at the ends. */
static bool
next_word(struct words *words, const char **word, size_t *len)
{
	const char *blank =
		memchr(words->at, ' ', (size_t)(words->end - words->at));
	const char *end = blank ? blank : words->end;

	*word = words->at;
	*len = (size_t)(end - words->at);
	words->at = blank ? blank + 1 : words->end;
	return *len > 0;
}

static bool
read_port(struct words *words, uint16_t *port)
{
	const char *word;
	unsigned number = 0;
	size_t len;

	if (!next_word(words, &word, &len) || len > 5 ||
	    (len > 1 && word[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		number = number * 10 + (unsigned)(word[i] - '0');
	}
	*port = (uint16_t)number;
	return number <= UINT16_MAX;
}

static bool
read_address(struct words *words, bool v6, struct inet_address *address)
{
	const char *word;
	size_t len;

	return next_word(words, &word, &len) &&
	       inet_parse(word, len, address) &&
	       (memchr(word, ':', len) != NULL) == v6;
}

static enum proxy_result
read_line(const char *line, size_t len, struct proxy_header *header)
{
	struct words words = {line + sizeof(v1_begin) - 1, line + len};
	struct inet_address source, ours;
	uint16_t port, our_port;
	const char *word;
	size_t word_len;
	bool v6;

	if (!next_word(&words, &word, &word_len))
		return PROXY_BAD;
	if (word_len == 7 && memcmp(word, "UNKNOWN", 7) == 0)
		return PROXY_OWN;
	if (word_len != 4 || memcmp(word, "TCP", 3) != 0 ||
	    (word[3] != '4' && word[3] != '6'))
		return PROXY_BAD;
	v6 = word[3] == '6';
	if (!read_address(&words, v6, &source) ||
	    !read_address(&words, v6, &ours) || !read_port(&words, &port) ||
	    !read_port(&words, &our_port) || line[len - 1] == ' ')
		return PROXY_BAD;
	header->source = source;
	header->port = port;
	return words.at == words.end ? PROXY_SOURCE : PROXY_BAD;
}

static enum proxy_result
read_v1(const char *bytes, size_t len, struct proxy_header *header)
{
	size_t most = len < V1_MOST ? len : V1_MOST;
	const char *end = memchr(bytes, '\n', most);

	if (!end)
		return len < V1_MOST && !memchr(bytes, '\0', len) ? PROXY_MORE
								  : PROXY_BAD;
	/* As while it comes: no NUL in a line. */
	if (end[-1] != '\r' || memchr(bytes, '\r', (size_t)(end - bytes - 1)) ||
	    memchr(bytes, '\0', (size_t)(end - bytes)))
		return PROXY_BAD;
	header->len = (size_t)(end + 1 - bytes);
	return read_line(bytes, (size_t)(end - 1 - bytes), header);
}

/* --- version 2: bytes ----------------------------------------------------- */

static unsigned
number_of(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static enum proxy_result
read_v2_source(const unsigned char *at, size_t len, unsigned family,
	       struct proxy_header *header)
{
	if (family == V2_TCP4 && len >= V2_TCP4_LEN) {
		inet_from_v4(at, &header->source);
		header->port = (uint16_t)number_of(at + 8);
		return PROXY_SOURCE;
	}
	if (family == V2_TCP6 && len >= V2_TCP6_LEN) {
		memcpy(header->source.bytes, at, sizeof(header->source.bytes));
		header->port = (uint16_t)number_of(at + 32);
		return PROXY_SOURCE;
	}
	/* No address, a Unix socket's, datagrams: nothing for us in there. */
	return family == V2_TCP4 || family == V2_TCP6 ? PROXY_BAD : PROXY_OWN;
}

static enum proxy_result
read_v2(const unsigned char *bytes, size_t len, struct proxy_header *header)
{
	size_t rest;

	if (len < V2_HEAD)
		return PROXY_MORE;
	rest = number_of(bytes + 14);
	if ((bytes[12] != 0x20 && bytes[12] != 0x21) ||
	    rest > PROXY_HEADER_MOST - V2_HEAD)
		return PROXY_BAD;
	if (len < V2_HEAD + rest)
		return PROXY_MORE;
	header->len = V2_HEAD + rest;
	if (bytes[12] == 0x20) /* LOCAL */
		return PROXY_OWN;
	return read_v2_source(bytes + V2_HEAD, rest, bytes[13], header);
}

static bool
begins(const char *bytes, size_t len, const char *with, size_t with_len)
{
	return memcmp(bytes, with, len < with_len ? len : with_len) == 0;
}

enum proxy_result
proxy_header_read(const char *bytes, size_t len, struct proxy_header *header)
{
	if (begins(bytes, len, v2_begin, sizeof(v2_begin) - 1))
		return read_v2((const unsigned char *)bytes, len, header);
	if (!begins(bytes, len, v1_begin, sizeof(v1_begin) - 1))
		return PROXY_BAD;
	if (len < sizeof(v1_begin) - 1)
		return PROXY_MORE;
	return read_v1(bytes, len, header);
}

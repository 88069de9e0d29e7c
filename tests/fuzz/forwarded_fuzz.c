/*
 * X-Forwarded-For and Forwarded, as anybody may write them: read in bounds;
 * whatever a client put there, the address that a trusted proxy wrote behind
 * it is the one that is found.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says which header; a line feed stands between two lines. */
static size_t
split(char *text, const char *lines[HTTP_ORIGIN_LINES_MOST])
{
	size_t n = 0;

	while (text && n < HTTP_ORIGIN_LINES_MOST) {
		char *next = strchr(text, '\n');

		if (next)
			*next++ = '\0';
		lines[n++] = text;
		text = next;
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_trust trust = {0};
	struct inet_address origin, client;
	const char *lines[HTTP_ORIGIN_LINES_MOST];
	char *text, *appended;
	size_t n;

	if (size == 0 || http_trust_parse("127.0.0.1", &trust, NULL) != SG_OK)
		return 0;
	trust.header = data[0] & 1 ? HTTP_FORWARDED_RFC : HTTP_FORWARDED_X_FOR;
	text = calloc(1, size);
	appended = calloc(1, size + 64);
	assert(text && appended);
	memcpy(text, data + 1, size - 1);
	n = split(text, lines);
	(void)http_origin_find(&trust, lines, n, &origin);

	snprintf(appended, size + 64, "%s, %s203.0.113.9", lines[0],
		 trust.header == HTTP_FORWARDED_RFC ? "for=" : "");
	lines[0] = appended;
	assert(http_origin_find(&trust, lines, 1, &origin));
	assert(inet_parse("203.0.113.9", 11, &client));
	assert(inet_equal(&origin, &client));
	free(text);
	free(appended);
	return 0;
}

/*
 * What a proxy sends first: read in bounds; what is taken is taken again when
 * more follows it, and while it is cut it is waited for or refused.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An allocation of just that length, so that each byte past it is seen. */
static enum proxy_result
read_copy(const uint8_t *data, size_t len, struct proxy_header *header)
{
	char *bytes = malloc(len + !len);
	enum proxy_result result;

	assert(bytes);
	if (len)
		memcpy(bytes, data, len);
	result = proxy_header_read(bytes, len, header);
	free(bytes);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header header, again;
	enum proxy_result result = read_copy(data, size, &header);
	char text[INET_TEXT_SIZE];

	if (result == PROXY_MORE)
		assert(size < PROXY_HEADER_MOST);
	if (result != PROXY_SOURCE && result != PROXY_OWN)
		return 0;
	assert(header.len <= size && header.len <= PROXY_HEADER_MOST);
	assert(read_copy(data, header.len, &again) == result);
	assert(again.len == header.len);
	assert(read_copy(data, header.len - 1, &again) == PROXY_MORE);
	if (result == PROXY_SOURCE) {
		inet_print(&header.source, text);
		assert(inet_parse(text, strlen(text), &again.source));
		assert(inet_equal(&header.source, &again.source));
	}
	return 0;
}

/* lane_head.c - see lane_head.h. */
#include "http/lane_head.h"

#include <stdbool.h>
#include <string.h>

enum { METHOD_MOST = 16 };

/* Upper-case letters, then a blank: whatever begins otherwise need not be
 * waited for. */
static bool
begins_with_method(const char *bytes, size_t len)
{
	size_t letters = 0;

	while (letters < len && bytes[letters] >= 'A' && bytes[letters] <= 'Z')
		letters++;
	return letters > 0 && letters <= METHOD_MOST &&
	       (letters == len || bytes[letters] == ' ');
}

/* A line from `at`, or NULL when its end is not there: what follows it.
 * Reading leaves line feeds as they came. */
static const char *
line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed ? feed + 1 : NULL;
}

static bool
is_empty(const char *at, const char *next)
{
	return next - at == 1 || (next - at == 2 && *at == '\r');
}

int
lane_head_look(const char *bytes, size_t len)
{
	const char *end = bytes + len, *at, *next;
	size_t n = 0;

	if (!begins_with_method(bytes, len))
		return LANE_HEAD_OTHER;
	at = line_end(bytes, end);
	if (!at)
		return len < LANE_HEAD_MOST ? LANE_HEAD_MORE : 414;
	for (; (next = line_end(at, end)); at = next) {
		if (is_empty(at, next))
			return LANE_HEAD_OTHER;
		if (*at == ':')
			return 400;
		if (++n > LANE_FIELDS_MOST)
			return 431;
	}
	return len < LANE_HEAD_MOST ? LANE_HEAD_MORE : 431;
}

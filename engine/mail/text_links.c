/* text_links.c - see text_links.h. RFC 3986, appendix C says what surrounds a
 * URL in text. */
#include "mail/text_links.h"

#include <string.h>
#include <strings.h>

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* "http://" or "https://" at text[0]: its length, else 0. */
static size_t
scheme_at(const char *text, size_t len)
{
	if (len >= 7 && strncasecmp(text, "http://", 7) == 0)
		return 7;
	return len >= 8 && strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
}

/* Braces and bars stay in: they are of templates, which are left alone. */
static bool
ends_url(char c)
{
	return (unsigned char)c <= ' ' || (unsigned char)c >= 0x7f ||
	       strchr("<>\"`\\^", c);
}

/* Brackets that close more than the URL opened, at its end, are of the text
 * around it. */
struct brackets {
	long round, square; /* opened less closed */
};

static void
count_bracket(struct brackets *brackets, char c, long by)
{
	brackets->round += c == '(' ? by : c == ')' ? -by : 0;
	brackets->square += c == '[' ? by : c == ']' ? -by : 0;
}

static bool
is_around(const struct brackets *brackets, char last)
{
	return (last == ')' && brackets->round < 0) ||
	       (last == ']' && brackets->square < 0) ||
	       strchr(".,;:!?'*_~([", last);
}

static size_t
trimmed(const char *text, size_t start, size_t end)
{
	struct brackets brackets = {0, 0};

	for (size_t i = start; i < end; i++)
		count_bracket(&brackets, text[i], 1);
	while (end > start && is_around(&brackets, text[end - 1]))
		count_bracket(&brackets, text[--end], -1);
	return end;
}

/* Where the URL ends that begins at `start` and stops at `stop`; `start`: that
 * is not sure. */
static size_t
find_end(const char *text, size_t len, size_t start, size_t stop)
{
	if (stop < len && (unsigned char)text[stop] >= 0x7f)
		return start;
	if (start && text[start - 1] == '<')
		return stop < len && text[stop] == '>' ? stop : start;
	return trimmed(text, start, stop);
}

/* Where the scheme begins that ends with the colon at `colon`; the colon: it
 * is another one, or part of a word. */
static size_t
find_start(const char *text, size_t len, size_t colon)
{
	size_t letters, start = colon;

	for (letters = 4; letters <= 5 && letters <= colon; letters++)
		if (scheme_at(text + colon - letters, len - colon + letters) ==
		    letters + 3)
			start = colon - letters;
	return start && is_alnum(text[start - 1]) ? colon : start;
}

bool
text_links_next(const char *text, size_t len, size_t *at,
		struct text_link *link_out)
{
	const char *found;
	size_t colon, start, end;

	while (*at < len && (found = memchr(text + *at, ':', len - *at))) {
		colon = (size_t)(found - text);
		*at = colon + 1;
		start = find_start(text, len, colon);
		if (start == colon)
			continue;
		/* Behind it in any case: nothing is looked at twice. */
		for (*at = colon + 3; *at < len && !ends_url(text[*at]);)
			++*at;
		end = find_end(text, len, start, *at);
		if (end <= colon + 3)
			continue;
		*link_out = (struct text_link){start, end};
		return true;
	}
	return false;
}

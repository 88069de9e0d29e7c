/* page_language.c - see page_language.h. */
#include "page/page_language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RANGES_MOST = 32, RANGE_SIZE = 36 };

struct range {
	char name[RANGE_SIZE];
	int quality; /* thousandths */
};

/* "0.8" as 800; what cannot be read counts as 1. */
static int
read_quality(const char *parameters, size_t len)
{
	const char *q = memchr(parameters, '=', len);
	int quality = 0, weight = 100;

	if (!q || (size_t)(q + 1 - parameters) >= len)
		return 1000;
	q++;
	if (*q == '1')
		return 1000;
	if (*q != '0')
		return 1000;
	if ((size_t)(++q - parameters) >= len || *q != '.')
		return 0;
	for (q++;
	     (size_t)(q - parameters) < len && *q >= '0' && *q <= '9' && weight;
	     q++, weight /= 10)
		quality += (*q - '0') * weight;
	return quality;
}

static size_t
read_ranges(const char *accept, struct range *ranges)
{
	size_t n = 0, len, name;

	for (; *accept && n < RANGES_MOST; accept += len) {
		accept += strspn(accept, " \t,");
		len = strcspn(accept, ",");
		name = strcspn(accept, " \t,;");
		if (name && name < RANGE_SIZE) {
			memcpy(ranges[n].name, accept, name);
			ranges[n].name[name] = '\0';
			ranges[n].quality =
				read_quality(accept + name, len - name);
			n++;
		}
	}
	return n;
}

/* "de-at" for "de-AT", then "de" for it. */
static size_t
look_up(const char *name, const char *const *languages, size_t n_languages)
{
	char cut[RANGE_SIZE];
	char *dash;

	memcpy(cut, name, strlen(name) + 1);
	do {
		for (size_t i = 0; i < n_languages; i++)
			if (strcasecmp(cut, languages[i]) == 0)
				return i;
		dash = strrchr(cut, '-');
		if (dash)
			*dash = '\0';
	} while (dash);
	return n_languages;
}

size_t
page_language_choose(const char *accept, const char *const *languages,
		     size_t n_languages)
{
	struct range ranges[RANGES_MOST];
	size_t n = read_ranges(accept ? accept : "", ranges), best, found;
	int quality = 0;

	best = n_languages;
	for (size_t i = 0; i < n; i++) {
		if (ranges[i].quality <= quality)
			continue;
		found = look_up(ranges[i].name, languages, n_languages);
		if (found == n_languages)
			continue;
		best = found;
		quality = ranges[i].quality;
	}
	return best;
}

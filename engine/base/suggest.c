/* suggest.c - see condition_suggest.h. */
#include "base/suggest.h"

#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the table at a time. */
unsigned
suggest_distance(const char *a, const char *b)
{
	unsigned rows[3][SUGGEST_NAME_MOST + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	size_t a_len = strlen(a), b_len = strlen(b), i, j;

	if (a_len > SUGGEST_NAME_MOST || b_len > SUGGEST_NAME_MOST)
		return SUGGEST_NAME_MOST;
	for (j = 0; j <= b_len; j++)
		before[j] = last[j] = (unsigned)j;
	for (i = 1; i <= a_len; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(least(last[j], row[j - 1]) + 1,
				       last[j - 1] + !same);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

void
suggest_offer(struct suggestion *suggestion, const char *name)
{
	size_t len = strlen(suggestion->wanted);
	unsigned most = len <= 2 ? 1 : len <= 6 ? 2 : 3;
	unsigned distance = suggest_distance(suggestion->wanted, name);

	if (distance > most || strlen(name) > SUGGEST_NAME_MOST ||
	    distance >= strlen(name) || strcmp(suggestion->wanted, name) == 0)
		return;
	if (suggestion->name[0] && distance >= suggestion->distance)
		return;
	suggestion->distance = distance;
	memcpy(suggestion->name, name, strlen(name) + 1);
}

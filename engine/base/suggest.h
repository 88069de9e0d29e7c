/* suggest.h - "did you mean 'lead'?". Pure. */
#ifndef ENGINE_BASE_SUGGEST_H
#define ENGINE_BASE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { SUGGEST_NAME_MOST = 64 };

/* The nearest name offered so far; {.wanted = …} to begin. */
struct suggestion {
	const char *wanted;
	unsigned distance;
	char name[SUGGEST_NAME_MOST + 1]; /* "" = none is near */
};

void suggest_offer(struct suggestion *suggestion, const char *name);
/* Changes (letter more, less, other, two swapped) from one to the other, case
 * ignored for ASCII; long names are SUGGEST_NAME_MOST apart. */
unsigned suggest_distance(const char *a, const char *b);

#endif

/* seed_more.h - random tests say the same each time, unless one asks for more:
 * SEED_MORE=n in the environment gives other histories. */
#ifndef TESTS_UNIT_SEED_MORE_H
#define TESTS_UNIT_SEED_MORE_H

#include <stdint.h>
#include <stdlib.h>

static inline uint64_t
seed_more(void)
{
	const char *more = getenv("SEED_MORE");

	return more ? strtoull(more, NULL, 10) * 0x9e3779b97f4a7c15ull : 0;
}

#endif

/* scoreboard_swap.c - a board that was made beside another takes its place. */
#include <string.h>

#include "score/scoreboard_parts.h"

/* All but what stands first: the locks, and how often this was done. */
enum { FROM = offsetof(struct scoreboard, rates) };

void
scoreboard_swap(struct scoreboard *board, struct scoreboard *other)
{
	uint64_t version = board->version > other->version ? board->version
							   : other->version;
	struct scoreboard held;

	memcpy((char *)&held + FROM, (char *)board + FROM, sizeof(held) - FROM);
	memcpy((char *)board + FROM, (char *)other + FROM, sizeof(held) - FROM);
	memcpy((char *)other + FROM, (char *)&held + FROM, sizeof(held) - FROM);
	board->version = other->version = version + 1;
	atomic_fetch_add(&board->n_swaps, 1);
}

uint64_t
scoreboard_n_swaps(struct scoreboard *board)
{
	return atomic_load(&board->n_swaps);
}

/* scoreboard_swap.c - a board that was made beside another takes its place. */
#include <string.h>

#include "score/scoreboard_parts.h"

/* All but the locks, which stand first. */
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
}

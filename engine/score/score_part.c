/* score_part.c - see score_part.h. */
#include "score/score_part.h"

#include <stddef.h>
#include <string.h>

static const char *const part_names[SCORE_N_PARTS] = {
	[SCORE_SCORE] = "score",
	[SCORE_PERCENT] = "percent",
	[SCORE_RAW] = "raw",
	[SCORE_MANUAL] = "manual",
	[SCORE_FIELD_POINTS] = "field_points",
	[SCORE_AUTOMATIC] = "automatic",
	[SCORE_POSITIVE] = "positive",
	[SCORE_NEGATIVE] = "negative",
	[SCORE_TOUCHPOINT] = "touchpoint",
	[SCORE_POSITIVE_TOUCHPOINT] = "positive_touchpoint",
	[SCORE_NEGATIVE_TOUCHPOINT] = "negative_touchpoint",
};

const char *
score_part_name(enum score_part part)
{
	return part_names[part];
}

int
score_part_find(const char *name)
{
	int i;

	for (i = 0; i < SCORE_N_PARTS; i++)
		if (strcmp(part_names[i], name) == 0)
			return i;
	return -1;
}

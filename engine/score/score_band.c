/* score_band.c - see score_band.h. */
#include "score/score_band.h"

#include <string.h>

const struct score_band *
score_bands_find(const struct score_bands *bands, const char *name)
{
	size_t i;

	for (i = 0; i < bands->n; i++)
		if (strcmp(bands->bands[i].name, name) == 0)
			return &bands->bands[i];
	return NULL;
}

bool
score_band_holds(const struct score_band *band, const char *score,
		 const struct score_summary *summary)
{
	double value = summary->value[SCORE_SCORE];

	return summary->has_score && strcmp(band->score, score) == 0 &&
	       value >= band->from && value < band->to;
}

/*
 * score_band.h - named ranges of a score: `band "hot" { score = "lead" from =
 * 80 }` in the configuration. A score is in a band when from <= score < to; a
 * record without the score is in none. Ranges may overlap. Pure.
 */
#ifndef ENGINE_SCORE_SCORE_BAND_H
#define ENGINE_SCORE_SCORE_BAND_H

#include <stdbool.h>
#include <stddef.h>

#include "score/score.h"

enum { SCORE_BANDS_MOST = 64 };

struct score_band {
	char name[SCORE_NAME_MOST];
	char score[SCORE_NAME_MOST];
	double from, to; /* -INFINITY, INFINITY: no bound */
};

struct score_bands {
	size_t n;
	struct score_band bands[SCORE_BANDS_MOST]; /* in order of the file */
};

/* NULL: there is none of that name. */
const struct score_band *score_bands_find(const struct score_bands *bands,
					  const char *name);
/* Is this score, exact and not rounded, in it? */
bool score_band_holds(const struct score_band *band, const char *score,
		      const struct score_summary *summary);

#endif

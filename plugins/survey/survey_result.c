/* survey_result.c - what the answers come to. */
#include "survey.h"

/* The one with the highest `from` that is reached; one without is for all. */
static const struct survey_outcome *
find(const struct survey *survey, double score)
{
	const struct survey_outcome *best = NULL;

	for (size_t i = 0; i < survey->n_outcomes; i++) {
		const struct survey_outcome *one = &survey->outcomes[i];

		if (one->has_from && score < one->from)
			continue;
		if (!best || (one->has_from &&
			      (!best->has_from || one->from > best->from)))
			best = one;
	}
	return best;
}

void
survey_result(struct survey_filled *filled)
{
	filled->score = 0;
	for (size_t i = 0; i < filled->survey->n_questions; i++)
		filled->score += filled->answers[i].points;
	filled->outcome = find(filled->survey, filled->score);
}

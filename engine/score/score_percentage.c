/* score_percentage.c - scoring §2 "Percentage"; see score.h. */
#include "score/score.h"

double
score_percentage(double score, double top, double median)
{
	/* !(>=) so that a NaN, and a board without any such score, is 0 %. */
	if (!(score >= 0.5))
		return 0;
	if (score >= top)
		return 100;
	if (score >= median)
		return 50 + 50 * (score - median) / (top - median);
	return 50 * score / median;
}

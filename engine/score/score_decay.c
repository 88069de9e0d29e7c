/* score_decay.c - see score_decay.h. */
#include "score/score_decay.h"

#include <math.h>

#include "base/clock.h"

double
score_decay(double percent, int64_t elapsed_ms)
{
	/* Both are common, and pow() is what a fold spends its time in. */
	if (percent == 0 || elapsed_ms == 0)
		return 1;
	return pow(1 - percent / 100,
		   (double)elapsed_ms / (double)CLOCK_DAY_MS);
}

double
score_half_life_ms(double percent)
{
	if (percent == 0)
		return INFINITY;
	return -log(2) / log1p(-percent / 100) * (double)CLOCK_DAY_MS;
}

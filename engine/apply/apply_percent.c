/* apply_percent.c - where the top and the median are, for conditions on
 * percent: looked at every ten seconds, as it takes a pass over the board. */
#include <string.h>

#include "apply/apply_parts.h"
#include "base/clock.h"

enum { KEPT_MS = 10000, N_BASES = 16 };

static struct apply_percent_base *
find(struct apply *apply, uint32_t score_id, const char *module)
{
	struct apply_percent_base *oldest = &apply->percents[0];
	size_t i;

	for (i = 0; i < N_BASES; i++) {
		struct apply_percent_base *base = &apply->percents[i];

		if (base->score_id == score_id &&
		    strcmp(base->module, module) == 0)
			return base;
		if (base->base.at < oldest->base.at)
			oldest = base;
	}
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

bool
apply_percent(void *arg, uint32_t score_id, const char *module,
	      struct fold_percent_base *base_out)
{
	struct apply *apply = arg;
	struct apply_percent_base *base;
	struct score_statistics statistics;
	int64_t now = apply_time(apply);

	if (strlen(module) >= sizeof(base->module))
		return false;
	pthread_mutex_lock(&apply->percent_lock);
	base = find(apply, score_id, module);
	if (!base->base.at || now - base->base.at > KEPT_MS) {
		scoreboard_statistics(apply->board, score_id, module, now,
				      &statistics);
		base->score_id = score_id;
		memcpy(base->module, module, strlen(module) + 1);
		base->base = (struct fold_percent_base){now, statistics.top,
							statistics.median};
	}
	*base_out = base->base;
	pthread_mutex_unlock(&apply->percent_lock);
	return true;
}

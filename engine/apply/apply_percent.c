/*
 * apply_percent.c - where the top and the median were, for rules on percent.
 * Looked at once a minute where somebody asks, as it takes a pass over the
 * board, and kept in the store: a refold sees the others as they were.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "store/store_percent.h"

enum { KEPT_MS = 60000 };

static struct apply_percents *
find(struct apply *apply, uint32_t score_id, const char *module)
{
	struct apply_percents *series;
	size_t i;

	for (i = 0; i < apply->percents.n; i++) {
		series = &apply->percents.items[i];
		if (series->score_id == score_id &&
		    strcmp(series->module, module) == 0)
			return series;
	}
	series = fold_add(&apply->percents);
	series->score_id = score_id;
	series->module = fold_must(strdup(module));
	return series;
}

static void
add_base(struct apply_percents *series, const struct fold_percent_base *base)
{
	struct fold_percent_base *to;

	if (series->bases.n &&
	    series->bases.items[series->bases.n - 1].at >= base->at)
		return; /* a clock that went back */
	to = fold_add(&series->bases);
	*to = *base;
}

/* On the applier's thread: a new look when the last one is old. */
static void
look(struct apply *apply, struct apply_percents *series)
{
	size_t n = series->bases.n;
	struct score_statistics now;

	if (n && apply->now - series->bases.items[n - 1].at <= KEPT_MS)
		return;
	scoreboard_statistics(apply->board, series->score_id, series->module,
			      apply->now, &now);
	add_base(series,
		 &(struct fold_percent_base){apply->now, now.top, now.median});
}

static bool
is_appliers(const struct apply *apply)
{
	return !apply->started || pthread_equal(pthread_self(), apply->thread);
}

bool
apply_percent(void *arg, uint32_t score_id, const char *module, int64_t at,
	      struct fold_percent_base *base_out)
{
	struct apply *apply = arg;
	struct apply_percents *series;
	size_t i;
	bool any;

	pthread_mutex_lock(&apply->percent_lock);
	series = find(apply, score_id, module);
	if (is_appliers(apply))
		look(apply, series);
	any = series->bases.n > 0;
	/* The last one by then; before all of them, the first. */
	for (i = series->bases.n; i > 1; i--)
		if (series->bases.items[i - 1].at <= at)
			break;
	if (any)
		*base_out = series->bases.items[i - 1];
	pthread_mutex_unlock(&apply->percent_lock);
	return any;
}

/* --- in the store -------------------------------------------------------- */

static void
load_one(void *arg, const struct store_percent *percent)
{
	struct apply_percents *series =
		find(arg, percent->score_id, percent->module);

	add_base(series, &(struct fold_percent_base){percent->at, percent->top,
						     percent->median});
	series->n_stored = series->bases.n;
}

enum sg_status
apply_percent_load(struct apply *apply, struct sg_err *err)
{
	return store_percent_each(apply->store, load_one, apply, err);
}

enum sg_status
apply_percent_write(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i, k;

	pthread_mutex_lock(&apply->percent_lock);
	for (i = 0; i < apply->percents.n; i++) {
		const struct apply_percents *of = &apply->percents.items[i];

		for (k = of->n_stored; k < of->bases.n && status == SG_OK;
		     k++) {
			struct store_percent row = {
				.score_id = of->score_id,
				.module = of->module,
				.at = of->bases.items[k].at,
				.top = of->bases.items[k].top,
				.median = of->bases.items[k].median};

			status = store_percent_add(apply->store, &row, err);
		}
	}
	pthread_mutex_unlock(&apply->percent_lock);
	return status;
}

void
apply_percent_written(struct apply *apply, bool kept)
{
	size_t i;

	pthread_mutex_lock(&apply->percent_lock);
	for (i = 0; i < apply->percents.n; i++) {
		struct apply_percents *of = &apply->percents.items[i];

		if (kept)
			of->n_stored = of->bases.n;
		else
			of->bases.n = of->n_stored;
	}
	pthread_mutex_unlock(&apply->percent_lock);
}

void
apply_percent_done(struct apply *apply)
{
	size_t i;

	for (i = 0; i < apply->percents.n; i++) {
		free(apply->percents.items[i].module);
		free(apply->percents.items[i].bases.items);
	}
	free(apply->percents.items);
}

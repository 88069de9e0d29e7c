/* why_future.c - see why_future.h. */
#include "apply/why_future.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "base/clock.h"
#include "rule/automation.h"
#include "score/score_crossing.h"

enum { MOMENTS_MOST = 1000, DAYS_MOST = 36500 };

struct looking {
	const struct why_asked *asked;
	const struct fold_world *world;
	struct fold_record *fold;
	struct fold_out quiet;
	const struct score_settings *settings;
	struct score_state state; /* from `at` on */
	int64_t at;
	bool reached[WHY_THRESHOLDS_MOST]; /* at asked->now */
	bool found[WHY_THRESHOLDS_MOST];
	bool has_7, has_30;
	struct why_future *future;
};

void
why_ask(struct why_asked *asked, double threshold)
{
	size_t i;

	for (i = 0; i < asked->n_thresholds; i++)
		if (asked->thresholds[i] == threshold)
			return;
	if (asked->n_thresholds < WHY_THRESHOLDS_MOST)
		asked->thresholds[asked->n_thresholds++] = threshold;
}

void
why_ask_known(struct apply *apply, struct why_asked *asked, const char *score)
{
	const struct ruleset *automations = apply_automations_get(apply);
	const struct score_bands *bands = apply_bands(apply);
	size_t i;

	for (i = 0; automations && i < automations->n_automations; i++) {
		const struct automation *automation =
			&automations->automations[i];

		if (automation->enabled &&
		    (automation->on == AUTOMATION_RISES ||
		     automation->on == AUTOMATION_FALLS) &&
		    strcmp(automation->score, score) == 0)
			why_ask(asked, automation->threshold);
	}

	for (i = 0; bands && i < bands->n; i++) {
		const struct score_band *band = &bands->bands[i];

		if (strcmp(band->score, score) != 0)
			continue;
		if (isfinite(band->from))
			why_ask(asked, band->from);
		if (isfinite(band->to))
			why_ask(asked, band->to);
	}
}

/* --- the fold up to now -------------------------------------------------- */

static enum sg_status
fold_all(struct looking *looking, const struct store_history_rows *rows,
	 struct pool *pool, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	apply_set_first_key(looking->fold, rows, pool);
	for (i = 0; i < rows->n_rows && status == SG_OK; i++) {
		const struct store_history *row = &rows->rows[i];
		struct fold_entry entry = {.id = row->id,
					   .ruleset = row->ruleset};
		struct signal signal;

		status = store_history_signal(row, pool, &signal, err);
		if (status != SG_OK)
			break;
		entry.signal = &signal;
		fold_step(looking->fold, looking->world, &entry,
			  &looking->quiet);
	}
	return status;
}

static void
advance(struct looking *looking, int64_t to)
{
	fold_advance_to(looking->fold, looking->world, to, &looking->quiet);
	fold_out_clear(&looking->quiet);
	fold_score(looking->fold, looking->asked->score_id, &looking->state);
	looking->at = to;
}

/* --- from one moment to the next ----------------------------------------- */

static void
note_crossing(struct looking *looking, size_t i, int64_t at)
{
	struct why_future *future = looking->future;

	looking->found[i] = true;
	future->crossings[future->n_crossings++] = (struct why_crossing){
		.threshold = looking->asked->thresholds[i],
		.at = at,
		.rises = !looking->reached[i]};
}

/* At the moment itself, or between it and the next. */
static void
look_for_crossing(struct looking *looking, size_t i, int64_t until)
{
	const struct score_rates *rates = &looking->world->rates;
	struct score_question question = {.state = &looking->state,
					  .settings = looking->settings,
					  .rates = rates,
					  .threshold =
						  looking->asked->thresholds[i],
					  .now = looking->at,
					  .until = until};
	int64_t at;

	if (score_reaches(&looking->state, looking->settings, rates,
			  question.threshold,
			  looking->at) != looking->reached[i])
		note_crossing(looking, i, looking->at);
	else if (score_next_crossing(&question, &at))
		note_crossing(looking, i, at);
}

static void
note_value(struct looking *looking, int64_t at, int64_t until, double *value,
	   bool *has)
{
	struct score_summary summary;

	if (*has || at > until)
		return;
	score_summarise(&looking->state, looking->settings,
			&looking->world->rates, at, &summary);
	*value = summary.value[SCORE_SCORE];
	*has = true;
}

static void
look_until(struct looking *looking, int64_t until)
{
	const struct why_asked *asked = looking->asked;
	size_t i;

	for (i = 0; i < asked->n_thresholds; i++)
		if (!looking->found[i])
			look_for_crossing(looking, i, until);
	note_value(looking, asked->now + 7 * CLOCK_DAY_MS, until,
		   &looking->future->in_7_days, &looking->has_7);
	note_value(looking, asked->now + 30 * CLOCK_DAY_MS, until,
		   &looking->future->in_30_days, &looking->has_30);
}

static void
look_ahead(struct looking *looking)
{
	const struct why_asked *asked = looking->asked;
	int64_t end = asked->now + DAYS_MOST * CLOCK_DAY_MS;
	size_t n, i;

	advance(looking, asked->now);
	for (i = 0; i < asked->n_thresholds; i++)
		looking->reached[i] =
			score_reaches(&looking->state, looking->settings,
				      &looking->world->rates,
				      asked->thresholds[i], asked->now);
	for (n = 0; n < MOMENTS_MOST; n++) {
		int64_t next = fold_next_change(looking->fold);

		if (next <= looking->at || next > end)
			break;
		look_until(looking, next - 1);
		advance(looking, next);
	}
	look_until(looking, end);
}

static int
by_time(const void *one, const void *other)
{
	const struct why_crossing *a = one, *b = other;

	return (a->at > b->at) - (a->at < b->at);
}

enum sg_status
why_look_ahead(struct apply *apply, struct store *store,
	       const struct why_asked *asked, struct why_future *future_out,
	       struct sg_err *err)
{
	struct looking looking = {.asked = asked, .future = future_out};
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	struct store_record record;
	enum sg_status status;

	memset(future_out, 0, sizeof(*future_out));
	status = store_record_get(store, asked->record_id, pool, &record, err);
	if (status == SG_OK)
		status = store_history_of(store, asked->record_id, pool, &rows,
					  err);
	if (status == SG_OK) {
		looking.fold =
			fold_record_new(record.id, record.module, record.key);
		fold_out_init(&looking.quiet, pool, true);
		pthread_rwlock_rdlock(&apply->world_lock);
		looking.world = &apply->world;
		looking.settings = &apply->world.scores[asked->score_id - 1];
		status = fold_all(&looking, &rows, pool, err);
		if (status == SG_OK)
			look_ahead(&looking);
		pthread_rwlock_unlock(&apply->world_lock);
		fold_out_done(&looking.quiet);
		fold_record_free(looking.fold);
	}
	pool_free(pool);
	if (status == SG_OK && future_out->n_crossings)
		qsort(future_out->crossings, future_out->n_crossings,
		      sizeof(future_out->crossings[0]), by_time);
	return status;
}

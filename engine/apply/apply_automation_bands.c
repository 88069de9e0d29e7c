/*
 * apply_automation_bands.c - `band changes`: which bands of its score a record
 * is in, and was. Each band is kept like a threshold, `beyond` being in it.
 */
#include <math.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"

enum { BANDS_TEXT_MOST = 16384 };

/* Armed states of a band: the automation's id and, above it, the band's. It is
 * made of its range, so that a band that is changed begins anew. */
static struct armed *
armed_of(struct apply *apply, const struct automation *automation, size_t band)
{
	return automations_armed(
		apply, AUTOMATION_BAND_ID(automation->armed_id, band));
}

static const struct score_band *
band_of(struct apply *apply, const struct automation *automation, size_t i)
{
	const struct score_bands *bands = apply_bands(apply);

	if (i >= bands->n ||
	    strcmp(bands->bands[i].score, automation->score) != 0)
		return NULL;
	return &bands->bands[i];
}

static struct record_set *
within(struct apply *apply, const struct automation *automation,
       const struct score_band *band)
{
	struct score_range range = {
		.lo = band->from, .hi = band->to, .hi_open = true};
	struct score_of of = {
		fold_world_score(&apply->world, automation->score),
		automation->module};
	struct record_set *set = record_set_new();

	if (of.score_id)
		scoreboard_select_of(apply->board, &of, &range, apply->now,
				     set);
	return set;
}

/* Into `in` whoever entered, into `out` whoever left. */
static void
find_moved(struct apply *apply, const struct automation *automation, size_t i,
	   struct record_set **in, struct record_set **out)
{
	const struct armed *armed = armed_of(apply, automation, i);
	struct record_set *is =
		within(apply, automation, band_of(apply, automation, i));

	*in = record_set_copy(is);
	record_set_and_not(*in, armed->beyond);
	*out = record_set_copy(armed->beyond);
	record_set_and_not(*out, is);
	record_set_free(is);
}

void
automations_bands_crossed(struct apply *apply,
			  const struct automation *automation,
			  struct record_set *add_to)
{
	struct record_set *in, *out;
	size_t i;

	for (i = 0; i < apply_bands(apply)->n; i++) {
		if (!band_of(apply, automation, i))
			continue;
		find_moved(apply, automation, i, &in, &out);
		record_set_or(add_to, in);
		record_set_or(add_to, out);
		record_set_free(in);
		record_set_free(out);
	}
}

struct turning {
	struct apply *apply;
	struct armed *armed;
	enum store_armed_state to;
	struct sg_err *err;
	enum sg_status status;
};

static bool
turn(void *arg, uint32_t record_id)
{
	struct turning *turning = arg;

	turning->status = armed_turn(turning->apply, turning->armed, record_id,
				     turning->to, turning->err);
	return turning->status == SG_OK;
}

enum sg_status
automations_bands_rearm(struct apply *apply,
			const struct automation *automation, struct sg_err *err)
{
	struct turning turning = {.apply = apply, .err = err};
	struct record_set *in, *out;
	size_t i;

	for (i = 0; i < apply_bands(apply)->n; i++) {
		if (!band_of(apply, automation, i) || turning.status != SG_OK)
			continue;
		turning.armed = armed_of(apply, automation, i);
		find_moved(apply, automation, i, &in, &out);
		turning.to = ARMED_BEYOND;
		record_set_each(in, turn, &turning);
		turning.to = ARMED_DEFAULT;
		if (turning.status == SG_OK)
			record_set_each(out, turn, &turning);
		record_set_free(in);
		record_set_free(out);
	}
	return turning.status;
}

static const char *
add_name(struct apply *apply, const char *names, const char *name)
{
	return pool_printf(apply->work, "%s%s%s", names, *names ? ", " : "",
			   name);
}

enum sg_status
automations_judge_bands(struct apply *apply, const struct cached *cached,
			const struct automation *automation,
			const char **cause_out, struct sg_err *err)
{
	const char *was = "", *is = "";
	enum sg_status status = SG_OK;
	bool has, changed = false;
	double value = 0;
	size_t i;

	has = automations_score(
		apply, cached,
		fold_world_score(&apply->world, automation->score), &value);
	for (i = 0; i < apply_bands(apply)->n && status == SG_OK; i++) {
		const struct score_band *band = band_of(apply, automation, i);
		struct armed *armed;
		bool before, now;

		if (!band)
			continue;
		armed = armed_of(apply, automation, i);
		before = record_set_has(armed->beyond, cached->id);
		now = has && value >= band->from && value < band->to;
		if (before)
			was = add_name(apply, was, band->name);
		if (now)
			is = add_name(apply, is, band->name);
		changed |= before != now;
		if (before != now)
			status = armed_turn(apply, armed, cached->id,
					    now ? ARMED_BEYOND : ARMED_DEFAULT,
					    err);
	}
	*cause_out =
		!changed || fold_deleted(cached->fold)
			? NULL
			: pool_printf(apply->work, "band %s, now %s",
				      *was ? was : "none", *is ? is : "none");
	return status;
}

/* --- other bands than last time ----------------------------------------- */

static void
write_bands(struct apply *apply, struct buf *to)
{
	const struct score_bands *bands = apply_bands(apply);
	size_t i;

	for (i = 0; i < bands->n; i++)
		buf_printf(to, "%s %.17g %.17g;", bands->bands[i].score,
			   bands->bands[i].from, bands->bands[i].to);
}

static enum sg_status
begin_anew(struct apply *apply, struct sg_err *err)
{
	const struct ruleset *file = apply->automations->set->file;
	enum sg_status status = SG_OK;
	size_t i, k;

	for (i = 0; i < file->n_automations && status == SG_OK; i++) {
		const struct automation *one = &file->automations[i];

		if (one->on != AUTOMATION_BANDS)
			continue;
		for (k = 0; k < SCORE_BANDS_MOST && status == SG_OK; k++) {
			struct armed *armed = armed_of(apply, one, k);

			record_set_and_not(armed->beyond, armed->beyond);
			status =
				store_armed_clear(apply->store, armed->id, err);
		}
		if (status == SG_OK && one->enabled)
			status = automations_bands_rearm(apply, one, err);
	}
	return status;
}

enum sg_status
automations_bands_start(struct apply *apply, struct sg_err *err)
{
	static const char name[] = "automation.bands";
	char before[BANDS_TEXT_MOST] = "";
	struct buf now = BUF_INIT;
	enum sg_status status =
		store_meta_get(apply->store, name, before, sizeof(before), err);

	write_bands(apply, &now);
	if (status == SG_NONE ||
	    (status == SG_OK && strcmp(before, buf_text(&now)) != 0)) {
		status = apply_begin(apply, err);
		if (status == SG_OK)
			status = begin_anew(apply, err);
		if (status == SG_OK)
			status = store_meta_set(apply->store, name,
						buf_text(&now), err);
		if (status == SG_OK)
			status = apply_commit(apply, err);
		if (status != SG_OK)
			apply_rollback(apply);
	}
	buf_done(&now);
	return status;
}

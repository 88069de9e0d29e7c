/*
 * generation_link.c - points that go along links in a generation under way.
 * They are entries of the linked record's history that belong to it alone
 * (history.generation), so that nobody sees them before the switch, and all do
 * from then on. Who was built before they came is built again.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "base/log.h"
#include "store/store_generation.h"
#include "store/store_link.h"

enum { DEPTH_MOST = 8, IDS_MORE = 4096 };

/* --- who is built again --------------------------------------------------- */

static uint8_t *
depth_of(struct generation *generation, uint32_t record_id)
{
	size_t n = (size_t)record_id + 1;

	if (n > generation->n_depths) {
		n += IDS_MORE;
		generation->depths = fold_must(realloc(generation->depths, n));
		memset(generation->depths + generation->n_depths, 0,
		       n - generation->n_depths);
		generation->n_depths = n;
	}
	return &generation->depths[record_id];
}

static enum sg_status
build_again(struct apply *apply, uint32_t from, uint32_t to, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	unsigned depth = from ? *depth_of(generation, from) + 1u : 0;
	uint32_t built_to = generation->in_slice ? generation->slice_to
						 : generation->built_to;

	if (to > built_to)
		return SG_OK; /* its turn comes */
	if (depth > DEPTH_MOST) {
		log_error("points that go along links go round in a circle: "
			  "stopped at depth %d record=%u",
			  DEPTH_MOST, to);
		return SG_OK;
	}
	if (*depth_of(generation, to) < depth)
		*depth_of(generation, to) = (uint8_t)depth;
	record_set_add(generation->relinked, to);
	return store_generation_dirty_add(apply->store, to, err);
}

/* --- what changes --------------------------------------------------------- */

static int
by_row(const void *x, const void *y)
{
	return store_roll_up_compare(x, y);
}

/* As rows, in their order; `roll` of each by its place in entry_id. */
static struct store_roll_up *
rows_of(const struct apply *apply, const struct store_record *source,
	const struct fold_out *out, struct pool *pool)
{
	struct store_roll_up *rows =
		pool_alloc(pool, (out->n_rolls + 1) * sizeof(*rows));
	size_t i;

	for (i = 0; i < out->n_rolls; i++) {
		const struct fold_roll *roll = &out->rolls[i];

		rows[i] = (struct store_roll_up){.record_id = source->id,
						 .history_id = roll->history_id,
						 .at = roll->at,
						 .rule = roll->rule,
						 .to_id = roll->to,
						 .generation =
							 apply->generation.id,
						 .ruleset = roll->ruleset,
						 .entry_id = (int64_t)i,
						 .points = roll->points,
						 .stands = true};
	}
	qsort(rows, out->n_rolls, sizeof(*rows), by_row);
	return rows;
}

static enum sg_status
take(struct apply *apply, const struct store_roll_up *row, struct sg_err *err)
{
	enum sg_status status = store_roll_up_remove(apply->store, row, err);

	return status == SG_OK
		       ? build_again(apply, row->record_id, row->to_id, err)
		       : status;
}

/* entry_id is the roll's place until then. */
static enum sg_status
give(struct apply *apply, const struct store_record *source,
     const struct fold_roll *roll, struct store_roll_up *row,
     struct sg_err *err)
{
	struct store_history_place place = {
		.id = store_new_id(apply->store, apply->now),
		.record_id = row->to_id,
		.ruleset = row->ruleset,
		.effective = true,
		.generation = row->generation};
	struct store_record to;
	struct signal signal;
	enum sg_status status = store_record_get(apply->store, row->to_id,
						 apply->work, &to, err);

	if (status != SG_OK || to.deleted_at)
		return status == SG_NONE ? SG_OK : status;
	apply_roll_up_signal(apply, source->id, source->module, roll, &signal);
	signal.record_key = to.record_key;
	row->entry_id = place.id;
	status = store_history_append(apply->store, &place, &signal, err);
	if (status == SG_OK)
		status = store_roll_up_set(apply->store, row, err);
	return status == SG_OK
		       ? build_again(apply, row->record_id, row->to_id, err)
		       : status;
}

enum sg_status
generation_roll_up(struct apply *apply, const struct store_record *source,
		   const struct fold_out *out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_roll_up *want = rows_of(apply, source, out, pool);
	struct store_roll_ups have;
	size_t w = 0, h = 0;
	enum sg_status status =
		store_roll_ups_of(apply->store, apply->generation.id,
				  source->id, pool, &have, err);

	while (status == SG_OK && (w < out->n_rolls || h < have.n_rows)) {
		int order = w == out->n_rolls ? 1
			    : h == have.n_rows
				    ? -1
				    : store_roll_up_compare(&want[w],
							    &have.rows[h]);

		if (order == 0 && want[w].points == have.rows[h].points) {
			w++, h++;
			continue;
		}
		if (order >= 0)
			status = take(apply, &have.rows[h++], err);
		if (order <= 0 && status == SG_OK) {
			status = give(apply, source,
				      &out->rolls[want[w].entry_id], &want[w],
				      err);
			w++;
		}
	}
	pool_free(pool);
	return status;
}

enum sg_status
generation_leave(struct apply *apply, uint32_t record_id, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_roll_ups have = {NULL, 0};
	enum sg_status status = SG_OK;
	size_t i;

	if (apply->generation.id)
		status = store_roll_ups_of(apply->store, apply->generation.id,
					   record_id, pool, &have, err);
	for (i = 0; i < have.n_rows && status == SG_OK; i++)
		status = take(apply, &have.rows[i], err);
	/* What it gave until now is of all generations from now on. */
	if (status == SG_OK && apply->generation.id)
		status = store_roll_ups_of(apply->store,
					   store_generation(apply->store),
					   record_id, pool, &have, err);
	for (i = 0; apply->generation.id && i < have.n_rows && status == SG_OK;
	     i++)
		status = build_again(apply, 0, have.rows[i].to_id, err);
	pool_free(pool);
	return status;
}

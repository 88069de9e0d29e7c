/*
 * apply_roll_up.c - points that a rule's `also` gives to linked records. Each
 * is an entry of the linked record's own history, so that its scores stay a
 * fold of that; a row remembers what it came from. A refold of the source
 * takes back what it no longer gives, and gives what it did not give before.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_opening.h"
#include "apply/fold_parts.h"
#include "base/log.h"
#include "base/text.h"
#include "store/store_link.h"

enum { DEPTH_MOST = 8 }; /* of refolds that follow from refolds */

/* Records whose history changed behind their newest entry. */
struct late {
	uint32_t *ids;
	size_t n;
};

struct rolling {
	struct apply *apply;
	const struct cached *source;
	const struct fold_roll *rolls; /* a copy: the fold's output goes on */
	size_t n_rolls;
	struct late late;
};

static void
is_late(struct late *late, uint32_t id)
{
	size_t i;

	for (i = 0; i < late->n; i++)
		if (late->ids[i] == id)
			return;
	late->ids[late->n++] = id;
}

static const char *
number(struct pool *pool, double value)
{
	struct buf text = BUF_INIT;
	const char *kept;

	text_append_number(&text, value);
	kept = pool_strdup(pool, buf_text(&text));
	buf_done(&text);
	return kept;
}

/* The source's key does not go in: what the linked record has stays when the
 * person is forgotten. */
void
apply_roll_up_signal(struct apply *apply, uint32_t source_id,
		     const char *module, const struct fold_roll *roll,
		     struct signal *signal)
{
	struct pool *pool = apply->work;

	signal_init(signal, "record.rolled_up", apply->now);
	signal->kind = SIGNAL_ROLL_UP;
	signal->happened_at = roll->at < apply->now ? roll->at : apply->now;
	signal->source = "engine";
	signal->because =
		pool_printf(pool, "%.900s, of a linked %s", roll->rule, module);
	signal->n_props = 5;
	signal->props[0] = (struct signal_prop){"rule", roll->rule};
	signal->props[1] =
		(struct signal_prop){"points", number(pool, roll->points)};
	signal->props[2] = (struct signal_prop){"of", number(pool, roll->of)};
	signal->props[3] = (struct signal_prop){
		"from", pool_printf(pool, "%u", source_id)};
	signal->props[4] = (struct signal_prop){
		"cause",
		pool_printf(pool, "%lld", (long long)roll->history_id)};
}

static enum sg_status
place(struct rolling *rolling, const struct fold_roll *roll, int64_t *id_out,
      struct sg_err *err)
{
	struct apply *apply = rolling->apply;
	struct signal signal;
	struct store_record record;
	struct cached *to;
	bool refold = false;
	enum sg_status status;

	status = store_record_get(apply->store, roll->to, apply->work, &record,
				  err);
	if (status != SG_OK || record.deleted_at)
		return status == SG_OK ? SG_NONE : status;
	status = apply_load_record(apply, roll->to, &to, err);
	if (status != SG_OK)
		return status;
	if (fold_deleted(to->fold))
		return SG_NONE;
	apply_roll_up_signal(apply, rolling->source->id,
			     fold_module(rolling->source->fold), roll, &signal);
	signal.record_key = to->record_key;
	status = apply_enter(apply, to, &signal, roll->ruleset, id_out, &refold,
			     err);
	if (refold)
		is_late(&rolling->late, roll->to);
	return status;
}

/*
 * Its entry is folded into the linked record's opening (retention): what is
 * left of the points goes (or comes back, when what took them is folded, too)
 * by an entry of its own, right after that. It is of all generations, as the
 * opening is.
 */
static enum sg_status
put_right(struct rolling *rolling, const struct store_roll_up *row,
	  const char *how, int64_t *id_out, struct sg_err *err)
{
	struct apply *apply = rolling->apply;
	struct fold_roll roll = {.rule = row->rule,
				 .history_id = row->history_id,
				 .points = row->points,
				 .of = row->points};
	struct signal signal;
	struct cached *to;
	bool refold;
	enum sg_status status = apply_load_record(apply, row->to_id, &to, err);

	if (status != SG_OK)
		return status;
	if (fold_opened_at(to->fold) < row->at)
		return SG_NONE; /* it went otherwise */
	roll.at = fold_opened_at(to->fold) + 1;
	apply_roll_up_signal(apply, row->record_id,
			     fold_module(rolling->source->fold), &roll,
			     &signal);
	signal.record_key = to->record_key;
	signal.props[signal.n_props++] = (struct signal_prop){
		how,
		pool_printf(apply->work, "%lld", (long long)row->entry_id)};
	signal.props[signal.n_props++] = (struct signal_prop){
		"given_at",
		pool_printf(apply->work, "%lld", (long long)row->at)};
	return apply_enter(apply, to, &signal, row->ruleset, id_out, &refold,
			   err);
}

static enum sg_status
turn_folded(struct rolling *rolling, struct store_roll_up *row, bool stands,
	    struct sg_err *err)
{
	int64_t id;
	enum sg_status status = put_right(
		rolling, row, stands ? "restores" : "reverses", &id, err);

	if (status != SG_OK)
		return status;
	row->reversal = stands ? 0 : id;
	if (stands)
		row->entry_id = id;
	return SG_OK;
}

/* The entry, or the one that reverses it, counts or does not. */
static enum sg_status
turn(struct rolling *rolling, struct store_roll_up *row, bool stands,
     struct sg_err *err)
{
	struct store *store = rolling->apply->store;
	bool counts = row->reversal ? !stands : stands;
	enum sg_status status = store_history_set_verdict(
		store, row->reversal ? row->reversal : row->entry_id,
		counts ? VERDICT_HUMAN : VERDICT_MACHINE,
		counts ? "" : "taken back", err);

	if (status == SG_NONE)
		status = turn_folded(rolling, row, stands, err);
	row->stands = stands;
	if (status == SG_OK)
		status = store_roll_up_set(store, row, err);
	is_late(&rolling->late, row->to_id);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
take_back(struct rolling *rolling, struct store_roll_up *row,
	  struct sg_err *err)
{
	return row->stands ? turn(rolling, row, false, err) : SG_OK;
}

/* One that is there already stands, or stands again. */
static enum sg_status
give(struct rolling *rolling, const struct fold_roll *roll, struct sg_err *err)
{
	struct store_roll_up row = {.record_id = rolling->source->id,
				    .history_id = roll->history_id,
				    .at = roll->at,
				    .rule = roll->rule,
				    .to_id = roll->to,
				    .ruleset = roll->ruleset},
			     before;
	struct store *store = rolling->apply->store;
	enum sg_status status;

	row.generation = store_generation(store);
	status = store_roll_up_get(store, &row, &before, err);
	if (status == SG_OK && before.points == roll->points)
		return before.stands ? SG_OK
				     : turn(rolling, &before, true, err);
	if (status == SG_OK)
		status = take_back(rolling, &before, err);
	if (status == SG_OK || status == SG_NONE)
		status = place(rolling, roll, &row.entry_id, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	row.points = roll->points;
	row.stands = true;
	return store_roll_up_set(store, &row, err);
}

static bool
is_given(const struct rolling *rolling, const struct store_roll_up *row)
{
	size_t i;

	for (i = 0; i < rolling->n_rolls; i++) {
		const struct fold_roll *roll = &rolling->rolls[i];

		if (roll->history_id == row->history_id &&
		    roll->at == row->at && roll->to == row->to_id &&
		    strcmp(roll->rule, row->rule) == 0)
			return true;
	}
	return false;
}

/* Of a whole history, what it does not give any more. */
static enum sg_status
take_back_rest(struct rolling *rolling, struct store_roll_ups *rows,
	       struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < rows->n_rows && status == SG_OK; i++)
		if (!is_given(rolling, &rows->rows[i]))
			status = take_back(rolling, &rows->rows[i], err);
	return status;
}

static enum sg_status
refold_late(struct apply *apply, const struct late *late, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	if (!late->n)
		return SG_OK;
	if (apply->roll_depth == DEPTH_MOST) {
		log_error("points that go along links go round in a circle: "
			  "stopped at depth %d record=%u",
			  DEPTH_MOST, late->ids[0]);
		return SG_OK;
	}
	apply->roll_depth++;
	for (i = 0; i < late->n && status == SG_OK; i++) {
		struct store_record record;

		status = store_record_get(apply->store, late->ids[i],
					  apply->work, &record, err);
		if (status == SG_OK && !record.deleted_at)
			status = apply_refold(apply, late->ids[i], err);
	}
	apply->roll_depth--;
	return status;
}

/* Of other points than it gives now. */
static enum sg_status
take_back_changed(struct rolling *rolling, struct store_roll_ups *rows,
		  struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i, k;

	for (i = 0; i < rows->n_rows; i++)
		for (k = 0; k < rolling->n_rolls && status == SG_OK; k++) {
			const struct fold_roll *roll = &rolling->rolls[k];
			struct store_roll_up *row = &rows->rows[i];

			if (roll->history_id == row->history_id &&
			    roll->at == row->at && roll->to == row->to_id &&
			    roll->points != row->points &&
			    strcmp(roll->rule, row->rule) == 0)
				status = take_back(rolling, row, err);
		}
	return status;
}

enum sg_status
apply_roll_up(struct apply *apply, const struct cached *source,
	      const struct fold_out *out, bool whole, struct sg_err *err)
{
	struct rolling rolling = {
		.apply = apply, .source = source, .n_rolls = out->n_rolls};
	struct store_roll_ups rows = {NULL, 0};
	enum sg_status status = SG_OK;
	size_t i;

	if (whole)
		status = store_roll_ups_of(apply->store,
					   store_generation(apply->store),
					   source->id, apply->work, &rows, err);
	if (status != SG_OK || (!out->n_rolls && !rows.n_rows))
		return status;
	if (out->n_rolls)
		rolling.rolls = (const struct fold_roll *)pool_memdup(
			apply->work, out->rolls,
			out->n_rolls * sizeof(*out->rolls));
	rolling.late.ids = pool_alloc(apply->work, (out->n_rolls + rows.n_rows +
						    1) * sizeof(uint32_t));
	/* What goes is gone before anything comes: balances are of what is
	 * there. */
	status = take_back_rest(&rolling, &rows, err);
	if (status == SG_OK)
		status = take_back_changed(&rolling, &rows, err);
	if (status == SG_OK)
		status = refold_late(apply, &rolling.late, err);
	rolling.late.n = 0;
	for (i = 0; i < rolling.n_rolls && status == SG_OK; i++)
		status = give(&rolling, &rolling.rolls[i], err);
	if (status == SG_OK)
		status = refold_late(apply, &rolling.late, err);
	return status;
}

enum sg_status
apply_keep_roll_ups(struct apply *apply, uint32_t record_id, struct sg_err *err)
{
	enum sg_status status = generation_leave(apply, record_id, err);

	return status == SG_OK ? store_roll_up_keep(apply->store, record_id,
						    INT64_MAX, err)
			       : status;
}

/*
 * apply_refold.c - a signal that came late: fold the record's whole history
 * anew, compare what that gives with the ledger that is there, and write the
 * differences as correcting entries.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/ledger_fold.h"
#include "apply/ledger_sums.h"
#include "store/store_list.h"

/* --- the ledger --------------------------------------------------------- */

/* All entries of one thing, as it is and as it should be. */
struct difference {
	struct store_ledger like; /* what they have in common */
	double want, have;
	bool want_points, have_points, have_any;
	bool want_mark, have_mark;
	const char *explanation;
};

struct differences {
	struct difference *items;
	size_t n, cap;
};

static struct difference *
add_difference(struct differences *all, const struct store_ledger *like)
{
	struct difference *difference;

	/* Both sides come sorted, so the one in question is the last. */
	if (all->n && ledger_compare(&all->items[all->n - 1].like, like) == 0)
		return &all->items[all->n - 1];
	difference = fold_add(all);
	difference->like = *like;
	return difference;
}

static void
add_want(struct differences *all, const struct store_ledger *row)
{
	struct difference *difference = add_difference(all, row);

	difference->want += row->delta;
	difference->want_points |= row->entry == LEDGER_POINTS;
	difference->want_mark |= row->entry == LEDGER_ERASE;
	difference->explanation = row->explanation;
}

static void
add_have(struct differences *all, const struct store_ledger *row)
{
	struct difference *difference = add_difference(all, row);

	difference->have_any = true;
	difference->have += row->delta;
	if (row->entry == LEDGER_POINTS)
		difference->have_points = true;
	else if (row->entry == LEDGER_TAKEN)
		difference->have_points = false;
	difference->have_mark |= row->entry == LEDGER_ERASE;
	if (!difference->explanation)
		difference->explanation = row->explanation;
}

static int
compare_rows(const void *x, const void *y)
{
	const struct store_ledger *a = x, *b = y;
	int order = ledger_compare(a, b);

	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static void
compare_ledgers(struct store_ledger *want, size_t n_want,
		struct store_ledger *have, size_t n_have,
		struct differences *all)
{
	size_t w = 0, h = 0;

	qsort(want, n_want, sizeof(*want), compare_rows);
	qsort(have, n_have, sizeof(*have), compare_rows);
	while (w < n_want || h < n_have) {
		int order = w == n_want	  ? 1
			    : h == n_have ? -1
					  : ledger_compare(&want[w], &have[h]);

		if (order <= 0)
			add_want(all, &want[w++]);
		else
			add_have(all, &have[h++]);
	}
}

/* 0: nothing to correct. */
static int
entry_needed(const struct difference *d)
{
	bool equal = score_equal(d->want, d->have);

	if (d->want_mark && !d->have_mark)
		return LEDGER_ERASE;
	if (d->want_points && !d->have_points)
		return LEDGER_POINTS;
	if (!d->want_points && d->have_points)
		return LEDGER_TAKEN;
	if (equal)
		return 0;
	return d->have_any ? LEDGER_ADJUSTED : LEDGER_CLOSING;
}

/* Balances of what is written behind a ledger: the raw score at its own time,
 * it and those before included. */
struct behind {
	const struct store_ledger *rows; /* in order of their time */
	size_t n_rows, next;
	struct ledger_sums sums;
};

/* They are written in order of their time, too. */
static double
balance_after(struct behind *behind, const struct store_ledger *row)
{
	while (behind->next < behind->n_rows &&
	       behind->rows[behind->next].at <= row->at)
		ledger_sums_add(&behind->sums, &behind->rows[behind->next++]);
	ledger_sums_add(&behind->sums, row);
	return ledger_sums_at(&behind->sums, row->score_id, row->at);
}

static enum sg_status
append_row(struct apply *apply, struct cached *cached, struct store_ledger *row,
	   struct sg_err *err)
{
	row->id = store_new_id(apply->store, apply->now);
	row->record_id = cached->id;
	row->correcting = true;
	apply->written_ledger_id = row->id;
	cached->scored = true;
	apply_touch(apply, cached);
	automations_entry(apply, cached, row);
	return store_ledger_append(apply->store, row, err);
}

static enum sg_status
write_differences(struct apply *apply, struct cached *cached,
		  const struct differences *all, struct behind *behind,
		  struct pool *pool, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < all->n && status == SG_OK; i++) {
		const struct difference *d = &all->items[i];
		struct store_ledger row = d->like;

		row.entry = entry_needed(d);
		if (!row.entry)
			continue;
		row.delta = d->want - d->have;
		row.explanation = row.entry == LEDGER_TAKEN
					  ? pool_printf(pool, "taken back: %s",
							d->explanation)
				  : row.entry == LEDGER_ADJUSTED
					  ? pool_printf(pool, "corrected: %s",
							d->explanation)
					  : d->explanation;
		row.balance = balance_after(behind, &row);
		status = append_row(apply, cached, &row, err);
	}
	return status;
}

/* As rows, with ids of their order. */
static struct store_ledger *
rows_of(struct apply *apply, const struct fold_out *out, uint32_t record_id,
	struct pool *pool)
{
	struct store_ledger *rows =
		pool_alloc(pool, (out->n_points + 1) * sizeof(*rows));
	size_t i;

	for (i = 0; i < out->n_points; i++) {
		apply_ledger_row(&apply->world.rates, &out->points[i],
				 record_id, &rows[i]);
		rows[i].id = (int64_t)i;
	}
	return rows;
}

/* Rows that time made since the record's newest entry, when only those are in
 * question: what came of an entry is not after it. */
static void
keep_by_time(struct store_ledger_rows *have, int64_t since)
{
	size_t n = 0, i;

	for (i = 0; i < have->n_rows; i++)
		if (have->rows[i].at >= since)
			have->rows[n++] = have->rows[i];
	have->n_rows = n;
}

static enum sg_status
correct_ledger(struct apply *apply, struct cached *cached,
	       const struct fold_out *out, bool by_time_only,
	       struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_ledger_rows rows, have;
	struct differences all = {0};
	struct behind behind = {0};
	enum sg_status status;

	status = store_ledger_of(apply->store, cached->id, 0, pool, &rows, err);
	if (status == SG_OK) {
		have = rows;
		have.rows = (struct store_ledger *)pool_memdup(
			pool, rows.rows, rows.n_rows * sizeof(*have.rows));
		if (rows.n_rows)
			qsort(rows.rows, rows.n_rows, sizeof(*rows.rows),
			      compare_rows);
		behind.rows = rows.rows;
		behind.n_rows = rows.n_rows;
		if (by_time_only)
			keep_by_time(&have, out->points[0].entry.at);
		compare_ledgers(rows_of(apply, out, cached->id, pool),
				out->n_points, have.rows, have.n_rows, &all);
		status = write_differences(apply, cached, &all, &behind, pool,
					   err);
	}
	ledger_sums_done(&behind.sums);
	free(all.items);
	pool_free(pool);
	return status;
}

enum sg_status
apply_write_missing(struct apply *apply, struct cached *cached,
		    struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (apply->out.n_points)
		status = correct_ledger(apply, cached, &apply->out, true, err);
	if (status == SG_OK)
		status = apply_write_timer(apply, cached, err);
	if (status == SG_OK)
		status = apply_roll_up(apply, cached, &apply->out, false, err);
	return status;
}

/* --- fields, tags, lists ------------------------------------------------ */

struct rewrite {
	struct apply *apply;
	struct cached *cached;
	enum sg_status status;
	struct sg_err *err;
};

static void
put_field(void *arg, const char *name, const char *value)
{
	struct rewrite *rewrite = arg;

	if (rewrite->status == SG_OK)
		rewrite->status = store_field_set(rewrite->apply->store,
						  rewrite->cached->id, name,
						  value, rewrite->err);
}

static void
put_tag(void *arg, const char *tag)
{
	struct rewrite *rewrite = arg;

	if (rewrite->status == SG_OK)
		rewrite->status =
			store_tag_add(rewrite->apply->store,
				      rewrite->cached->id, tag, rewrite->err);
}

static void
put_list(void *arg, const struct fold_change *list)
{
	struct rewrite *rewrite = arg;
	struct store_member member = {.list = list->name,
				      .record_id = rewrite->cached->id,
				      .state = list->state,
				      .since = list->since,
				      .how = list->value};

	if (rewrite->status == SG_OK)
		rewrite->status = store_member_set(rewrite->apply->store,
						   &member, rewrite->err);
}

static enum sg_status
remove_all(struct apply *apply, uint32_t id, struct pool *pool,
	   struct sg_err *err)
{
	struct store_fields fields;
	struct store_names tags;
	struct store_members members;
	enum sg_status status;
	size_t i;

	status = store_fields_of(apply->store, id, pool, &fields, err);
	for (i = 0; status == SG_OK && i < fields.n_rows; i++)
		status = store_field_set(apply->store, id, fields.rows[i].name,
					 "", err);
	if (status == SG_OK)
		status = store_tags_of(apply->store, id, pool, &tags, err);
	for (i = 0; status == SG_OK && i < tags.n_names; i++)
		status = store_tag_remove(apply->store, id, tags.names[i], err);
	if (status == SG_OK)
		status =
			store_members_of(apply->store, id, pool, &members, err);
	for (i = 0; status == SG_OK && i < members.n_rows; i++)
		status = store_member_remove(apply->store, members.rows[i].list,
					     id, err);
	return status;
}

static enum sg_status
rewrite_state(struct apply *apply, struct cached *cached,
	      const struct fold_out *out, struct pool *pool, struct sg_err *err)
{
	struct rewrite rewrite = {apply, cached, SG_OK, err};

	rewrite.status = remove_all(apply, cached->id, pool, err);
	fold_each_field(cached->fold, put_field, &rewrite);
	fold_each_tag(cached->fold, put_tag, &rewrite);
	fold_each_list(cached->fold, put_list, &rewrite);
	if (rewrite.status == SG_OK)
		rewrite.status =
			apply_rewrite_suppression(apply, cached, out, err);
	if (rewrite.status == SG_OK)
		rewrite.status = apply_rewrite_consent(apply, cached, out, err);
	if (rewrite.status == SG_OK)
		rewrite.status = apply_rewrite_links(apply, cached, err);
	return rewrite.status;
}

/* --- the history -------------------------------------------------------- */

/* First sight is where the history begins, also when that came late. */
static enum sg_status
move_creation(struct apply *apply, struct cached *cached,
	      struct store_history_rows *rows, struct pool *pool,
	      struct sg_err *err)
{
	struct store_history_place place = {.record_id = cached->id,
					    .ruleset = rows->rows[0].ruleset,
					    .effective = true};
	struct signal creation;
	enum sg_status status;
	size_t i;

	if (rows->rows[0].kind == SIGNAL_OPENING)
		return SG_OK; /* what was before is folded */
	for (i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].kind == SIGNAL_RECORD_CREATE &&
		    (i == 0 || strcmp(rows->rows[i].source, "engine") == 0))
			break;
	if (i < rows->n_rows &&
	    rows->rows[i].happened_at == rows->rows[0].happened_at)
		return SG_OK;
	if (i < rows->n_rows) {
		status = store_history_set_happened(
			apply->store, rows->rows[i].id,
			rows->rows[0].happened_at, err);
	} else {
		signal_init(&creation, "record.created",
			    rows->rows[0].happened_at);
		creation.kind = SIGNAL_RECORD_CREATE;
		creation.received_at = apply->now;
		creation.record_key = cached->record_key;
		creation.source = "engine";
		place.id = store_new_id(apply->store, apply->now);
		status = store_history_append(apply->store, &place, &creation,
					      err);
	}
	if (status != SG_OK)
		return status;
	return store_history_of(apply->store, cached->id, pool, rows, err);
}

/* Also when it is the creation itself that came late. */
static enum sg_status
write_created(struct apply *apply, const struct store_record *record,
	      const struct store_history_rows *rows, struct sg_err *err)
{
	if (rows->rows[0].kind == SIGNAL_OPENING ||
	    rows->rows[0].happened_at == record->created_at)
		return SG_OK;
	return store_record_set_created(apply->store, record->id,
					rows->rows[0].happened_at, err);
}

static enum sg_status
fold_rows(struct apply *apply, struct fold_record *fold,
	  const struct store_history_rows *rows, struct fold_out *out,
	  struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	apply_set_first_key(fold, rows, out->pool);
	for (i = 0; i < rows->n_rows && status == SG_OK; i++) {
		const struct store_history *row = &rows->rows[i];
		struct fold_entry entry = {.id = row->id,
					   .ruleset = row->ruleset};
		struct signal signal;

		status = store_history_signal(row, out->pool, &signal, err);
		if (status != SG_OK)
			break;
		entry.signal = &signal;
		fold_step(fold, &apply->world, &entry, out);
		if (out->effective != row->effective)
			status = store_history_set_effective(
				apply->store, row->id, out->effective, err);
	}
	fold_advance_to(fold, &apply->world, apply->now, out);
	return status;
}

static enum sg_status
fold_all(struct apply *apply, struct cached *cached, struct fold_out *out,
	 struct sg_err *err)
{
	struct store_history_rows rows = {NULL, 0};
	struct store_record record;
	struct fold_record *fold;
	enum sg_status status;

	status = store_record_get(apply->store, cached->id, out->pool, &record,
				  err);
	if (status == SG_OK)
		status = store_history_of(apply->store, cached->id, out->pool,
					  &rows, err);
	if (status == SG_OK)
		status = apply_judge_all(apply, cached->id, &rows, out->pool,
					 err);
	if (status == SG_OK && rows.n_rows)
		status = move_creation(apply, cached, &rows, out->pool, err);
	if (status == SG_OK && rows.n_rows)
		status = write_created(apply, &record, &rows, err);
	if (status != SG_OK)
		return status == SG_NONE
			       ? err_set(err, SG_FAILED,
					 "record %u is not there", cached->id)
			       : status;
	apply->late.rows += rows.n_rows;
	fold = fold_record_new(cached->id, record.module, record.key);
	status = fold_rows(apply, fold, &rows, out, err);
	fold_record_free(cached->fold);
	cached->fold = fold;
	return status;
}

static enum sg_status
refold(struct apply *apply, struct cached *cached, struct pool *pool,
       struct store_history_ids *implied, struct sg_err *err)
{
	struct fold_out out;
	enum sg_status status;

	fold_out_init(&out, pool, false);
	status = fold_all(apply, cached, &out, err);
	if (status == SG_OK)
		status = apply_imply_late(apply, cached, &out, implied, err);
	if (status == SG_OK && implied->n) {
		fold_out_clear(&out);
		status = fold_all(apply, cached, &out, err);
	}
	if (status == SG_OK)
		status = correct_ledger(apply, cached, &out, false, err);
	if (status == SG_OK)
		status = rewrite_state(apply, cached, &out, pool, err);
	if (status == SG_OK)
		status = apply_write_timer(apply, cached, err);
	if (status == SG_OK)
		status = apply_roll_up(apply, cached, &out, true, err);
	fold_out_done(&out);
	return status;
}

enum sg_status
apply_refold(struct apply *apply, uint32_t id, struct sg_err *err)
{
	struct pool *pool = pool_new();
	static const struct automation_event corrected;
	struct store_history_ids implied = {0, NULL};
	struct cached *cached;
	enum sg_status status = apply_load_record(apply, id, &cached, err);

	if (status == SG_OK)
		status = automations_before(apply, cached, NULL, err);
	if (status == SG_OK) {
		apply->refolds++;
		apply_touch(apply, cached);
		cached->refolded = true;
		status = refold(apply, cached, pool, &implied, err);
	}
	if (status == SG_OK)
		status = automations_after(apply, cached, &corrected, err);
	if (status == SG_OK && implied.n)
		status = apply_imply_fire(apply, cached, &implied, err);
	pool_free(pool);
	return status;
}

/*
 * apply_verify.c - recompute everything and compare: every score and balance
 * from the ledger, and the ledger from the history. On a snapshot of its own,
 * while the applier goes on.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/ledger_fold.h"
#include "base/clock.h"

enum { TRIES = 20, SLICE = 500 };

struct verify {
	struct apply *apply;
	struct store *store;
	struct verify_report *report;
	bool refold;
	int64_t timers_done_at;
	uint32_t sweep_ruleset, sweep_after;
	int64_t until; /* what changes by itself is in the ledger up to here */
	char difference[256]; /* of the record looked at, "" = none */
	uint64_t n_differences;
};

static void PRINTF_LIKE(2, 3)
	differ(struct verify *verify, const char *format, ...)
{
	va_list args;

	verify->n_differences++;
	if (verify->difference[0])
		return;
	va_start(args, format);
	vsnprintf(verify->difference, sizeof(verify->difference), format, args);
	va_end(args);
}

/* In order, the balance is the running sum; what is late is added up anew. */
static void
check_score_balances(struct verify *verify,
		     const struct store_ledger_rows *rows, uint32_t score_id,
		     struct score_rates *rates)
{
	struct score_state running;
	double gross = 0;
	size_t i;

	score_state_init(&running, INT64_MIN / 2);
	for (i = 0; i < rows->n_rows; i++) {
		const struct store_ledger *row = &rows->rows[i];
		bool late = row->at < running.as_of;
		struct score_entry entry;
		double is;

		if (row->score_id != score_id ||
		    ledger_entry(row, rates, &entry, NULL) != SG_OK)
			continue;
		score_apply_entry(&running, rates, &entry);
		gross += fabs(row->delta);
		is = late ? ledger_balance(rows->rows, i)
			  : score_state_raw(&running, rates);
		if (!score_equal_among(is, row->balance, gross))
			differ(verify,
			       "record %u: ledger entry %lld has balance "
			       "%.9g; its entries give %.9g",
			       row->record_id, (long long)row->id, row->balance,
			       is);
	}
}

static void
check_balances(struct verify *verify, const struct store_ledger_rows *rows)
{
	struct score_rates rates;
	uint32_t id;

	scoreboard_rates(verify->apply->board, &rates);
	for (id = 1; id <= scoreboard_n_scores(verify->apply->board); id++)
		check_score_balances(verify, rows, id, &rates);
}

static enum sg_status
check_states(struct verify *verify, uint32_t record_id,
	     const struct store_ledger_rows *rows, struct sg_err *err)
{
	struct scoreboard *board = verify->apply->board;
	int64_t now = apply_time(verify->apply);
	struct score_rates rates;
	uint32_t id;
	size_t i;

	/* Clocks of two machines differ: not before its newest entry. */
	for (i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].at > now)
			now = rows->rows[i].at;
	scoreboard_rates(board, &rates);
	for (id = 1; id <= scoreboard_n_scores(board); id++) {
		struct score_state is, must;
		enum sg_status status;
		double have, want, gross = 0;

		for (i = 0; i < rows->n_rows; i++)
			if (rows->rows[i].score_id == id)
				gross += fabs(rows->rows[i].delta);
		status = ledger_fold(rows->rows, rows->n_rows, id, &rates, now,
				     &must, err);
		if (status != SG_OK)
			return status;
		scoreboard_get(board, record_id, id, now, &is);
		have = score_state_raw(&is, &rates);
		want = score_state_raw(&must, &rates);
		if (!score_equal_among(have, want, gross) ||
		    is.scored != must.scored || is.erased != must.erased)
			differ(verify,
			       "record %u, score %u: %.9g%s in memory, "
			       "%.9g%s by the ledger",
			       record_id, id, have, is.scored ? "" : " (none)",
			       want, must.scored ? "" : " (none)");
	}
	return SG_OK;
}

/* --- the ledger from the history ---------------------------------------- */

/* What a thing is worth in total, and whether it is there. */
struct thing {
	struct store_ledger like;
	double delta;
	bool points;
};

static int
compare_rows(const void *x, const void *y)
{
	const struct store_ledger *a = x, *b = y;
	int order = ledger_compare(a, b);

	return order ? order : (a->id > b->id) - (a->id < b->id);
}

/* Sorts rows; one thing each, those worth nothing left out. */
static size_t
to_things(struct store_ledger *rows, size_t n_rows, struct thing *things)
{
	size_t n = 0, kept = 0, i;

	qsort(rows, n_rows, sizeof(*rows), compare_rows);
	for (i = 0; i < n_rows; i++) {
		if (!n || ledger_compare(&things[n - 1].like, &rows[i]) != 0)
			things[n++] = (struct thing){.like = rows[i]};
		things[n - 1].delta += rows[i].delta;
		if (rows[i].entry == LEDGER_POINTS)
			things[n - 1].points = true;
		else if (rows[i].entry == LEDGER_TAKEN)
			things[n - 1].points = false;
	}
	for (i = 0; i < n; i++)
		if (things[i].points || !score_equal(things[i].delta, 0))
			things[kept++] = things[i];
	return kept;
}

static void
compare_things(struct verify *verify, uint32_t record_id,
	       const struct thing *want, size_t n_want,
	       const struct thing *have, size_t n_have)
{
	size_t w = 0, h = 0;

	while (w < n_want || h < n_have) {
		int order = w == n_want	  ? 1
			    : h == n_have ? -1
					  : ledger_compare(&want[w].like,
							   &have[h].like);
		const struct thing *thing = order <= 0 ? &want[w] : &have[h];

		if (order != 0 || !score_equal(want[w].delta, have[h].delta) ||
		    want[w].points != have[h].points)
			differ(verify,
			       "record %u, history %lld, rule %u, at %lld: "
			       "%.9g by its history, %.9g in the ledger",
			       record_id, (long long)thing->like.history_id,
			       thing->like.rule_id, (long long)thing->like.at,
			       order <= 0 ? want[w].delta : 0.0,
			       order >= 0 ? have[h].delta : 0.0);
		w += order <= 0;
		h += order >= 0;
	}
}

/* Entries by time after what the timers have done are not compared; what came
 * of a history entry is not after it. */
static size_t
drop_later(const struct verify *verify, struct store_ledger *rows, size_t n)
{
	size_t kept = 0, i;

	for (i = 0; i < n; i++)
		if (rows[i].at <= verify->until)
			rows[kept++] = rows[i];
	return kept;
}

/* A sweep that has not come to the record yet will do the rest. */
static int64_t
done_until(const struct verify *verify, uint32_t record_id)
{
	struct apply *apply = verify->apply;
	int64_t swept;

	if (!verify->sweep_ruleset || record_id <= verify->sweep_after)
		return verify->timers_done_at;
	pthread_rwlock_rdlock(&apply->world_lock);
	swept = fold_world_ruleset(&apply->world, verify->sweep_ruleset)
			->applied_at -
		1;
	pthread_rwlock_unlock(&apply->world_lock);
	return swept < verify->timers_done_at ? swept : verify->timers_done_at;
}

static enum sg_status
fold_all(struct verify *verify, uint32_t record_id, struct fold_record *fold,
	 struct fold_out *out, struct sg_err *err)
{
	struct apply *apply = verify->apply;
	struct store_history_rows rows;
	enum sg_status status;
	size_t i;

	status = store_history_of(verify->store, record_id, out->pool, &rows,
				  err);
	if (status == SG_OK)
		apply_set_first_key(fold, &rows, out->pool);
	pthread_rwlock_rdlock(&apply->world_lock);
	for (i = 0; status == SG_OK && i < rows.n_rows; i++) {
		struct fold_entry entry = {.id = rows.rows[i].id,
					   .ruleset = rows.rows[i].ruleset};
		struct signal signal;

		status = store_history_signal(&rows.rows[i], out->pool, &signal,
					      err);
		entry.signal = &signal;
		if (status == SG_OK)
			fold_step(fold, &apply->world, &entry, out);
	}
	if (status == SG_OK)
		fold_advance_to(fold, &apply->world, verify->until, out);
	if (rows.n_rows &&
	    rows.rows[rows.n_rows - 1].happened_at > verify->until)
		verify->until = rows.rows[rows.n_rows - 1].happened_at;
	pthread_rwlock_unlock(&apply->world_lock);
	return status;
}

static enum sg_status
check_history(struct verify *verify, const struct store_record *record,
	      const struct store_ledger_rows *rows, struct pool *pool,
	      struct sg_err *err)
{
	struct fold_record *fold =
		fold_record_new(record->id, record->module, record->key);
	struct store_ledger *want, *have;
	struct fold_out out;
	size_t n_want, n_have = rows->n_rows, i;
	enum sg_status status;

	verify->until = done_until(verify, record->id);
	fold_out_init(&out, pool, false);
	status = fold_all(verify, record->id, fold, &out, err);
	fold_record_free(fold);
	if (status == SG_OK) {
		n_want = out.n_points;
		want = pool_alloc(pool, (n_want + 1) * sizeof(*want));
		for (i = 0; i < n_want; i++) {
			apply_ledger_row(&verify->apply->world.rates,
					 &out.points[i], record->id, &want[i]);
			want[i].id = (int64_t)i;
		}
		have = (struct store_ledger *)pool_memdup(
			pool, rows->rows, n_have * sizeof(*have));
		n_want = drop_later(verify, want, n_want);
		n_have = drop_later(verify, have, n_have);
		{
			struct thing *a =
				pool_alloc(pool, (n_want + 1) * sizeof(*a));
			struct thing *b =
				pool_alloc(pool, (n_have + 1) * sizeof(*b));

			n_want = to_things(want, n_want, a);
			n_have = to_things(have, n_have, b);
			compare_things(verify, record->id, a, n_want, b,
				       n_have);
		}
	}
	fold_out_done(&out);
	return status;
}

/* --- records, one by one ------------------------------------------------ */

static enum sg_status
look_at(struct verify *verify, const struct store_record *record,
	struct pool *pool, uint64_t *n_entries_out, struct sg_err *err)
{
	struct store_ledger_rows rows;
	enum sg_status status;

	verify->difference[0] = '\0';
	verify->n_differences = 0;
	status =
		store_ledger_of(verify->store, record->id, 0, pool, &rows, err);
	if (status != SG_OK)
		return status;
	*n_entries_out = rows.n_rows;
	check_balances(verify, &rows);
	status = check_states(verify, record->id, &rows, err);
	if (status == SG_OK && verify->refold)
		status = check_history(verify, record, &rows, pool, err);
	return status;
}

static uint64_t
note_moment(struct verify *verify)
{
	struct apply *apply = verify->apply;
	uint64_t commits;

	pthread_mutex_lock(&apply->lock);
	commits = apply->commits;
	verify->timers_done_at = apply->timers_done_at;
	verify->sweep_ruleset = apply->sweep_ruleset;
	verify->sweep_after = apply->sweep_after;
	pthread_mutex_unlock(&apply->lock);
	return commits;
}

/*
 * Memory and store are looked at one after the other while the applier goes
 * on. So a difference counts only when nothing was committed in between; on a
 * busy machine, when it is there again and again.
 */
static enum sg_status
verify_record(struct verify *verify, const struct store_record *record,
	      struct sg_err *err)
{
	uint64_t n_entries = 0;
	unsigned tries;

	for (tries = 0; tries < TRIES; tries++) {
		struct pool *pool = pool_new();
		uint64_t before = note_moment(verify), after;
		struct verify again;
		enum sg_status status = store_snapshot(verify->store, err);

		if (status == SG_OK) {
			status = look_at(verify, record, pool, &n_entries, err);
			store_snapshot_end(verify->store);
		}
		pool_free(pool);
		if (status != SG_OK)
			return status;
		again = *verify;
		after = note_moment(&again);
		if (!verify->n_differences || before == after)
			break;
	}
	verify->report->records++;
	verify->report->entries += n_entries;
	if (verify->n_differences && !verify->report->differences)
		memcpy(verify->report->first_difference, verify->difference,
		       sizeof(verify->difference));
	verify->report->differences += verify->n_differences;
	return SG_OK;
}

static enum sg_status
verify_all(struct verify *verify, struct sg_err *err)
{
	uint32_t after = 0;

	for (;;) {
		struct pool *pool = pool_new();
		struct store_records slice;
		enum sg_status status = store_record_slice(
			verify->store, after, SLICE, pool, &slice, err);
		size_t i;

		for (i = 0; status == SG_OK && i < slice.n_rows; i++) {
			after = slice.rows[i].id;
			status = verify_record(verify, &slice.rows[i], err);
		}
		i = status == SG_OK ? slice.n_rows : 0;
		pool_free(pool);
		if (!i)
			return status;
	}
}

enum sg_status
apply_verify(struct apply *apply, bool refold, struct verify_report *report_out,
	     struct sg_err *err)
{
	struct verify_report report = {0};
	struct verify verify = {
		.apply = apply, .report = &report, .refold = refold};
	enum sg_status status = store_open(apply->options.store_path,
					   DB_READ_ONLY, &verify.store, err);

	if (status == SG_OK)
		status = verify_all(&verify, err);
	store_close(verify.store);
	if (status == SG_OK)
		*report_out = report;
	return status;
}

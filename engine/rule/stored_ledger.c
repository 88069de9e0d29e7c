/* stored_ledger.c - see stored_ledger.h. */
#include "rule/stored_ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/score_apply.h"

#define NOTHING 1e-9

/* All entries of one thing: of one cause, at one moment, in one sum. */
struct thing {
	const struct store_ledger *first;
	double delta;
	bool is_points, stands;
};

/* What a score is made of so far: one value a rate. */
struct sum {
	uint32_t score_id;
	double rate, value;
	int64_t as_of;
};

#define COMPARE(member)                                        \
	do {                                                   \
		if (a->member != b->member)                    \
			return a->member < b->member ? -1 : 1; \
	} while (0)

static int
compare_rows(const struct store_ledger *a, const struct store_ledger *b)
{
	COMPARE(at);
	COMPARE(history_id);
	COMPARE(score_id);
	COMPARE(rule_id);
	COMPARE(class);
	COMPARE(side);
	COMPARE(rate);
	return 0;
}

static int
by_thing(const void *x, const void *y)
{
	const struct store_ledger *a = *(const struct store_ledger *const *)x;
	const struct store_ledger *b = *(const struct store_ledger *const *)y;
	int order = compare_rows(a, b);

	if (order)
		return order;
	COMPARE(id);
	return 0;
}

static int
by_order(const void *x, const void *y)
{
	const struct store_ledger *a = ((const struct thing *)x)->first;
	const struct store_ledger *b = ((const struct thing *)y)->first;

	COMPARE(at);
	COMPARE(history_id);
	COMPARE(id);
	return 0;
}

static void
add_row(struct thing *thing, const struct store_ledger *row)
{
	thing->delta += row->delta;
	if (row->entry == LEDGER_POINTS || row->entry == LEDGER_ERASE)
		thing->is_points = thing->stands = true;
	else if (row->entry == LEDGER_TAKEN)
		thing->stands = false;
	else if (!thing->is_points)
		thing->stands = fabs(thing->delta) > NOTHING;
}

static size_t
to_things(const struct store_ledger_rows *rows, struct pool *pool,
	  struct thing *things)
{
	const struct store_ledger **sorted =
		pool_alloc(pool, (rows->n_rows + 1) * sizeof(*sorted));
	size_t n = 0, i;

	for (i = 0; i < rows->n_rows; i++)
		sorted[i] = &rows->rows[i];
	if (rows->n_rows)
		qsort(sorted, rows->n_rows, sizeof(*sorted), by_thing);
	for (i = 0; i < rows->n_rows; i++) {
		if (!n || compare_rows(things[n - 1].first, sorted[i]) != 0)
			things[n++] = (struct thing){.first = sorted[i]};
		add_row(&things[n - 1], sorted[i]);
	}
	if (n)
		qsort(things, n, sizeof(*things), by_order);
	return n;
}

/* --- what the score was -------------------------------------------------- */

static double
value_of(const struct sum *sums, size_t n, uint32_t score_id, int64_t at)
{
	double value = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (sums[i].score_id == score_id)
			value += sums[i].value *
				 score_decay(sums[i].rate, at - sums[i].as_of);
	return value;
}

static void
add_to(struct sum *sums, size_t *n, const struct thing *thing)
{
	const struct store_ledger *row = thing->first;
	struct sum *sum = NULL;
	size_t i;

	for (i = 0; i < *n && !sum; i++)
		if (sums[i].score_id == row->score_id &&
		    sums[i].rate == row->rate)
			sum = &sums[i];
	if (!sum) {
		sum = &sums[(*n)++];
		*sum = (struct sum){row->score_id, row->rate, 0, row->at};
	}
	sum->value *= score_decay(sum->rate, row->at - sum->as_of);
	sum->value += thing->delta;
	sum->as_of = row->at;
}

/* What people do is one change, whatever it takes; so is what a rule gives. */
static bool
goes_on(const struct thing *change, const struct thing *next)
{
	return !change->first->rule_id && !next->first->rule_id &&
	       change->first->at == next->first->at &&
	       change->first->history_id == next->first->history_id &&
	       change->first->score_id == next->first->score_id;
}

size_t
stored_ledger_changes(const struct store_ledger_rows *rows, struct pool *pool,
		      struct stored_change **changes_out)
{
	struct thing *things =
		pool_alloc(pool, (rows->n_rows + 1) * sizeof(*things));
	size_t n_things = to_things(rows, pool, things), n_sums = 0, n = 0, i;
	struct sum *sums = pool_alloc(pool, (n_things + 1) * sizeof(*sums));
	struct stored_change *changes =
		pool_alloc(pool, (n_things + 1) * sizeof(*changes));

	for (i = 0; i < n_things; i++) {
		const struct store_ledger *row = things[i].first;
		struct stored_change change = {.at = row->at,
					       .history_id = row->history_id,
					       .score_id = row->score_id};
		bool stands = things[i].stands;

		change.old = value_of(sums, n_sums, row->score_id, row->at);
		add_to(sums, &n_sums, &things[i]);
		while (i + 1 < n_things &&
		       goes_on(&things[i], &things[i + 1])) {
			add_to(sums, &n_sums, &things[++i]);
			stands |= things[i].stands;
		}
		change.new = value_of(sums, n_sums, row->score_id, row->at);
		if (stands)
			changes[n++] = change;
	}
	*changes_out = changes;
	return n;
}

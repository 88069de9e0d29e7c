/* fold_expiry.c - `expires`: what is left of some points goes, so long after
 * they were given. */
#include <math.h>
#include <stdlib.h>

#include "apply/fold_parts.h"

/* --- all of them -----------------------------------------------------------
 */

static uint32_t
free_slot(struct fold_expiries *all)
{
	uint32_t slot = all->free;

	if (slot) {
		all->free = (uint32_t)all->items[slot - 1].no;
		return slot - 1;
	}
	all->items = fold_grow(all->items, &all->n_slots, &all->cap,
			       sizeof(*all->items));
	return (uint32_t)all->n_slots - 1;
}

struct fold_expiry *
fold_expiry_put(struct fold_record *record, const struct fold_expiry *expiry)
{
	struct fold_expiries *all = record->expiries;
	struct fold_expiry *kept;
	struct due_item due = {.at = expiry->due_at};

	if (!all)
		all = record->expiries = fold_must(calloc(1, sizeof(*all)));
	due.slot = free_slot(all);
	due.no = all->next_no++;
	kept = &all->items[due.slot];
	*kept = *expiry;
	kept->open = true;
	kept->no = due.no;
	due_heap_put(&all->due, &due);
	all->n++;
	return kept;
}

static void
take(struct fold_expiries *all, uint32_t slot)
{
	due_heap_remove(&all->due, slot);
	all->items[slot] = (struct fold_expiry){.no = all->free};
	all->free = slot + 1;
	all->n--;
}

void
fold_expiry_move(struct fold_record *record, struct fold_expiry *expiry,
		 int64_t given_at, int64_t due_at)
{
	struct fold_expiries *all = record->expiries;
	struct due_item due = {due_at, expiry->no,
			       (uint32_t)(expiry - all->items)};

	expiry->given_at = given_at;
	expiry->due_at = due_at;
	due_heap_put(&all->due, &due);
}

struct fold_expiry *
fold_expiry_find(const struct fold_record *record, uint32_t rule_no,
		 int64_t history_id)
{
	const struct fold_expiries *all = record->expiries;
	struct fold_expiry *found = NULL;
	size_t i;

	for (i = 0; all && i < all->n_slots; i++) {
		struct fold_expiry *expiry = &all->items[i];

		if (expiry->open && expiry->rule_no == rule_no &&
		    expiry->history_id == history_id &&
		    (!found || expiry->no < found->no))
			found = expiry;
	}
	return found;
}

static int
by_no(const void *x, const void *y)
{
	const struct fold_expiry *a = *(const struct fold_expiry *const *)x;
	const struct fold_expiry *b = *(const struct fold_expiry *const *)y;

	return (a->no > b->no) - (a->no < b->no);
}

const struct fold_expiry **
fold_expiries_list(const struct fold_expiries *expiries)
{
	const struct fold_expiry **list;
	size_t n = 0, i;

	if (!expiries || !expiries->n)
		return NULL;
	list = fold_must(malloc(expiries->n * sizeof(*list)));
	for (i = 0; i < expiries->n_slots; i++)
		if (expiries->items[i].open)
			list[n++] = &expiries->items[i];
	qsort(list, n, sizeof(*list), by_no);
	return list;
}

void
fold_expiries_free(struct fold_expiries *expiries)
{
	if (!expiries)
		return;
	free(expiries->items);
	due_heap_done(&expiries->due);
	free(expiries);
}

/* --- what they do ----------------------------------------------------------
 */

void
fold_expiry_begin(struct fold_run *run, const struct fold_cause *cause,
		  const struct score_entry *entry)
{
	const struct rule *rule = cause->rule->rule;
	struct fold_expiry expiry = {.rule_no = cause->rule->no,
				     .rule_id = rule->id,
				     .score_id = cause->rule->score_id,
				     .side = entry->side,
				     .rate = entry->rate,
				     .depth = cause->depth,
				     .points = entry->delta,
				     .given_at = entry->at,
				     .due_at = entry->at + rule->expires_ms,
				     .history_id = run->history_id};

	if (rule->expires_ms && entry->delta != 0)
		fold_expiry_put(run->record, &expiry);
}

static void
expire(struct fold_run *run, const struct fold_expiry *expiry)
{
	struct fold_cause cause = {
		.rule_id = expiry->rule_id,
		.depth = expiry->depth,
		.expired = run->world->rule_names[expiry->rule_no]};
	struct score_sum sum = {.class = LEDGER_TOUCH,
				.side = expiry->side,
				.rate = expiry->rate};

	fold_cap_give_back(run->record, expiry);
	if (expiry->closed)
		return;
	sum.worth = expiry->points *
		    score_decay(run->world->rates.rates[expiry->rate],
				run->at - expiry->given_at);
	fold_given_less(run, expiry->rule_no, expiry->score_id, &sum);
	run->history_id = expiry->history_id;
	fold_take(run, &cause, expiry->score_id, &sum);
}

/* What a set or an erase has closed since is not given any more. */
static double
what_is_left(const struct fold_run *run, const struct fold_expiry *given)
{
	double worth = given->points *
		       score_decay(run->world->rates.rates[given->rate],
				   run->at - given->given_at);
	double most = fold_given_worth(run, given);

	return fabs(most) < fabs(worth) ? most : worth;
}

bool
fold_reverse(struct fold_run *run, const struct fold_cause *cause,
	     const struct fold_expiry *given)
{
	struct fold_record *record = run->record;
	struct fold_expiry reversed = *given;
	struct score_sum sum = {.class = LEDGER_TOUCH,
				.side = given->side,
				.rate = given->rate};
	const struct fold_expiry *open;

	fold_cap_take(record, given, &reversed.points);
	open = fold_expiry_find(record, given->rule_no, given->history_id);
	if (open) {
		reversed = *open;
		take(record->expiries,
		     (uint32_t)(open - record->expiries->items));
	} else if (cause->rule->rule->expires_ms) {
		return false; /* it went by itself */
	}
	sum.worth = reversed.closed ? 0 : what_is_left(run, &reversed);
	if (sum.worth == 0)
		return false;
	fold_given_less(run, reversed.rule_no, reversed.score_id, &sum);
	fold_take(run, cause, reversed.score_id, &sum);
	return true;
}

bool
fold_expiry_run(struct fold_run *run)
{
	struct fold_expiries *all = run->record->expiries;
	const struct due_item *first = all ? due_heap_first(&all->due) : NULL;
	struct fold_expiry expiry;

	if (!first || first->at > run->at)
		return false;
	expiry = all->items[first->slot];
	take(all, first->slot);
	expire(run, &expiry);
	return true;
}

void
fold_expiries_close(struct fold_record *record, uint32_t score_id)
{
	struct fold_expiries *all = record->expiries;
	size_t i;

	for (i = 0; all && i < all->n_slots; i++)
		if (all->items[i].open && all->items[i].score_id == score_id)
			all->items[i].closed = true;
}

void
fold_expiries_forget(struct fold_record *record, uint32_t score_id,
		     uint32_t rule_no)
{
	struct fold_expiries *all = record->expiries;
	uint32_t slot;

	for (slot = 0; all && slot < all->n_slots; slot++) {
		const struct fold_expiry *expiry = &all->items[slot];

		if (expiry->open && (expiry->score_id == score_id ||
				     expiry->rule_no == rule_no))
			take(all, slot);
	}
}

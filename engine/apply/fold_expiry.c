/* fold_expiry.c - `expires`: what is left of some points goes, so long after
 * they were given. */
#include <math.h>

#include "apply/fold_parts.h"

void
fold_expiry_begin(struct fold_run *run, const struct fold_cause *cause,
		  const struct score_entry *entry)
{
	const struct rule *rule = cause->rule->rule;
	struct fold_expiry *expiry;

	if (!rule->expires_ms || entry->delta == 0)
		return;
	expiry = fold_add(&run->record->expiries);
	*expiry = (struct fold_expiry){.rule_no = cause->rule->no,
				       .rule_id = rule->id,
				       .score_id = cause->rule->score_id,
				       .side = entry->side,
				       .rate = entry->rate,
				       .depth = cause->depth,
				       .points = entry->delta,
				       .given_at = entry->at,
				       .due_at = entry->at + rule->expires_ms,
				       .history_id = run->history_id};
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
	size_t i;

	fold_cap_take(record, given, &reversed.points);
	for (i = 0; i < record->expiries.n; i++)
		if (record->expiries.items[i].history_id == given->history_id &&
		    record->expiries.items[i].rule_no == given->rule_no)
			break;
	if (i < record->expiries.n) {
		reversed = record->expiries.items[i];
		fold_remove(&record->expiries, i);
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
	struct fold_record *record = run->record;
	size_t first = record->expiries.n, i;
	struct fold_expiry expiry;

	for (i = 0; i < record->expiries.n; i++)
		if (record->expiries.items[i].due_at <= run->at &&
		    (first == record->expiries.n ||
		     record->expiries.items[i].due_at <
			     record->expiries.items[first].due_at))
			first = i;
	if (first == record->expiries.n)
		return false;
	expiry = record->expiries.items[first];
	fold_remove(&record->expiries, first);
	expire(run, &expiry);
	return true;
}

void
fold_expiries_close(struct fold_record *record, uint32_t score_id)
{
	size_t i;

	for (i = 0; i < record->expiries.n; i++)
		if (record->expiries.items[i].score_id == score_id)
			record->expiries.items[i].closed = true;
}

void
fold_expiries_forget(struct fold_record *record, uint32_t score_id,
		     uint32_t rule_no)
{
	size_t n = 0, i;

	for (i = 0; i < record->expiries.n; i++) {
		const struct fold_expiry *expiry = &record->expiries.items[i];

		if (expiry->score_id != score_id && expiry->rule_no != rule_no)
			record->expiries.items[n++] = *expiry;
	}
	record->expiries.n = n;
}

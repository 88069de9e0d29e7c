/*
 * fold_cap.c - `cap` and `cap_group`: the most that rules may give. What was
 * given counts as it was then, not yet degraded, as long as it was not taken
 * back and lies in the window. What adds and what subtracts have the cap each
 * to themselves.
 */
#include <math.h>

#include "apply/fold_parts.h"

#define NOTHING 1e-9

static bool
is_in_window(const struct rule *rule, int64_t given_at, int64_t now)
{
	return !rule->cap_ms || given_at > now - rule->cap_ms;
}

static bool
is_alike(const struct fold_capped *given, const struct fold_rule *rule,
	 double points)
{
	return given->cap_no == rule->cap_no &&
	       (given->points < 0) == (points < 0);
}

/* In the window that ends at `until`. */
static double
room_at(const struct fold_record *record, const struct fold_rule *rule,
	double points, int64_t until)
{
	double room = rule->rule->cap_points;
	size_t i;

	for (i = 0; i < record->capped.n; i++) {
		const struct fold_capped *given = &record->capped.items[i];

		if (is_alike(given, rule, points) &&
		    (!rule->rule->cap_ms || given->at <= until) &&
		    is_in_window(rule->rule, given->at, until))
			room -= fabs(given->points);
	}
	return room;
}

/* What comes back was given then: no window that holds that moment may come
 * to more than the cap, with what was given since. */
static double
least_room(const struct fold_record *record, const struct fold_rule *rule,
	   double points, int64_t at)
{
	double least = room_at(record, rule, points, at);
	size_t i;

	for (i = 0; rule->rule->cap_ms && i < record->capped.n; i++) {
		const struct fold_capped *given = &record->capped.items[i];

		if (is_alike(given, rule, points) && given->at > at &&
		    is_in_window(rule->rule, at, given->at))
			least = fmin(least,
				     room_at(record, rule, points, given->at));
	}
	return least;
}

bool
fold_cap_trim(const struct fold_run *run, const struct fold_rule *rule,
	      int64_t at, double *points)
{
	double room;

	if (!rule->rule->has_cap || *points == 0)
		return true;
	room = least_room(run->record, rule, *points, at);
	if (room < NOTHING)
		return false;
	if (fabs(*points) > room)
		*points = copysign(room, *points);
	return true;
}

void
fold_cap_note(struct fold_run *run, const struct fold_rule *rule,
	      const struct score_entry *entry)
{
	struct fold_record *record = run->record;
	struct fold_capped *given;
	size_t n = 0, i;

	if (!rule->rule->has_cap || entry->delta == 0)
		return;
	for (i = 0; i < record->capped.n; i++) {
		given = &record->capped.items[i];
		if (given->cap_no != rule->cap_no ||
		    is_in_window(rule->rule, given->at, run->at))
			record->capped.items[n++] = *given;
	}
	record->capped.n = n;
	given = fold_add(&record->capped);
	*given = (struct fold_capped){.cap_no = rule->cap_no,
				      .rule_no = rule->no,
				      .score_id = rule->score_id,
				      .points = entry->delta,
				      .at = entry->at,
				      .history_id = run->history_id};
}

void
fold_cap_give_back(struct fold_record *record, const struct fold_expiry *expiry)
{
	size_t i;

	for (i = 0; i < record->capped.n; i++) {
		const struct fold_capped *given = &record->capped.items[i];

		if (given->rule_no != expiry->rule_no ||
		    given->at != expiry->given_at ||
		    given->history_id != expiry->history_id ||
		    given->points != expiry->points)
			continue;
		fold_remove(&record->capped, i);
		return;
	}
}

bool
fold_cap_take(struct fold_record *record, const struct fold_expiry *given,
	      double *points_out)
{
	size_t i;

	for (i = 0; i < record->capped.n; i++) {
		if (record->capped.items[i].rule_no != given->rule_no ||
		    record->capped.items[i].history_id != given->history_id)
			continue;
		*points_out = record->capped.items[i].points;
		fold_remove(&record->capped, i);
		return true;
	}
	return false;
}

void
fold_caps_forget(struct fold_record *record, uint32_t score_id,
		 uint32_t rule_no)
{
	size_t n = 0, i;

	for (i = 0; i < record->capped.n; i++) {
		const struct fold_capped *given = &record->capped.items[i];

		if (given->score_id != score_id && given->rule_no != rule_no)
			record->capped.items[n++] = *given;
	}
	record->capped.n = n;
}

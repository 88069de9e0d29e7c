/* why.c - see why.h. */
#include "apply/why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/ledger_fold.h"
#include "base/clock.h"
#include "rule/rule.h"
#include "store/store_rule.h"

/* A ledger entry that may still be worth something. */
struct item {
	const struct store_ledger *row;
	const char *rule;
	int64_t expires_ms;
	double delta;
	bool closed;
};

struct listing {
	struct store *store;
	struct pool *pool;
	size_t n;
	struct item *items;
	int64_t now;
	struct sg_err *err;
};

static int
compare_rows(const void *x, const void *y)
{
	const struct store_ledger *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->history_id != b->history_id)
		return a->history_id < b->history_id ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static bool
same_sum(const struct store_ledger *a, const struct store_ledger *b)
{
	return a->class == b->class && a->side == b->side && a->rate == b->rate;
}

/* A closing without a rule is a set's or an erase's: of all that was before. */
static bool
closes_all(const struct store_ledger *row)
{
	return row->entry == LEDGER_CLOSING && !row->rule_id;
}

static void
close_sum(struct listing *listing, size_t n, const struct store_ledger *row)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (row->entry == LEDGER_ERASE ||
		    same_sum(listing->items[i].row, row))
			listing->items[i].closed = true;
}

static double
left_at(const struct item *item, int64_t at)
{
	return item->delta * score_decay(item->row->rate, at - item->row->at);
}

/* The line of what is folded; no other touch or field points are no rule's. */
static struct item *
find_opening(struct listing *listing, const struct store_ledger *row)
{
	size_t i = listing->n;

	while (i-- > 0)
		if (!listing->items[i].closed && !listing->items[i].rule[0] &&
		    same_sum(listing->items[i].row, row))
			return &listing->items[i];
	return NULL;
}

/*
 * What expired of a signal is what that signal gave; else it is all that the
 * rule gave. What is in none of the lines is of a signal that is folded.
 */
static void
close_rule(struct listing *listing, const struct item *closing)
{
	const struct store_ledger *row = closing->row;
	bool expired = row->class == LEDGER_TOUCH && row->history_id;
	double rest = row->delta;
	struct item *opening;
	size_t i;

	for (i = 0; i < listing->n; i++) {
		struct item *item = &listing->items[i];

		if (item->closed || !same_sum(item->row, row) ||
		    strcmp(item->rule, closing->rule) != 0 ||
		    (expired && item->row->history_id != row->history_id))
			continue;
		item->closed = true;
		rest += left_at(item, row->at);
	}
	opening = find_opening(listing, row);
	if (opening && !score_equal(rest, 0))
		opening->delta +=
			rest *
			score_decay(row->rate, opening->row->at - row->at);
}

static struct item *
find_same(struct listing *listing, const struct store_ledger *row)
{
	size_t i = listing->n;

	while (i-- > 0)
		if (!listing->items[i].closed &&
		    ledger_compare(listing->items[i].row, row) == 0)
			return &listing->items[i];
	return NULL;
}

static enum sg_status
find_rule(struct listing *listing, uint32_t rule_id, struct item *item)
{
	struct store_rule rule;
	enum sg_status status;
	size_t i;

	item->rule = "";
	if (!rule_id)
		return SG_OK;
	for (i = 0; i < listing->n; i++)
		if (listing->items[i].row->rule_id == rule_id) {
			item->rule = listing->items[i].rule;
			item->expires_ms = listing->items[i].expires_ms;
			return SG_OK;
		}
	status = store_rule_get(listing->store, rule_id, listing->pool, &rule,
				listing->err);
	if (status == SG_OK) {
		item->rule = rule.name;
		item->expires_ms = rule_source_expires(rule.source);
	}
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
take_row(struct listing *listing, const struct store_ledger *row)
{
	struct item item = {.row = row, .delta = row->delta};
	struct item *same;
	enum sg_status status = find_rule(listing, row->rule_id, &item);

	if (status != SG_OK)
		return status;
	switch ((enum ledger_entry)row->entry) {
	case LEDGER_POINTS:
		listing->items[listing->n++] = item;
		break;
	case LEDGER_CLOSING:
		if (row->rule_id)
			close_rule(listing, &item);
		break;
	case LEDGER_TAKEN:
	case LEDGER_ADJUSTED:
		same = find_same(listing, row);
		if (same && row->entry == LEDGER_TAKEN)
			same->closed = true;
		else if (same)
			same->delta += row->delta;
		break;
	case LEDGER_ERASE:
		break;
	}
	return SG_OK;
}

/* Rows of one cause at one time: what they close was there before them. */
static enum sg_status
take_group(struct listing *listing, const struct store_ledger *rows, size_t n)
{
	size_t before = listing->n, i;
	enum sg_status status = SG_OK;

	for (i = 0; i < n; i++)
		if (closes_all(&rows[i]) || rows[i].entry == LEDGER_ERASE)
			close_sum(listing, before, &rows[i]);
	for (i = 0; i < n && status == SG_OK; i++)
		status = take_row(listing, &rows[i]);
	return status;
}

static enum sg_status
take_all(struct listing *listing, const struct store_ledger *rows, size_t n)
{
	enum sg_status status = SG_OK;
	size_t first = 0, last;

	while (first < n && status == SG_OK) {
		for (last = first + 1; last < n; last++)
			if (rows[last].at != rows[first].at ||
			    rows[last].history_id != rows[first].history_id)
				break;
		status = take_group(listing, rows + first, last - first);
		first = last;
	}
	return status;
}

/*
 * A correction of what a set closed or gave cannot be told from one of the
 * other; the sum can. So the last entry of each sum takes what is missing.
 */
static void
reconcile(struct listing *listing, const struct store_ledger *rows, size_t n)
{
	size_t i, k;

	for (i = listing->n; i-- > 0;) {
		struct item *item = &listing->items[i];
		double is = 0, listed = 0, missing;

		if (item->closed)
			continue;
		for (k = i + 1; k < listing->n; k++)
			if (!listing->items[k].closed &&
			    same_sum(listing->items[k].row, item->row))
				break;
		if (k < listing->n)
			continue; /* not the last of its sum */
		for (k = 0; k < n; k++)
			if (same_sum(&rows[k], item->row))
				is += rows[k].delta *
				      score_decay(rows[k].rate,
						  listing->now - rows[k].at);
		for (k = 0; k < listing->n; k++)
			if (!listing->items[k].closed &&
			    same_sum(listing->items[k].row, item->row))
				listed += left_at(&listing->items[k],
						  listing->now);
		missing = is - listed;
		if (!score_equal(is, listed))
			item->delta +=
				missing *
				score_decay(item->row->rate,
					    item->row->at - listing->now);
	}
}

static int64_t
expires_at(const struct item *item)
{
	bool expires = item->expires_ms && item->row->class == LEDGER_TOUCH;

	return expires ? item->row->at + item->expires_ms : 0;
}

static void
fill_entries(const struct listing *listing, struct why *why)
{
	size_t i = listing->n;

	why->entries = pool_alloc(listing->pool,
				  (listing->n + 1) * sizeof(*why->entries));
	while (i-- > 0) {
		const struct item *item = &listing->items[i];
		double left = left_at(item, listing->now);

		if (item->closed || fabs(left) < 1e-9)
			continue;
		why->entries[why->n_entries++] = (struct why_entry){
			.at = item->row->at,
			.rule = item->rule,
			.explanation = item->row->explanation,
			.class = (enum ledger_class)item->row->class,
			.rate = item->row->rate,
			.given = item->delta,
			.left = left,
			.expires_at = expires_at(item),
			.history_id = item->row->history_id};
	}
}

/* If nothing happens: what degrades, and what expires until then. */
static double
score_in(const struct score_state *state, struct score_rates *rates,
	 const struct why *why, int64_t at)
{
	struct score_state then = *state;
	struct score_summary summary;
	size_t i, rate;

	for (i = 0; i < why->n_entries; i++) {
		const struct why_entry *entry = &why->entries[i];

		if (entry->expires_at && entry->expires_at <= at &&
		    score_rates_index(rates, entry->rate, &rate, NULL) == SG_OK)
			then.touch[rate][entry->given < 0] -= entry->left;
	}
	score_summarise(&then, &why->settings, rates, at, &summary);
	return summary.value[SCORE_SCORE];
}

static void
foresee(const struct score_state *state, struct score_rates *rates, int64_t now,
	struct why *why)
{
	why->in_7_days = score_in(state, rates, why, now + 7 * CLOCK_DAY_MS);
	why->in_30_days = score_in(state, rates, why, now + 30 * CLOCK_DAY_MS);
}

static enum sg_status
fill(struct listing *listing, struct store_ledger_rows *rows, uint32_t score_id,
     struct score_rates *rates, struct why *why)
{
	struct score_state state;
	enum sg_status status;

	status = ledger_fold(rows->rows, rows->n_rows, score_id, rates,
			     listing->now, &state, listing->err);
	if (status != SG_OK)
		return status;
	score_summarise(&state, &why->settings, rates, listing->now,
			&why->summary);
	if (!why->summary.has_score) {
		foresee(&state, rates, listing->now, why);
		return SG_OK;
	}
	why->limited =
		why->summary.value[SCORE_SCORE] - why->summary.value[SCORE_RAW];
	listing->items = pool_alloc(listing->pool,
				    (rows->n_rows + 1) * sizeof(struct item));
	qsort(rows->rows, rows->n_rows, sizeof(*rows->rows), compare_rows);
	status = take_all(listing, rows->rows, rows->n_rows);
	reconcile(listing, rows->rows, rows->n_rows);
	fill_entries(listing, why);
	foresee(&state, rates, listing->now, why);
	return status;
}

enum sg_status
why_read(struct store *store, struct scoreboard *board, uint32_t record_id,
	 uint32_t score_id, int64_t now, struct pool *pool, struct why *why_out,
	 struct sg_err *err)
{
	struct listing listing = {
		.store = store, .pool = pool, .now = now, .err = err};
	struct store_ledger_rows rows;
	struct score_rates rates;
	struct why why = {.n_entries = 0};
	enum sg_status status;

	if (!score_id ||
	    scoreboard_score_at(board, score_id - 1, &why.settings) != SG_OK)
		return SG_NONE;
	status = store_ledger_of(store, record_id, score_id, pool, &rows, err);
	if (status != SG_OK)
		return status;
	scoreboard_rates(board, &rates);
	status = fill(&listing, &rows, score_id, &rates, &why);
	if (status != SG_OK)
		return status;
	if (why.summary.has_score)
		why.summary.value[SCORE_PERCENT] =
			scoreboard_percent(board, record_id, score_id, now);
	*why_out = why;
	return SG_OK;
}

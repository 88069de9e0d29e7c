/* ledger_fold.c - see ledger_fold.h. */
#include "apply/ledger_fold.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

#define COMPARE(member)                                        \
	do {                                                   \
		if (a->member != b->member)                    \
			return a->member < b->member ? -1 : 1; \
	} while (0)

int
ledger_compare(const struct store_ledger *a, const struct store_ledger *b)
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
compare_then_id(const void *x, const void *y)
{
	const struct store_ledger *a = *(const struct store_ledger *const *)x;
	const struct store_ledger *b = *(const struct store_ledger *const *)y;
	int order = ledger_compare(a, b);

	if (order)
		return order;
	COMPARE(id);
	return 0;
}

enum sg_status
ledger_entry(const struct store_ledger *row, struct score_rates *rates,
	     struct score_entry *entry_out, struct sg_err *err)
{
	size_t rate = 0;
	enum sg_status status = SG_OK;

	if (row->class == LEDGER_TOUCH)
		status = score_rates_index(rates, row->rate, &rate, err);
	if (status != SG_OK)
		return status;
	*entry_out = (struct score_entry){
		.at = row->at,
		.delta = row->delta,
		.class = (enum ledger_class)row->class,
		.side = row->side < 0,
		.rate = rate,
		.entry = (enum ledger_entry)row->entry,
		.balance = row->balance,
	};
	return SG_OK;
}

/* The time of the last erase mark, as (at, history id); false: none. */
static bool
last_mark(const struct store_ledger *rows, size_t n_rows, uint32_t score_id,
	  struct store_ledger *mark_out)
{
	bool any = false;
	size_t i;

	for (i = 0; i < n_rows; i++) {
		const struct store_ledger *row = &rows[i];

		if (row->score_id != score_id || row->entry != LEDGER_ERASE)
			continue;
		if (any && (row->at < mark_out->at ||
			    (row->at == mark_out->at &&
			     row->history_id < mark_out->history_id)))
			continue;
		*mark_out = *row;
		any = true;
	}
	return any;
}

static bool
is_scored(const struct store_ledger **sorted, size_t n,
	  const struct store_ledger *mark)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct store_ledger *row = sorted[i];

		/* only the last of one thing counts */
		if (i + 1 < n && ledger_compare(row, sorted[i + 1]) == 0)
			continue;
		if (row->entry == LEDGER_TAKEN)
			continue;
		if (!mark || row->at > mark->at ||
		    (row->at == mark->at &&
		     row->history_id >= mark->history_id))
			return true;
	}
	return false;
}

static void
find_flags(const struct store_ledger *rows, size_t n_rows, uint32_t score_id,
	   struct score_state *state)
{
	const struct store_ledger **sorted =
		fold_must(calloc(n_rows + 1, sizeof(*sorted)));
	struct store_ledger mark;
	bool marked = last_mark(rows, n_rows, score_id, &mark);
	size_t n = 0, i;

	for (i = 0; i < n_rows; i++)
		if (rows[i].score_id == score_id &&
		    (rows[i].entry == LEDGER_POINTS ||
		     rows[i].entry == LEDGER_TAKEN))
			sorted[n++] = &rows[i];
	qsort(sorted, n, sizeof(*sorted), compare_then_id);
	state->scored = is_scored(sorted, n, marked ? &mark : NULL);
	state->erased = marked && !state->scored;
	free(sorted);
}

enum sg_status
ledger_fold(const struct store_ledger *rows, size_t n_rows, uint32_t score_id,
	    struct score_rates *rates, int64_t now,
	    struct score_state *state_out, struct sg_err *err)
{
	struct score_state state;
	size_t i;

	score_state_init(&state, now);
	for (i = 0; i < n_rows; i++) {
		struct score_entry entry;
		enum sg_status status;

		if (rows[i].score_id != score_id)
			continue;
		status = ledger_entry(&rows[i], rates, &entry, err);
		if (status != SG_OK)
			return status;
		score_apply_entry(&state, rates, &entry);
	}
	find_flags(rows, n_rows, score_id, &state);
	*state_out = state;
	return SG_OK;
}

double
ledger_balance(const struct store_ledger *rows, size_t i)
{
	const struct store_ledger *of = &rows[i];
	double sum = 0;
	size_t k;

	for (k = 0; k <= i; k++)
		if (rows[k].score_id == of->score_id && rows[k].at <= of->at)
			sum += rows[k].delta *
			       score_decay(rows[k].rate, of->at - rows[k].at);
	return sum;
}

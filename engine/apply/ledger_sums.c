/* ledger_sums.c - see ledger_sums.h. */
#include "apply/ledger_sums.h"

#include <stdlib.h>

#include "apply/fold_parts.h"
#include "score/score_decay.h"

void
ledger_sums_done(struct ledger_sums *sums)
{
	free(sums->items);
	*sums = (struct ledger_sums){0};
}

static double
worth_at(const struct ledger_sum *sum, int64_t at)
{
	return sum->worth * score_decay(sum->rate, at - sum->at);
}

void
ledger_sums_add(struct ledger_sums *sums, const struct store_ledger *row)
{
	struct ledger_sum *sum;
	size_t i = 0;

	/* An installation has few rates. */
	while (i < sums->n && (sums->items[i].score_id != row->score_id ||
			       sums->items[i].rate != row->rate))
		i++;
	if (i == sums->n) {
		sum = fold_add(sums);
		sum->score_id = row->score_id;
		sum->rate = row->rate;
		sum->at = row->at;
	}
	sum = &sums->items[i];
	sum->worth = worth_at(sum, row->at) + row->delta;
	sum->at = row->at;
}

double
ledger_sums_at(const struct ledger_sums *sums, uint32_t score_id, int64_t at)
{
	double all = 0;
	size_t i;

	for (i = 0; i < sums->n; i++)
		if (sums->items[i].score_id == score_id)
			all += worth_at(&sums->items[i], at);
	return all;
}

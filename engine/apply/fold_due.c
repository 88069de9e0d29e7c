/* fold_due.c - what a record waits for: the earliest of it, and doing it. */
#include "apply/fold_parts.h"

int64_t
fold_next_due(const struct fold_record *record)
{
	const struct due_item *wait = NULL, *expiry = NULL;
	int64_t next = INT64_MAX;

	if (record->waits)
		wait = due_heap_first(&record->waits->due);
	if (record->expiries)
		expiry = due_heap_first(&record->expiries->due);
	if (wait)
		next = wait->at;
	return expiry && expiry->at < next ? expiry->at : next;
}

/* What expires goes first: it makes room under a cap. */
void
fold_run_due(struct fold_run *run)
{
	int64_t history_id = run->history_id;

	while (fold_next_due(run->record) <= run->at)
		if (!fold_expiry_run(run))
			fold_wait_run(run);
	run->history_id = history_id;
}

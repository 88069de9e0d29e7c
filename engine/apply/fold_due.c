/* fold_due.c - what a record waits for: the earliest of it, and doing it. */
#include "apply/fold_parts.h"

int64_t
fold_next_due(const struct fold_record *record)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < record->expiries.n; i++)
		if (record->expiries.items[i].due_at < next)
			next = record->expiries.items[i].due_at;
	for (i = 0; i < record->waits.n; i++)
		if (record->waits.items[i].due_at < next)
			next = record->waits.items[i].due_at;
	return next;
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

/* fold_sequence.c - which sequences the record is in, at a moment. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

static struct fold_sequence *
find(const struct fold_record *record, const char *name)
{
	size_t i;

	for (i = 0; i < record->sequences.n; i++)
		if (strcmp(record->sequences.items[i].name, name) == 0)
			return &record->sequences.items[i];
	return NULL;
}

static bool
start(struct fold_record *record, const char *name, bool again)
{
	struct fold_sequence *sequence = find(record, name);

	if (sequence && (sequence->state == FOLD_IN || !again))
		return false;
	if (!sequence) {
		sequence = fold_add(&record->sequences);
		sequence->name = fold_must(strdup(name));
		record->bytes += strlen(name);
	}
	sequence->state = FOLD_IN;
	return true;
}

bool
fold_sequence(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	const char *name = property(signal, "sequence");
	struct fold_sequence *sequence;

	if (!*name)
		return false;
	if (strcmp(signal->name, "sequence.started") == 0)
		return start(record, name, *property(signal, "again") != 0);
	sequence = find(record, name);
	if (!sequence || sequence->state != FOLD_IN)
		return false;
	if (strcmp(signal->name, "sequence.finished") == 0)
		sequence->state = FOLD_FINISHED;
	else if (strcmp(signal->name, "sequence.stopped") == 0)
		sequence->state = FOLD_STOPPED;
	return true;
}

bool
fold_in_sequence(const struct fold_record *record, const char *name,
		 const char *state)
{
	static const char *const words[] = {
		[FOLD_IN] = "active",
		[FOLD_FINISHED] = "finished",
		[FOLD_STOPPED] = "stopped",
	};
	const struct fold_sequence *sequence = find(record, name);

	return sequence &&
	       (!state || strcmp(words[sequence->state], state) == 0);
}

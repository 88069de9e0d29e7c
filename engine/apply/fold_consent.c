/* fold_consent.c - what the person said about being tracked, at a moment. */
#include <string.h>

#include "apply/fold_parts.h"
#include "base/hash.h"
#include "signal/consent.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* The same said again, from the same place in the same words, is nothing new:
 * it keeps its first time. */
bool
fold_consent(struct fold_run *run, const struct signal *signal)
{
	struct fold_change change = {.kind = FOLD_CONSENT,
				     .name = property(signal, "what"),
				     .value = property(signal, "state"),
				     .source = property(signal, "source"),
				     .wording = property(signal, "wording"),
				     .since = run->at};
	enum consent_what what;
	enum consent_state state;
	uint64_t said;

	if (consent_what_parse(change.name, &what, NULL) != SG_OK ||
	    consent_state_parse(change.value, &state, NULL) != SG_OK)
		return false;
	said = hash_text(change.value) ^ (hash_text(change.source) << 1) ^
	       (hash_text(change.wording) << 2);
	said |= 1; /* 0 = never said anything */
	if (run->record->consent[what] == said)
		return false;
	run->record->consent[what] = said;
	fold_note(run, &change);
	return true;
}

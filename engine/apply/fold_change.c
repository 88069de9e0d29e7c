/* fold_change.c - fields, tags and lists of a record, at a moment. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

void
fold_note(struct fold_run *run, const struct fold_change *change)
{
	struct fold_out *out = run->out;
	struct fold_change *kept;

	if (out->quiet)
		return;
	out->changes = fold_grow(out->changes, &out->n_changes,
				 &out->changes_cap, sizeof(*out->changes));
	kept = &out->changes[out->n_changes - 1];
	*kept = *change;
	kept->name = pool_strdup(out->pool, change->name ? change->name : "");
	kept->value =
		pool_strdup(out->pool, change->value ? change->value : "");
	kept->source =
		pool_strdup(out->pool, change->source ? change->source : "");
	kept->wording =
		pool_strdup(out->pool, change->wording ? change->wording : "");
}

/* What a change may be bound to. A form whose address nobody confirmed never
 * overwrites a filled field, and never brings back who left or is suppressed
 * (architecture §8). */
static bool
only_if(const struct signal *signal, const char *condition)
{
	return strcmp(property(signal, "only_if"), condition) == 0;
}

/* --- fields ------------------------------------------------------------- */

static void
remove_field(struct fold_record *record, size_t i)
{
	free(record->fields.items[i].name);
	free(record->fields.items[i].value);
	record->fields.items[i] = record->fields.items[--record->fields.n];
}

static bool
set_field(struct fold_run *run, const struct signal *signal,
	  const char **old_out)
{
	struct fold_record *record = run->record;
	struct fold_change change = {.kind = FOLD_FIELD,
				     .name = property(signal, "name"),
				     .value = property(signal, "value")};
	struct fold_field *field = NULL;
	size_t i;

	if (!*change.name || *property(signal, "refused"))
		return false;
	for (i = 0; i < record->fields.n && !field; i++)
		if (strcmp(record->fields.items[i].name, change.name) == 0)
			field = &record->fields.items[i];
	if (strcmp(field ? field->value : "", change.value) == 0 ||
	    (field && only_if(signal, "empty")))
		return false;
	if (field) {
		*old_out = pool_strdup(run->scratch, field->value);
		record->bytes -= strlen(field->value);
	}
	if (!*change.value) {
		remove_field(record, (size_t)(field - record->fields.items));
	} else {
		if (!field) {
			field = fold_add(&record->fields);
			field->name = fold_must(strdup(change.name));
		}
		free(field->value);
		field->value = fold_must(strdup(change.value));
		record->bytes += strlen(field->value);
	}
	fold_note(run, &change);
	return true;
}

void
fold_each_field(const struct fold_record *record,
		void (*fn)(void *arg, const char *name, const char *value),
		void *arg)
{
	size_t i;

	for (i = 0; i < record->fields.n; i++)
		fn(arg, record->fields.items[i].name,
		   record->fields.items[i].value);
}

/* --- tags --------------------------------------------------------------- */

static bool
set_tag(struct fold_run *run, const char *tag, bool add)
{
	struct fold_record *record = run->record;
	struct fold_change change = {
		.kind = add ? FOLD_TAG_ADDED : FOLD_TAG_REMOVED, .name = tag};
	size_t i;

	for (i = 0; i < record->tags.n; i++)
		if (strcmp(record->tags.items[i], tag) == 0)
			break;
	if (!*tag || (i < record->tags.n) == add)
		return false;
	if (add) {
		char **place = fold_add(&record->tags);

		*place = fold_must(strdup(tag));
	} else {
		free(record->tags.items[i]);
		record->tags.items[i] = record->tags.items[--record->tags.n];
	}
	fold_note(run, &change);
	return true;
}

void
fold_each_tag(const struct fold_record *record,
	      void (*fn)(void *arg, const char *tag), void *arg)
{
	size_t i;

	for (i = 0; i < record->tags.n; i++)
		fn(arg, record->tags.items[i]);
}

/* --- lists -------------------------------------------------------------- */

static bool
set_list_state(struct fold_run *run, struct fold_list *list,
	       enum list_state state, const char *how)
{
	struct fold_change change = {.kind = FOLD_LIST,
				     .name = list->name,
				     .value = how,
				     .state = state,
				     .since = run->at};

	if (list->state == state)
		return false;
	list->state = state;
	list->since = run->at;
	free(list->how);
	list->how = fold_must(strdup(how));
	fold_note(run, &change);
	return true;
}

static bool
set_list(struct fold_run *run, const char *name, enum list_state state,
	 const char *how)
{
	struct fold_record *record = run->record;
	struct fold_list *list;
	size_t i;

	if (!*name)
		return false;
	for (i = 0; i < record->lists.n; i++)
		if (strcmp(record->lists.items[i].name, name) == 0)
			return set_list_state(run, &record->lists.items[i],
					      state, how);
	/* Leaving a list one is not on is kept too: a later import of that
	 * list can be told from a wish to be on it. */
	list = fold_add(&record->lists);
	list->name = fold_must(strdup(name));
	return set_list_state(run, list, state, how);
}

static bool
leave_all(struct fold_run *run, const char *how)
{
	struct fold_record *record = run->record;
	bool any = false;
	size_t i;

	for (i = 0; i < record->lists.n; i++)
		any |= set_list_state(run, &record->lists.items[i], LIST_LEFT,
				      how);
	/* Who is on no list at all has left everything all the same. */
	any |= set_list(run, LIST_EVERYTHING, LIST_LEFT, how);
	return any;
}

bool
fold_has_left(const struct fold_record *record, const char *name)
{
	size_t i;

	for (i = 0; i < record->lists.n; i++)
		if (strcmp(record->lists.items[i].name, name) == 0)
			return record->lists.items[i].state == LIST_LEFT;
	return false;
}

static bool
is_on(const struct fold_record *record, const char *name)
{
	size_t i;

	for (i = 0; i < record->lists.n; i++)
		if (strcmp(record->lists.items[i].name, name) == 0)
			return record->lists.items[i].state == LIST_JOINED;
	return false;
}

/* On a list again, by its own wish: no longer unsubscribed from everything. */
static bool
join(struct fold_run *run, const char *name, const char *how)
{
	if (fold_has_left(run->record, LIST_EVERYTHING))
		set_list(run, LIST_EVERYTHING, LIST_JOINED, how);
	return set_list(run, name, LIST_JOINED, how);
}

static bool
change_list(struct fold_run *run, const struct signal *signal)
{
	const char *name = property(signal, "list");
	const char *how = property(signal, "how");

	switch (signal->kind) {
	case SIGNAL_LIST_LEAVE:
		return *name ? set_list(run, name, LIST_LEFT, how)
			     : leave_all(run, how);
	case SIGNAL_LIST_JOIN:
		if (only_if(signal, "not_left") &&
		    (fold_suppressed(run) || fold_has_left(run->record, name) ||
		     fold_has_left(run->record, LIST_EVERYTHING)))
			return false;
		/* A form with double opt-in says so; a confirmation follows.
		 * Nobody is taken off a list by it who is on it. */
		if (strcmp(property(signal, "state"), "unconfirmed") == 0)
			return !is_on(run->record, name) &&
			       set_list(run, name, LIST_UNCONFIRMED, how);
		return join(run, name, how);
	default: /* SIGNAL_LIST_CONFIRM */
		return join(run, name, how);
	}
}

void
fold_each_list(const struct fold_record *record,
	       void (*fn)(void *arg, const struct fold_change *list), void *arg)
{
	size_t i;

	for (i = 0; i < record->lists.n; i++) {
		const struct fold_list *list = &record->lists.items[i];
		struct fold_change change = {.kind = FOLD_LIST,
					     .name = list->name,
					     .value = list->how,
					     .state = list->state,
					     .since = list->since};

		fn(arg, &change);
	}
}

/* --- the rest ----------------------------------------------------------- */

static bool
create(struct fold_run *run)
{
	if (run->record->create_seen)
		return false;
	run->record->create_seen = true;
	return true;
}

bool
fold_apply_change(struct fold_run *run, const struct signal *signal,
		  const char **old_out)
{
	struct fold_change deleted = {.kind = FOLD_DELETED};

	if (!run->scratch)
		run->scratch = pool_new();
	switch (signal->kind) {
	case SIGNAL_RECORD_CREATE:
		return create(run);
	case SIGNAL_RECORD_DELETE:
		run->record->deleted = true;
		run->record->next_change = INT64_MAX;
		fold_note(run, &deleted);
		return true;
	case SIGNAL_FIELD_SET:
		return set_field(run, signal, old_out);
	case SIGNAL_TAG_ADD:
	case SIGNAL_TAG_REMOVE:
		return set_tag(run, property(signal, "tag"),
			       signal->kind == SIGNAL_TAG_ADD);
	case SIGNAL_LIST_JOIN:
	case SIGNAL_LIST_CONFIRM:
	case SIGNAL_LIST_LEAVE:
		return change_list(run, signal);
	case SIGNAL_CONSENT:
		return fold_consent(run, signal);
	case SIGNAL_SUPPRESS:
	case SIGNAL_UNSUPPRESS:
		return fold_suppress(run, signal);
	case SIGNAL_SCORE_ADD:
	case SIGNAL_SCORE_SET:
	case SIGNAL_SCORE_ERASE:
		return fold_operate(run, signal);
	case SIGNAL_LINK:
	case SIGNAL_UNLINK:
		return fold_link(run, signal);
	case SIGNAL_ROLL_UP:
		return fold_take_roll_up(run, signal);
	case SIGNAL_RENAME:
		return fold_rename(run, signal);
	case SIGNAL_SEQUENCE:
		return fold_sequence(run, signal);
	default: /* signals; and kinds that change nothing by themselves */
		return false;
	}
}

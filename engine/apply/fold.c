/* fold.c - the life of a record's fold, and its steps; see fold.h. */
#include "apply/fold.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/log.h"

enum { ONCE_KEPT_MOST = 256 }; /* to empty a table costs its size */

void *
fold_must(void *memory)
{
	if (!memory) {
		log_error("out of memory");
		abort();
	}
	return memory;
}

void *
fold_grow(void *items, size_t *n, size_t *cap, size_t item_size)
{
	if (*n == *cap) {
		/* Most records hold one or none of a thing. */
		*cap = *cap ? *cap * 2 : 1;
		items = fold_must(realloc(items, *cap * item_size));
	}
	memset((char *)items + *n * item_size, 0, item_size);
	(*n)++;
	return items;
}

void
fold_out_init(struct fold_out *out, struct pool *pool, bool quiet)
{
	memset(out, 0, sizeof(*out));
	out->pool = pool;
	out->quiet = quiet;
}

void
fold_out_clear(struct fold_out *out)
{
	out->n_points = out->n_changes = out->n_rolls = out->n_implied = 0;
	out->effective = false;
}

void
fold_out_done(struct fold_out *out)
{
	free(out->points);
	free(out->changes);
	free(out->rolls);
	free(out->implied);
	fold_out_init(out, NULL, false);
}

struct fold_record *
fold_record_new(uint32_t record_id, const char *module, const char *key)
{
	struct fold_record *record = fold_must(calloc(1, sizeof(*record)));

	record->id = record_id;
	record->module = fold_must(strdup(*module ? module : "contact"));
	record->key = fold_must(strdup(key));
	record->next_change = INT64_MAX;
	record->now = INT64_MIN;
	return record;
}

/* What hangs on the things in its vectors. */
static void
free_texts(struct fold_record *record)
{
	size_t i;

	for (i = 0; i < record->fields.n; i++) {
		free(record->fields.items[i].name);
		free(record->fields.items[i].value);
	}
	for (i = 0; i < record->tags.n; i++)
		free(record->tags.items[i]);
	for (i = 0; i < record->sequences.n; i++)
		free(record->sequences.items[i].name);
	for (i = 0; i < record->lists.n; i++) {
		free(record->lists.items[i].name);
		free(record->lists.items[i].how);
	}
	for (i = 0; i < record->links.n; i++)
		free(record->links.items[i].relation);
	for (i = 0; i < record->seen.n; i++)
		free(record->seen.items[i].bytes);
	for (i = 0; i < record->folded.n; i++) {
		free(record->folded.items[i].name);
		free(record->folded.items[i].campaign);
	}
	free(record->module);
	free(record->key);
}

void
fold_record_free(struct fold_record *record)
{
	if (!record)
		return;
	free_texts(record);
	free(record->sequences.items);
	free(record->soft.items);
	free(record->sent.items);
	free(record->fields.items);
	free(record->tags.items);
	free(record->lists.items);
	free(record->links.items);
	free(record->held.items);
	free(record->given.items);
	free(record->times.items);
	free(record->seen.items);
	free(record->folded.items);
	fold_waits_free(record->waits);
	fold_expiries_free(record->expiries);
	free(record->capped.items);
	free(record->once);
	free(record->clicks.items);
	free(record->scores);
	free(record);
}

#define KEEP_ROOM(to, from, vector)                 \
	((to)->vector.items = (from)->vector.items, \
	 (to)->vector.cap = (from)->vector.cap)

void
fold_record_again(struct fold_record *record, uint32_t record_id,
		  const char *module, const char *key)
{
	struct fold_record old = *record;

	free_texts(record);
	fold_waits_free(record->waits);
	fold_expiries_free(record->expiries);
	memset(record, 0, sizeof(*record));
	record->id = record_id;
	record->module = fold_must(strdup(*module ? module : "contact"));
	record->key = fold_must(strdup(key));
	record->next_change = INT64_MAX;
	record->now = INT64_MIN;
	KEEP_ROOM(record, &old, sequences);
	KEEP_ROOM(record, &old, soft);
	KEEP_ROOM(record, &old, sent);
	KEEP_ROOM(record, &old, fields);
	KEEP_ROOM(record, &old, tags);
	KEEP_ROOM(record, &old, lists);
	KEEP_ROOM(record, &old, links);
	KEEP_ROOM(record, &old, held);
	KEEP_ROOM(record, &old, given);
	KEEP_ROOM(record, &old, times);
	KEEP_ROOM(record, &old, seen);
	KEEP_ROOM(record, &old, folded);
	KEEP_ROOM(record, &old, capped);
	KEEP_ROOM(record, &old, clicks);
	record->scores = old.scores;
	if (old.once_cap > ONCE_KEPT_MOST) {
		free(old.once);
		return;
	}
	record->once = old.once;
	record->once_cap = old.once_cap;
	if (old.once_cap)
		memset(record->once, 0, old.once_cap * sizeof(*old.once));
}

void
fold_prefetch(const struct fold_record *record)
{
	size_t i;

	for (i = 0; i < sizeof(*record); i += 64)
		__builtin_prefetch((const char *)record + i);
}

void
fold_prefetch_scores(const struct fold_record *record)
{
	__builtin_prefetch(record->scores);
	__builtin_prefetch(record->once);
	__builtin_prefetch(record->given.items);
	__builtin_prefetch(record->module);
}

size_t
fold_record_bytes(const struct fold_record *record)
{
	return sizeof(*record) + 64 + record->bytes +
	       (record->soft.cap + record->sent.cap) *
		       sizeof(struct fold_mail) +
	       record->fields.cap * (sizeof(struct fold_field) + 32) +
	       record->tags.cap * 40 +
	       record->lists.cap * (sizeof(struct fold_list) + 32) +
	       record->sequences.cap * sizeof(struct fold_sequence) +
	       record->links.cap * (sizeof(struct fold_link) + 16) +
	       record->held.cap * sizeof(struct fold_held) +
	       record->given.cap * sizeof(struct fold_given) +
	       record->times.cap * sizeof(struct fold_time) +
	       record->seen.cap * sizeof(struct fold_seen) +
	       record->folded.cap * sizeof(struct fold_folded) +
	       fold_waits_bytes(record->waits) +
	       (record->expiries ? record->expiries->cap *
					   (sizeof(struct fold_expiry) + 32)
				 : 0) +
	       record->capped.cap * sizeof(struct fold_capped) +
	       record->once_cap * sizeof(struct fold_once) +
	       record->clicks.cap * sizeof(struct fold_mail) +
	       record->n_scores * sizeof(struct score_state);
}

int64_t
fold_next_change(const struct fold_record *record)
{
	return record->next_change;
}

const char *
fold_module(const struct fold_record *record)
{
	return record->module;
}

const char *
fold_key(const struct fold_record *record)
{
	return record->key;
}

bool
fold_deleted(const struct fold_record *record)
{
	return record->deleted;
}

bool
fold_score(const struct fold_record *record, uint32_t score_id,
	   struct score_state *state_out)
{
	if (score_id < 1 || score_id > record->n_scores) {
		score_state_init(state_out, record->now);
		return false;
	}
	*state_out = record->scores[score_id - 1];
	return true;
}

bool
fold_in_order(const struct fold_record *record, int64_t happened_at)
{
	return happened_at >= record->now;
}

void
fold_run_init(struct fold_run *run, struct fold_record *record,
	      const struct fold_world *world, struct fold_out *out)
{
	memset(run, 0, sizeof(*run));
	run->record = record;
	run->world = world;
	run->out = out;
	fold_view_init(run);
}

void
fold_run_done(struct fold_run *run)
{
	pool_free(run->scratch);
}

/* A moment at which a ruleset comes into force, a field rule's time, or both.
 */
static void
turn(struct fold_run *run, int64_t at)
{
	struct fold_record *record = run->record;
	const struct fold_world *world = run->world;
	bool looked = false;

	run->at = at;
	run->history_id = 0;
	while (record->ruleset + 1 < world->n_rulesets &&
	       world->rulesets[record->ruleset + 1]->applied_at <= at) {
		const struct fold_ruleset *from =
			world->rulesets[record->ruleset];
		const struct fold_ruleset *to =
			world->rulesets[++record->ruleset];

		if (!from->field_rules && !to->field_rules &&
		    !to->n_taken_back && !to->n_hides)
			continue; /* nothing can come of it */
		run->ruleset = to;
		fold_change_ruleset(run, to);
		looked = true;
	}
	run->ruleset = world->rulesets[record->ruleset];
	if (record->next_change <= at) {
		fold_run_due(run);
		fold_hold(run, false);
		looked = true;
	}
	if (looked) {
		record->now = at;
		fold_plan_next_change(run);
	}
}

static void
advance(struct fold_run *run, int64_t to)
{
	struct fold_record *record = run->record;
	const struct fold_world *world = run->world;

	while (record->started && !record->deleted) {
		int64_t next = record->next_change;

		if (record->ruleset + 1 < world->n_rulesets &&
		    world->rulesets[record->ruleset + 1]->applied_at < next)
			next = world->rulesets[record->ruleset + 1]->applied_at;
		if (next > to)
			break;
		turn(run, next);
	}
}

void
fold_advance_to(struct fold_record *record, const struct fold_world *world,
		int64_t to, struct fold_out *out)
{
	struct fold_run run;

	fold_run_init(&run, record, world, out);
	advance(&run, to);
	fold_run_done(&run);
}

static void
start(struct fold_run *run)
{
	struct fold_record *record = run->record;

	record->started = true;
	record->created_at = run->at;
	record->ruleset = fold_world_in_force(run->world, run->at);
}

/* The change of a field as rules and conditions see it: with what it was and
 * is. One that has no room left for these two does not get them. */
static void
tell_old_and_new(struct signal *change, const char *old)
{
	struct signal told = *change;
	const char *value = signal_get(change, "value");

	if (signal_set(&told, "old", old, NULL) == SG_OK &&
	    signal_set(&told, "new", value ? value : "", NULL) == SG_OK &&
	    signal_check(&told, NULL) == SG_OK)
		*change = told;
}

/* A change that had an effect. Like any signal it has happened when the field
 * rules look. */
static void
change_happened(struct fold_run *run, const struct signal *signal,
		const char *old)
{
	struct signal change = *signal, record_changed;
	bool is_field = signal->kind == SIGNAL_FIELD_SET;

	if (is_field)
		tell_old_and_new(&change, old);
	record_changed = change;
	record_changed.name = "record.changed";
	fold_see(run, &change);
	if (is_field)
		fold_see(run, &record_changed);
	fold_hold(run, true);
	fold_fire(run, &change, 0);
	if (is_field)
		fold_fire(run, &record_changed, 0);
}

/* First sight comes before all else of its moment. Its own entry may stand
 * behind one that had waited for the record. */
static void
create_first(struct fold_run *run, const struct signal *signal)
{
	int64_t history_id = run->history_id;
	struct signal created;

	if (signal->kind == SIGNAL_RECORD_CREATE)
		return;	     /* happens on its own */
	run->history_id = 0; /* before the entry, also in the ledger */
	signal_init(&created, "record.created", signal->happened_at);
	created.kind = SIGNAL_RECORD_CREATE;
	created.received_at = signal->received_at;
	created.source = "engine";
	fold_see(run, &created);
	fold_hold(run, true);
	fold_fire(run, &created, 0);
	run->history_id = history_id;
}

static void
happen(struct fold_run *run, const struct signal *signal, bool first)
{
	struct fold_record *record = run->record;
	const char *old = "";

	if (first)
		create_first(run, signal);

	if (signal->kind == SIGNAL_HAPPENED || signal->kind == SIGNAL_IMPLIED) {
		run->out->effective = fold_counts(run, signal);
		if (run->out->effective) {
			fold_see(run, signal);
			fold_hold(run, false);
			fold_fire(run, signal, 0);
			fold_follow_mail(run, signal);
			fold_follow_hits(run, signal);
		}
	} else {
		run->out->effective = fold_apply_change(run, signal, &old);
		if (run->out->effective && !record->deleted &&
		    (first || signal->kind != SIGNAL_RECORD_CREATE))
			change_happened(run, signal, old);
	}
	fold_plan_next_change(run);
}

void
fold_step(struct fold_record *record, const struct fold_world *world,
	  const struct fold_entry *entry, struct fold_out *out)
{
	struct fold_run run;
	bool first = !record->started;

	out->effective = false;
	fold_run_init(&run, record, world, out);
	advance(&run, entry->signal->happened_at);
	run.at = entry->signal->happened_at;
	run.history_id = entry->id;
	run.ruleset = fold_world_ruleset(world, entry->ruleset);
	run.rolled_up = entry->signal->kind == SIGNAL_ROLL_UP;
	if (entry->signal->kind == SIGNAL_OPENING) {
		fold_open(&run, entry->signal);
		fold_run_done(&run);
		return;
	}
	if (first)
		start(&run);
	if (!record->deleted) {
		record->now = run.at;
		happen(&run, entry->signal, first);
	}
	fold_run_done(&run);
}

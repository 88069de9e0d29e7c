/*
 * apply_automation.c - which automations there are, and whom they are armed
 * for; see apply_automation.h.
 */
#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_definition.h"
#include "apply/fold_parts.h"

struct automations *
automations_new(void)
{
	struct automations *all = fold_must(calloc(1, sizeof(*all)));

	all->last = &all->first;
	return all;
}

static void
free_armed(struct armed *armed)
{
	record_set_free(armed->beyond);
	record_set_free(armed->fired);
	free(armed);
}

void
automations_free(struct automations *all)
{
	if (!all)
		return;
	while (all->set) {
		struct automation_set *set = all->set;

		all->set = set->next;
		ruleset_free(set->file);
		free(set);
	}
	while (all->armed) {
		struct armed *armed = all->armed;

		all->armed = armed->next;
		free_armed(armed);
	}
	free(all->undo);
	free(all);
}

/* --- armed states ------------------------------------------------------- */

struct armed *
automations_armed(struct apply *apply, uint32_t armed_id)
{
	struct armed *armed;

	for (armed = apply->automations->armed; armed; armed = armed->next)
		if (armed->id == armed_id)
			return armed;
	armed = fold_must(calloc(1, sizeof(*armed)));
	armed->id = armed_id;
	armed->beyond = record_set_new();
	armed->fired = record_set_new();
	armed->next = apply->automations->armed;
	apply->automations->armed = armed;
	return armed;
}

enum store_armed_state
armed_get(const struct armed *armed, uint32_t record_id)
{
	if (record_set_has(armed->fired, record_id))
		return ARMED_FIRED;
	return record_set_has(armed->beyond, record_id) ? ARMED_BEYOND
							: ARMED_DEFAULT;
}

static void
put(struct armed *armed, uint32_t record_id, enum store_armed_state state)
{
	if (state == ARMED_FIRED)
		record_set_add(armed->fired, record_id);
	else
		record_set_remove(armed->fired, record_id);
	if (state == ARMED_BEYOND)
		record_set_add(armed->beyond, record_id);
	else
		record_set_remove(armed->beyond, record_id);
}

enum sg_status
armed_turn(struct apply *apply, struct armed *armed, uint32_t record_id,
	   enum store_armed_state state, struct sg_err *err)
{
	struct automations *all = apply->automations;
	struct armed_undo *undo;

	all->undo = fold_grow(all->undo, &all->n_undo, &all->undo_cap,
			      sizeof(*undo));
	undo = &all->undo[all->n_undo - 1];
	undo->armed = armed;
	undo->record_id = record_id;
	undo->was = armed_get(armed, record_id);
	put(armed, record_id, state);
	return store_armed_set(apply->store, armed->id, record_id, state, err);
}

void
automations_begin(struct apply *apply)
{
	struct automations *all = apply->automations;

	all->first = NULL;
	all->last = &all->first;
	all->running = NULL;
	all->delivers = false;
	all->n_undo = 0;
	all->n_fired = 0;
	sequences_begin(apply);
}

void
automations_committed(struct apply *apply)
{
	struct automations *all = apply->automations;

	if (all->n_fired) {
		pthread_mutex_lock(&apply->lock);
		apply->status.fired += all->n_fired;
		pthread_mutex_unlock(&apply->lock);
	}
	if (all->delivers)
		apply_outbox_wake(apply);
	automations_begin(apply);
}

void
automations_rolled_back(struct apply *apply)
{
	struct automations *all = apply->automations;

	while (all->n_undo) {
		struct armed_undo *undo = &all->undo[--all->n_undo];

		put(undo->armed, undo->record_id, undo->was);
	}
	automations_begin(apply);
}

/* --- which there are ---------------------------------------------------- */

static void
set_ids(struct ruleset *file, const struct store_definitions *rows)
{
	size_t i;

	for (i = 0; i < file->n_automations && i < rows->n_rows; i++) {
		file->automations[i].id = rows->rows[i].id;
		file->automations[i].version = rows->rows[i].version;
		file->automations[i].armed_id = rows->rows[i].armed_id;
	}
}

static bool
is_armed(const struct automation *automation)
{
	return automation->on == AUTOMATION_RISES ||
	       automation->on == AUTOMATION_FALLS ||
	       automation->on == AUTOMATION_BANDS;
}

static void
sum_up(struct automation_set *set)
{
	size_t i;

	for (i = 0; i < set->file->n_automations; i++) {
		const struct automation *one = &set->file->automations[i];

		if (!one->enabled)
			continue;
		set->signals |= one->on == AUTOMATION_SIGNAL;
		set->changed |= one->on == AUTOMATION_CHANGED;
		set->thresholds |= is_armed(one);
	}
}

/* Armed states of automations that are no more. */
static void
drop_armed(struct apply *apply)
{
	const struct ruleset *file = apply->automations->set->file;
	struct armed **place = &apply->automations->armed;

	while (*place) {
		struct armed *armed = *place;
		size_t i = 0;

		while (i < file->n_automations &&
		       file->automations[i].armed_id !=
			       AUTOMATION_OF_ID(armed->id))
			i++;
		if (i < file->n_automations) {
			place = &armed->next;
			continue;
		}
		*place = armed->next;
		free_armed(armed);
	}
}

static enum sg_status
load_one(struct apply *apply, uint32_t armed_id, struct sg_err *err)
{
	struct armed *armed = automations_armed(apply, armed_id);
	enum sg_status status;

	if (record_set_count(armed->beyond) || record_set_count(armed->fired))
		return SG_OK; /* as they are */
	status = store_armed_select(apply->store, armed->id, ARMED_BEYOND,
				    armed->beyond, err);
	if (status == SG_OK)
		status = store_armed_select(apply->store, armed->id,
					    ARMED_FIRED, armed->fired, err);
	return status;
}

static enum sg_status
load_armed(struct apply *apply, struct sg_err *err)
{
	const struct ruleset *file = apply->automations->set->file;
	enum sg_status status = SG_OK;
	size_t i, k;

	for (i = 0; i < file->n_automations && status == SG_OK; i++) {
		const struct automation *one = &file->automations[i];

		if (one->on == AUTOMATION_BANDS)
			for (k = 0; k < apply_bands(apply)->n; k++)
				if (status == SG_OK)
					status = load_one(
						apply,
						AUTOMATION_BAND_ID(
							one->armed_id, k),
						err);
		if (one->on == AUTOMATION_RISES || one->on == AUTOMATION_FALLS)
			status = load_one(apply, one->armed_id, err);
	}
	return status;
}

enum sg_status
automations_load(struct apply *apply, struct sg_err *err)
{
	struct automation_set *set;
	struct definitions stored;
	struct pool *pool = pool_new();
	enum sg_status status =
		definitions_read(apply, STORE_AUTOMATION, pool, &stored, err);

	if (status == SG_OK)
		set_ids(stored.file, &stored.rows);
	pool_free(pool);
	if (status != SG_OK)
		return status;
	set = fold_must(calloc(1, sizeof(*set)));
	set->file = stored.file;
	set->next = apply->automations->set;
	sum_up(set);
	pthread_rwlock_wrlock(&apply->world_lock);
	apply->automations->set = set;
	pthread_rwlock_unlock(&apply->world_lock);
	drop_armed(apply);
	return load_armed(apply, err);
}

enum sg_status
automations_start(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = automations_load(apply, err);

	if (status == SG_OK)
		status = automations_bands_start(apply, err);
	return status == SG_OK ? automations_recompute_now(apply, err) : status;
}

void
apply_outbox_wake(const struct apply *apply)
{
	if (apply->options.outbox_wake)
		apply->options.outbox_wake(apply->options.outbox_arg);
}

const struct automation_names *
apply_targets(const struct apply *apply)
{
	return apply->options.targets;
}

const struct ruleset *
apply_automations_get(struct apply *apply)
{
	const struct ruleset *file;

	pthread_rwlock_rdlock(&apply->world_lock);
	file = apply->automations->set ? apply->automations->set->file
				       : &apply->no_rules;
	pthread_rwlock_unlock(&apply->world_lock);
	return file;
}

/* --- a change of them --------------------------------------------------- */

struct change {
	struct apply *apply;
	const char *author;
	struct sg_err *err;
	enum sg_status status;
	uint32_t armed_id;
};

static bool
note_beyond(void *arg, uint32_t record_id)
{
	struct change *change = arg;

	change->status = store_armed_set(change->apply->store, change->armed_id,
					 record_id, ARMED_BEYOND, change->err);
	return change->status == SG_OK;
}

static enum sg_status
arm_within(struct change *change, const struct automation *automation,
	   const struct score_range *range, uint32_t armed_id)
{
	struct apply *apply = change->apply;
	struct score_of of = {
		fold_world_score(&apply->world, automation->score),
		automation->module};
	struct record_set *beyond;

	if (!of.score_id)
		return SG_OK;
	beyond = record_set_new();
	scoreboard_select_of(apply->board, &of, range, apply->now, beyond);
	change->armed_id = armed_id;
	change->status = SG_OK;
	record_set_each(beyond, note_beyond, change);
	record_set_free(beyond);
	return change->status;
}

static enum sg_status
arm_bands(struct change *change, const struct automation *automation,
	  uint32_t id)
{
	const struct score_bands *bands = apply_bands(change->apply);
	struct score_range range = {.hi_open = true};
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < bands->n && status == SG_OK; i++) {
		if (strcmp(bands->bands[i].score, automation->score) != 0)
			continue;
		range.lo = bands->bands[i].from;
		range.hi = bands->bands[i].to;
		status = arm_within(change, automation, &range,
				    AUTOMATION_BAND_ID(id, i));
	}
	return status;
}

/* Silently, from the scores as they are. */
static enum sg_status
arm(struct change *change, const struct automation *automation, uint32_t id)
{
	struct score_range range = {.lo = automation->threshold,
				    .hi = INFINITY};

	if (!automation->enabled)
		return SG_OK;
	if (automation->on == AUTOMATION_BANDS)
		return arm_bands(change, automation, id);
	if (!is_armed(automation))
		return SG_OK;
	return arm_within(change, automation, &range, id);
}

static enum sg_status
disarm(struct change *change, const struct automation *automation)
{
	struct store *store = change->apply->store;
	enum sg_status status =
		store_armed_clear(store, automation->armed_id, change->err);
	size_t i;

	for (i = 0; automation->on == AUTOMATION_BANDS &&
		    i < SCORE_BANDS_MOST && status == SG_OK;
	     i++)
		status = store_armed_clear(
			store, AUTOMATION_BAND_ID(automation->armed_id, i),
			change->err);
	return status;
}

static enum sg_status
write_difference(struct change *change, const struct ruleset *after,
		 const struct automation_difference *d)
{
	struct apply *apply = change->apply;
	struct store_definition row = {.author = change->author,
				       .created_at = apply->now};
	bool goes_on = d->before && d->after &&
		       automation_same_trigger(d->before, d->after);
	enum sg_status status = SG_OK;
	uint32_t id;

	if (d->before)
		status = definition_end(apply, STORE_AUTOMATION, d->before->id,
					change->author, change->err);
	if (status == SG_OK && d->before && !goes_on)
		status = disarm(change, d->before);
	if (status != SG_OK || !d->after)
		return status;
	row.name = d->after->name;
	row.place = (uint32_t)(d->after - after->automations);
	row.source = d->after->source;
	row.armed_id = goes_on ? d->before->armed_id : 0;
	status = store_definition_add(apply->store, STORE_AUTOMATION, &row, &id,
				      change->err);
	return status == SG_OK && !goes_on ? arm(change, d->after, id) : status;
}

static enum sg_status
write_places(struct change *change, const struct ruleset *after, bool *moved)
{
	const struct ruleset *before = apply_automations_get(change->apply);
	enum sg_status status = SG_OK;
	size_t i, k;

	for (i = 0; i < before->n_automations; i++)
		for (k = 0; k < after->n_automations; k++) {
			if (i == k || strcmp(before->automations[i].name,
					     after->automations[k].name) != 0)
				continue;
			*moved = true;
			status = store_definition_set_place(
				change->apply->store, STORE_AUTOMATION,
				before->automations[i].id, (uint32_t)k,
				change->err);
			if (status != SG_OK && status != SG_NONE)
				return status;
		}
	return SG_OK;
}

enum sg_status
automations_write_change(struct apply *apply, const struct ruleset *after,
			 const char *author, bool *changed_out,
			 struct sg_err *err)
{
	struct change change = {.apply = apply, .author = author, .err = err};
	struct automation_difference *differences;
	size_t n = automations_compare(apply_automations_get(apply), after,
				       apply->work, &differences);
	bool moved = false;
	enum sg_status status = write_places(&change, after, &moved);
	size_t i;

	for (i = 0; i < n && status == SG_OK; i++)
		status = write_difference(&change, after, &differences[i]);
	*changed_out = n > 0 || moved;
	return status;
}

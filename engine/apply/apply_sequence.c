/* apply_sequence.c - which sequences there are; see apply_sequence.h. */
#include "apply/apply_sequence.h"

#include <stdlib.h>
#include <string.h>

#include "apply/apply_definition.h"
#include "apply/fold_parts.h"

struct sequences *
sequences_new(void)
{
	struct sequences *all = fold_must(calloc(1, sizeof(*all)));

	all->last = &all->first;
	return all;
}

void
sequences_free(struct sequences *all)
{
	if (!all)
		return;
	while (all->set) {
		struct sequence_set *set = all->set;

		all->set = set->next;
		ruleset_free(set->file);
		free(set);
	}
	free(all);
}

const struct ruleset *
apply_sequences_get(struct apply *apply)
{
	const struct ruleset *file;

	pthread_rwlock_rdlock(&apply->world_lock);
	file = apply->sequences->set ? apply->sequences->set->file
				     : &apply->no_rules;
	pthread_rwlock_unlock(&apply->world_lock);
	return file;
}

const struct sequence *
sequences_find(const struct apply *apply, const char *name)
{
	const struct ruleset *file = apply->sequences->set->file;
	size_t i;

	for (i = 0; i < file->n_sequences; i++)
		if (strcmp(file->sequences[i].name, name) == 0)
			return &file->sequences[i];
	return NULL;
}

/* --- loading ------------------------------------------------------------- */

enum sg_status
sequences_load(struct apply *apply, struct sg_err *err)
{
	struct definitions stored;
	struct sequence_set *set;
	struct pool *pool = pool_new();
	enum sg_status status =
		definitions_read(apply, STORE_SEQUENCE, pool, &stored, err);
	size_t i;

	for (i = 0; status == SG_OK && i < stored.file->n_sequences; i++) {
		stored.file->sequences[i].id = stored.rows.rows[i].id;
		stored.file->sequences[i].version = stored.rows.rows[i].version;
	}
	pool_free(pool);
	if (status != SG_OK)
		return status;
	set = fold_must(calloc(1, sizeof(*set)));
	set->file = stored.file;
	set->next = apply->sequences->set;
	pthread_rwlock_wrlock(&apply->world_lock);
	apply->sequences->set = set;
	pthread_rwlock_unlock(&apply->world_lock);
	apply->sequences->next_due = 0; /* look */
	return SG_OK;
}

/* --- a change of them ----------------------------------------------------- */

/* The first step behind this one that there still is; "": none, so that the
 * sequence comes to its end. */
static const char *
follower(const struct sequence_difference *d, size_t step)
{
	for (; step < d->before->n_steps; step++) {
		const char *name = d->before->steps[step].name;

		if (d->after &&
		    sequence_find_step(d->after, name) < d->after->n_steps)
			return name;
	}
	return "";
}

/* Whoever is to do a step that is no more goes on with the next. */
static enum sg_status
move_on(struct apply *apply, const struct sequence_difference *d,
	const char *step, const char *instead, struct sg_err *err)
{
	struct store_enrolment_change change = {
		.sequence = d->before->name, .step = step, .instead = instead};

	if (*instead)
		change.after_ms =
			d->after->steps[sequence_find_step(d->after, instead)]
				.after_ms;
	return store_enrolment_move(apply->store, &change, err);
}

/* Another time was set for a step, or other hours for all: who waits for it
 * waits until then. What is not within its hours is put off when it is due. */
static enum sg_status
reschedule(struct apply *apply, const struct sequence_difference *d,
	   const struct sequence_step *before, struct sg_err *err)
{
	const struct sequence_step *after =
		&d->after->steps[sequence_find_step(d->after, before->name)];
	const char *hours = d->before->at ? d->before->at : "";
	const struct store_enrolment_change change = {
		.sequence = d->before->name,
		.step = before->name,
		.after_ms = after->after_ms};

	if (before->after_ms == after->after_ms &&
	    !strcmp(hours, d->after->at ? d->after->at : ""))
		return SG_OK;
	return store_enrolment_reschedule(apply->store, &change, err);
}

static enum sg_status
follow_steps(struct apply *apply, const struct sequence_difference *d,
	     struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < d->before->n_steps && status == SG_OK; i++) {
		const struct sequence_step *step = &d->before->steps[i];
		const char *instead = follower(d, i);

		status = strcmp(step->name, instead) == 0
				 ? reschedule(apply, d, step, err)
				 : move_on(apply, d, step->name, instead, err);
	}
	return status;
}

static enum sg_status
write_difference(struct apply *apply, const struct ruleset *after,
		 const struct sequence_difference *d, const char *author,
		 struct sg_err *err)
{
	struct store_definition row = {.author = author,
				       .created_at = apply->now};
	enum sg_status status = SG_OK;
	uint32_t id;

	if (d->before)
		status = definition_end(apply, STORE_SEQUENCE, d->before->id,
					author, err);
	if (status == SG_OK && d->before)
		status = follow_steps(apply, d, err);
	if (status != SG_OK || !d->after)
		return status;
	row.name = d->after->name;
	row.place = (uint32_t)(d->after - after->sequences);
	row.source = d->after->source;
	return store_definition_add(apply->store, STORE_SEQUENCE, &row, &id,
				    err);
}

static enum sg_status
write_places(struct apply *apply, const struct ruleset *after, bool *moved,
	     struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < after->n_sequences && status == SG_OK; i++) {
		const struct sequence *old =
			sequences_find(apply, after->sequences[i].name);

		if (!old || old == &apply->sequences->set->file->sequences[i])
			continue;
		*moved = true;
		status =
			store_definition_set_place(apply->store, STORE_SEQUENCE,
						   old->id, (uint32_t)i, err);
	}
	return status;
}

enum sg_status
sequences_write_change(struct apply *apply, const struct ruleset *after,
		       const char *author, bool *changed_out,
		       struct sg_err *err)
{
	struct sequence_difference *differences;
	size_t n = sequences_compare(apply_sequences_get(apply), after,
				     apply->work, &differences);
	bool moved = false;
	enum sg_status status = write_places(apply, after, &moved, err);
	size_t i;

	for (i = 0; i < n && status == SG_OK; i++)
		status = write_difference(apply, after, &differences[i], author,
					  err);
	*changed_out = n > 0 || moved;
	return status;
}

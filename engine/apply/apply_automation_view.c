/*
 * apply_automation_view.c - a record as it is in the transaction under way:
 * its state from the fold, what happened to it from the store, which has the
 * whole history (the fold keeps only what rules ask about).
 */
#include <stdlib.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"
#include "base/log.h"
#include "rule/condition_set.h"

struct automation_view {
	struct record_view view;
	struct apply *apply;
	uint32_t record_id;
	struct fold_run run;
	struct stored_view *stored; /* opened when first asked for */
};

static const struct record_view *
stored(struct automation_view *view)
{
	struct apply *apply = view->apply;
	struct sg_err err;

	if (!view->stored &&
	    stored_view_open(apply->store, apply->board, view->record_id,
			     apply->now, &view->stored, &err) != SG_OK) {
		log_error("an automation's condition cannot see what "
			  "happened: %s",
			  err.text);
		return NULL;
	}
	return stored_view_get(view->stored);
}

static const struct record_view *
folded(void *arg)
{
	return &((struct automation_view *)arg)->run.view;
}

static const char *
view_field(void *arg, const char *name)
{
	return folded(arg)->field(folded(arg)->arg, name);
}

static bool
view_tag(void *arg, const char *name)
{
	return folded(arg)->tag(folded(arg)->arg, name);
}

static bool
view_list(void *arg, const char *name)
{
	return folded(arg)->list(folded(arg)->arg, name);
}

static bool
view_score(void *arg, const char *name, enum score_part part, double *value_out)
{
	return folded(arg)->score(folded(arg)->arg, name, part, value_out);
}

static const char *
view_email(void *arg)
{
	return folded(arg)->email(folded(arg)->arg);
}

static const char *
view_module(void *arg)
{
	return folded(arg)->module(folded(arg)->arg);
}

static int64_t
view_created_at(void *arg)
{
	return folded(arg)->created_at(folded(arg)->arg);
}

static void
view_occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	const struct record_view *view = stored(arg);

	if (view)
		view->occurrences(view->arg, name, fn, fn_arg);
}

static bool
view_broadcast(void *arg, const char *name, const char *state)
{
	const struct record_view *view = stored(arg);

	return view && view->broadcast(view->arg, name, state);
}

static bool
view_sequence(void *arg, const char *name, const char *state)
{
	return folded(arg)->sequence(folded(arg)->arg, name, state);
}

struct automation_view *
automation_view_new(struct apply *apply, struct cached *cached, int64_t at)
{
	struct automation_view *view = fold_must(calloc(1, sizeof(*view)));

	view->apply = apply;
	view->record_id = cached->id;
	fold_run_init(&view->run, cached->fold, &apply->world, &apply->out);
	view->run.at = at;
	view->view = (struct record_view){
		.arg = view,
		.field = view_field,
		.tag = view_tag,
		.list = view_list,
		.score = view_score,
		.email = view_email,
		.module = view_module,
		.created_at = view_created_at,
		.occurrences = view_occurrences,
		.broadcast = view_broadcast,
		.sequence = view_sequence,
	};
	return view;
}

const struct record_view *
automation_view_get(struct automation_view *view)
{
	return &view->view;
}

void
automation_view_free(struct automation_view *view)
{
	stored_view_close(view->stored);
	fold_run_done(&view->run);
	free(view);
}

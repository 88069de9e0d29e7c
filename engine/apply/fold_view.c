/* fold_view.c - the record as it is at a step, for conditions. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/buf.h"

void
fold_see(struct fold_run *run, const struct signal *signal)
{
	int kept = fold_world_kept(run->world, signal->name);
	struct buf bytes = BUF_INIT;
	struct fold_seen *seen;

	if (run->record->waits && run->record->waits->n)
		fold_wait_see(run, signal);
	if (kept < 0 || signal->verdict != VERDICT_HUMAN)
		return;
	signal_encode(&bytes, signal);
	seen = fold_add(&run->record->seen);
	seen->kept = kept;
	seen->at = run->at;
	seen->bytes = (unsigned char *)buf_take(&bytes, &seen->len);
	run->record->bytes += seen->len;
}

static const char *
view_field(void *arg, const char *name)
{
	const struct fold_record *record = ((struct fold_run *)arg)->record;
	size_t i;

	for (i = 0; i < record->fields.n; i++)
		if (strcmp(record->fields.items[i].name, name) == 0)
			return record->fields.items[i].value;
	return NULL;
}

static bool
view_tag(void *arg, const char *name)
{
	const struct fold_record *record = ((struct fold_run *)arg)->record;
	size_t i;

	for (i = 0; i < record->tags.n; i++)
		if (strcmp(record->tags.items[i], name) == 0)
			return true;
	return false;
}

static bool
view_list(void *arg, const char *name)
{
	const struct fold_record *record = ((struct fold_run *)arg)->record;
	size_t i;

	for (i = 0; i < record->lists.n; i++)
		if (strcmp(record->lists.items[i].name, name) == 0)
			return record->lists.items[i].state == LIST_JOINED;
	return false;
}

/* As old as the others are: what fades differs by the second, and the top one
 * must be at 100. */
static void
age_to(struct score_state *state, const struct score_rates *rates, int64_t at)
{
	size_t rate;
	int side;

	for (rate = 1; rate < rates->n_rates; rate++)
		for (side = 0; side < 2; side++)
			if (state->touch[rate][side] != 0)
				state->touch[rate][side] *= score_decay(
					rates->rates[rate], at - state->as_of);
	state->as_of = at;
}

/* Relative to the others as they were then: the applier remembers. */
static double
percent(const struct fold_run *run, const struct score_settings *settings,
	const struct score_state *state)
{
	const struct fold_world *world = run->world;
	struct score_state then = *state;
	struct fold_percent_base base;
	struct score_summary summary;

	if (!world->percent ||
	    !world->percent(world->percent_arg, settings->id,
			    run->record->module, run->at, &base))
		return 0;
	age_to(&then, &world->rates, base.at);
	score_summarise(&then, settings, &world->rates, base.at, &summary);
	return score_percentage(summary.value[SCORE_SCORE], base.top,
				base.median);
}

static bool
view_score(void *arg, const char *name, enum score_part part, double *value_out)
{
	const struct fold_run *run = arg;
	uint32_t score_id = fold_world_score(run->world, name);
	const struct score_settings *settings;
	struct score_summary summary;
	struct score_state state;

	if (!score_id)
		return false;
	settings = &run->world->scores[score_id - 1];
	fold_score(run->record, score_id, &state);
	score_summarise(&state, settings, &run->world->rates, run->at,
			&summary);
	if (part == SCORE_PERCENT) {
		*value_out =
			summary.has_score ? percent(run, settings, &state) : 0;
		return true;
	}
	if (!summary.has_score)
		return false;
	*value_out = summary.value[part];
	return true;
}

static const char *
view_email(void *arg)
{
	const struct fold_record *record = ((struct fold_run *)arg)->record;

	return strchr(record->key, '@') ? record->key : NULL;
}

static const char *
view_module(void *arg)
{
	return ((struct fold_run *)arg)->record->module;
}

static int64_t
view_created_at(void *arg)
{
	return ((struct fold_run *)arg)->record->created_at;
}

static bool
decode(struct fold_run *run, const struct fold_seen *seen,
       struct signal *signal_out)
{
	if (!run->scratch)
		run->scratch = pool_new();
	return signal_decode(seen->bytes, seen->len, run->scratch, signal_out,
			     NULL) == SG_OK;
}

/* Once, whatever of the history is still there. */
static void
view_creation(const struct fold_record *record, occurrence_fn *fn, void *fn_arg)
{
	struct signal signal;
	struct occurrence occurrence = {.name = "record.created",
					.happened_at = record->created_at,
					.signal = &signal};

	signal_init(&signal, occurrence.name, record->created_at);
	(void)fn(fn_arg, &occurrence);
}

static void
view_occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	struct fold_run *run = arg;
	const struct fold_record *record = run->record;
	int kept = fold_world_kept(run->world, name);
	struct occurrence occurrence = {.name = name};
	struct signal signal;
	size_t i = record->seen.n;

	if (strcmp(name, "record.created") == 0) {
		view_creation(record, fn, fn_arg);
		return;
	}
	while (i-- > 0) {
		const struct fold_seen *seen = &record->seen.items[i];

		if (seen->kept != kept || !decode(run, seen, &signal))
			continue;
		occurrence.happened_at = seen->at;
		occurrence.signal = &signal;
		if (!fn(fn_arg, &occurrence))
			return;
	}
	/* Changes of fields are told by one name, as set evaluation does. */
	if (strcmp(name, "record.changed") == 0)
		name = "field.changed";
	fold_folded_each(record, name, fn, fn_arg);
}

static bool
view_broadcast(void *arg, const char *name, const char *state)
{
	struct fold_run *run = arg;
	const char *signal_name = "broadcast.sent", *property;
	struct signal signal;
	size_t i;
	int kept;

	if (state && strcmp(state, "opened") == 0)
		signal_name = "email.opened";
	else if (state && strcmp(state, "clicked") == 0)
		signal_name = "email.clicked";
	kept = fold_world_kept(run->world, signal_name);
	for (i = 0; i < run->record->seen.n; i++) {
		const struct fold_seen *seen = &run->record->seen.items[i];

		if (seen->kept != kept || !decode(run, seen, &signal))
			continue;
		property = signal_get(&signal, "broadcast");
		if (!property)
			property = signal_get(&signal, "campaign");
		if (property && strcmp(property, name) == 0)
			return true;
	}
	return fold_folded_campaign(run->record, signal_name, name);
}

static bool
view_sequence(void *arg, const char *name, const char *state)
{
	return fold_in_sequence(((struct fold_run *)arg)->record, name, state);
}

void
fold_view_init(struct fold_run *run)
{
	run->view = (struct record_view){
		.arg = run,
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
}

/* simulate.c - other rules over all history, in memory; see simulate.h. */
#include "apply/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"

enum { RECORDS_AT_ONCE = 2000, ASKED_MOST = 1024, NAMES = 65536 };

/* --- the world with those rules only -------------------------------------- */

static void
ask(void *arg, const char *name)
{
	struct simulation *simulation = arg;
	size_t i;

	for (i = 0; i < simulation->n_asked; i++)
		if (strcmp(simulation->asked[i].text, name) == 0)
			return;
	if (simulation->n_asked == ASKED_MOST)
		return; /* more than a signal can have, many times over */
	simulation->asked[simulation->n_asked++] = (struct signal_span){
		pool_strdup(simulation->pool, name), strlen(name)};
}

/* What the engine itself looks at, and the conditions. */
static void
find_asked(struct simulation *simulation, const struct ruleset *rules)
{
	size_t i;

	simulation->asked = pool_alloc(simulation->pool,
				       ASKED_MOST * sizeof(*simulation->asked));
	ask(simulation, "class");
	ask(simulation, SIGNAL_UNSCORED);
	for (i = 0; i < rules->n_rules; i++) {
		if (rules->rules[i].once == RULE_ONCE_LINK)
			ask(simulation, "url");
		if (rules->rules[i].condition)
			condition_each_property(rules->rules[i].condition, ask,
						simulation);
		if (rules->rules[i].absence)
			condition_each_property(rules->rules[i].absence, ask,
						simulation);
	}
}

enum sg_status
simulate_world(struct apply *apply, struct ruleset *rules,
	       struct fold_world *world, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t index, i;
	bool more;

	fold_world_init(world, apply->options.timezone);
	pthread_rwlock_rdlock(&apply->world_lock);
	world->bounces = apply->world.bounces;
	world->rates = apply->world.rates;
	world->n_scores = apply->world.n_scores;
	memcpy(world->scores, apply->world.scores, sizeof(world->scores));
	pthread_rwlock_unlock(&apply->world_lock);
	world->percent = apply_percent;
	world->percent_arg = apply;
	for (i = 0; i < rules->n_rules && status == SG_OK; i++)
		if (rules->rules[i].has_degrade)
			status = score_rates_index(&world->rates,
						   rules->rules[i].degrade,
						   &index, err);
	if (status == SG_OK)
		status = fold_world_add(world, 1, INT64_MIN, rules, &more, err);
	if (status == SG_OK)
		world->base = 1;
	return status;
}

void
simulate_world_done(struct fold_world *world)
{
	if (world->n_rulesets > 1)
		world->rulesets[1]->rules = NULL; /* the caller's */
	fold_world_done(world);
}

/* --- records ---------------------------------------------------------------
 */

static void
fold_one(struct simulation *simulation, const struct store_record *record,
	 struct fold_record *fold, struct fold_out *out)
{
	const struct fold_world *world = &simulation->world;
	const struct simulate_entry *entry, *end;
	struct simulate_incoming incoming =
		simulate_incoming(simulation, record->id);
	struct fold_entry step = {.ruleset = 1};
	struct signal signal;
	size_t n;

	fold_record_again(fold, record->id, record->module, record->key);
	fold_out_clear(out);
	signal_init(&signal, "", 0);
	entry = simulate_part_of(&simulation->part, record->id, &n);
	for (end = entry + n; entry < end; entry++) {
		simulate_take_before(&incoming, entry->at, fold, out);
		simulate_signal(simulation, entry, &signal);
		step.id = entry->id;
		step.signal = &signal;
		fold_step(fold, world, &step, out);
	}
	simulate_take_before(&incoming, INT64_MAX, fold, out);
	fold_advance_to(fold, world, simulation->now, out);
	simulate_keep_rolls(simulation, record->id, out);
}

static void
fold_record(struct simulation *simulation, const struct store_record *record,
	    struct fold_record *fold, struct fold_out *out)
{
	const struct fold_world *world = &simulation->world;
	uint32_t score_id = simulation->options->score_id;
	double *after = &simulation->after[record->id];
	struct score_state state;

	fold_one(simulation, record, fold, out);
	fold_score(fold, score_id, &state);
	if (!score_value(&state, &world->scores[score_id - 1], &world->rates,
			 simulation->now, after))
		*after = NAN;
}

static enum sg_status
fold_slice(struct simulation *simulation, const struct store_records *slice,
	   struct fold_record *fold, struct fold_out *out)
{
	const char *module = simulation->options->module;
	size_t i;

	for (i = 0; i < slice->n_rows; i++) {
		const struct store_record *record = &slice->rows[i];

		if (record->id > simulation->part.last)
			break;
		if (simulation->only
			    ? !record_set_has(simulation->only, record->id)
			    : module && !out->rolls_too &&
				      strcmp(record->module, module) != 0)
			continue;
		fold_record(simulation, record, fold, out);
	}
	return i == slice->n_rows && i ? SG_OK : SG_NONE;
}

static enum sg_status
fold_part(struct simulation *simulation, struct sg_err *err)
{
	uint32_t after = simulation->part.first - 1;
	struct fold_record *fold = fold_record_new(0, "", "");
	struct pool *pool = pool_new();
	struct store_records slice;
	struct fold_out out;
	enum sg_status status;

	fold_out_init(&out, pool, true);
	out.rolls_too = simulate_has_links(simulation);
	do {
		pool_clear(pool);
		status = store_record_slice(simulation->store, after,
					    RECORDS_AT_ONCE, pool, &slice, err);
		if (status == SG_OK && slice.n_rows) {
			after = slice.rows[slice.n_rows - 1].id;
			status = fold_slice(simulation, &slice, fold, &out);
		} else if (status == SG_OK) {
			status = SG_NONE;
		}
		if (status == SG_OK && simulate_given_up(simulation))
			status = err_set(err, SG_BUSY,
					 "nobody waits for it any more");
	} while (status == SG_OK);
	fold_out_done(&out);
	fold_record_free(fold);
	pool_free(pool);
	return status == SG_NONE ? SG_OK : status;
}

/* --- all of it --------------------------------------------------------------
 */

static enum sg_status
note_before(struct simulation *simulation, struct sg_err *err)
{
	struct apply *apply = simulation->apply;
	const struct simulate_options *options = simulation->options;
	struct score_settings settings;
	struct score_rates rates;
	struct score_state state;
	uint32_t id;

	if (scoreboard_score_at(apply->board, options->score_id - 1,
				&settings) != SG_OK)
		return err_set(err, SG_NONE, "no such score");
	scoreboard_rates(apply->board, &rates);
	for (id = 0; id <= simulation->last_record; id++) {
		simulation->before[id] = simulation->after[id] = NAN;
		if (!id || !scoreboard_get(apply->board, id, options->score_id,
					   simulation->now, &state))
			continue;
		if (!score_value(&state, &settings, &rates, simulation->now,
				 &simulation->before[id]))
			simulation->before[id] = NAN;
	}
	return SG_OK;
}

static bool
any_in(const struct record_set *only, uint32_t first, uint32_t last)
{
	uint32_t next;

	return !only ||
	       (record_set_slice(only, first, &next, 1) == 1 && next <= last);
}

/* As much memory as the applier may hold records in. */
static uint64_t
entries_most(const struct apply *apply)
{
	size_t bytes = apply->options.cache_bytes;
	uint64_t most = bytes / sizeof(struct simulate_entry);

	return !bytes || most > SIMULATE_ENTRIES ? SIMULATE_ENTRIES : most;
}

static enum sg_status
run_parts(struct simulation *simulation, struct sg_err *err)
{
	uint64_t most = simulation->options->entries_most, total = 0;
	uint32_t first, last, at_once = simulation->last_record;
	enum sg_status status =
		store_history_count(simulation->store, &total, err);

	if (!most)
		most = entries_most(simulation->apply);
	if (total > most)
		at_once = (uint32_t)((double)simulation->last_record *
					     (double)most / (double)total +
				     1);
	for (first = 1; status == SG_OK && first <= simulation->last_record;
	     first = last + 1) {
		last = simulation->last_record - first < at_once
			       ? simulation->last_record
			       : first + at_once - 1;
		if (!any_in(simulation->only, first, last))
			continue;
		/* All of it may still be there. */
		if (simulation->part.first != first ||
		    simulation->part.last != last)
			status = simulate_read(simulation, first, last, err);
		if (status == SG_OK)
			status = fold_part(simulation, err);
	}
	return status;
}

static enum sg_status
run_passes(struct simulation *simulation, struct sg_err *err)
{
	enum sg_status status = run_parts(simulation, err);
	uint64_t n_signals = simulation->n_signals;
	struct record_set *again;
	int pass;

	for (pass = 1; status == SG_OK && pass < SIMULATE_PASSES_MOST; pass++) {
		again = simulate_next_pass(simulation);
		if (!again)
			break;
		simulation->only = again;
		status = run_parts(simulation, err);
		simulation->only = NULL;
		record_set_free(again);
	}
	simulation->n_signals = n_signals; /* each once */
	return status;
}

static enum sg_status
run(struct simulation *simulation, struct sg_err *err)
{
	size_t size;
	enum sg_status status;

	status = store_record_last_id(simulation->store,
				      &simulation->last_record, err);
	if (status != SG_OK)
		return status;
	size = ((size_t)simulation->last_record + 1) * sizeof(double);
	simulation->before = fold_must(malloc(size));
	simulation->after = fold_must(malloc(size));
	simulation->names =
		fold_must(calloc(NAMES / 2 + 2, sizeof(*simulation->names)));
	simulation->name_table =
		fold_must(calloc(NAMES, sizeof(*simulation->name_table)));
	simulate_part_init(&simulation->part);
	status = note_before(simulation, err);
	if (status == SG_OK)
		status = run_passes(simulation, err);
	simulate_part_done(&simulation->part);
	free(simulation->names);
	free(simulation->name_table);
	return status;
}

enum sg_status
simulate(struct apply *apply, struct store *store,
	 const struct simulate_options *options, struct pool *pool,
	 struct simulate_report *out, struct sg_err *err)
{
	struct simulation simulation = {.apply = apply,
					.store = store,
					.options = options,
					.now = apply_time(apply),
					.pool = pool};
	struct simulate_report report = {.now = simulation.now};
	enum sg_status status =
		simulate_world(apply, options->rules, &simulation.world, err);

	if (status == SG_OK) {
		find_asked(&simulation, options->rules);
		status = store_snapshot(store, err);
		if (status == SG_OK)
			status = run(&simulation, err);
		if (status == SG_OK)
			status = simulate_summarise(&simulation, pool, &report,
						    err);
		store_snapshot_end(store);
	}
	simulate_world_done(&simulation.world);
	free(simulation.before);
	free(simulation.after);
	free(simulation.given.items);
	free(simulation.got.items);
	if (status == SG_OK)
		*out = report;
	return status;
}

/*
 * apply_rules.c - the rulesets: loaded at start, replaced while running. Every
 * one there ever was stays in memory: a late signal is folded with the rules
 * it was received under.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"
#include "apply/apply_parts.h"
#include "base/json.h"
#include "base/log.h"
#include "store/store_rule.h"

enum { CLOCK_BACK_MOST_MS = 60000 };

/* --- from rows to a ruleset --------------------------------------------- */

struct stored {
	struct apply *apply;
	struct json *segments; /* as they were */
	struct score_bands bands;
};

static const char *
stored_segment(void *arg, const char *name)
{
	struct stored *stored = arg;

	stored->apply->uses_segments = true;
	return stored->segments ? json_get_text(stored->segments, name) : NULL;
}

static bool
stored_band(void *arg, const char *name, const char **score_out,
	    double *from_out, double *to_out)
{
	struct stored *stored = arg;
	const struct score_band *band = score_bands_find(&stored->bands, name);

	stored->apply->uses_bands = true;
	if (!band)
		return false;
	*score_out = band->score;
	*from_out = band->from;
	*to_out = band->to;
	return true;
}

static struct ruleset *
parse(struct apply *apply, uint32_t id, const struct store_rules *rows,
      struct sg_err *err)
{
	struct stored stored = {.apply = apply,
				.segments = apply_segments_of(apply, id)};
	/* No look at signals and scores: a rule that was good when it was
	 * made stays, also when its plugin is not loaded today. */
	struct condition_names names = {.arg = &stored,
					.segment = stored_segment,
					.band = stored_band,
					.timezone = apply->options.timezone};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset = NULL;
	struct buf text = BUF_INIT;
	size_t i;

	apply->uses_segments = apply->uses_bands = false;
	apply_bands_of(apply, id, &stored.bands);
	for (i = 0; i < rows->n_rows; i++) {
		buf_append_text(&text, rows->rows[i].source);
		buf_append_char(&text, '\n');
	}
	if (rules_parse("stored rules", buf_text(&text), &context, &ruleset,
			err) != SG_OK)
		ruleset = NULL;
	buf_done(&text);
	json_free(stored.segments);
	return ruleset;
}

/* Only those that can be read (a segment that is gone, say). */
static void
keep_readable(struct apply *apply, uint32_t id, struct store_rules *rows)
{
	size_t n = 0, i;

	for (i = 0; i < rows->n_rows; i++) {
		struct store_rules one = {&rows->rows[i], 1};
		struct sg_err err = {0};
		struct ruleset *ruleset = parse(apply, id, &one, &err);

		if (ruleset)
			rows->rows[n++] = rows->rows[i];
		else
			log_error("a stored rule cannot be read and does "
				  "nothing: %s",
				  err.text);
		ruleset_free(ruleset);
	}
	rows->n_rows = n;
}

static void
set_ids(struct ruleset *ruleset, const struct store_rules *rows)
{
	size_t i, k;

	for (i = 0; i < ruleset->n_rules; i++)
		for (k = 0; k < rows->n_rows; k++)
			if (strcmp(ruleset->rules[i].name,
				   rows->rows[k].name) == 0) {
				ruleset->rules[i].id = rows->rows[k].id;
				ruleset->rules[i].version =
					rows->rows[k].version;
			}
}

static enum sg_status
add_rates(struct apply *apply, const struct ruleset *ruleset,
	  struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t index, i;

	for (i = 0; ruleset && i < ruleset->n_rules && status == SG_OK; i++)
		if (ruleset->rules[i].has_degrade)
			status = scoreboard_rate_index(
				apply->board, ruleset->rules[i].degrade, &index,
				err);
	for (i = 0; i < apply->world.n_scores && status == SG_OK; i++)
		status = scoreboard_rate_index(apply->board,
					       apply->world.scores[i].degrade,
					       &index, err);
	scoreboard_rates(apply->board, &apply->world.rates);
	return status;
}

/* Into the world, with the rates of its time. */
static enum sg_status
take_ruleset(struct apply *apply, const struct store_ruleset *row,
	     struct sg_err *err)
{
	struct fold_world *world = &apply->world;
	struct score_settings now[SCORES_MOST];
	char name[DEGRADE_NAME_MOST], text[DEGRADE_TEXT_MOST];
	struct store_rules rules;
	struct ruleset *ruleset;
	bool kept_more = false;
	enum sg_status status;

	status =
		store_rules_in(apply->store, row->id, apply->work, &rules, err);
	if (status != SG_OK)
		return status;
	apply_order_restore(apply, row->id, &rules);
	ruleset = parse(apply, row->id, &rules, err);
	if (!ruleset) {
		keep_readable(apply, row->id, &rules);
		ruleset = parse(apply, row->id, &rules, err);
	}
	if (ruleset)
		set_ids(ruleset, &rules);
	apply_degrade_name(row->id, name);
	if (store_meta_get(apply->store, name, text, sizeof(text), err) !=
	    SG_OK)
		apply_degrade_text(world, text);
	pthread_rwlock_wrlock(&apply->world_lock);
	memcpy(now, world->scores, sizeof(now));
	apply_degrade_from_text(world, text);
	status = add_rates(apply, ruleset, err);
	if (status == SG_OK)
		status = fold_world_add(world, row->id, row->applied_at,
					ruleset, &kept_more, err);
	memcpy(world->scores, now, sizeof(now));
	pthread_rwlock_unlock(&apply->world_lock);
	if (status != SG_OK)
		ruleset_free(ruleset);
	if (kept_more)
		apply_cache_clear(apply->cache);
	return status;
}

static enum sg_status
take_ends(struct apply *apply, uint32_t ruleset, struct sg_err *err)
{
	struct store_rules all;
	enum sg_status status;
	size_t i;

	status = store_rules_all(apply->store, apply->work, &all, err);
	if (status != SG_OK)
		return status;
	pthread_rwlock_wrlock(&apply->world_lock);
	for (i = 0; i < all.n_rows; i++)
		if (all.rows[i].to_ruleset == ruleset && all.rows[i].take_back)
			fold_world_take_back(&apply->world, all.rows[i].name);
	pthread_rwlock_unlock(&apply->world_lock);
	return SG_OK;
}

/* "module score" a line; a score's name may have blanks. */
static void
take_hides(struct apply *apply, const char *hides)
{
	char *line = pool_strdup(apply->work, hides), *end, *score;

	pthread_rwlock_wrlock(&apply->world_lock);
	for (; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		score = strchr(line, ' ');
		if (!score)
			continue;
		*score++ = '\0';
		fold_world_hide(&apply->world, line, score);
	}
	pthread_rwlock_unlock(&apply->world_lock);
}

static enum sg_status
take_whole(struct apply *apply, const struct store_ruleset *row,
	   struct sg_err *err)
{
	enum sg_status status = take_ruleset(apply, row, err);

	if (status == SG_OK)
		status = take_ends(apply, row->id, err);
	if (status != SG_OK)
		return status;
	if (row->hides)
		take_hides(apply, row->hides);
	pthread_mutex_lock(&apply->lock);
	apply->status.ruleset = row->id;
	if (!row->swept) {
		apply->sweep_ruleset = row->id;
		apply->sweep_after = row->swept_to;
	}
	pthread_mutex_unlock(&apply->lock);
	return SG_OK;
}

/* --- a new one ---------------------------------------------------------- */

struct change {
	struct apply *apply;
	const struct ruleset *rules; /* NULL: those that are there */
	const char *author, *note;
	bool take_back;
	bool automations;	   /* some of them are different */
	bool sequences;		   /* likewise */
	struct store_ruleset made; /* id 0: nothing was different */
};

static const struct ruleset *
newest(const struct apply *apply)
{
	const struct fold_world *world = &apply->world;
	const struct fold_ruleset *last =
		world->rulesets[world->n_rulesets - 1];

	return last->rules ? last->rules : &apply->no_rules;
}

static enum sg_status
refuse_ninth_rate(const struct apply *apply, const struct ruleset *rules,
		  struct sg_err *err)
{
	struct score_rates rates;
	enum sg_status status = SG_OK;
	size_t index, i;

	scoreboard_rates(apply->board, &rates);
	for (i = 0; i < rules->n_rules && status == SG_OK; i++)
		if (rules->rules[i].has_degrade)
			status = score_rates_index(
				&rates, rules->rules[i].degrade, &index, err);
	return status;
}

/* Never two at one moment, whatever the clock does; and after all that was
 * folded: an entry of the same millisecond would come before the new field
 * rules now, and after them when its record is folded anew. */
static enum sg_status
find_moment(struct apply *apply, int64_t *at_out, struct sg_err *err)
{
	const struct fold_world *world = &apply->world;
	int64_t last = world->rulesets[world->n_rulesets - 1]->applied_at;
	int64_t at = apply->now > last ? apply->now : last + 1;
	int64_t newest;
	enum sg_status status;

	/* Not far ahead of a clock that was wrong before. */
	status = store_newest_at(apply->store, at, at + CLOCK_BACK_MOST_MS,
				 &newest, err);
	if (status == SG_OK)
		at = newest + 1;
	else if (status != SG_NONE)
		return status;
	*at_out = at;
	return SG_OK;
}

static enum sg_status
create_ruleset(struct change *change, struct sg_err *err)
{
	struct apply *apply = change->apply;
	enum sg_status status;

	status = find_moment(apply, &change->made.applied_at, err);
	if (status == SG_OK)
		status = store_ruleset_create(
			apply->store, change->author, change->note,
			change->made.applied_at, &change->made.id, err);
	if (status == SG_OK)
		status = apply_keep_degrade(apply, change->made.id, err);
	if (status == SG_OK)
		status = apply_segments_keep(apply, change->made.id, err);
	if (status == SG_OK)
		status = apply_bands_keep(apply, change->made.id, err);
	return status;
}

static enum sg_status
write_difference(struct change *change, const struct rule_difference *d,
		 struct sg_err *err)
{
	struct store *store = change->apply->store;
	struct store_rule row = {.from_ruleset = change->made.id,
				 .author = change->author,
				 .created_at = change->made.applied_at};
	struct buf source = BUF_INIT;
	enum sg_status status = SG_OK;
	uint32_t id, version;

	if (d->before)
		status = store_rule_end(store, d->before->id, change->made.id,
					change->take_back && !d->after, err);
	if (status == SG_OK && d->after) {
		rule_write(d->after, &source);
		row.name = d->after->name;
		row.place = (uint32_t)(d->after - change->rules->rules);
		row.source = buf_text(&source);
		status = store_rule_add(store, &row, &id, &version, err);
	}
	buf_done(&source);
	return status;
}

static enum sg_status
write_places(struct change *change, struct sg_err *err)
{
	struct apply *apply = change->apply;
	struct store_rules rows;
	enum sg_status status;
	size_t i, k;

	status = store_rules_in(apply->store, 0, apply->work, &rows, err);
	for (i = 0; status == SG_OK && i < rows.n_rows; i++)
		for (k = 0; k < change->rules->n_rules && status == SG_OK; k++)
			if (rows.rows[i].place != k &&
			    strcmp(rows.rows[i].name,
				   change->rules->rules[k].name) == 0)
				status = store_rule_set_place(apply->store,
							      rows.rows[i].id,
							      (uint32_t)k, err);
	return status;
}

/* Of two with the same rules. */
static bool
same_order(const struct ruleset *a, const struct ruleset *b)
{
	size_t i;

	for (i = 0; i < a->n_rules && i < b->n_rules; i++)
		if (strcmp(a->rules[i].name, b->rules[i].name) != 0)
			return false;
	return true;
}

static enum sg_status
write_hides(struct change *change, struct sg_err *err)
{
	struct apply *apply = change->apply;
	struct buf hides = BUF_INIT;
	struct rule_place *places;
	enum sg_status status = SG_OK;
	size_t n = ruleset_find_emptied(newest(apply), change->rules,
					apply->work, &places);
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&hides, "%s %s\n", places[i].module,
			   places[i].score);
	if (n) {
		change->made.hides = pool_strdup(apply->pool, buf_text(&hides));
		status = store_ruleset_set_hides(apply->store, change->made.id,
						 change->made.hides, err);
	}
	buf_done(&hides);
	return status;
}

static enum sg_status
write_change(void *arg, struct store *store, struct sg_err *err)
{
	struct change *change = arg;
	struct apply *apply = change->apply;
	struct rule_difference *differences = NULL;
	size_t n = 0, i;
	enum sg_status status = SG_OK;

	if (change->rules) {
		status = refuse_ninth_rate(apply, change->rules, err);
		n = ruleset_compare(newest(apply), change->rules, apply->work,
				    &differences);
	}
	if (status == SG_OK && change->rules)
		status = automations_write_change(apply, change->rules,
						  change->author,
						  &change->automations, err);
	if (status == SG_OK && change->rules)
		status = sequences_write_change(apply, change->rules,
						change->author,
						&change->sequences, err);
	if (status != SG_OK)
		return status;
	if (change->rules && !n && same_order(newest(apply), change->rules))
		return SG_OK;
	status = create_ruleset(change, err);
	for (i = 0; i < n && status == SG_OK; i++)
		status = write_difference(change, &differences[i], err);
	if (status == SG_OK && change->rules)
		status = write_places(change, err);
	if (status == SG_OK && change->rules)
		status = write_hides(change, err);
	if (status == SG_OK)
		status = apply_order_keep(apply, change->made.id, err);
	return status;
}

static void
change_committed(void *arg)
{
	struct change *change = arg;
	struct sg_err err;

	if (change->made.id &&
	    take_whole(change->apply, &change->made, &err) != SG_OK)
		log_error("the new rules cannot be taken into use: %s",
			  err.text);
	if (change->automations &&
	    automations_load(change->apply, &err) != SG_OK)
		log_error("the new automations cannot be taken into use: %s",
			  err.text);
	if (change->sequences && sequences_load(change->apply, &err) != SG_OK)
		log_error("the new sequences cannot be taken into use: %s",
			  err.text);
}

static void
wait_until_swept(struct apply *apply, uint32_t ruleset)
{
	pthread_mutex_lock(&apply->lock);
	while (apply->started && !apply->stopping &&
	       apply->sweep_ruleset == ruleset)
		pthread_cond_wait(&apply->changed, &apply->lock);
	pthread_mutex_unlock(&apply->lock);
}

enum sg_status
apply_rules(struct apply *apply, const struct ruleset *ruleset,
	    const char *author, bool take_back, bool wait, struct sg_err *err)
{
	struct change change = {.apply = apply,
				.rules = ruleset,
				.author = author,
				.note = "",
				.take_back = take_back};
	struct apply_wait call = {.fn = write_change,
				  .arg = &change,
				  .committed = change_committed};
	enum sg_status status = apply_call_wait(apply, &call);

	if (status != SG_OK)
		return err_set(err, status, "%s", call.err.text);
	if (wait && change.made.id)
		wait_until_swept(apply, change.made.id);
	return SG_OK;
}

const struct ruleset *
apply_rules_get(struct apply *apply)
{
	const struct ruleset *ruleset;

	pthread_rwlock_rdlock(&apply->world_lock);
	ruleset = newest(apply);
	pthread_rwlock_unlock(&apply->world_lock);
	return ruleset;
}

void
apply_rules_release(struct apply *apply, const struct ruleset *ruleset)
{
	/* All of them live as long as the applier. */
}

void
apply_renew_rules(struct apply *apply)
{
	struct change change = {.apply = apply,
				.author = "engine",
				.note = "a segment changed"};
	struct sg_err err = {0};
	enum sg_status status = apply_begin(apply, &err);

	if (status == SG_OK)
		status = write_change(&change, apply->store, &err);
	if (status == SG_OK)
		status = apply_commit(apply, &err);
	if (status == SG_OK) {
		change_committed(&change);
		return;
	}
	apply_rollback(apply);
	log_error("rules go on with a segment as it was: %s", err.text);
}

/* --- at start ----------------------------------------------------------- */

/* The configuration's rates and bands act from now on: they begin a ruleset of
 * their own, with the rules that are there. */
static enum sg_status
note_new_settings(struct apply *apply, uint32_t last, struct sg_err *err)
{
	char name[DEGRADE_NAME_MOST], before[DEGRADE_TEXT_MOST];
	char now[DEGRADE_TEXT_MOST];
	struct change change = {.apply = apply,
				.author = "configuration",
				.note = "degrade or a band changed"};
	struct apply_wait call = {.fn = write_change,
				  .arg = &change,
				  .committed = change_committed};
	enum sg_status status;

	apply_degrade_name(last, name);
	apply_degrade_text(&apply->world, now);
	status =
		store_meta_get(apply->store, name, before, sizeof(before), err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	if (status == SG_NONE || !last)
		return apply_keep_degrade(apply, last, err);
	if (strcmp(before, now) == 0 &&
	    !(apply->uses_bands && apply_bands_changed(apply, last)))
		return SG_OK;
	status = apply_call_wait(apply, &call);
	return status == SG_OK ? SG_OK
			       : err_set(err, status, "%s", call.err.text);
}

enum sg_status
apply_load_rules(struct apply *apply, struct sg_err *err)
{
	struct store_rulesets all;
	struct pool *pool = pool_new();
	uint32_t last = 0;
	enum sg_status status;
	size_t i;

	status = store_rulesets_all(apply->store, pool, &all, err);
	for (i = 0; status == SG_OK && i < all.n_rows; i++) {
		last = all.rows[i].id;
		status = take_whole(apply, &all.rows[i], err);
		pool_clear(apply->work);
	}
	pool_free(pool);
	if (status == SG_OK)
		status = note_new_settings(apply, last, err);
	return status;
}

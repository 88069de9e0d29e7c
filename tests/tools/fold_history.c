/*
 * fold_history - folds the history of one record after the other, as told in
 * lines of JSON on standard input, and answers with their scores. For
 * tests/e2e/test_model.py, which does the same by itself.
 *
 *   {"timezone": "UTC"}                      first, all optional:
 *   {"score": "lead", "degrade": 5, "degrade_negative": true, "default": 0,
 *    "floor": 0, "ceiling": 100}
 *   {"rate": 2}                              another that rules use
 *   {"rules": "…", "at": MS, "taken_back": ["name"]}
 *   {"record": "ann@example.com", "module": "contact"}
 *   {"entry": ID, "at": MS, "ruleset": N, "kind": N, "name": "email.opened",
 *    "verdict": 0, "message": 0, "properties": {}}
 *   {"read": MS}                             -> {"lead": {"score": 1, …}, …}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fold.h"
#include "base/json.h"

struct teller {
	struct fold_world world;
	struct fold_record *record;
	struct fold_out out;
	const struct ruleset *newest; /* the world's */
	struct pool *pool;	      /* everything, until the end */
	struct sg_err err;
};

static double
number(const struct json *line, const char *name, double otherwise)
{
	double value;

	return json_get_number(line, name, &value) ? value : otherwise;
}

static int64_t
moment(const struct json *line, const char *name)
{
	int64_t value;

	return json_get_int(line, name, &value) ? value : 0;
}

static enum sg_status
tell_rate(struct teller *teller, const struct json *line)
{
	size_t index;

	return score_rates_index(&teller->world.rates, number(line, "rate", 0),
				 &index, &teller->err);
}

static enum sg_status
tell_score(struct teller *teller, const struct json *line)
{
	struct fold_world *world = &teller->world;
	struct score_settings *score = &world->scores[world->n_scores++];
	size_t index;

	memset(score, 0, sizeof(*score));
	score->id = (uint32_t)world->n_scores;
	snprintf(score->name, sizeof(score->name), "%s",
		 json_get_text(line, "score"));
	score->degrade = number(line, "degrade", 0);
	if (!json_get_bool(line, "degrade_negative", &score->degrade_negative))
		score->degrade_negative = true;
	score->has_default =
		json_get_number(line, "default", &score->default_points);
	score->has_floor = json_get_number(line, "floor", &score->floor);
	score->has_ceiling = json_get_number(line, "ceiling", &score->ceiling);
	return score_rates_index(&world->rates, score->degrade, &index,
				 &teller->err);
}

/* The scores for which this ruleset has no rule any more. */
static void
hide(struct teller *teller, const struct ruleset *after)
{
	struct rule_place *places;
	size_t n = ruleset_find_emptied(teller->newest, after, teller->pool,
					&places);

	for (size_t i = 0; i < n; i++)
		fold_world_hide(&teller->world, places[i].module,
				places[i].score);
	teller->newest = after;
}

static enum sg_status
tell_rules(struct teller *teller, const struct json *line)
{
	struct condition_names names = {.timezone = teller->world.timezone};
	struct rule_context context = {.names = &names};
	struct json *gone = json_get(line, "taken_back");
	struct ruleset *ruleset;
	bool more;
	enum sg_status status =
		rules_parse("rules.conf", json_get_text(line, "rules"),
			    &context, &ruleset, &teller->err);

	if (status != SG_OK)
		return status;
	status = fold_world_add(
		&teller->world, (uint32_t)teller->world.n_rulesets,
		moment(line, "at"), ruleset, &more, &teller->err);
	for (size_t i = 0; status == SG_OK && gone && i < json_count(gone);
	     i++) {
		struct buf name = BUF_INIT;

		(void)json_scalar(json_at(gone, i), &name);
		fold_world_take_back(&teller->world, buf_text(&name));
		buf_done(&name);
	}
	if (status == SG_OK)
		hide(teller, ruleset);
	return status;
}

static enum sg_status
tell_record(struct teller *teller, const struct json *line)
{
	fold_record_free(teller->record);
	teller->record = fold_record_new(1, json_get_text(line, "module"),
					 json_get_text(line, "record"));
	return SG_OK;
}

struct properties {
	struct teller *teller;
	struct signal *signal;
	enum sg_status status;
};

static bool
add_property(void *arg, const char *name, struct json *value)
{
	struct properties *to = arg;
	struct pool *pool = to->teller->pool;
	struct buf text = BUF_INIT;

	(void)json_scalar(value, &text);
	to->status = signal_set(to->signal, pool_strdup(pool, name),
				pool_strdup(pool, buf_text(&text)),
				&to->teller->err);
	buf_done(&text);
	return to->status == SG_OK;
}

static enum sg_status
tell_entry(struct teller *teller, const struct json *line)
{
	struct signal signal;
	struct properties properties = {teller, &signal, SG_OK};
	struct fold_entry entry = {.id = moment(line, "entry"),
				   .ruleset = (uint32_t)moment(line, "ruleset"),
				   .signal = &signal};

	signal_init(&signal, json_get_text(line, "name"), moment(line, "at"));
	signal.kind = (enum signal_kind)moment(line, "kind");
	signal.verdict = (enum verdict)moment(line, "verdict");
	signal.message_id = (uint64_t)moment(line, "message");
	json_each(json_get(line, "properties"), add_property, &properties);
	if (properties.status == SG_OK)
		fold_step(teller->record, &teller->world, &entry, &teller->out);
	fold_out_clear(&teller->out);
	return properties.status;
}

static enum sg_status
answer(struct teller *teller, const struct json *line)
{
	int64_t at = moment(line, "read");
	struct json *answer = json_new_object();
	struct buf text = BUF_INIT;

	fold_advance_to(teller->record, &teller->world, at, &teller->out);
	fold_out_clear(&teller->out);
	for (size_t i = 0; i < teller->world.n_scores; i++) {
		const struct score_settings *score = &teller->world.scores[i];
		struct json *parts = json_new_object();
		struct score_summary summary;
		struct score_state state;

		fold_score(teller->record, score->id, &state);
		score_summarise(&state, score, &teller->world.rates, at,
				&summary);
		for (int part = 0; summary.has_score && part < SCORE_N_PARTS;
		     part++)
			json_add_number(parts,
					score_part_name((enum score_part)part),
					summary.value[part]);
		json_add(answer, score->name, parts);
	}
	json_write(answer, &text);
	puts(buf_text(&text));
	buf_done(&text);
	json_free(answer);
	return SG_OK;
}

static enum sg_status
do_line(struct teller *teller, const struct json *line)
{
	const char *timezone = json_get_text(line, "timezone");

	if (timezone)
		teller->world.timezone = pool_strdup(teller->pool, timezone);
	if (json_get(line, "score"))
		return tell_score(teller, line);
	if (json_get(line, "rate"))
		return tell_rate(teller, line);
	if (json_get(line, "rules"))
		return tell_rules(teller, line);
	if (json_get(line, "record"))
		return tell_record(teller, line);
	if (json_get(line, "entry"))
		return tell_entry(teller, line);
	if (json_get(line, "read"))
		return answer(teller, line);
	return SG_OK;
}

int
main(void)
{
	struct teller teller = {.pool = pool_new()};
	enum sg_status status = SG_OK;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	fold_world_init(&teller.world, "UTC");
	fold_out_init(&teller.out, teller.pool, false);
	while (status == SG_OK && (len = getline(&text, &size, stdin)) > 0) {
		struct json *line;

		status = json_parse(text, (size_t)len, &line, &teller.err);
		if (status != SG_OK)
			break;
		status = do_line(&teller, line);
		json_free(line);
	}
	if (status != SG_OK)
		fprintf(stderr, "fold_history: %s\n", teller.err.text);
	free(text);
	fold_record_free(teller.record);
	fold_out_done(&teller.out);
	fold_world_done(&teller.world);
	pool_free(teller.pool);
	return status == SG_OK ? 0 : 1;
}

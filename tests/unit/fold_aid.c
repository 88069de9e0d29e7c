/* fold_aid.c - see fold_aid.h. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply/fold_pack.h"
#include "base/text.h"
#include "fold_aid.h"

void
scene_begin(struct scene *scene)
{
	size_t index;

	memset(scene, 0, sizeof(*scene));
	fold_world_init(&scene->world, NULL);
	assert_int_equal(
		score_rates_index(&scene->world.rates, 10, &index, NULL),
		SG_OK);
	scene->world.n_scores = 2;
	scene->world.scores[0] =
		(struct score_settings){.id = 1,
					.name = "lead",
					.degrade = 10,
					.degrade_negative = true};
	scene->world.scores[1] = (struct score_settings){
		.id = 2, .name = "fit", .degrade_negative = true};
	scene->record = fold_record_new(1, "contact", "ann@example.com");
	scene->pool = pool_new();
	fold_out_init(&scene->out, scene->pool, false);
}

void
scene_end(struct scene *scene)
{
	fold_out_done(&scene->out);
	fold_record_free(scene->record);
	fold_world_done(&scene->world);
	pool_free(scene->pool);
}

void
scene_rules(struct scene *scene, int64_t at, const char *text)
{
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset;
	struct sg_err err = {0};
	bool more;

	if (rules_parse("rules.conf", text, &context, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(fold_world_add(&scene->world,
					(uint32_t)scene->world.n_rulesets, at,
					ruleset, &more, &err),
			 SG_OK);
}

enum { REST_BYTES = 16384 }; /* what takes longer is not done at each step */

/* As if it had not been used for a while. */
static void
rest(struct scene *scene)
{
	struct buf before = BUF_INIT, after = BUF_INIT;

	fold_pack(scene->record, &before);
	assert_true(buf_ok(&before));
	fold_record_free(scene->record);
	scene->record = fold_unpack(before.data);
	fold_pack(scene->record, &after);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, before.len);
	buf_done(&before);
	buf_done(&after);
}

void
scene_step(struct scene *scene, const struct signal *signal)
{
	struct fold_entry entry = {
		.id = ++scene->next_id,
		.ruleset = (uint32_t)scene->world.n_rulesets - 1,
		.signal = signal};

	assert_true(fold_in_order(scene->record, signal->happened_at));
	fold_step(scene->record, &scene->world, &entry, &scene->out);
	if (fold_record_bytes(scene->record) < REST_BYTES)
		rest(scene);
}

void
scene_happen(struct scene *scene, const char *name, int64_t at)
{
	struct signal signal;

	signal_init(&signal, name, at);
	scene_step(scene, &signal);
}

void
scene_set_field(struct scene *scene, const char *name, const char *value,
		int64_t at)
{
	struct signal signal;

	signal_init(&signal, "field.changed", at);
	signal.kind = SIGNAL_FIELD_SET;
	assert_int_equal(signal_set(&signal, "name", name, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "value", value, NULL), SG_OK);
	scene_step(scene, &signal);
}

/* NAN = no score */
double
scene_score(struct scene *scene, uint32_t score_id, int64_t at)
{
	struct score_summary summary;
	struct score_state state;

	fold_score(scene->record, score_id, &state);
	score_summarise(&state, &scene->world.scores[score_id - 1],
			&scene->world.rates, at, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

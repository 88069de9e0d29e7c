/* fold_pack_test.c - a fold that nobody uses, as bytes: small, and the same
 * when it comes back. Each step of the other tests of folds is packed, too. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply/fold_pack.h"
#include "base/clock.h"
#include "fold_aid.h"

#define DAY CLOCK_DAY_MS

static void
change(struct scene *scene, enum signal_kind kind, const char *name,
       const char *value, int64_t at)
{
	static const char *const names[] = {
		[SIGNAL_TAG_ADD] = "tag",      [SIGNAL_LIST_JOIN] = "list",
		[SIGNAL_SCORE_ADD] = "points", [SIGNAL_SCORE_SET] = "points",
		[SIGNAL_SUPPRESS] = "reason",
	};
	struct signal signal;

	signal_init(&signal, name, at);
	signal.kind = kind;
	assert_int_equal(signal_set(&signal, names[kind], value, NULL), SG_OK);
	scene_step(scene, &signal);
}

static size_t
packed_len(const struct scene *scene)
{
	struct buf bytes = BUF_INIT;
	size_t len;

	fold_pack(scene->record, &bytes);
	assert_true(buf_ok(&bytes));
	len = bytes.len;
	buf_done(&bytes);
	return len;
}

static void
a_record_takes_a_fifth_while_nobody_uses_it(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"a\" { on = \"page.visited\" add = 3 once_per = "
		    "\"day\" }");
	scene_happen(&scene, "page.visited", 20000 * DAY);
	scene_happen(&scene, "page.visited", 20001 * DAY);
	assert_true(5 * packed_len(&scene) < fold_record_bytes(scene.record));
	scene_end(&scene);
}

/* All that a record can hold; scene_step() packs it after each. */
static void
what_was_packed_goes_on_as_if_it_had_not_been(void **unused)
{
	static const char rules[] =
		"rule \"job\" { when = \"field.job = 'CEO'\" add = 10 score = "
		"\"fit\" }"
		"rule \"seen\" { on = \"page.visited\" add = 1.25 cap = 30 "
		"once_per = \"3 per 7d\" expires = \"90d\" score = \"fit\" }"
		"rule \"asks\" { on = \"order.paid\" when = \"page.visited "
		"within 30d at least 2 times\" add = 100 score = \"fit\" }"
		"rule \"no click\" { on = \"email.sent\" unless = "
		"\"email.clicked within 7d\" subtract = 7 score = \"fit\" }";
	struct scene scene;
	int64_t at = 20000 * DAY;

	scene_begin(&scene);
	scene_rules(&scene, 0, rules);
	scene_set_field(&scene, "job", "CEO", at);
	scene_set_field(&scene, "empty", "", ++at);
	change(&scene, SIGNAL_TAG_ADD, "tag.added", "customer", ++at);
	change(&scene, SIGNAL_LIST_JOIN, "list.joined", "news", ++at);
	change(&scene, SIGNAL_SCORE_ADD, "score.added", "-0.1", ++at);
	scene_happen(&scene, "page.visited", ++at);
	scene_happen(&scene, "page.visited", ++at);
	scene_happen(&scene, "email.sent", ++at);
	scene_happen(&scene, "order.paid", ++at);
	/* 10 for the job, 2.5 for the visits, 100 for the order */
	assert_true(fabs(scene_score(&scene, 2, at) - 112.5) < 1e-9);
	fold_advance_to(scene.record, &scene.world, at + 8 * DAY, &scene.out);
	assert_true(fabs(scene_score(&scene, 2, at + 8 * DAY) - 105.5) < 1e-9);
	scene_set_field(&scene, "job", "", at + 91 * DAY);
	assert_true(fabs(scene_score(&scene, 2, at + 91 * DAY) - 93) < 1e-9);
	assert_true(fabs(scene_score(&scene, 1, at + 91 * DAY) + 0.1) < 1e-9);
	scene_end(&scene);
}

/* Of each length, of either sign, and what is no number. */
static void
numbers_come_back_bit_by_bit(void **unused)
{
	static const double values[] = {1,	 -1,	  0.1,	      1e300,
					5e-324,	 -5e-324, 255.0,      256.0,
					1.0 / 3, 65536.0, 4294967296, -1e-9};
	struct scene scene;
	struct score_state before, after;
	struct buf bytes = BUF_INIT;
	struct fold_record *back;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char points[32];

		scene_begin(&scene);
		scene_rules(&scene, 0, "");
		snprintf(points, sizeof(points), "%.17g", values[i]);
		change(&scene, SIGNAL_SCORE_ADD, "score.added", points,
		       INT64_C(1) << (4 * i));
		fold_pack(scene.record, &bytes);
		back = fold_unpack(bytes.data);
		assert_true(fold_score(scene.record, 1, &before) ==
			    fold_score(back, 1, &after));
		assert_memory_equal(&before, &after, sizeof(before));
		fold_record_free(back);
		buf_reset(&bytes);
		scene_end(&scene);
	}
	buf_done(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_takes_a_fifth_while_nobody_uses_it),
		cmocka_unit_test(what_was_packed_goes_on_as_if_it_had_not_been),
		cmocka_unit_test(numbers_come_back_bit_by_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

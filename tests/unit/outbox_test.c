/*
 * outbox_test.c - deliveries: tried until they are done, given up at last, not
 * twice at once, not lost by a restart.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "outbox/outbox.h"

enum { WAIT_MS = 20000, KEYS = 64 };

struct story {
	struct applier applier;
	struct store_readers *readers;
	struct outbox_conf *conf;
	struct conf_section *root;
	struct outbox *outbox;
	atomic_uint runs, fails; /* so many tries fail first */
	enum sg_status status;	 /* what a try that fails says */
	atomic_uint at_once, most_at_once;
	int hold_ms;
};

static const struct conf_option options[] = {
	{.name = "webhook",
	 .type = CONF_TITLED,
	 .options = outbox_webhook_options},
	{.name = "team", .type = CONF_TITLED, .options = outbox_team_options},
	{.name = "template",
	 .type = CONF_TITLED,
	 .options = outbox_template_options},
	{.name = "outbox",
	 .type = CONF_SECTION,
	 .options = outbox_options_table},
	{0}};

static enum sg_status
run(void *arg, const struct store_outbox *row, struct sg_err *err)
{
	struct story *story = arg;
	unsigned now = atomic_fetch_add(&story->at_once, 1) + 1;
	unsigned n = atomic_fetch_add(&story->runs, 1);

	if (now > atomic_load(&story->most_at_once))
		atomic_store(&story->most_at_once, now);
	assert_int_equal(strlen(row->key), 32);
	clock_sleep_ms(story->hold_ms);
	atomic_fetch_sub(&story->at_once, 1);
	if (n < atomic_load(&story->fails))
		return err_set(err, story->status, "not now");
	return SG_OK;
}

static void
open_outbox(struct story *story)
{
	struct outbox_options given = {.apply = story->applier.apply,
				       .readers = story->readers,
				       .conf = story->conf,
				       .run = run,
				       .arg = story};
	struct sg_err err;

	assert_int_equal(outbox_open(&given, &story->outbox, &err), SG_OK);
	assert_int_equal(outbox_start(story->outbox, &err), SG_OK);
}

static bool
any_action(void *arg, const char *name)
{
	return true;
}

static void
begin(struct story *story, const char *conf)
{
	struct sg_err err;

	memset(story, 0, sizeof(*story));
	story->status = SG_BUSY;
	if (conf_parse("s.conf", conf, 1, options, &story->root, &err) != SG_OK)
		fail_msg("%s", err.text);
	if (outbox_conf_read(story->root, &story->conf, &err) != SG_OK)
		fail_msg("%s", err.text);
	story->conf->has_action = any_action;
	applier_init(&story->applier);
	applier_open(&story->applier);
	assert_int_equal(store_readers_open(story->applier.store_path, 4,
					    &story->readers, &err),
			 SG_OK);
}

static void
end(struct story *story)
{
	outbox_close(story->outbox);
	store_readers_close(story->readers);
	applier_done(&story->applier);
	outbox_conf_free(story->conf);
	conf_free(story->root);
}

static void
fire(struct story *story, const char *address)
{
	struct signal signal =
		applier_signal("email.clicked", address, clock_now());

	applier_submit(&story->applier, &signal);
	outbox_wake(story->outbox);
}

static uint64_t
count(struct story *story, enum store_outbox_state state)
{
	struct store_outbox_rows rows;
	struct pool *pool = pool_new();
	uint64_t n;

	assert_int_equal(store_outbox_recent(applier_reader(&story->applier),
					     state, 0, 1000, pool, &rows, NULL),
			 SG_OK);
	n = rows.n_rows;
	pool_free(pool);
	return n;
}

static void
wait_for(struct story *story, enum store_outbox_state state, uint64_t n)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (count(story, state) != n) {
		if (clock_monotonic_ms() > until)
			fail_msg("%llu in state %d, expected %llu",
				 (unsigned long long)count(story, state), state,
				 (unsigned long long)n);
		clock_sleep_ms(5);
	}
}

#define RUN "automation \"A\" { on = \"email.clicked\" do = { \"run 'a.b'\" } }"

static void
a_delivery_is_tried_until_it_is_done(void **unused)
{
	struct story story;

	begin(&story, "outbox { retry = 100ms retry_most = 200ms }");
	applier_rules(&story.applier, RUN, false);
	atomic_store(&story.fails, 3);
	open_outbox(&story);
	fire(&story, "ann@example.com");
	wait_for(&story, OUTBOX_DELIVERED, 1);
	assert_int_equal(atomic_load(&story.runs), 4);
	end(&story);
}

static void
what_fails_for_good_is_dead_at_once_else_after_all_tries(void **unused)
{
	struct story story;

	begin(&story, "outbox { retry = 100ms retry_most = 100ms tries = 3 }");
	applier_rules(&story.applier, RUN, false);
	atomic_store(&story.fails, 1000);
	open_outbox(&story);
	fire(&story, "ann@example.com");
	wait_for(&story, OUTBOX_DEAD, 1);
	assert_int_equal(atomic_load(&story.runs), 3);
	story.status = SG_REFUSED;
	fire(&story, "bob@example.com");
	wait_for(&story, OUTBOX_DEAD, 2);
	assert_int_equal(atomic_load(&story.runs), 4);
	story.status = SG_NONE;
	fire(&story, "cid@example.com");
	wait_for(&story, OUTBOX_DROPPED, 1);
	end(&story);
}

static void
one_target_never_takes_all_threads(void **unused)
{
	struct story story;
	char address[64];
	int i;

	begin(&story, "outbox { threads = 3 }");
	applier_rules(&story.applier, RUN, false);
	story.hold_ms = 20;
	open_outbox(&story);
	for (i = 0; i < 12; i++) {
		snprintf(address, sizeof(address), "p%d@example.com", i);
		fire(&story, address);
	}
	wait_for(&story, OUTBOX_DELIVERED, 12);
	assert_int_equal(atomic_load(&story.runs), 12);
	assert_in_range(atomic_load(&story.most_at_once), 1, 2);
	end(&story);
}

static void
what_waits_survives_a_restart(void **unused)
{
	struct story story;

	begin(&story, "outbox { retry = 100ms retry_most = 100ms }");
	applier_rules(&story.applier, RUN, false);
	fire(&story, "ann@example.com"); /* nobody delivers */
	applier_close(&story.applier);
	applier_open(&story.applier);
	assert_int_equal(count(&story, OUTBOX_WAITING), 1);
	open_outbox(&story);
	wait_for(&story, OUTBOX_DELIVERED, 1);
	end(&story);
}

static void
a_rest_doubles_up_to_the_most_and_half_as_much_by_chance(void **unused)
{
	assert_int_equal(outbox_back_off(1, 1000, 60000, 0), 1000);
	assert_int_equal(outbox_back_off(4, 1000, 60000, 0), 8000);
	assert_int_equal(outbox_back_off(4, 1000, 60000, 4000), 12000);
	assert_int_equal(outbox_back_off(50, 1000, 60000, 0), 60000);
	assert_in_range(outbox_back_off(50, 1000, 60000, UINT64_MAX), 60000,
			90000);
}

static const struct {
	const char *text, *says;
} bad[] = {
	{"webhook \"a\" { }", "s.conf:1: webhook \"a\": expected a `url`"},
	{"webhook \"a\" {\n url = \"file:///etc/passwd\" }", "s.conf:2: "},
	{"webhook \"a\" { url = \"https:///x\" }", "expected a `url`"},
	{"webhook \"a\" { url = \"http://x/ y\" }", "expected a `url`"},
	{"webhook \"a\" { url = \"http://x/\" headers = { \"A\" } }",
	 "expected \"Name: value\""},
	{"team \"t\" { }", "team \"t\": expected 1 to 64 members"},
	{"team \"t\" { members = { \"ann\" } }", "expected an address"},
	{"team \"t\" { members = { \"ann@example.com 0\" } }", "a weight"},
	{"template \"t\" { }", "template \"t\": expected `file`"},
};

static void
what_cannot_be_called_is_refused(void **unused)
{
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct conf_section *root;
		struct outbox_conf *conf = NULL;
		struct sg_err err = {0};

		assert_int_equal(conf_parse("s.conf", bad[i].text, 1, options,
					    &root, &err),
				 SG_OK);
		assert_int_equal(outbox_conf_read(root, &conf, &err),
				 SG_REFUSED);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%s\n-- does not say --\n%s", err.text,
				 bad[i].says);
		conf_free(root);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delivery_is_tried_until_it_is_done),
		cmocka_unit_test(
			what_fails_for_good_is_dead_at_once_else_after_all_tries),
		cmocka_unit_test(one_target_never_takes_all_threads),
		cmocka_unit_test(what_waits_survives_a_restart),
		cmocka_unit_test(
			a_rest_doubles_up_to_the_most_and_half_as_much_by_chance),
		cmocka_unit_test(what_cannot_be_called_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

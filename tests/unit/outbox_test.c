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
#include "smtp_server_aid.h"

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
	const struct net_smtp_options *smtp;
	double pace;
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
				       .smtp = story->smtp,
				       .pace = story->pace,
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

/* --- while the MTA is away ------------------------------------------------ */

enum { PILED = 12, PACE = 200 };
#define NOTIFY                                       \
	"automation \"A\" { on = \"email.clicked\" " \
	"do = { \"notify 'ops@example.com'\" } }"
#define AWAY                        \
	{                           \
		"421 4.3.2 not now" \
	}
#define TAKES                                   \
	{                                       \
		"220 hi", PIPED, OK, OK, GO, OK \
	}
#define SIX(x) x, x, x, x, x, x

static void
wait_for_tries(struct story *story, uint64_t n)
{
	struct store_outbox_counts counts = {0};
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (counts.retrying != n && clock_monotonic_ms() < until) {
		assert_int_equal(
			store_outbox_counts(applier_reader(&story->applier),
					    &counts, NULL),
			SG_OK);
		clock_sleep_ms(5);
	}
	assert_int_equal(counts.retrying, n);
}

static void
fire_some(struct story *story, int n)
{
	char address[64];

	while (n-- > 0) {
		snprintf(address, sizeof(address), "p%d@example.com", n);
		fire(story, address);
	}
}

/* Their own time would be in an hour. Also after a restart. */
static void
what_piled_up_leaves_oldest_first_once_the_mta_answers(void **unused)
{
	static const smtp_script scripts[] = {SIX(AWAY), SIX(AWAY), TAKES,
					      SIX(TAKES), SIX(TAKES)};
	struct net_smtp_options smtp = {.host = "127.0.0.1"};
	struct store_outbox_rows rows;
	struct smtp_server server;
	struct pool *pool = pool_new();
	struct story story;
	size_t i;

	smtp_server_start(&server, scripts, 2 * PILED + 1);
	begin(&story, "outbox { threads = 1 retry = 1h }");
	applier_rules(&story.applier, NOTIFY, false);
	smtp.port = server.port;
	story.smtp = &smtp;
	story.pace = PACE;
	open_outbox(&story);
	fire_some(&story, PILED);
	wait_for_tries(&story, PILED);
	outbox_close(story.outbox);
	open_outbox(&story);
	fire(&story, "probe@example.com");
	wait_for(&story, OUTBOX_DELIVERED, PILED + 1);
	assert_int_equal(store_outbox_recent(applier_reader(&story.applier),
					     OUTBOX_DELIVERED, 0, 100, pool,
					     &rows, NULL),
			 SG_OK);
	/* The newest is the probe. */
	for (i = 1; i < PILED; i++) {
		assert_true(rows.rows[i].due_at - rows.rows[i + 1].due_at ==
			    1000 / PACE);
		assert_true(rows.rows[i].done_at >= rows.rows[i + 1].done_at);
	}
	end(&story);
	smtp_server_stop(&server);
	pool_free(pool);
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
			what_piled_up_leaves_oldest_first_once_the_mta_answers),
		cmocka_unit_test(
			a_rest_doubles_up_to_the_most_and_half_as_much_by_chance),
		cmocka_unit_test(what_cannot_be_called_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * apply_sequence_test.c - sequences in the applier: who starts, what is sent
 * when, what ends them (broadcast.md "Sequences"), over days that pass in no
 * time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "sequence_aid.h"
#include "store/store_history.h"
#include "store/store_retain.h"
#include "store/store_sequence.h"

#define THREE_STEPS                                                   \
	"  step \"Hello\" { template = \"hello.eml\" }\n"             \
	"  step \"Offer\" { after = \"3d\" if = \"has score >= 20\" " \
	"template = \"offer.eml\" }\n"                                \
	"  step \"Last\" { after = \"7d\" template = \"last.eml\" }\n}\n"

#define WELCOME                                            \
	"sequence \"Welcome\" { start = \"list 'news'\"\n" \
	"  stop = \"tag 'customer'\"\n" THREE_STEPS

static void
set_score(struct applier *applier, const char *points)
{
	const char *const props[] = {"score", "lead", "points", points, NULL};

	sequence_change(applier, SIGNAL_SCORE_SET, ANN, props);
}

static void
state_is(struct applier *applier, const char *state, const char *reason)
{
	struct pool *pool = pool_new();
	struct store_enrolment row;

	assert_int_equal(store_enrolment_get(applier_reader(applier), "Welcome",
					     applier_find(applier, ANN), pool,
					     &row, NULL),
			 SG_OK);
	assert_string_equal(row.state, state);
	assert_string_equal(row.reason, reason);
	pool_free(pool);
}

static void
joining_the_list_starts_it_and_steps_come_in_time(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello.eml");
	state_is(&applier, "active", "");
	set_score(&applier, "50");
	sequence_pass(&applier, 3 * DAY - 5000);
	sequence_sent_is(&applier, "hello.eml");
	sequence_pass(&applier, 10000);
	sequence_sent_is(&applier, "hello.eml offer.eml");
	sequence_pass(&applier, 7 * DAY);
	sequence_sent_is(&applier, "hello.eml offer.eml last.eml");
	state_is(&applier, "finished", "");
	sequence_pass(&applier, 30 * DAY);
	sequence_sent_is(&applier, "hello.eml offer.eml last.eml");
	sequence_end(&applier);
}

static void
a_condition_is_asked_when_the_step_is_due(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	set_score(&applier, "50");
	sequence_pass(&applier, DAY);
	set_score(&applier, "10");
	sequence_pass(&applier, 3 * DAY);
	sequence_pass(&applier, 8 * DAY);
	sequence_sent_is(&applier, "hello.eml last.eml");
	sequence_end(&applier);
}

static void
what_stops_it_stops_it_at_once(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_tag(&applier, "customer");
	state_is(&applier, "stopped", "tag 'customer'");
	sequence_pass(&applier, 30 * DAY);
	sequence_sent_is(&applier, "hello.eml");
	sequence_end(&applier);
}

static void
it_is_once_per_record_unless_it_may_restart(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 4 * DAY);
	sequence_pass(&applier, 8 * DAY);
	sequence_leave(&applier);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 20 * DAY);
	sequence_sent_is(&applier, "hello.eml last.eml");
	applier_rules(&applier,
		      "sequence \"Welcome\" { start = \"list 'news'\" "
		      "restart = yes\n" THREE_STEPS,
		      false);
	sequence_pass(&applier, DAY);
	sequence_sent_is(&applier, "hello.eml last.eml");
	sequence_leave(&applier);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello.eml last.eml hello.eml");
	sequence_end(&applier);
}

static void
who_was_on_the_list_before_is_left_alone(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       "rule \"R\" { on = \"email.clicked\" add = 1 }");
	sequence_join(&applier, ANN);
	applier_rules(&applier, WELCOME, false);
	sequence_tag(&applier, "x");
	sequence_pass(&applier, DAY);
	sequence_sent_is(&applier, "");
	sequence_end(&applier);
}

static void
it_waits_and_asks_again_or_ends(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       "sequence \"Welcome\" { start = \"list 'news'\"\n"
		       " step \"A\" { if = \"tag 'a'\" else = \"wait 2d\" "
		       "template = \"a.eml\" }\n"
		       " step \"B\" { if = \"tag 'b'\" else = \"stop\" "
		       "template = \"b.eml\" } "
		       " step \"C\" { template = \"c.eml\" } }");
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "");
	state_is(&applier, "active", "asked again");
	sequence_tag(&applier, "a");
	sequence_pass(&applier, DAY);
	sequence_sent_is(&applier, "");
	sequence_pass(&applier, DAY);
	sequence_sent_is(&applier, "a.eml");
	state_is(&applier, "stopped", "step B: not tag 'b'");
	sequence_end(&applier);
}

static void
steps_wait_for_the_window(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       "sequence \"Welcome\" { start = \"list 'news'\" "
		       "at = \"09:00-17:00 Sat-Sun Europe/Berlin\" "
		       "step \"A\" { template = \"a.eml\" } }");
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 2 * DAY + 21 * 3600000);
	sequence_sent_is(&applier, ""); /* Saturday 07:00 UTC: 08:00 there */
	sequence_pass(&applier, 3600000);
	sequence_sent_is(&applier, "a.eml");
	sequence_end(&applier);
}

static void
the_suppressed_and_the_unsubscribed_get_nothing(void **unused)
{
	const char *const everything[] = {"list", "", "how", "page", NULL};
	const char *const manual[] = {"reason", "manual", NULL};
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_change(&applier, SIGNAL_LIST_LEAVE, ANN, everything);
	sequence_pass(&applier, 4 * DAY);
	state_is(&applier, "stopped", "unsubscribed");
	sequence_end(&applier);

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_change(&applier, SIGNAL_SUPPRESS, ANN, manual);
	sequence_pass(&applier, 4 * DAY);
	state_is(&applier, "stopped", "suppressed");
	sequence_sent_is(&applier, "hello.eml");
	sequence_end(&applier);
}

/* What a record's history says of its sequence: "because" of each move. */
static void
history_is(struct applier *applier, const char *want)
{
	struct store_history_rows rows;
	struct pool *pool = pool_new();
	struct buf got = BUF_INIT;
	size_t i;

	assert_int_equal(store_history_of(applier_reader(applier),
					  applier_find(applier, ANN), pool,
					  &rows, NULL),
			 SG_OK);
	for (i = 0; i < rows.n_rows; i++)
		if (strncmp(rows.rows[i].name, "sequence.", 9) == 0)
			buf_printf(&got, "%s (%s)\n", rows.rows[i].name + 9,
				   rows.rows[i].because);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
	pool_free(pool);
}

static void
pause_until(struct applier *applier, int64_t until)
{
	char text[CLOCK_TEXT_SIZE] = "";
	const char *const props[] = {"name", "paused_until", "value", text,
				     NULL};

	if (until)
		clock_format(until, text);
	sequence_change(applier, SIGNAL_FIELD_SET, ANN, props);
}

static void
a_reader_s_pause_is_waited_out(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	set_score(&applier, "50");
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	pause_until(&applier, applier.now + 30 * DAY);
	sequence_pass(&applier, 29 * DAY);
	sequence_sent_is(&applier, "hello.eml");
	state_is(&applier, "active", "paused");
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "hello.eml offer.eml");
	state_is(&applier, "active", "");
	sequence_pass(&applier, 7 * DAY);
	sequence_sent_is(&applier, "hello.eml offer.eml last.eml");
	sequence_end(&applier);
}

static void
a_pause_that_is_ended_early_holds_nothing_up(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	set_score(&applier, "50");
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	pause_until(&applier, applier.now + 30 * DAY);
	sequence_pass(&applier, 5 * DAY);
	sequence_sent_is(&applier, "hello.eml");
	pause_until(&applier, applier.now + 20 * DAY); /* another one */
	sequence_pass(&applier, DAY);
	sequence_sent_is(&applier, "hello.eml");
	state_is(&applier, "active", "paused");
	pause_until(&applier, 0);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello.eml offer.eml");
	sequence_end(&applier);
}

static void
leaving_the_list_that_started_it_may_stop_it(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       "sequence \"Welcome\" { start = \"list 'news'\"\n"
		       "  stop = \"not list 'news'\"\n" THREE_STEPS);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_leave(&applier);
	state_is(&applier, "stopped", "not list 'news'");
	sequence_pass(&applier, 20 * DAY);
	sequence_sent_is(&applier, "hello.eml");
	history_is(&applier, "started (list 'news')\n"
			     "stepped (step Hello: sent)\n"
			     "stopped (not list 'news')\n");
	sequence_end(&applier);
}

static void
every_move_is_in_the_history(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, 3 * DAY);
	sequence_pass(&applier, 8 * DAY);
	history_is(&applier, "started (list 'news')\n"
			     "stepped (step Hello: sent)\n"
			     "stepped (step Offer: skipped)\n"
			     "stepped (step Last: sent)\n"
			     "finished (its last step was done)\n");
	sequence_end(&applier);
	sequence_begin(
		&applier,
		"sequence \"Welcome\" { start = \"list 'news'\" step \"A\" { "
		"if = \"tag 'x'\" else = \"wait 2d\" template = \"a.eml\" } "
		"step \"B\" { if = \"tag 'y'\" else = \"stop\" "
		"template = \"b.eml\" } }");
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, 2 * DAY);
	sequence_tag(&applier, "x");
	sequence_pass(&applier, 2 * DAY);
	sequence_sent_is(&applier, "a.eml");
	history_is(&applier, "started (list 'news')\n"
			     "stepped (step A: waits)\n"
			     "stepped (step A: waits)\n"
			     "stepped (step A: sent)\n"
			     "stopped (step B: not tag 'y')\n");
	sequence_end(&applier);
}

static void
who_is_on_a_removed_step_goes_on_with_the_next(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_rules(&applier,
		      "sequence \"Welcome\" { start = \"list 'news'\"\n"
		      "  step \"Hello\" { template = \"hello.eml\" }\n"
		      "  step \"New\" { template = \"new.eml\" }\n"
		      "  step \"Last\" { after = \"7d\" template = "
		      "\"last.eml\" }\n}\n",
		      false);
	sequence_pass(&applier,
		      4 * DAY); /* `after` counts from what was done last */
	sequence_sent_is(&applier, "hello.eml");
	sequence_pass(&applier, 3 * DAY);
	sequence_sent_is(&applier, "hello.eml last.eml");
	state_is(&applier, "finished", "");
	history_is(&applier,
		   "started (list 'news')\n"
		   "stepped (step Hello: sent)\n"
		   "stepped (step Last: sent; step Offer was removed)\n"
		   "finished (its last step was done)\n");
	sequence_end(&applier);
}

static void
who_is_on_the_last_step_when_it_is_removed_is_through(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, 4 * DAY);
	applier_rules(&applier,
		      "sequence \"Welcome\" { start = \"list 'news'\"\n"
		      "  step \"Hello\" { template = \"hello.eml\" } }\n",
		      false);
	sequence_pass(&applier, 1000);
	state_is(&applier, "finished", "");
	history_is(&applier, "started (list 'news')\n"
			     "stepped (step Hello: sent)\n"
			     "stepped (step Offer: skipped)\n"
			     "finished (step Last was removed)\n");
	sequence_sent_is(&applier, "hello.eml");
	sequence_end(&applier);
}

static void
a_removed_sequence_ends_for_all(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_rules(&applier, "rule \"R\" { on = \"email.clicked\" add = 1 }",
		      false);
	sequence_pass(&applier, 2000);
	state_is(&applier, "stopped", "the sequence was removed");
	sequence_pass(&applier, 30 * DAY);
	sequence_sent_is(&applier, "hello.eml");
	sequence_end(&applier);
}

static void
stop_now(struct applier *applier, const char *const props[])
{
	struct signal signal =
		sequence_signal(applier, SIGNAL_SEQUENCE, ANN, props);

	signal.name = "sequence.stopped";
	applier_submit(applier, &signal);
}

static void
automations_and_people_start_and_stop_it(void **unused)
{
	const char *const start[] = {"sequence", "Welcome", NULL};
	const char *const stop[] = {"sequence", "Welcome", "reason", "asked",
				    NULL};
	struct applier applier;

	sequence_begin(&applier,
		       "automation \"Hot\" { on = \"score rises to 30\" "
		       "do = { \"sequence start 'Welcome'\" } }\n"
		       "automation \"Cold\" { on = \"score falls below 5\" "
		       "do = { \"sequence stop 'Welcome'\" } }\n"
		       "sequence \"Welcome\" { restart = yes\n" THREE_STEPS);
	set_score(&applier, "40");
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello.eml");
	set_score(&applier, "1");
	state_is(&applier, "stopped", "score falls below 5 (1)");
	sequence_change(&applier, SIGNAL_SEQUENCE, ANN,
			(const char *const[]){"sequence", "Welcome", "again",
					      "yes", NULL});
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello.eml hello.eml");
	stop_now(&applier, stop);
	state_is(&applier, "stopped", "asked");
	/* Twice the same without `again` is not done. */
	sequence_change(&applier, SIGNAL_SEQUENCE, ANN, start);
	state_is(&applier, "stopped", "asked");
	sequence_end(&applier);
}

static void
conditions_rules_and_automations_see_it(void **unused)
{
	struct applier applier;

	sequence_begin(
		&applier,
		"rule \"In\" { when = \"sequence 'Welcome' active\" add = 3 }\n"
		"rule \"Done\" { on = \"sequence.finished\" add = 5 }\n"
		"automation \"T\" { on = \"sequence.started\" "
		"do = { \"tag add 'welcomed'\" } }\n"
		"sequence \"Welcome\" { start = \"list 'news'\"\n" THREE_STEPS);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	assert_true(applier_score(&applier, ANN, applier.now) == 3);
	sequence_pass(&applier, 4 * DAY);
	sequence_pass(&applier, 8 * DAY);
	assert_true(applier_score(&applier, ANN, applier.now) > 4.9);
	sequence_end(&applier);
}

static void
timers_outlast_a_restart(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, WELCOME);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_close(&applier);
	applier.now += 4 * DAY;
	applier_open(&applier);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, 8 * DAY);
	sequence_sent_is(&applier, "hello.eml last.eml");
	state_is(&applier, "finished", "");
	sequence_end(&applier);
}

static void
the_overdue_go_at_the_pace_oldest_first(void **unused)
{
	struct store_enrolments rows;
	struct pool *pool = pool_new();
	struct applier applier;
	struct signal signal;
	char address[64];
	int i;

	sequence_begin(&applier, WELCOME);
	for (i = 0; i < 70; i++) {
		snprintf(address, sizeof(address), "p%d@example.com", i);
		signal = applier_change(SIGNAL_LIST_JOIN, "list.joined",
					address, applier.now);
		signal.received_at = applier.now;
		applier_set(&signal, "list", "news");
		applier_submit(&applier, &signal);
	}
	applier_close(&applier);
	applier.now += 3 * DAY + 3600000;
	applier_open(&applier);
	sequence_pass(&applier, 1);
	assert_int_equal(store_enrolments_due(applier_reader(&applier),
					      applier.now, 1000, pool, &rows,
					      NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 20);
	sequence_pass(&applier, 1000);
	assert_int_equal(store_enrolments_due(applier_reader(&applier),
					      applier.now, 1000, pool, &rows,
					      NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 0);
	pool_free(pool);
	sequence_end(&applier);
}

static void
join_as(struct applier *applier, const char *address)
{
	struct signal signal = applier_change(SIGNAL_LIST_JOIN, "list.joined",
					      address, applier->now);

	signal.received_at = applier->now;
	applier_set(&signal, "list", "news");
	applier_submit(applier, &signal);
}

/* Also when others join meanwhile, which makes it no faster. */
static void
the_oldest_of_the_overdue_is_the_first(void **unused)
{
	struct store_outbox_rows rows;
	struct pool *pool = pool_new();
	struct applier applier;
	char address[64];
	int i;

	sequence_begin(&applier,
		       "sequence \"Slow\" { start = \"list 'news'\" "
		       "step \"A\" { after = \"1d\" template = \"a.eml\" } }");
	for (i = 0; i < 60; i++) { /* records 1 to 60, one a minute */
		snprintf(address, sizeof(address), "p%d@example.com", i);
		join_as(&applier, address);
		sequence_pass(&applier, 60000);
	}
	applier_close(&applier);
	applier.now += 3 * DAY;
	applier_open(&applier);
	for (i = 0; i < 5; i++) {
		snprintf(address, sizeof(address), "late%d@example.com", i);
		join_as(&applier, address);
	}
	sequence_pass(&applier, 1);
	assert_int_equal(store_outbox_due(applier_reader(&applier), INT64_MAX,
					  1000, pool, &rows, NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 50);
	for (i = 0; i < 50; i++)
		assert_int_equal(rows.rows[i].record_id, i + 1);
	sequence_pass(&applier, 1000);
	assert_int_equal(store_outbox_due(applier_reader(&applier), INT64_MAX,
					  1000, pool, &rows, NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 60);
	pool_free(pool);
	sequence_end(&applier);
}

/* --- what its readers did ------------------------------------------------- */

/* A click on the n-th mail that was sent. */
static void
click(struct applier *applier, size_t n)
{
	struct signal signal =
		applier_signal("email.clicked", ANN, applier->now);
	struct store_outbox_rows rows;
	struct pool *pool = pool_new();

	assert_int_equal(store_outbox_due(applier_reader(applier), INT64_MAX,
					  1000, pool, &rows, NULL),
			 SG_OK);
	assert_true(n < rows.n_rows);
	signal.received_at = applier->now;
	signal.message_id = store_outbox_message_id(rows.rows[n].created_at,
						    rows.rows[n].key);
	applier_submit(applier, &signal);
	pool_free(pool);
}

/* "Hello email.clicked 1/2": people and hits. */
static void
results_are(struct applier *applier, const char *want)
{
	struct store_sequence_results rows;
	struct pool *pool = pool_new();
	struct buf got = BUF_INIT;
	size_t i;

	assert_int_equal(store_sequence_get_results(applier_reader(applier),
						    "Welcome", pool, &rows,
						    NULL),
			 SG_OK);
	for (i = 0; i < rows.n_rows; i++)
		if (strcmp(rows.rows[i].signal, "email.clicked") == 0)
			buf_printf(&got, "%s %d/%d\n", rows.rows[i].step,
				   (int)rows.rows[i].people,
				   (int)rows.rows[i].hits);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
	pool_free(pool);
}

static void
wait_until_folded(struct applier *applier)
{
	int64_t limit = clock_monotonic_ms() + 60000;
	uint64_t n = 1;

	while (n) {
		sequence_pass(applier, 3600001);
		assert_int_equal(store_retain_count(applier_reader(applier),
						    applier_find(applier, ANN),
						    applier->now - 3 * DAY, &n,
						    NULL),
				 SG_OK);
		assert_true(clock_monotonic_ms() < limit);
	}
}

static void
what_came_of_a_step_outlasts_its_history(void **unused)
{
	struct applier applier;

	applier_init(&applier);
	applier.now = 1577872800000;
	applier.retention_ms = DAY;
	applier_open(&applier);
	applier_rules(&applier,
		      "sequence \"Welcome\" { start = \"list 'news'\"\n"
		      "  step \"One\" { template = \"same.eml\" }\n"
		      "  step \"Two\" { after = \"1h\" template = "
		      "\"same.eml\" }\n"
		      "  step \"Three\" { after = \"30d\" template = "
		      "\"same.eml\" }\n}\n",
		      false);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, 3600000);
	sequence_sent_is(&applier, "same.eml same.eml");
	click(&applier, 1);
	results_are(&applier, "Two 1/1\n");
	wait_until_folded(&applier);
	results_are(&applier, "Two 1/1\n");
	click(&applier, 1); /* once more, and still one person */
	click(&applier, 0);
	results_are(&applier, "One 1/1\nTwo 1/2\n");
	sequence_end(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			joining_the_list_starts_it_and_steps_come_in_time),
		cmocka_unit_test(a_condition_is_asked_when_the_step_is_due),
		cmocka_unit_test(what_stops_it_stops_it_at_once),
		cmocka_unit_test(it_is_once_per_record_unless_it_may_restart),
		cmocka_unit_test(who_was_on_the_list_before_is_left_alone),
		cmocka_unit_test(it_waits_and_asks_again_or_ends),
		cmocka_unit_test(steps_wait_for_the_window),
		cmocka_unit_test(
			the_suppressed_and_the_unsubscribed_get_nothing),
		cmocka_unit_test(
			who_is_on_a_removed_step_goes_on_with_the_next),
		cmocka_unit_test(
			who_is_on_the_last_step_when_it_is_removed_is_through),
		cmocka_unit_test(a_removed_sequence_ends_for_all),
		cmocka_unit_test(a_reader_s_pause_is_waited_out),
		cmocka_unit_test(a_pause_that_is_ended_early_holds_nothing_up),
		cmocka_unit_test(leaving_the_list_that_started_it_may_stop_it),
		cmocka_unit_test(every_move_is_in_the_history),
		cmocka_unit_test(automations_and_people_start_and_stop_it),
		cmocka_unit_test(conditions_rules_and_automations_see_it),
		cmocka_unit_test(timers_outlast_a_restart),
		cmocka_unit_test(the_overdue_go_at_the_pace_oldest_first),
		cmocka_unit_test(the_oldest_of_the_overdue_is_the_first),
		cmocka_unit_test(what_came_of_a_step_outlasts_its_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

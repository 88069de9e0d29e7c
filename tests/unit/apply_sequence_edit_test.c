/*
 * apply_sequence_edit_test.c - a sequence that is changed while people are in
 * it, and mails of it that wait in the outbox (broadcast.md "Sequences").
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sequence_aid.h"
#include "store/store_broadcast.h"
#include "store/store_sequence.h"

#define STEP(name, after)                                                \
	"  step \"" name "\" { after = \"" after "\" template = \"" name \
	"\" }\n"
#define NEWS(more, steps) \
	"sequence \"S\" { start = \"list 'news'\"\n" more steps "}\n"

static struct store_enrolment
row_of(struct applier *applier, const char *sequence, struct pool *pool)
{
	struct store_enrolment row;

	assert_int_equal(store_enrolment_get(applier_reader(applier), sequence,
					     applier_find(applier, ANN), pool,
					     &row, NULL),
			 SG_OK);
	return row;
}

static void
next_is(struct applier *applier, const char *step, int64_t due_at)
{
	struct pool *pool = pool_new();
	struct store_enrolment row = row_of(applier, "S", pool);

	assert_string_equal(row.step, step);
	assert_true(row.due_at == due_at);
	pool_free(pool);
}

/* It was started at that moment, or within the second after it. */
static void
next_after_is(struct applier *applier, const char *step, int64_t start,
	      int64_t after)
{
	struct pool *pool = pool_new();
	struct store_enrolment row = row_of(applier, "S", pool);

	assert_string_equal(row.step, step);
	assert_in_range(row.due_at, start + after, start + after + 1000);
	pool_free(pool);
}

/* --- steps ---------------------------------------------------------------- */

static void
a_step_that_is_put_in_is_done_by_who_comes_to_it(void **unused)
{
	struct applier applier;
	int64_t start;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("C", "5d")));
	start = applier.now;
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "A");
	/* Before the one that she waits for: she is past it. Behind it: hers.
	 */
	applier_rules(&applier,
		      NEWS("", STEP("A", "0") STEP("B", "1d") STEP("C", "5d")
				       STEP("D", "1d")),
		      false);
	sequence_pass(&applier, 4 * DAY);
	sequence_sent_is(&applier, "A");
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A C");
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A C D");
	assert_true(applier.now > start);
	sequence_end(&applier);
}

static void
a_step_under_another_name_is_another_step(void **unused)
{
	struct applier applier;
	int64_t start;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "3d")
						  STEP("C", "2d")));
	start = applier.now;
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_rules(
		&applier,
		NEWS("", STEP("A", "0") STEP("B new", "3d") STEP("C", "2d")),
		false);
	next_after_is(&applier, "C", start, 2 * DAY);
	sequence_pass(&applier, 2 * DAY + 1000);
	sequence_sent_is(&applier, "A C");
	sequence_end(&applier);
}

static void
nobody_gets_a_mail_twice_when_steps_change_places(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "1d")
						  STEP("C", "1d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B");
	applier_rules(&applier,
		      NEWS("", STEP("C", "1d") STEP("B", "1d") STEP("A", "1d")
				       STEP("D", "1d")),
		      false);
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B C");
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B C D");
	sequence_end(&applier);
}

static void
who_is_in_it_once_more_gets_them_once_more(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       NEWS("restart = yes\n", STEP("A", "0") STEP("B", "1d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B");
	sequence_pass(&applier, 1000);
	sequence_leave(&applier);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "A B A");
	applier_rules(&applier,
		      NEWS("restart = yes\n",
			   STEP("B", "1d") STEP("A", "1d") STEP("C", "1d")),
		      false);
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B A B");
	sequence_pass(&applier, DAY + 1000);
	sequence_sent_is(&applier, "A B A B C");
	sequence_end(&applier);
}

static void
another_time_for_a_step_is_for_those_who_wait_for_it(void **unused)
{
	struct applier applier;
	int64_t start;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "30d")));
	start = applier.now;
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_rules(&applier, NEWS("", STEP("A", "0") STEP("B", "2d")),
		      false);
	next_after_is(&applier, "B", start, 2 * DAY);
	applier_rules(&applier,
		      NEWS("at = \"12:00-13:00 UTC\"\n",
			   STEP("A", "0") STEP("B", "2d")),
		      false);
	sequence_pass(&applier, 2 * DAY + 1000);
	sequence_sent_is(&applier, "A");
	sequence_pass(&applier, 2 * 3600000);
	sequence_sent_is(&applier, "A B");
	sequence_end(&applier);
}

static void
who_is_asked_again_is_asked_when_it_was_said(void **unused)
{
	static const char steps[] =
		"sequence \"S\" { start = \"list 'news'\" step \"A\" { after = "
		"\"%s\" if = \"tag 'x'\" else = \"wait 5d\" template = \"A\" } "
		"}";
	struct applier applier;
	char text[256];
	struct pool *pool = pool_new();
	struct store_enrolment row;

	snprintf(text, sizeof(text), steps, "0");
	sequence_begin(&applier, text);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	row = row_of(&applier, "S", pool);
	assert_true(row.due_at >= applier.now + 5 * DAY - 1000);
	snprintf(text, sizeof(text), steps, "1h");
	applier_rules(&applier, text, false);
	next_is(&applier, "A", row.due_at);
	pool_free(pool);
	sequence_end(&applier);
}

static void
a_removed_sequence_may_come_back_and_is_over_for_who_was_in_it(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "1d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	applier_rules(&applier, "rule \"R\" { on = \"email.clicked\" add = 1 }",
		      false);
	sequence_pass(&applier, 1000);
	applier_rules(&applier, NEWS("", STEP("A", "0") STEP("B", "1d")),
		      false);
	sequence_leave(&applier);
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 3 * DAY);
	sequence_sent_is(&applier, "A");
	sequence_end(&applier);
}

/* --- who holds up whom ---------------------------------------------------- */

static void
who_waits_for_the_morning_or_in_a_disabled_one_holds_up_nobody(void **unused)
{
	struct applier applier;
	char address[64];
	int i;

	sequence_begin(
		&applier,
		NEWS("",
		     STEP("A",
			  "1d")) "sequence \"Other\" { start = \"tag 'other'\" "
				 "step \"O\" { after = \"2d\" template = \"O\" "
				 "} "
				 "}");
	for (i = 0; i < 120; i++) {
		snprintf(address, sizeof(address), "p%d@example.com", i);
		sequence_join(&applier, address);
	}
	sequence_tag(&applier, "other");
	applier_rules(
		&applier,
		NEWS("at = \"22:00-23:00 UTC\"\n",
		     STEP("A",
			  "1d")) "sequence \"Other\" { start = \"tag 'other'\" "
				 "step \"O\" { after = \"2d\" template = \"O\" "
				 "} "
				 "}",
		false);
	applier_close(&applier);
	applier.now += 2 * DAY + 1000;
	applier_open(&applier);
	sequence_pass(&applier, 1);
	sequence_sent_is(&applier, "O");
	sequence_end(&applier);

	sequence_begin(
		&applier,
		NEWS("",
		     STEP("A",
			  "1d")) "sequence \"Other\" { start = \"tag 'other'\" "
				 "step \"O\" { after = \"2d\" template = \"O\" "
				 "} "
				 "}");
	for (i = 0; i < 120; i++) {
		snprintf(address, sizeof(address), "p%d@example.com", i);
		sequence_join(&applier, address);
	}
	sequence_tag(&applier, "other");
	applier_rules(
		&applier,
		NEWS("enabled = no\n",
		     STEP("A",
			  "1d")) "sequence \"Other\" { start = \"tag 'other'\" "
				 "step \"O\" { after = \"2d\" template = \"O\" "
				 "} "
				 "}",
		false);
	sequence_pass(&applier, 2 * DAY + 1000);
	sequence_sent_is(&applier, "O");
	sequence_end(&applier);
}

/* --- mails that wait in the outbox ---------------------------------------- */

static enum sg_status
write_tried(void *arg, struct store *store, struct sg_err *err)
{
	return store_outbox_tried(store, arg, err);
}

/* As a try leaves the first one. */
static void
try_first(struct applier *applier, const char *trouble, int64_t due_at)
{
	struct pool *pool = pool_new();
	struct store_outbox_rows rows = sequence_outbox(applier, pool);
	struct store_outbox row;
	struct sg_err err;

	assert_true(rows.n_rows > 0);
	row = rows.rows[0];
	row.trouble = trouble;
	row.due_at = due_at;
	assert_int_equal(apply_call(applier->apply, write_tried, &row, &err),
			 SG_OK);
	pool_free(pool);
}

static void
due_is(struct applier *applier, int64_t due_at)
{
	struct pool *pool = pool_new();
	struct store_outbox_rows rows = sequence_outbox(applier, pool);

	assert_true(rows.n_rows > 0);
	assert_true(rows.rows[0].due_at == due_at);
	pool_free(pool);
}

static void
a_pause_that_is_over_lets_go_what_waited_for_its_end(void **unused)
{
	const char *const goes_on[] = {"name", "paused_until", "value", "",
				       NULL};
	const char *const paused[] = {"name", "paused_until", "value",
				      "2020-02-01", NULL};
	const char *const other[] = {"name", "city", "value", "Rome", NULL};
	struct applier applier;
	int64_t later;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "9d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	sequence_change(&applier, SIGNAL_FIELD_SET, ANN, paused);
	later = applier.now + 30 * DAY;
	try_first(&applier, STORE_OUTBOX_PAUSED "2020-02-01T00:00:00.000Z",
		  later);
	sequence_change(&applier, SIGNAL_FIELD_SET, ANN, other);
	due_is(&applier, later);
	sequence_change(&applier, SIGNAL_FIELD_SET, ANN, goes_on);
	due_is(&applier, applier.now);
	/* Any other trouble has its own time. */
	try_first(&applier, "450 4.2.0 Greylisted", later);
	sequence_change(&applier, SIGNAL_FIELD_SET, ANN,
			(const char *const[]){"name", "paused_until", "value",
					      "x", NULL});
	due_is(&applier, later);
	sequence_end(&applier);
}

static void
who_is_stopped_does_not_get_what_waits_for_later(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, NEWS("stop = \"tag 'customer'\"\n",
				      STEP("A", "0") STEP("B", "9d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	try_first(&applier, "450 4.2.0 Greylisted", applier.now + 3600000);
	sequence_tag(&applier, "customer");
	sequence_sent_is(&applier, "");
	sequence_end(&applier);
}

/* --- results -------------------------------------------------------------- */

struct expiry {
	int64_t before;
	uint64_t n;
};

static enum sg_status
write_end(void *arg, struct store *store, struct sg_err *err)
{
	struct expiry *expiry = arg;
	struct store_outbox row = {0};
	struct store_outbox_rows rows;
	struct pool *pool = pool_new();
	enum sg_status status =
		store_outbox_due(store, INT64_MAX, 1, pool, &rows, err);

	row = rows.rows[0];
	row.state = OUTBOX_DELIVERED;
	if (status == SG_OK)
		status = store_outbox_tried(store, &row, err);
	if (status == SG_OK)
		status = store_outbox_expire(store, expiry->before, 100,
					     &expiry->n, err);
	pool_free(pool);
	return status;
}

static void
clicks_are(struct applier *applier, const char *step, const char *want)
{
	struct store_broadcast_hits_asked asked = {.name = "S",
						   .signal = "email.clicked",
						   .step = step,
						   .most = 100};
	struct store_broadcast_hits hits;
	struct pool *pool = pool_new();
	struct buf got = BUF_INIT;
	size_t i;

	assert_int_equal(store_sequence_get_hits(applier_reader(applier),
						 &asked, pool, &hits, NULL),
			 SG_OK);
	for (i = 0; i < hits.n_rows; i++)
		buf_printf(&got, "%s by %s\n", hits.rows[i].step,
			   hits.rows[i].email);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
	pool_free(pool);
}

static void
what_came_of_a_mail_outlasts_its_delivery(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct store_outbox_rows rows;
	struct store_sequence_results results;
	struct signal click;
	struct expiry expiry;
	struct sg_err err;

	sequence_begin(&applier, NEWS("", STEP("A", "0") STEP("B", "9d")));
	sequence_join(&applier, ANN);
	sequence_pass(&applier, 1000);
	rows = sequence_outbox(&applier, pool);
	click = applier_signal("email.clicked", ANN, applier.now);
	click.received_at = applier.now;
	click.message_id = store_outbox_message_id(rows.rows[0].created_at,
						   rows.rows[0].key);
	applier_submit(&applier, &click);
	clicks_are(&applier, NULL, "A by " ANN "\n");
	clicks_are(&applier, "A", "A by " ANN "\n");
	clicks_are(&applier, "B", "");
	expiry.before = applier.now + DAY;
	assert_int_equal(apply_call(applier.apply, write_end, &expiry, &err),
			 SG_OK);
	assert_int_equal(expiry.n, 1);
	clicks_are(&applier, "A", "A by " ANN "\n");
	assert_int_equal(store_sequence_get_results(applier_reader(&applier),
						    "S", pool, &results, NULL),
			 SG_OK);
	assert_true(results.n_rows > 0);
	assert_string_equal(results.rows[0].signal, "email.clicked");
	assert_int_equal(results.rows[0].people, 1);
	pool_free(pool);
	sequence_end(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_step_that_is_put_in_is_done_by_who_comes_to_it),
		cmocka_unit_test(a_step_under_another_name_is_another_step),
		cmocka_unit_test(
			nobody_gets_a_mail_twice_when_steps_change_places),
		cmocka_unit_test(who_is_in_it_once_more_gets_them_once_more),
		cmocka_unit_test(
			another_time_for_a_step_is_for_those_who_wait_for_it),
		cmocka_unit_test(who_is_asked_again_is_asked_when_it_was_said),
		cmocka_unit_test(
			a_removed_sequence_may_come_back_and_is_over_for_who_was_in_it),
		cmocka_unit_test(
			who_waits_for_the_morning_or_in_a_disabled_one_holds_up_nobody),
		cmocka_unit_test(
			a_pause_that_is_over_lets_go_what_waited_for_its_end),
		cmocka_unit_test(
			who_is_stopped_does_not_get_what_waits_for_later),
		cmocka_unit_test(what_came_of_a_mail_outlasts_its_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* apply_test.c - signals in, scores out, with a real spool and store. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_history.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_segment.h"
#include "store/store_suppression.h"
#include "signal/record_key.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-6;

static int
setup(void **state)
{
	struct applier *applier = calloc(1, sizeof(*applier));

	applier_init(applier);
	applier_open(applier);
	*state = applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	free(*state);
	return 0;
}

static void
reopen(struct applier *applier)
{
	applier_close(applier);
	applier_open(applier);
}

static const char opened_and_clicked[] =
	"rule \"Opened\" { on = \"email.opened\"  add = 1 }\n"
	"rule \"Clicked\" { on = \"email.clicked\"  add = 5 }\n";

static void
a_signal_creates_its_contact_and_scores(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - DAY;
	struct signal opened =
		applier_signal("email.opened", "Bob@Example.COM ", at);

	applier_rules(applier, opened_and_clicked, false);
	applier_submit(applier, &opened);
	assert_int_not_equal(applier_find(applier, "bob@example.com"), 0);
	assert_float_equal(applier_score(applier, "bob@example.com", at + DAY),
			   0.9, tiny);
	applier_verify(applier);
	reopen(applier);
	assert_float_equal(applier_score(applier, "bob@example.com", at + DAY),
			   0.9, tiny);
	applier_verify(applier);
}

static void
an_unmatched_signal_scores_when_its_contact_appears(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 2 * DAY;
	struct signal clicked = applier_signal("email.clicked", "", at);
	struct signal sent =
		applier_signal("email.sent", "ann@example.com", at + DAY);

	applier_rules(applier, opened_and_clicked, false);
	clicked.record_key =
		record_key_hash(applier_secret, "contact", "ann@example.com");
	applier_submit(applier, &clicked);
	assert_int_equal(applier_find(applier, "ann@example.com"), 0);
	applier_submit(applier, &sent);
	assert_float_equal(applier_score(applier, "ann@example.com", at + DAY),
			   4.5, tiny);
	applier_verify(applier);
}

static void
the_same_external_id_counts_once(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal clicked =
		applier_signal("email.clicked", "ann@example.com", at);

	applier_rules(applier, opened_and_clicked, false);
	clicked.external_id = 77;
	applier_submit(applier, &clicked);
	applier_submit(applier, &clicked);
	clicked.external_id = 78;
	applier_submit(applier, &clicked);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 10,
			   tiny);
}

static void
a_retried_mail_is_sent_once(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal sent =
		applier_signal("email.sent", "ann@example.com", at);

	applier_rules(applier, "rule \"Sent\" { on = \"email.sent\" add = 3 }",
		      false);
	sent.message_id = 1;
	applier_set(&sent, "rfc_id", "<one@example.com>");
	applier_submit(applier, &sent);
	sent.message_id = 2;
	applier_submit(applier, &sent);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 3,
			   tiny);
}

static void
an_open_knows_the_campaign_of_its_message(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal sent =
		applier_signal("email.sent", "ann@example.com", at);
	struct signal opened = applier_signal("email.opened", "", at);

	applier_rules(applier,
		      "rule \"News\" { on = \"email.opened\" "
		      "when = \"signal.campaign = 'news'\" add = 3 }",
		      false);
	sent.message_id = opened.message_id = 9;
	applier_set(&sent, "campaign", "news");
	opened.record_key =
		record_key_hash(applier_secret, "contact", "ann@example.com");
	applier_submit(applier, &sent);
	applier_submit(applier, &opened);
	opened.message_id = 10; /* of another mail */
	applier_submit(applier, &opened);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 3,
			   tiny);
}

static void
machine_hits_are_kept_and_score_nothing(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal opened =
		applier_signal("email.opened", "ann@example.com", at);
	struct store_history_rows rows;
	struct pool *pool = pool_new();

	applier_rules(applier,
		      "rule \"Human\" { on = \"email.opened\" add = 1 }\n"
		      "rule \"Proxy\" { on = \"email.opened\" add = 10 "
		      "verdict = \"proxy\" }\n"
		      "rule \"Any\" { on = \"email.opened\" add = 100 "
		      "verdict = \"any\" }\n",
		      false);
	opened.verdict = VERDICT_MACHINE;
	opened.verdict_reason = "HEAD";
	applier_submit(applier, &opened);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 100,
			   tiny);
	opened.verdict = VERDICT_PROXY;
	applier_submit(applier, &opened);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 210,
			   tiny);
	assert_int_equal(
		store_history_of(applier_reader(applier),
				 applier_find(applier, "ann@example.com"), pool,
				 &rows, NULL),
		SG_OK);
	assert_int_equal(rows.n_rows, 3);
	assert_string_equal(rows.rows[1].verdict_reason, "HEAD");
	pool_free(pool);
}

static void
once_per_limits_a_rule(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() / DAY * DAY - 10 * DAY;
	struct signal signal;
	int i;

	applier_rules(applier,
		      "rule \"ever\" { on = \"email.opened\" add = 1 "
		      "score = \"fit\" once_per = \"ever\" }\n"
		      "rule \"message\" { on = \"email.opened\" add = 10 "
		      "score = \"fit\" once_per = \"message\" }\n"
		      "rule \"link\" { on = \"email.clicked\" add = 100 "
		      "score = \"fit\" once_per = \"link\" }\n"
		      "rule \"day\" { on = \"email.opened\" add = 1000 "
		      "score = \"fit\" once_per = \"day\" }\n"
		      "rule \"times\" { on = \"email.opened\" add = 10000 "
		      "score = \"fit\" once_per = \"2 per 7d\" }\n",
		      false);
	for (i = 0; i < 6; i++) { /* 3 messages, 2 days, 3 an hour */
		signal = applier_signal("email.opened", "a@example.com",
					at + i * DAY / 3);
		signal.message_id = (uint64_t)(i % 3) + 1;
		applier_submit(applier, &signal);
	}
	for (i = 0; i < 6; i++) { /* 2 messages, 2 urls: 4 links */
		signal = applier_signal("email.clicked", "a@example.com",
					at + 3 * DAY + i);
		signal.message_id = (uint64_t)(i % 2) + 1;
		applier_set(&signal, "url", i < 3 ? "http://a/" : "http://b/");
		applier_submit(applier, &signal);
	}
	assert_float_equal(applier_score_of(applier, "a@example.com", 2, at),
			   1 + 30 + 400 + 2000 + 20000, tiny);
	signal = applier_signal("email.opened", "a@example.com", at + 9 * DAY);
	signal.message_id = 1;
	applier_submit(applier, &signal);
	assert_float_equal(applier_score_of(applier, "a@example.com", 2, at),
			   1 + 30 + 400 + 3000 + 30000, tiny);
	applier_verify(applier);
}

static struct signal
operation(enum signal_kind kind, const char *points, int64_t at)
{
	struct signal signal =
		applier_change(kind,
			       kind == SIGNAL_SCORE_ADD	  ? "score.added"
			       : kind == SIGNAL_SCORE_SET ? "score.set"
							  : "score.erased",
			       "ann@example.com", at);

	applier_set(&signal, "score", "lead");
	if (points)
		applier_set(&signal, "points", points);
	return signal;
}

/* Kept before there was a most: the sum must stay a number for all that. */
static void
points_that_no_sum_could_hold_change_nothing(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal signal = operation(SIGNAL_SCORE_ADD, "5", at);

	applier_submit(applier, &signal);
	for (int i = 0; i < 2; i++) {
		signal = operation(SIGNAL_SCORE_ADD, "1e308", at + DAY);
		applier_submit(applier, &signal);
		signal = operation(SIGNAL_SCORE_SET, "-1e16", at + DAY);
		applier_submit(applier, &signal);
	}
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 2 * DAY), 5,
		tiny);
	applier_verify(applier);
}

/* As many points as a rule may give come, fade, and go; what is beside them is
 * as right as before. */
static void
very_many_points_come_and_go(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 100 * DAY;
	struct signal signal;

	applier_rules(applier,
		      "rule \"a\" { on = \"order.paid\" add = 1e15 "
		      "expires = \"30d\" degrade = \"1%\" score = \"fit\" }\n"
		      "rule \"b\" { on = \"email.opened\" add = 2e9 "
		      "score = \"fit\" }",
		      false);
	for (int i = 0; i < 20; i++) {
		signal = applier_signal(i % 5 ? "order.paid" : "email.opened",
					"ann@example.com",
					at + i * (DAY + 1234567));
		applier_submit(applier, &signal);
	}
	applier_verify(applier);
	assert_float_equal(
		applier_score_of(applier, "ann@example.com", 2, at + 99 * DAY),
		8e9, tiny);
	signal = applier_signal("order.paid", "ann@example.com", at + DAY);
	applier_submit(applier, &signal); /* late */
	applier_verify(applier);
	assert_float_equal(
		applier_score_of(applier, "ann@example.com", 2, at + 99 * DAY),
		8e9, tiny);
}

static void
set_holds_and_a_signal_dated_before_it_gives_nothing(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal signal;

	applier_rules(applier, opened_and_clicked, false);
	signal = applier_signal("email.clicked", "ann@example.com", at);
	applier_submit(applier, &signal);
	signal = operation(SIGNAL_SCORE_SET, "50", at + 3 * DAY);
	applier_submit(applier, &signal);
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 9 * DAY), 50,
		tiny);
	signal = applier_signal("email.clicked", "ann@example.com",
				at + 2 * DAY);
	applier_submit(applier, &signal);
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 9 * DAY), 50,
		tiny);
	signal = applier_signal("email.clicked", "ann@example.com",
				at + 4 * DAY);
	applier_submit(applier, &signal);
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 5 * DAY), 54.5,
		tiny);
	applier_verify(applier);
	reopen(applier);
	applier_verify(applier);
}

static void
erase_leaves_no_score_and_resets_once_per(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY /* after the rules */;
	struct signal signal, field;

	applier_rules(applier,
		      "rule \"First\" { on = \"email.opened\" add = 7 "
		      "once_per = \"ever\" }\n"
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 10 }\n",
		      false);
	field = applier_change(SIGNAL_FIELD_SET, "field.changed",
			       "ann@example.com", at);
	applier_set(&field, "name", "job");
	applier_set(&field, "value", "CEO");
	applier_submit(applier, &field);
	signal = applier_signal("email.opened", "ann@example.com", at);
	applier_submit(applier, &signal);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 17,
			   tiny);
	signal = operation(SIGNAL_SCORE_ERASE, NULL, at + DAY);
	applier_submit(applier, &signal);
	assert_true(isnan(applier_score(applier, "ann@example.com", at + DAY)));
	/* a field that stays CEO pays no second time */
	field.happened_at = field.received_at = at + 2 * DAY;
	applier_set(&field, "value", "ceo");
	applier_submit(applier, &field);
	assert_true(
		isnan(applier_score(applier, "ann@example.com", at + 2 * DAY)));
	/* before the erase: nothing; after it: anew */
	signal = applier_signal("email.opened", "ann@example.com", at + 1);
	applier_submit(applier, &signal);
	assert_true(
		isnan(applier_score(applier, "ann@example.com", at + 2 * DAY)));
	signal =
		applier_signal("email.opened", "ann@example.com", at + 3 * DAY);
	applier_submit(applier, &signal);
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 3 * DAY), 7,
		tiny);
	applier_set(&field, "value", "");
	field.happened_at = field.received_at = at + 4 * DAY;
	applier_submit(applier, &field);
	applier_set(&field, "value", "CEO");
	field.happened_at = field.received_at = at + 4 * DAY + 1;
	applier_submit(applier, &field);
	assert_float_equal(
		applier_score(applier, "ann@example.com", at + 4 * DAY),
		10 + 6.3, 1e-3);
	applier_verify(applier);
	reopen(applier);
	applier_verify(applier);
}

static void
field_rules_follow_the_record_and_the_rules(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - DAY;
	struct signal field = applier_change(SIGNAL_FIELD_SET, "field.changed",
					     "ann@example.com", at);

	applier_set(&field, "name", "job");
	applier_set(&field, "value", "CEO");
	applier_submit(applier, &field);
	applier_rules(applier,
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 10 }",
		      false);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 10,
		tiny);
	applier_rules(applier,
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 25 }",
		      false);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 25,
		tiny);
	applier_rules(applier,
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 25 enabled = no }",
		      false);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 0,
		tiny);
	applier_rules(applier,
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 30 }",
		      false);
	/* keeps its points, as long as there is any rule for the score */
	applier_rules(applier, "rule \"Any\" { on = \"a.b\" add = 1 }", false);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 30,
		tiny);
	applier_rules(applier,
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" "
		      "add = 40 }",
		      false);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 40,
		tiny);
	applier_rules(applier, "", true);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 0,
		tiny);
	applier_verify(applier);
	reopen(applier);
	applier_verify(applier);
}

static void
taking_back_a_signal_rule_takes_what_is_left_of_it(void **state)
{
	struct applier *applier = *state;
	struct signal signal = applier_signal(
		"email.clicked", "ann@example.com", clock_now() - DAY);
	struct signal opened = applier_signal("email.opened", "ann@example.com",
					      clock_now() - DAY);

	applier_rules(applier, opened_and_clicked, false);
	applier_submit(applier, &signal);
	applier_submit(applier, &opened);
	applier_rules(applier,
		      "rule \"Opened\" { on = \"email.opened\"  add = 1 }",
		      true);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 0.9,
		1e-3);
	applier_verify(applier);
}

static void
bounces_and_complaints_suppress_and_unsubscribe(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal join = applier_change(SIGNAL_LIST_JOIN, "list.joined",
					    "ann@example.com", at);
	struct signal signal;
	struct store_suppression row;
	struct store_member member;
	struct pool *pool = pool_new();
	uint64_t key =
		record_key_hash(applier_secret, "contact", "ann@example.com");

	applier_rules(applier,
		      "rule \"Left\" { on = \"list.left\" subtract = 5 }",
		      false);
	applier_set(&join, "list", "news");
	applier_submit(applier, &join);
	signal = applier_signal("email.bounced", "ann@example.com", at);
	applier_set(&signal, "class", "soft");
	applier_submit(applier, &signal);
	assert_int_equal(store_suppression_get(applier_reader(applier), key, at,
					       pool, &row, NULL),
			 SG_NONE);
	signal = applier_signal("email.complained", "ann@example.com", at);
	applier_submit(applier, &signal);
	assert_int_equal(store_suppression_get(applier_reader(applier), key, at,
					       pool, &row, NULL),
			 SG_OK);
	assert_string_equal(row.reason, "complaint");
	assert_int_equal(
		store_member_get(applier_reader(applier), "news",
				 applier_find(applier, "ann@example.com"), pool,
				 &member, NULL),
		SG_OK);
	assert_int_equal(member.state, LIST_LEFT);
	assert_float_equal(applier_score(applier, "ann@example.com", at), -5,
			   tiny);
	/* by its key alone: an address that is no record */
	signal = applier_signal("email.bounced", "", at);
	signal.record_key = 4711;
	applier_set(&signal, "class", "hard");
	applier_submit(applier, &signal);
	assert_int_equal(store_suppression_get(applier_reader(applier), 4711,
					       at, pool, &row, NULL),
			 SG_OK);
	assert_string_equal(row.reason, "hard-bounce");
	applier_verify(applier);
	pool_free(pool);
}

static void
a_chain_of_score_changed_stops_at_depth_eight(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal signal =
		applier_signal("email.opened", "ann@example.com", at);

	applier_rules(applier,
		      "rule \"Opened\" { on = \"email.opened\" add = 1 "
		      "score = \"fit\" }\n"
		      "rule \"More\" { on = \"score.changed\" add = 1 "
		      "score = \"fit\" }\n",
		      false);
	applier_submit(applier, &signal);
	assert_float_equal(applier_score_of(applier, "ann@example.com", 2, at),
			   9, tiny);
	applier_verify(applier);
}

static void
a_deleted_contact_comes_back_as_a_new_one(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal clicked =
		applier_signal("email.clicked", "ann@example.com", at);
	struct signal deleted = applier_change(
		SIGNAL_RECORD_DELETE, "record.deleted", "ann@example.com", at);
	uint32_t id;

	applier_rules(applier, opened_and_clicked, false);
	applier_submit(applier, &clicked);
	id = applier_find(applier, "ann@example.com");
	applier_submit(applier, &deleted);
	assert_int_equal(applier_find(applier, "ann@example.com"), 0);
	applier_submit(applier, &clicked);
	assert_int_not_equal(applier_find(applier, "ann@example.com"), id);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 5,
			   tiny);
	applier_verify(applier);
	reopen(applier);
	applier_verify(applier);
	assert_float_equal(applier_score(applier, "ann@example.com", at), 5,
			   tiny);
}

static void
a_ninth_rate_in_the_rules_is_refused(void **state)
{
	struct applier *applier = *state;
	struct buf text = BUF_INIT;
	struct ruleset *ruleset;
	struct sg_err err = {0};
	int i;

	for (i = 0; i < 7; i++) /* with 10 % and 1 % of the scores: nine */
		buf_printf(&text,
			   "rule \"r%d\" { on = \"email.opened\" add = 1 "
			   "degrade = \"%d%%\" }\n",
			   i, 20 + i);
	ruleset = applier_parse(buf_text(&text));
	assert_int_equal(
		apply_rules(applier->apply, ruleset, "test", false, true, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "ninth"));
	assert_int_equal(apply_rules_get(applier->apply)->n_rules, 0);
	ruleset_free(ruleset);
	buf_done(&text);
}

static bool
reaches(struct applier *applier, double score)
{
	int64_t until = clock_monotonic_ms() + 10000;

	while (clock_monotonic_ms() < until) {
		if (fabs(applier_score_of(applier, "ann@example.com", 2,
					  clock_now()) -
			 score) < tiny)
			return true;
		usleep(10000);
	}
	return false;
}

static void
a_timer_ends_what_holds_for_a_while_also_after_a_restart(void **state)
{
	struct applier *applier = *state;
	struct signal signal =
		applier_signal("email.clicked", "ann@example.com", clock_now());

	applier_rules(applier,
		      "rule \"Active\" { when = \"email.clicked within 1s\" "
		      "add = 5 score = \"fit\" }",
		      false);
	signal.happened_at = signal.received_at = clock_now();
	applier_submit(applier, &signal);
	assert_true(reaches(applier, 5));
	assert_true(reaches(applier, 0));
	applier_verify(applier);
	signal.happened_at = signal.received_at = clock_now();
	applier_submit(applier, &signal);
	assert_true(reaches(applier, 5));
	reopen(applier);
	assert_true(reaches(applier, 0));
	applier_verify(applier);
}

static enum sg_status
save_segment(void *arg, struct store *store, struct sg_err *err)
{
	struct store_segment segment = {.name = "bosses",
					.expression = arg,
					.author = "test",
					.created_at = 1};

	return store_segment_put(store, &segment, err);
}

static const char *
bosses(void *arg, const char *name)
{
	return strcmp(name, "bosses") == 0 ? arg : NULL;
}

static void
a_segment_that_changes_changes_the_rules_that_name_it(void **state)
{
	static char ceo[] = "field.job = 'CEO'", cto[] = "field.job = 'CTO'";
	struct applier *applier = *state;
	struct condition_names names = {.arg = ceo, .segment = bosses};
	struct rule_context context = {.names = &names};
	struct signal field = applier_change(SIGNAL_FIELD_SET, "field.changed",
					     "ann@example.com", clock_now());
	struct signal tag = applier_change(SIGNAL_TAG_ADD, "tag.added",
					   "ann@example.com", clock_now());
	struct ruleset *ruleset;
	struct sg_err err = {0};

	applier_set(&field, "name", "job");
	applier_set(&field, "value", "CTO");
	applier_set(&tag, "tag", "a");
	applier_submit(applier, &field);
	assert_int_equal(apply_call(applier->apply, save_segment, ceo, &err),
			 SG_OK);
	assert_int_equal(rules_parse("r",
				     "rule \"Boss\" { when = \"segment "
				     "'bosses'\" add = 10 }",
				     &context, &ruleset, &err),
			 SG_OK);
	assert_int_equal(
		apply_rules(applier->apply, ruleset, "test", false, true, &err),
		SG_OK);
	ruleset_free(ruleset);
	assert_true(
		isnan(applier_score(applier, "ann@example.com", clock_now())));
	assert_int_equal(apply_call(applier->apply, save_segment, cto, &err),
			 SG_OK);
	applier_submit(applier, &tag);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 10,
		tiny);
	applier_verify(applier);
	reopen(applier);
	applier_verify(applier);
}

static void
what_comes_together_out_of_order_is_not_folded_anew(void **state)
{
	struct applier *applier = *state;
	static struct signal signals[50];
	struct apply_status status;
	int64_t now = clock_now() - CLOCK_DAY_MS;
	struct sg_err err = {0};
	bool kept;
	size_t i;

	applier_rules(applier,
		      "rule \"a\" { on = \"email.opened\" add = 1 degrade = "
		      "\"none\" }",
		      false);
	for (i = 0; i < 50; i++)
		signals[i] = applier_signal("email.opened", "ann@example.com",
					    now - (int64_t)i * 1000);
	assert_int_equal(
		apply_submit(applier->apply, signals, 50, 5000, &kept, &err),
		SG_OK);
	apply_get_status(applier->apply, &status);
	assert_int_equal(status.refolds, 0);
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 50,
		tiny);
	applier_verify(applier);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_signal_creates_its_contact_and_scores),
		TEST(an_unmatched_signal_scores_when_its_contact_appears),
		TEST(the_same_external_id_counts_once),
		TEST(a_retried_mail_is_sent_once),
		TEST(an_open_knows_the_campaign_of_its_message),
		TEST(machine_hits_are_kept_and_score_nothing),
		TEST(once_per_limits_a_rule),
		TEST(points_that_no_sum_could_hold_change_nothing),
		TEST(very_many_points_come_and_go),
		TEST(set_holds_and_a_signal_dated_before_it_gives_nothing),
		TEST(erase_leaves_no_score_and_resets_once_per),
		TEST(field_rules_follow_the_record_and_the_rules),
		TEST(taking_back_a_signal_rule_takes_what_is_left_of_it),
		TEST(bounces_and_complaints_suppress_and_unsubscribe),
		TEST(a_chain_of_score_changed_stops_at_depth_eight),
		TEST(a_deleted_contact_comes_back_as_a_new_one),
		TEST(a_segment_that_changes_changes_the_rules_that_name_it),
		TEST(a_timer_ends_what_holds_for_a_while_also_after_a_restart),
		TEST(a_ninth_rate_in_the_rules_is_refused),
		TEST(what_comes_together_out_of_order_is_not_folded_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

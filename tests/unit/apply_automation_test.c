/*
 * apply_automation_test.c - automations in the applier: what fires, when, how
 * often, and what it does (scoring §5).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply_aid.h"
#include "base/clock.h"
#include "base/json.h"
#include "signal/record_key.h"
#include "store/store_automation.h"
#include "store/store_history.h"
#include "store/store_list.h"
#include "store/store_outbox.h"
#include "store/store_record.h"

#define DAY   CLOCK_DAY_MS
#define ANN   "ann@example.com"
#define CLICK "rule \"Click\" { on = \"email.clicked\" add = 10 }\n"

static void
begin(struct applier *applier, const char *rules)
{
	applier_init(applier);
	applier->now = 1577836800000; /* 2020-01-01 */
	applier_open(applier);
	applier_rules(applier, rules, false);
}

static void
happen(struct applier *applier, const char *name, int64_t ago)
{
	struct signal signal = applier_signal(name, ANN, applier->now - ago);

	signal.received_at = applier->now;
	applier_submit(applier, &signal);
}

static void
change(struct applier *applier, enum signal_kind kind, const char *name,
       const char *const props[])
{
	struct signal signal = applier_change(kind, name, ANN, applier->now);

	signal.received_at = applier->now;
	for (; props && props[0]; props += 2)
		applier_set(&signal, props[0], props[1]);
	applier_submit(applier, &signal);
}

static void
set_score(struct applier *applier, const char *points)
{
	const char *const props[] = {"score", "lead", "points", points, NULL};

	change(applier, SIGNAL_SCORE_SET, "score.set", props);
}

static void
set_field(struct applier *applier, const char *name, const char *value)
{
	const char *const props[] = {"name", name, "value", value, NULL};

	change(applier, SIGNAL_FIELD_SET, "field.changed", props);
}

static uint64_t
fired(struct applier *applier, const char *name)
{
	struct store_firing_sum sum;

	assert_int_equal(
		store_firing_sum(applier_reader(applier), name, &sum, NULL),
		SG_OK);
	return sum.fired;
}

static bool
has_tag(struct applier *applier, const char *tag)
{
	struct pool *pool = pool_new();
	struct store_names tags;
	bool has = false;
	size_t i;

	assert_int_equal(store_tags_of(applier_reader(applier),
				       applier_find(applier, ANN), pool, &tags,
				       NULL),
			 SG_OK);
	for (i = 0; i < tags.n_names; i++)
		has |= strcmp(tags.names[i], tag) == 0;
	pool_free(pool);
	return has;
}

static void
expect_field(struct applier *applier, const char *name, const char *value)
{
	struct pool *pool = pool_new();
	struct store_fields fields;
	const char *is = NULL;
	size_t i;

	assert_int_equal(store_fields_of(applier_reader(applier),
					 applier_find(applier, ANN), pool,
					 &fields, NULL),
			 SG_OK);
	for (i = 0; i < fields.n_rows; i++)
		if (strcmp(fields.rows[i].name, name) == 0)
			is = fields.rows[i].value;
	if (value)
		assert_true(is && strcmp(is, value) == 0);
	else
		assert_null(is);
	pool_free(pool);
}

/* Back to a fresh start of the daemon; everything is still known. */
static void
restart(struct applier *applier)
{
	applier_close(applier);
	applier_open(applier);
}

static void
a_rise_fires_once_and_again_only_below_rearm(void **unused)
{
	struct applier applier;

	begin(&applier, "automation \"Hot\" { on = \"score rises to 100\" "
			"rearm = 90 do = { \"tag add 'hot'\" } }");
	set_score(&applier, "99.9");
	assert_int_equal(fired(&applier, "Hot"), 0);
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 1);
	assert_true(has_tag(&applier, "hot"));
	set_score(&applier, "150");
	set_score(&applier, "90");
	set_score(&applier, "120");
	assert_int_equal(fired(&applier, "Hot"), 1);
	restart(&applier);
	set_score(&applier, "130");
	assert_int_equal(fired(&applier, "Hot"), 1);
	set_score(&applier, "89");
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 2);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
rearm_is_the_threshold_by_default_and_never_is_once(void **unused)
{
	struct applier applier;

	begin(&applier,
	      "automation \"Up\" { on = \"score rises to 10\" do = { \"tag "
	      "add 'a'\" } }\n"
	      "automation \"Once\" { on = \"score rises to 10\" rearm = "
	      "\"never\" do = { \"tag add 'b'\" } }\n");
	set_score(&applier, "10");
	set_score(&applier, "9");
	restart(&applier);
	set_score(&applier, "10");
	assert_int_equal(fired(&applier, "Up"), 2);
	assert_int_equal(fired(&applier, "Once"), 1);
	applier_done(&applier);
}

static void
a_fall_needs_to_have_been_above(void **unused)
{
	struct applier applier;

	begin(&applier, "automation \"Cold\" { on = \"score falls below 20\" "
			"rearm = 30 do = { \"tag add 'cold'\" } }");
	set_score(&applier, "5");
	assert_int_equal(fired(&applier, "Cold"), 0);
	set_score(&applier, "25");
	set_score(&applier, "19");
	assert_int_equal(fired(&applier, "Cold"), 1);
	set_score(&applier, "29");
	set_score(&applier, "10");
	assert_int_equal(fired(&applier, "Cold"), 1);
	set_score(&applier, "30");
	set_score(&applier, "10");
	assert_int_equal(fired(&applier, "Cold"), 2);
	/* To lose the score is no fall. */
	set_score(&applier, "50");
	change(&applier, SIGNAL_SCORE_ERASE, "score.erased",
	       (const char *const[]){"score", "lead", NULL});
	assert_int_equal(fired(&applier, "Cold"), 2);
	applier_done(&applier);
}

static void
degradation_alone_fires_within_a_sweep(void **unused)
{
	struct applier applier;
	int64_t start;
	int day;

	begin(&applier,
	      CLICK "automation \"Cold\" { on = \"score falls below 5\" do = { "
		    "\"tag add 'cold'\", \"webhook 'crm'\" } }");
	happen(&applier, "email.clicked", 0);
	start = applier.now;
	/* 10 points at 10 % a day: 5.31 after 6 days, 4.78 after 7 */
	for (day = 1; day <= 6; day++)
		applier_move_to(&applier, start + day * DAY);
	assert_int_equal(fired(&applier, "Cold"), 0);
	applier_move_to(&applier, start + 7 * DAY);
	assert_int_equal(fired(&applier, "Cold"), 1);
	assert_true(has_tag(&applier, "cold"));
	for (day = 8; day <= 12; day++)
		applier_move_to(&applier, start + day * DAY);
	assert_int_equal(fired(&applier, "Cold"), 1);
	restart(&applier);
	applier_move_to(&applier, start + 20 * DAY);
	assert_int_equal(fired(&applier, "Cold"), 1);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
drift_between_sweeps_rearms_before_the_next_change(void **unused)
{
	struct applier applier;

	begin(&applier, CLICK "automation \"Up\" { on = \"score rises to 10\" "
			      "do = { \"tag add 'up'\" } }");
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Up"), 1);
	applier.now += 5000; /* 9.99…: less than a sweep away */
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Up"), 2);
	applier_done(&applier);
}

static void
a_new_automation_takes_the_scores_as_they_are(void **unused)
{
	struct applier applier;

	begin(&applier, CLICK);
	set_score(&applier, "200");
	applier_rules(&applier,
		      CLICK "automation \"Hot\" { on = \"score rises to 100\" "
			    "do = { \"tag add 'hot'\" } }\n"
			    "automation \"Cold\" { on = \"score falls below "
			    "100\" do = { \"tag add 'cold'\" } }",
		      false);
	applier_move_to(&applier, applier.now + 60000);
	set_score(&applier, "300");
	assert_int_equal(fired(&applier, "Hot"), 0);
	set_score(&applier, "50");
	assert_int_equal(fired(&applier, "Cold"), 1);
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 1);
	/* Other actions go on with the same states. */
	applier_rules(&applier,
		      "automation \"Hot\" { on = \"score rises to 100\" "
		      "do = { \"tag add 'warm'\" } }\n",
		      false);
	set_score(&applier, "120");
	assert_int_equal(fired(&applier, "Hot"), 1);
	set_score(&applier, "1");
	set_score(&applier, "120");
	assert_int_equal(fired(&applier, "Hot"), 2);
	assert_true(has_tag(&applier, "warm"));
	applier_done(&applier);
}

static void
a_condition_that_does_not_hold_keeps_it_from_acting(void **unused)
{
	struct applier applier;

	begin(&applier, "automation \"Hot\" { on = \"score rises to 100\" "
			"if = \"not tag 'customer' and tag.added\" do = { "
			"\"tag add 'hot'\" } }");
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 0);
	set_score(&applier, "0");
	change(&applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "x", NULL});
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 1);
	set_score(&applier, "0");
	change(&applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "customer", NULL});
	set_score(&applier, "100");
	assert_int_equal(fired(&applier, "Hot"), 1);
	applier_done(&applier);
}

static void
signals_fire_each_time_they_have_an_effect(void **unused)
{
	struct applier applier;
	struct signal machine;

	begin(&applier,
	      "automation \"New\" { on = \"record.created\" do = { \"tag add "
	      "'new'\" } }\n"
	      "automation \"Click\" { on = \"email.clicked\" if = "
	      "\"signal.url matches '*/price*'\" do = { \"add 7 because "
	      "'prices'\" } }\n"
	      "automation \"Tagged\" { on = \"tag.added\" if = \"signal.tag = "
	      "'vip'\" do = { \"list add 'vips'\" } }\n");
	machine = applier_signal("email.clicked", ANN, applier.now);
	machine.received_at = applier.now;
	applier_set(&machine, "url", "https://a.example/prices");
	machine.verdict = VERDICT_MACHINE;
	applier_submit(&applier, &machine);
	assert_int_equal(fired(&applier, "New"), 1);
	assert_int_equal(fired(&applier, "Click"), 0);
	machine.verdict = VERDICT_HUMAN;
	applier_submit(&applier, &machine);
	machine.happened_at -= 100000; /* a late one */
	applier_submit(&applier, &machine);
	assert_int_equal(fired(&applier, "Click"), 2);
	assert_true(applier_score(&applier, ANN, applier.now) == 14);
	change(&applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "vip", NULL});
	change(&applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "vip", NULL});
	assert_int_equal(fired(&applier, "Tagged"), 1);
	applier_verify(&applier);
	applier_done(&applier);
}

/* Known by a token only, until the address is known, too. */
static void
what_waited_for_its_record_fires_when_it_is_adopted(void **unused)
{
	struct applier applier;
	struct signal waits;

	begin(&applier, CLICK
	      "automation \"Click\" { on = \"email.clicked\" do = { \"tag "
	      "add 'clicker'\" } }\n"
	      "automation \"Ten\" { on = \"score rises to 10\" do = { \"tag "
	      "add 'ten'\" } }\n");
	waits = applier_signal("email.clicked", "", applier.now - DAY);
	waits.received_at = applier.now;
	waits.record_key = record_key_hash(applier_secret, "contact", ANN);
	applier_submit(&applier, &waits);
	waits.verdict = VERDICT_MACHINE;
	applier_submit(&applier, &waits);
	assert_int_equal(fired(&applier, "Click"), 0);
	set_field(&applier, "city", "Rome");
	assert_int_equal(fired(&applier, "Click"), 1);
	assert_int_equal(fired(&applier, "Ten"), 0); /* it has degraded */
	assert_true(has_tag(&applier, "clicker"));
	set_field(&applier, "city", "Bonn");
	restart(&applier);
	set_field(&applier, "city", "Rome");
	assert_int_equal(fired(&applier, "Click"), 1);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
wait_for_firings(struct applier *applier, const char *name, unsigned n)
{
	int64_t until = clock_monotonic_ms() + 30000;

	while ((unsigned)fired(applier, name) < n) {
		assert_true(clock_monotonic_ms() < until);
		usleep(2000);
	}
	assert_int_equal(fired(applier, name), n);
}

/* More than fire at once, and a restart in the middle of it. */
static void
all_that_waited_fires_however_many_there_are(void **unused)
{
	enum { WAITING = 1230, AT_ONCE = 41 };
	static struct signal waiting[WAITING];
	struct applier applier;
	struct sg_err err = {0};
	bool kept;
	size_t i;

	begin(&applier, CLICK
	      "automation \"Click\" { on = \"email.clicked\" do = { \"tag "
	      "add 'clicker'\" } }\n");
	for (i = 0; i < WAITING; i++) {
		waiting[i] = applier_signal("email.clicked", "",
					    applier.now - DAY + (int64_t)i);
		waiting[i].received_at = applier.now;
		waiting[i].record_key =
			record_key_hash(applier_secret, "contact", ANN);
	}
	for (i = 0; i < WAITING; i += AT_ONCE)
		if (apply_submit(applier.apply, waiting + i, AT_ONCE, 20000,
				 &kept, &err) != SG_OK)
			fail_msg("%s", err.text);
	assert_int_equal(fired(&applier, "Click"), 0);
	set_field(&applier, "city", "Rome");
	assert_true(fired(&applier, "Click") >= 200);
	restart(&applier);
	wait_for_firings(&applier, "Click", WAITING);
	restart(&applier);
	set_field(&applier, "city", "Bonn");
	assert_int_equal(fired(&applier, "Click"), WAITING);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
ontraports_recipe(void **unused)
{
	struct applier applier;

	begin(&applier,
	      "rule \"Click\" { on = \"email.clicked\" add = 4 degrade = none "
	      "}\n"
	      "automation \"Adjust\" { on = \"field.changed\" do = { "
	      "\"field.adjusted = field.manual_score + automatic\" } }\n");
	happen(&applier, "email.clicked", 0);
	expect_field(&applier, "adjusted", NULL);
	set_field(&applier, "manual_score", "10");
	expect_field(&applier, "adjusted", "14");
	/* Its own change of a field fired it once more, to no effect. */
	assert_int_equal(fired(&applier, "Adjust"), 2);
	happen(&applier, "email.clicked", 0);
	set_field(&applier, "manual_score", "20.5");
	expect_field(&applier, "adjusted", "28.5");
	/* What is missing changes nothing. */
	set_field(&applier, "manual_score", "");
	expect_field(&applier, "adjusted", "28.5");
	applier_verify(&applier);
	applier_done(&applier);
}

static void
a_chain_stops_at_depth_8_and_says_so(void **unused)
{
	struct applier applier;
	struct store_firings firings;
	struct apply_status now;
	struct pool *pool = pool_new();
	struct store_firing_page page = {.automation = "Pong", .most = 100};

	begin(&applier,
	      "automation \"Ping\" { on = \"tag.added\" do = { \"tag remove "
	      "'x'\" } }\n"
	      "automation \"Pong\" { on = \"tag.removed\" do = { \"tag add "
	      "'x'\" } }\n");
	change(&applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "x", NULL});
	assert_int_equal(fired(&applier, "Ping") + fired(&applier, "Pong"), 9);
	apply_get_status(applier.apply, &now);
	assert_non_null(strstr(now.automation, "stopped at depth 8: Ping > "
					       "Pong > Ping"));
	page.automation = "Ping";
	page.record_id = applier_find(&applier, ANN);
	assert_int_equal(store_firings_recent(applier_reader(&applier), &page,
					      pool, &firings, NULL),
			 SG_OK);
	assert_non_null(strstr(firings.rows[0].trouble, "stopped at depth 8"));
	assert_string_equal(firings.rows[1].trouble, "");
	pool_free(pool);
	applier_done(&applier);
}

static void
score_changed_fires_once_for_each_entry(void **unused)
{
	struct applier applier;

	begin(&applier, CLICK
	      "rule \"Click fit\" { on = \"email.clicked\" add = 1 score = "
	      "\"fit\" }\n"
	      "automation \"Changed\" { on = \"score changed\" do = { \"tag "
	      "add 'moved'\" } }");
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Changed"), 1);
	happen(&applier, "email.clicked", 5000);
	assert_int_equal(fired(&applier, "Changed"), 2);
	happen(&applier, "email.opened", 0);
	assert_int_equal(fired(&applier, "Changed"), 2);
	applier_done(&applier);
}

static void
score_changed_by_degradation_at_most_once_a_day(void **unused)
{
	struct applier applier;
	int64_t start;
	int hour;

	begin(&applier, CLICK
	      "automation \"Changed\" { on = \"score changed\" do = { \"tag "
	      "add 'moved'\" } }");
	start = applier.now;
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Changed"), 1);
	for (hour = 1; hour <= 48; hour++)
		applier_move_to(&applier, start + hour * (DAY / 24));
	/* 10, 9, 8.1: the first day and the second */
	assert_int_equal(fired(&applier, "Changed"), 3);
	restart(&applier);
	for (hour = 49; hour <= 96; hour++)
		applier_move_to(&applier, start + hour * (DAY / 24));
	/* 7.29; 6.56 is shown as 7 still */
	assert_int_equal(fired(&applier, "Changed"), 4);
	applier_move_to(&applier, start + 30 * DAY); /* 0.42 */
	assert_int_equal(fired(&applier, "Changed"), 5);
	applier_move_to(&applier, start + 40 * DAY); /* 0.15: still 0 */
	assert_int_equal(fired(&applier, "Changed"), 5);
	applier_done(&applier);
}

static void
bands_fire_when_they_are_entered_or_left(void **unused)
{
	static const struct score_bands bands = {
		2, {{"warm", "lead", 20, 80}, {"hot", "lead", 80, INFINITY}}};
	struct applier applier;

	applier_init(&applier);
	applier.now = 1577836800000;
	applier.bands = &bands;
	applier_open(&applier);
	applier_rules(&applier,
		      CLICK "automation \"Band\" { on = \"band changes\" do = "
			    "{ \"tag add 'b'\" } }",
		      false);
	set_score(&applier, "10");
	assert_int_equal(fired(&applier, "Band"), 0);
	set_score(&applier, "30");
	assert_int_equal(fired(&applier, "Band"), 1);
	set_score(&applier, "50");
	restart(&applier);
	set_score(&applier, "60");
	assert_int_equal(fired(&applier, "Band"), 1);
	set_score(&applier, "90");
	assert_int_equal(fired(&applier, "Band"), 2);
	set_score(&applier, "0");
	assert_int_equal(fired(&applier, "Band"), 3);
	happen(&applier, "email.clicked", 0);
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Band"), 4);
	applier_move_to(&applier, applier.now + DAY); /* 18 */
	assert_int_equal(fired(&applier, "Band"), 5);
	applier_done(&applier);
}

static void
what_goes_out_is_written_with_what_caused_it(void **unused)
{
	struct applier applier;
	struct store_outbox_rows rows;
	struct store_outbox row;
	struct pool *pool = pool_new();
	struct json *payload;

	begin(&applier, "automation \"Hot\" { on = \"score rises to 100\" do "
			"= { \"tag add 'hot'\", \"webhook 'crm'\", \"notify "
			"'sales@example.com' 'call them'\" } }");
	set_field(&applier, "first_name", "Ann");
	set_score(&applier, "120");
	assert_int_equal(store_outbox_due(applier_reader(&applier), applier.now,
					  10, pool, &rows, NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 2);
	assert_string_equal(rows.rows[0].action, "webhook");
	assert_string_equal(rows.rows[0].target, "crm");
	assert_int_equal(strlen(rows.rows[0].key), 32);
	assert_string_not_equal(rows.rows[0].key, rows.rows[1].key);
	assert_int_equal(store_outbox_get(applier_reader(&applier),
					  rows.rows[0].id, pool, &row, NULL),
			 SG_OK);
	assert_int_equal(
		json_parse(row.payload, strlen(row.payload), &payload, NULL),
		SG_OK);
	assert_string_equal(json_get_text(payload, "by"), "automation Hot");
	assert_string_equal(json_get_text(payload, "cause"),
			    "score rises to 100 (120)");
	assert_string_equal(json_get_text(json_get(payload, "record"), "key"),
			    ANN);
	assert_string_equal(
		json_get_text(json_pointer(payload, "/record/fields"),
			      "first_name"),
		"Ann");
	assert_non_null(json_pointer(payload, "/record/tags/0"));
	json_free(payload);
	assert_string_equal(rows.rows[1].action, "notify");
	pool_free(pool);
	applier_done(&applier);
}

static void
a_team_gets_records_in_turn_by_weight(void **unused)
{
	static const struct apply_member members[] = {{"eva@example.com", 2},
						      {"tom@example.com", 1}};
	static const struct apply_team team = {"sales", 2, members, true};
	static const char *const want[] = {"eva@example.com", "tom@example.com",
					   "eva@example.com",
					   "eva@example.com"};
	struct applier applier;
	size_t i;

	applier_init(&applier);
	applier.now = 1577836800000;
	applier.teams = &team;
	applier.n_teams = 1;
	applier_open(&applier);
	applier_rules(&applier,
		      "automation \"Give\" { on = \"email.clicked\" "
		      "do = { \"assign 'sales'\" } }",
		      false);
	for (i = 0; i < 4; i++) {
		happen(&applier, "email.clicked", 0);
		expect_field(&applier, "owner", want[i]);
		happen(&applier, "email.clicked",
		       0); /* stays with whom it is */
		expect_field(&applier, "owner", want[i]);
		if (i == 1)
			restart(&applier);
		set_field(&applier, "owner", "");
	}
	applier_done(&applier);
}

static void
an_action_that_is_refused_keeps_the_rest(void **unused)
{
	struct applier applier;

	begin(&applier, "automation \"Give\" { on = \"email.clicked\" do = { "
			"\"assign 'nobody'\", \"tag add 'a'\" } }");
	happen(&applier, "email.clicked", 0);
	assert_true(has_tag(&applier, "a"));
	assert_int_equal(fired(&applier, "Give"), 1);
	applier_done(&applier);
}

static void
a_hit_fires_when_it_is_settled(void **unused)
{
	struct applier applier;
	struct signal signal;
	int64_t start;

	begin(&applier, CLICK "automation \"Click\" { on = \"email.clicked\" "
			      "do = { \"tag add 'a'\" } }\n"
			      "automation \"Ten\" { on = \"score rises to 10\" "
			      "do = { \"tag add 'b'\" } }");
	start = applier.now;
	signal = applier_signal("email.clicked", ANN, start);
	signal.received_at = start;
	signal.settle_until = start + 10000;
	applier_submit(&applier, &signal);
	assert_int_equal(fired(&applier, "Click"), 0);
	applier_move_to(&applier, start + 9000);
	assert_int_equal(fired(&applier, "Click"), 0);
	applier_move_to(&applier, start + 11000);
	assert_int_equal(fired(&applier, "Click"), 1);
	assert_int_equal(fired(&applier, "Ten"), 1);
	applier_move_to(&applier, start + 60000);
	assert_int_equal(fired(&applier, "Click"), 1);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
what_a_refold_finds_fires_on_the_value_now_and_never_again(void **unused)
{
	struct applier applier;
	struct signal late;

	begin(&applier,
	      "rule \"Click\" { on = \"email.clicked\" add = 10 degrade = "
	      "none }\n"
	      "rule \"Refund\" { on = \"order.refunded\" subtract = 15 "
	      "degrade = none }\n"
	      "automation \"Ten\" { on = \"score rises to 10\" do = { \"tag "
	      "add 'a'\" } }\n");
	happen(&applier, "email.clicked", 0);
	happen(&applier, "email.clicked", 60000); /* late: 20 */
	assert_int_equal(fired(&applier, "Ten"), 1);
	/* A reversal that came late: 5. In the history the score never was at
	 * 10 then; what fired stays fired. */
	happen(&applier, "order.refunded", 30000);
	assert_int_equal(fired(&applier, "Ten"), 1);
	late = applier_signal("email.clicked", ANN, applier.now - 90000);
	late.received_at = applier.now;
	applier_submit(&applier, &late);
	assert_int_equal(fired(&applier, "Ten"), 2);
	restart(&applier);
	applier_move_to(&applier, applier.now + 60000);
	assert_int_equal(fired(&applier, "Ten"), 2);
	applier_verify(&applier);
	applier_done(&applier);
}

/* `rules run` makes other scores of the same history: nothing fires for that,
 * and what is armed follows the scores. */
static void
a_rules_run_fires_nothing(void **unused)
{
	static const char automations[] =
		"automation \"Up\" { on = \"score rises to 15\" do = { \"tag "
		"add "
		"'up'\" } }\n"
		"automation \"Down\" { on = \"score falls below 15\" do = { "
		"\"tag add 'down'\" } }\n"
		"automation \"Changed\" { on = \"score changed\" do = { \"tag "
		"add 'changed'\" } }\n";
	struct generation_status status;
	struct applier applier;
	struct buf text = BUF_INIT;
	struct sg_err err;

	buf_printf(&text,
		   "rule \"C\" { on = \"email.clicked\" add = 10 "
		   "degrade = none }\n%s",
		   automations);
	begin(&applier, buf_text(&text));
	happen(&applier, "email.clicked", 0);
	assert_int_equal(fired(&applier, "Changed"), 1);
	buf_reset(&text);
	buf_printf(&text,
		   "rule \"C\" { on = \"email.clicked\" add = 20 "
		   "degrade = none }\n%s",
		   automations);
	applier_rules(&applier, buf_text(&text), false);
	buf_done(&text);
	assert_int_equal(generation_begin(applier.apply, "test", &err), SG_OK);
	do {
		clock_sleep_ms(1);
		generation_get_status(applier.apply, &status);
	} while (status.running || status.removing);
	assert_true(applier_score(&applier, ANN, applier.now) == 20);
	applier_move_to(&applier, applier.now + 60000);
	assert_int_equal(fired(&applier, "Up"), 0);
	assert_int_equal(fired(&applier, "Changed"), 1);
	set_score(&applier, "30");
	assert_int_equal(fired(&applier, "Up"), 0);
	set_score(&applier, "1");
	assert_int_equal(fired(&applier, "Down"), 1);
	set_score(&applier, "15");
	assert_int_equal(fired(&applier, "Up"), 1);
	applier_done(&applier);
}

static void
deleting_suppressing_and_sequences(void **unused)
{
	struct applier applier;

	begin(&applier,
	      "automation \"Stop\" { on = \"email.complained\" do = { "
	      "\"suppress because 'x'\", \"sequence start 's'\", \"sequence "
	      "stop 's'\" } }\n"
	      "automation \"Go\" { on = \"email.bounced\" do = { \"delete\", "
	      "\"tag add 'a'\" } }\n");
	happen(&applier, "email.complained", 0);
	assert_int_equal(fired(&applier, "Stop"), 1);
	happen(&applier, "email.bounced", 0);
	assert_int_equal(fired(&applier, "Go"), 1);
	assert_int_equal(applier_find(&applier, ANN), 0);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rise_fires_once_and_again_only_below_rearm),
		cmocka_unit_test(
			rearm_is_the_threshold_by_default_and_never_is_once),
		cmocka_unit_test(a_fall_needs_to_have_been_above),
		cmocka_unit_test(degradation_alone_fires_within_a_sweep),
		cmocka_unit_test(
			drift_between_sweeps_rearms_before_the_next_change),
		cmocka_unit_test(a_new_automation_takes_the_scores_as_they_are),
		cmocka_unit_test(
			a_condition_that_does_not_hold_keeps_it_from_acting),
		cmocka_unit_test(signals_fire_each_time_they_have_an_effect),
		cmocka_unit_test(
			what_waited_for_its_record_fires_when_it_is_adopted),
		cmocka_unit_test(all_that_waited_fires_however_many_there_are),
		cmocka_unit_test(ontraports_recipe),
		cmocka_unit_test(a_chain_stops_at_depth_8_and_says_so),
		cmocka_unit_test(score_changed_fires_once_for_each_entry),
		cmocka_unit_test(
			score_changed_by_degradation_at_most_once_a_day),
		cmocka_unit_test(bands_fire_when_they_are_entered_or_left),
		cmocka_unit_test(what_goes_out_is_written_with_what_caused_it),
		cmocka_unit_test(a_team_gets_records_in_turn_by_weight),
		cmocka_unit_test(an_action_that_is_refused_keeps_the_rest),
		cmocka_unit_test(deleting_suppressing_and_sequences),
		cmocka_unit_test(a_rules_run_fires_nothing),
		cmocka_unit_test(a_hit_fires_when_it_is_settled),
		cmocka_unit_test(
			what_a_refold_finds_fires_on_the_value_now_and_never_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * apply_automation_year_test.c - a year of clicks, refunds and degradation,
 * held day by day against a model that is plain and slow: a list of points,
 * summed anew at every moment.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "seed_more.h"
#include "store/store_automation.h"

enum { PEOPLE = 3, DAYS = 365, EVENTS_MOST = 2000 };

static const char rules[] =
	"rule \"Click\" { on = \"email.clicked\" add = 10 }\n"
	"rule \"Refund\" { on = \"email.bounced\" subtract = 12 }\n"
	"automation \"Up\" { on = \"score rises to 15\" rearm = 12 do = { "
	"\"tag add 'a'\" } }\n"
	"automation \"Down\" { on = \"score falls below 8\" rearm = 20 do = { "
	"\"tag add 'b'\" } }\n"
	"automation \"Once\" { on = \"score rises to 25\" rearm = \"never\" do "
	"= { \"tag add 'c'\" } }\n"
	"automation \"Above 0\" { on = \"score rises to 0\" do = { \"tag add "
	"'d'\" } }\n";

static uint64_t seed = 0x2545f4914f6cdd1dull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* --- the model ---------------------------------------------------------- */

struct threshold {
	const char *name;
	bool rises, never;
	double at, rearm;
	bool armed[PEOPLE], fired_ever[PEOPLE], seen[PEOPLE];
	uint64_t fired;
};

static struct threshold thresholds[] = {
	{.name = "Up", .rises = true, .at = 15, .rearm = 12},
	{.name = "Down", .at = 8, .rearm = 20},
	{.name = "Once", .rises = true, .never = true, .at = 25, .rearm = 25},
	{.name = "Above 0", .rises = true, .at = 0, .rearm = 0},
};
enum { N_THRESHOLDS = sizeof(thresholds) / sizeof(thresholds[0]) };

static struct {
	double points;
	int64_t at;
} events[PEOPLE][EVENTS_MOST];
static size_t n_events[PEOPLE];

static double
score(int person, int64_t now)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n_events[person]; i++)
		sum += events[person][i].points *
		       pow(0.9, (double)(now - events[person][i].at) /
					(double)CLOCK_DAY_MS);
	return sum;
}

static void
judge_rise(struct threshold *t, int person, double value)
{
	if (!t->seen[person]) /* nobody has been there yet: armed */
		t->armed[person] = true;
	t->seen[person] = true;
	if (t->armed[person] && value >= t->at) {
		t->fired++;
		t->armed[person] = false;
	} else if (!t->armed[person] && value < t->rearm && !t->never) {
		t->armed[person] = true;
	}
}

static void
judge_fall(struct threshold *t, int person, double value)
{
	double from = t->fired_ever[person] ? t->rearm : t->at;

	if (t->armed[person] && value < t->at) {
		t->fired++;
		t->fired_ever[person] = true;
		t->armed[person] = false;
	} else if (!t->armed[person] && value >= from) {
		t->armed[person] = true;
	}
}

static void
judge(int person, int64_t now)
{
	int i;

	if (!n_events[person])
		return;
	for (i = 0; i < N_THRESHOLDS; i++)
		if (thresholds[i].rises)
			judge_rise(&thresholds[i], person, score(person, now));
		else
			judge_fall(&thresholds[i], person, score(person, now));
}

/* --- both --------------------------------------------------------------- */

static void
happen(struct applier *applier, int person)
{
	bool refund = chance(4) == 0;
	char address[64];
	struct signal signal;

	snprintf(address, sizeof(address), "p%d@example.com", person);
	signal = applier_signal(refund ? "email.bounced" : "email.clicked",
				address, applier->now);
	signal.received_at = applier->now;
	applier_submit(applier, &signal);
	judge(person, applier->now);
	assert_in_range(n_events[person], 0, EVENTS_MOST - 1);
	events[person][n_events[person]].points = refund ? -12 : 10;
	events[person][n_events[person]++].at = applier->now;
	judge(person, applier->now);
}

static void
compare(struct applier *applier, int day)
{
	struct store_firing_sum sum;
	int i;

	for (i = 0; i < N_THRESHOLDS; i++) {
		assert_int_equal(store_firing_sum(applier_reader(applier),
						  thresholds[i].name, &sum,
						  NULL),
				 SG_OK);
		if (sum.fired != thresholds[i].fired)
			fail_msg("day %d: %s fired %llu times, expected %llu",
				 day, thresholds[i].name,
				 (unsigned long long)sum.fired,
				 (unsigned long long)thresholds[i].fired);
	}
}

static void
a_year_fires_as_the_model_says(void **unused)
{
	struct applier applier;
	int64_t start;
	int day, person;

	applier_init(&applier);
	applier.now = start = 1577836800000; /* 2020-01-01 */
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	for (day = 1; day <= DAYS; day++) {
		for (person = 0; person < PEOPLE; person++)
			if (chance(5) == 0) {
				applier.now += 1 + (int64_t)chance(3600000);
				happen(&applier, person);
			}
		applier_move_to(&applier, start + day * CLOCK_DAY_MS);
		for (person = 0; person < PEOPLE; person++)
			judge(person, applier.now);
		compare(&applier, day);
		if (day % 90 == 0) {
			applier_close(&applier);
			applier_open(&applier);
		}
	}
	for (person = 0; person < N_THRESHOLDS; person++)
		assert_true(thresholds[person].fired > 0);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_fires_as_the_model_says),
	};

	seed += seed_more();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * apply_automation_crash_test.c - kill -9 at random moments under load: each
 * crossing fired exactly once, with its tag and its delivery, whatever was
 * under way; and a store that fails at any call fires nothing twice.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/db.h"
#include "store/store_automation.h"
#include "store/store_history.h"
#include "store/store_outbox.h"

enum { ROUNDS = 15, PEOPLE = 12 };

static const char rules[] =
	"automation \"Up\" { on = \"score rises to 10\" do = { \"webhook "
	"'crm'\" "
	"} }\n"
	"automation \"Down\" { on = \"score falls below 10\" do = { \"add 1 to "
	"'fit' because 'fell'\" } }\n"
	"automation \"Set\" { on = \"score.set\" do = { \"tag add 'seen'\" } "
	"}\n";

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void
set_score(struct applier *applier, uint32_t person, bool high)
{
	char address[64];
	struct signal signal;

	snprintf(address, sizeof(address), "p%u@example.com", person);
	signal = applier_change(SIGNAL_SCORE_SET, "score.set", address,
				clock_now());
	applier_set(&signal, "score", "lead");
	applier_set(&signal, "points", high ? "20" : "0");
	if (spool_append(applier->spool, &signal, SPOOL_WRITTEN, NULL, NULL) !=
	    SG_OK)
		_exit(1);
}

/* Until it is killed. */
static void
work(struct applier *applier, int started)
{
	uint32_t n;

	applier->checkpoint_ms = 20;
	applier_open(applier);
	for (n = 0;; n++) {
		set_score(applier, (uint32_t)chance(PEOPLE), chance(2));
		if (n == 5 && write(started, "x", 1) != 1)
			_exit(1);
		if (n % 20 == 0)
			usleep(500);
	}
}

static void
run_and_kill(struct applier *applier)
{
	int started[2], status;
	char byte;
	pid_t child;

	assert_int_equal(pipe(started), 0);
	(void)chance(2); /* another course in each round */
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		work(applier, started[1]);
		_exit(0);
	}
	close(started[1]);
	assert_int_equal(read(started[0], &byte, 1), 1);
	usleep((useconds_t)chance(60000));
	kill(child, SIGKILL);
	close(started[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* What should have fired, by the history alone. */
struct wanted {
	uint64_t up, down, set;
	double score[PEOPLE + 1];
	bool has[PEOPLE + 1];
	struct pool *pool;
};

static enum sg_status
follow(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct wanted *wanted = arg;
	struct signal signal;
	double now = 0;
	uint32_t id = row->record_id;

	pool_clear(wanted->pool);
	assert_int_equal(store_history_signal(row, wanted->pool, &signal, err),
			 SG_OK);
	assert_in_range(id, 1, PEOPLE);
	assert_true(text_to_number(signal_get(&signal, "points"), &now));
	wanted->set++;
	wanted->up += (!wanted->has[id] || wanted->score[id] < 10) && now >= 10;
	wanted->down += wanted->has[id] && wanted->score[id] >= 10 && now < 10;
	wanted->has[id] = true;
	wanted->score[id] = now;
	return SG_OK;
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

static void
check_all(struct applier *applier)
{
	struct store_history_span span = {"score.set", 0, INT64_MAX};
	struct wanted wanted = {.pool = pool_new()};
	struct store_outbox_counts outbox;
	struct sg_err err;

	assert_int_equal(store_history_each(applier_reader(applier), &span,
					    follow, &wanted, &err),
			 SG_OK);
	assert_int_equal(
		store_outbox_counts(applier_reader(applier), &outbox, &err),
		SG_OK);
	assert_true(wanted.up > ROUNDS);
	assert_int_equal(fired(applier, "Up"), wanted.up);
	assert_int_equal(outbox.waiting, wanted.up);
	assert_int_equal(fired(applier, "Down"), wanted.down);
	assert_int_equal(fired(applier, "Set"), wanted.set);
	pool_free(wanted.pool);
	applier_verify(applier);
}

static void
after_kills_everything_fired_exactly_once(void **unused)
{
	struct applier applier;
	int i;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	applier_close(&applier);
	for (i = 0; i < ROUNDS; i++)
		run_and_kill(&applier);
	applier.checkpoint_ms = 60000;
	applier_open(&applier);
	applier_close(&applier); /* everything is applied */
	applier_open(&applier);
	check_all(&applier);
	applier_done(&applier);
}

static enum sg_status
fail_later(void *arg, struct store *store, struct sg_err *err)
{
	db_fail_after(store_db(store), *(unsigned *)arg);
	return SG_OK;
}

/* The armed states in memory go back with the transaction. */
static void
a_store_that_fails_at_any_call_fires_once(void **unused)
{
	struct applier applier;
	struct sg_err err = {0};
	struct signal signal;
	unsigned n_calls;
	bool kept;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	for (n_calls = 1; n_calls < 60; n_calls++) {
		signal = applier_change(SIGNAL_SCORE_SET, "score.set",
					"p1@example.com", clock_now());
		applier_set(&signal, "score", "lead");
		applier_set(&signal, "points", n_calls % 2 ? "20" : "0");
		(void)!apply_call(applier.apply, fail_later, &n_calls, &err);
		if (apply_submit(applier.apply, &signal, 1, 20000, &kept,
				 &err) != SG_OK)
			fail_msg("%s", err.text);
	}
	check_all(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_kills_everything_fired_exactly_once),
		cmocka_unit_test(a_store_that_fails_at_any_call_fires_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

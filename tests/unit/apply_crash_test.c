/*
 * apply_crash_test.c - kill -9 at random moments under load: what was answered
 * is in the history exactly once and scored exactly once, whatever was under
 * way; and a store that fails at any call loses nothing.
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
#include "store/store_history.h"

enum { ROUNDS = 25, NUMBERS_MOST = 2000000, PEOPLE = 20 };

static const char rules[] =
	"rule \"Clicked\" { on = \"email.clicked\" add = 1 score = \"fit\" }\n"
	"rule \"Once\" { on = \"email.clicked\" add = 100 score = \"drift\" "
	"once_per = \"ever\" }\n";

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static struct signal
numbered(uint32_t number, char text[2][64])
{
	struct signal signal;

	snprintf(text[0], 64, "p%u@example.com", number % PEOPLE);
	snprintf(text[1], 64, "%u", number);
	/* now and then a late one, so that refolds are killed, too */
	signal = applier_signal("email.clicked", text[0],
				clock_now() - (number % 50 == 0 ? 5000 : 0));
	applier_set(&signal, "n", text[1]);
	return signal;
}

/* Until it is killed: keep signals, and say which were answered. */
static void
work(struct applier *applier, uint32_t first, int answers)
{
	uint32_t number = first;

	applier->checkpoint_ms = 20;
	applier_open(applier);
	for (;; number++) {
		char text[2][64];
		struct signal signal = numbered(number, text);
		bool kept;
		enum sg_status status;

		if (number % 97 == 0)
			status = apply_submit(applier->apply, &signal, 1, 5000,
					      &kept, NULL);
		else
			status = spool_append(applier->spool, &signal,
					      SPOOL_WRITTEN, NULL, NULL);
		if (status != SG_OK)
			_exit(1);
		if (write(answers, &number, sizeof(number)) !=
		    (ssize_t)sizeof(number))
			_exit(1);
	}
}

static uint32_t
run_and_kill(struct applier *applier, uint32_t first, unsigned char *answered)
{
	uint32_t number, last = first;
	int answers[2];
	pid_t child;
	int status;

	assert_int_equal(pipe(answers), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(answers[0]);
		work(applier, first, answers[1]);
		_exit(0);
	}
	close(answers[1]);
	/* not before it is at work */
	if (read(answers[0], &number, sizeof(number)) ==
	    (ssize_t)sizeof(number))
		answered[number] = 1;
	usleep((useconds_t)chance(60000));
	kill(child, SIGKILL);
	while (read(answers[0], &number, sizeof(number)) ==
	       (ssize_t)sizeof(number)) {
		answered[number] = 1;
		last = number;
	}
	close(answers[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return last + 2; /* one may be kept and not answered */
}

struct counts {
	unsigned char *seen;
	uint64_t n, of_record[PEOPLE + 2];
	struct pool *pool;
};

static enum sg_status
count_row(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct counts *counts = arg;
	struct signal signal;
	const char *text;
	long long number;

	pool_clear(counts->pool);
	assert_int_equal(store_history_signal(row, counts->pool, &signal, err),
			 SG_OK);
	text = signal_get(&signal, "n");
	assert_true(text && text_to_int(text, &number));
	assert_in_range(number, 0, NUMBERS_MOST - 1);
	counts->seen[number]++;
	counts->n++;
	assert_in_range(row->record_id, 1, PEOPLE);
	counts->of_record[row->record_id]++;
	return SG_OK;
}

static uint64_t
check_all(struct applier *applier, const unsigned char *answered)
{
	struct store_history_span span = {"email.clicked", 0, INT64_MAX};
	struct counts counts = {.seen = calloc(NUMBERS_MOST, 1),
				.pool = pool_new()};
	struct score_summary summary;
	uint32_t i;

	assert_int_equal(store_history_each(applier_reader(applier), &span,
					    count_row, &counts, NULL),
			 SG_OK);
	for (i = 0; i < NUMBERS_MOST; i++)
		if (counts.seen[i] > 1 || counts.seen[i] < answered[i])
			fail_msg("signal %u was answered %d times and is "
				 "there %d times",
				 i, answered[i], counts.seen[i]);
	for (i = 1; i <= PEOPLE; i++) {
		scoreboard_summary(applier->board, i, 2, clock_now(), &summary);
		if (counts.of_record[i])
			assert_float_equal(summary.value[SCORE_SCORE],
					   (double)counts.of_record[i], 1e-6);
	}
	applier_verify(applier);
	free(counts.seen);
	pool_free(counts.pool);
	return counts.n;
}

/* All that is in the spool is applied once this is. */
static void
settle(struct applier *applier)
{
	struct signal tag = applier_change(SIGNAL_TAG_ADD, "tag.added",
					   "p0@example.com", clock_now());

	applier_set(&tag, "tag", "settled");
	applier_submit(applier, &tag);
}

static void
kill_9_loses_nothing_answered_and_applies_nothing_twice(void **unused)
{
	unsigned char *answered = calloc(NUMBERS_MOST, 1);
	struct applier applier;
	uint32_t next = 0;
	uint64_t n = 0;
	int round;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	applier_close(&applier);
	for (round = 0; round < ROUNDS; round++) {
		next = run_and_kill(&applier, next, answered);
		assert_in_range(next, 1, NUMBERS_MOST - 100000);
	}
	applier_open(&applier);
	settle(&applier);
	n = check_all(&applier, answered);
	assert_true(n >= ROUNDS);
	applier_done(&applier);
	free(answered);
}

/* --- the store fails ---------------------------------------------------- */

static enum sg_status
fail_later(void *arg, struct store *store, struct sg_err *err)
{
	db_fail_after(store_db(store), *(unsigned *)arg);
	return SG_OK;
}

static void
a_store_that_fails_at_any_call_loses_nothing(void **unused)
{
	unsigned char *answered = calloc(NUMBERS_MOST, 1);
	struct applier applier;
	struct sg_err err = {0};
	uint32_t number = 0;
	unsigned n_calls;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	for (n_calls = 1; n_calls < 60; n_calls++) {
		struct signal signals[3];
		char text[3][2][64];
		bool kept;
		int i;

		for (i = 0; i < 3; i++) {
			answered[number] = 1;
			signals[i] = numbered(number++, text[i]);
		}
		/* the commit of the call itself is one of the calls */
		(void)!apply_call(applier.apply, fail_later, &n_calls, &err);
		if (apply_submit(applier.apply, signals, 3, 20000, &kept,
				 &err) != SG_OK)
			fail_msg("%s", err.text);
	}
	check_all(&applier, answered);
	applier_close(&applier);
	applier_open(&applier);
	check_all(&applier, answered);
	applier_done(&applier);
	free(answered);
}

/* --- a signal that the store refuses ------------------------------------- */

static enum sg_status
refuse_poison(void *arg, struct store *store, struct sg_err *err)
{
	return db_script(store_db(store),
			 "CREATE TRIGGER poison BEFORE INSERT ON history WHEN "
			 "NEW.name = 'poison.taken' BEGIN SELECT "
			 "RAISE(ABORT, 'no such thing'); END",
			 err);
}

static void
a_signal_that_the_store_refuses_is_passed_over(void **unused)
{
	struct signal signals[3];
	struct applier applier;
	char text[2][2][64];
	struct sg_err err = {0};
	bool kept;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	assert_int_equal(apply_call(applier.apply, refuse_poison, NULL, &err),
			 SG_OK);
	signals[0] = numbered(1, text[0]);
	signals[1] =
		applier_signal("poison.taken", "p9@example.com", clock_now());
	signals[2] = numbered(1 + PEOPLE, text[1]);
	if (apply_submit(applier.apply, signals, 3, 20000, &kept, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
	assert_float_equal(
		applier_score_of(&applier, "p1@example.com", 2, clock_now()), 2,
		1e-6);
	assert_int_equal(applier_find(&applier, "p9@example.com"), 0);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			kill_9_loses_nothing_answered_and_applies_nothing_twice),
		cmocka_unit_test(a_store_that_fails_at_any_call_loses_nothing),
		cmocka_unit_test(
			a_signal_that_the_store_refuses_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

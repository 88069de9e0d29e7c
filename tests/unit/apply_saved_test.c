/* apply_saved_test.c - a start from the file beside the store is the start that
 * reads every row, or it does not use the file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply_aid.h"
#include "base/clock.h"

enum { PEOPLE = 40, COPY_MOST = 4 << 20 };

static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 5 }\n"
	"rule \"Fit\" { on = \"email.clicked\" subtract = 3 score = \"fit\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }\n";

static char board_path[SCRATCH_PATH_SIZE + 8];

static void
happen(struct applier *applier, const char *name, unsigned person)
{
	char address[32];
	struct signal signal;

	snprintf(address, sizeof(address), "p%u@example.com", person);
	signal = applier_signal(name, address, clock_now());
	applier_submit(applier, &signal);
}

static void
set_up(struct applier *applier)
{
	unsigned i;

	applier_init(applier);
	applier->save_from = 1;
	snprintf(board_path, sizeof(board_path), "%s.board",
		 applier->store_path);
	applier_open(applier);
	applier_rules(applier, rules, false);
	for (i = 0; i < PEOPLE; i++) {
		struct signal job;
		char address[32];

		snprintf(address, sizeof(address), "p%u@example.com", i);
		job = applier_change(SIGNAL_FIELD_SET, "field.changed", address,
				     clock_now());
		applier_set(&job, "name", "job");
		applier_set(&job, "value", i % 3 ? "CEO" : "cook");
		applier_submit(applier, &job);
		happen(applier, i % 2 ? "email.opened" : "email.clicked", i);
	}
}

static void
read_scores(struct applier *applier, int64_t at, double out[PEOPLE][2])
{
	unsigned i;

	for (i = 0; i < PEOPLE; i++) {
		char address[32];

		snprintf(address, sizeof(address), "p%u@example.com", i);
		out[i][0] = applier_score_of(applier, address, 1, at);
		out[i][1] = applier_score_of(applier, address, 2, at);
	}
}

static void
assert_scores(struct applier *applier, int64_t at, double want[PEOPLE][2])
{
	double got[PEOPLE][2];
	unsigned i, k;

	read_scores(applier, at, got);
	for (i = 0; i < PEOPLE; i++)
		for (k = 0; k < 2; k++)
			assert_true((isnan(got[i][k]) && isnan(want[i][k])) ||
				    fabs(got[i][k] - want[i][k]) < 1e-9);
	applier_verify(applier);
}

static size_t
read_board(char *bytes)
{
	FILE *file = fopen(board_path, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, COPY_MOST, file);
	assert_true(len < COPY_MOST);
	fclose(file);
	return len;
}

static void
write_board(const char *bytes, size_t len)
{
	FILE *file = fopen(board_path, "wb");

	assert_non_null(file);
	assert_true(fwrite(bytes, 1, len, file) == len);
	fclose(file);
}

static void
a_start_from_the_file_has_every_score_and_goes_on(void **state)
{
	struct applier applier;
	double scores[PEOPLE][2];
	int64_t at;

	set_up(&applier);
	at = clock_now() + 1000;
	read_scores(&applier, at, scores);
	applier_close(&applier);
	assert_int_equal(access(board_path, F_OK), 0);
	applier_open(&applier);
	assert_scores(&applier, at, scores);
	happen(&applier, "email.opened", 0);
	happen(&applier, "email.opened", PEOPLE + 1);
	/* It held for a store that nobody has written to. */
	assert_int_not_equal(access(board_path, F_OK), 0);
	applier_verify(&applier);
	at = clock_now() + 1000;
	read_scores(&applier, at, scores);
	applier_close(&applier);
	applier_open(&applier);
	assert_scores(&applier, at, scores);
	applier_done(&applier);
}

static void
a_file_of_another_moment_is_not_used(void **state)
{
	char *bytes = malloc(COPY_MOST);
	struct applier applier;
	double scores[PEOPLE][2];
	size_t len;
	int64_t at;

	assert_non_null(bytes);
	set_up(&applier);
	applier_close(&applier);
	len = read_board(bytes);
	applier_open(&applier);
	happen(&applier, "email.opened", 0);
	happen(&applier, "email.clicked", 1);
	at = clock_now() + 1000;
	read_scores(&applier, at, scores);
	applier_close(&applier);
	write_board(bytes, len);
	applier_open(&applier);
	assert_scores(&applier, at, scores);
	applier_done(&applier);
	free(bytes);
}

static void
a_file_cut_short_is_not_used(void **state)
{
	char *bytes = malloc(COPY_MOST);
	struct applier applier;
	double scores[PEOPLE][2];
	size_t len;
	int64_t at;

	assert_non_null(bytes);
	set_up(&applier);
	at = clock_now() + 1000;
	read_scores(&applier, at, scores);
	applier_close(&applier);
	len = read_board(bytes);
	write_board(bytes, len / 2);
	applier_open(&applier);
	assert_scores(&applier, at, scores);
	applier_close(&applier);
	write_board(bytes, len > 100 ? 10 : 0);
	applier_open(&applier);
	assert_scores(&applier, at, scores);
	applier_done(&applier);
	free(bytes);
}

/* Also where it would be believed: a count, a score. */
static void
a_file_with_a_changed_byte_is_not_used(void **state)
{
	char *bytes = malloc(COPY_MOST);
	struct applier applier;
	double scores[PEOPLE][2];
	size_t len, i;
	int64_t at;

	assert_non_null(bytes);
	set_up(&applier);
	at = clock_now() + 1000;
	read_scores(&applier, at, scores);
	applier_close(&applier);
	len = read_board(bytes);
	assert_true(len > 100);
	for (i = 50; i < len; i += len / 60 + 1) {
		bytes[i] ^= (char)0x81;
		write_board(bytes, len);
		applier_open(&applier);
		assert_scores(&applier, at, scores);
		applier_close(&applier);
		/* Written anew, of another token. */
		assert_int_equal(read_board(bytes), len);
	}
	applier_open(&applier);
	applier_done(&applier);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_start_from_the_file_has_every_score_and_goes_on),
		cmocka_unit_test(a_file_of_another_moment_is_not_used),
		cmocka_unit_test(a_file_cut_short_is_not_used),
		cmocka_unit_test(a_file_with_a_changed_byte_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

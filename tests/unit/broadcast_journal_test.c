/* broadcast_journal_test.c - what is known of recipients survives a crash. */
#include "broadcast/broadcast_journal.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/scoregate-journal-XXXXXX";
static char seen[4000];

static void
remember(void *arg, const struct journal_line *line)
{
	size_t len = strlen(seen);

	(void)arg;
	snprintf(seen + len, sizeof(seen) - len, "%c%u/%llx(%s) ", line->mark,
		 line->record_id, (unsigned long long)line->message_id,
		 line->reason);
}

static struct broadcast_journal *
open_it(void)
{
	struct broadcast_journal *journal;
	struct sg_err err;

	seen[0] = '\0';
	assert_int_equal(journal_open(directory, "spring", remember, NULL,
				      &journal, &err),
			 SG_OK);
	return journal;
}

static void
note(struct broadcast_journal *journal, enum journal_mark mark, uint32_t id,
     const char *reason)
{
	struct journal_line line = {mark, id, 0xabcdef0123456789u, reason};
	struct sg_err err;

	assert_int_equal(journal_note(journal, &line, &err), SG_OK);
	assert_int_equal(journal_sync(journal, &err), SG_OK);
}

static int
in_a_new_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "%s",
		 "/tmp/scoregate-journal-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int
remove_it(void **state)
{
	char path[100];

	(void)state;
	snprintf(path, sizeof(path), "%s/spring.journal", directory);
	unlink(path);
	return rmdir(directory);
}

static void
what_was_noted_is_read_again(void **state)
{
	struct broadcast_journal *journal = open_it();

	(void)state;
	note(journal, JOURNAL_HANDING_OVER, 7, "");
	note(journal, JOURNAL_SENT, 7, "");
	note(journal, JOURNAL_FAILED, 4000000000u, "550 5.1.1 no such user");
	journal_close(journal);
	journal = open_it();
	assert_string_equal(seen, "B7/abcdef0123456789() "
				  "S7/abcdef0123456789() "
				  "F4000000000/abcdef0123456789"
				  "(550 5.1.1 no such user) ");
	journal_close(journal);
}

static void
half_a_line_was_not_written(void **state)
{
	struct broadcast_journal *journal = open_it();
	char path[100];
	int fd;

	(void)state;
	note(journal, JOURNAL_HANDING_OVER, 1, "");
	journal_close(journal);
	snprintf(path, sizeof(path), "%s/spring.journal", directory);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "S 2 12", 6), 6);
	close(fd);
	journal = open_it();
	assert_string_equal(seen, "B1/abcdef0123456789() ");
	note(journal, JOURNAL_SENT, 1, "");
	journal_close(journal);
	journal_close(open_it());
	assert_string_equal(seen,
			    "B1/abcdef0123456789() S1/abcdef0123456789() ");
}

/* Written by a hand that was not ours. */
static void
what_is_no_line_is_passed_over(void **state)
{
	struct broadcast_journal *journal = open_it();
	char path[100];
	FILE *file;

	(void)state;
	note(journal, JOURNAL_SENT, 7, "250 2.0.0 Ok");
	journal_close(journal);
	snprintf(path, sizeof(path), "%s/spring.journal", directory);
	file = fopen(path, "a");
	assert_non_null(file);
	fputs("\nS\nS \nS x 1 \nS 9\nS 9 \nS 9 zz\nSS 9 1 \nB 8 2a\n", file);
	fclose(file);
	journal = open_it();
	assert_string_equal(seen, "S7/abcdef0123456789(250 2.0.0 Ok) B8/2a() ");
	journal_close(journal);
}

static void
a_reason_stays_on_its_line(void **state)
{
	struct broadcast_journal *journal = open_it();
	char reason[2000];

	(void)state;
	memset(reason, 'x', sizeof(reason));
	reason[sizeof(reason) - 1] = '\0';
	note(journal, JOURNAL_FAILED, 3, reason);
	note(journal, JOURNAL_FAILED, 5, "one\nS 6 1 ");
	journal_close(journal);
	journal_close(open_it());
	assert_non_null(strstr(seen, "F5/abcdef0123456789(one S 6 1 )"));
	assert_null(strstr(seen, "S6"));
}

static long
size_of_it(void)
{
	struct stat file;
	char path[100];

	snprintf(path, sizeof(path), "%s/spring.journal", directory);
	assert_int_equal(stat(path, &file), 0);
	return (long)file.st_size;
}

static void
a_note_without_room_fails_and_leaves_whole_lines(void **state)
{
	struct journal_line line = {JOURNAL_HANDING_OVER, 2, 1, ""};
	struct broadcast_journal *journal = open_it();
	struct rlimit before, small;
	struct sg_err err;

	(void)state;
	note(journal, JOURNAL_HANDING_OVER, 1, "");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_IGN);
	small = before;
	/* What is there, and a part of the next line. */
	small.rlim_cur = (rlim_t)size_of_it() + 4;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(journal_note(journal, &line, &err), SG_BUSY);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	note(journal, JOURNAL_SENT, 1, "");
	journal_close(journal);
	journal_close(open_it());
	assert_string_equal(seen,
			    "B1/abcdef0123456789() S1/abcdef0123456789() ");
}

/* --- the machine crashes ------------------------------------------------- */

#define OTHER_BOOT "M 00000000-0000-0000-0000-000000000000\n"

/* A journal as an earlier run left it. */
static void
left_behind(const char *lines)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "%s/spring.journal", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(lines, file);
	fclose(file);
}

static void
prepare(struct broadcast_journal *journal, uint32_t id)
{
	struct journal_prepared prepared = {id, 0xabcdef0123456789u};
	struct sg_err err;

	assert_int_equal(journal_prepare(journal, &prepared, 1, &err), SG_OK);
}

static void
who_was_prepared_when_the_machine_crashed_is_doubtful(void **state)
{
	(void)state;
	left_behind(OTHER_BOOT "P 1 a\nP 2 b\nP 3 c\nP 4 d\n"
			       "B 1 a \nS 1 a \nB 2 b \nR 3 c later\n");
	journal_close(open_it());
	assert_string_equal(seen, "B1/a() S1/a() B2/b() R3/c(later) B4/d() ");
	/* Read again, it says the same. */
	journal_close(open_it());
	assert_string_equal(seen, "B1/a() S1/a() B2/b() R3/c(later) B4/d() ");
}

static void
who_was_prepared_when_we_ended_in_order_is_not(void **state)
{
	(void)state;
	left_behind(OTHER_BOOT "P 1 a\nB 1 a \nP 2 b\nE\n");
	journal_close(open_it());
	assert_string_equal(seen, "B1/a() ");
}

static void
in_this_boot_no_line_is_lost(void **state)
{
	struct broadcast_journal *journal = open_it();
	pid_t child;

	(void)state;
	journal_close(journal);
	child = fork();
	if (child == 0) {
		journal = open_it();
		prepare(journal, 1);
		prepare(journal, 2);
		note(journal, JOURNAL_HANDING_OVER, 2, "");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	journal = open_it();
	assert_string_equal(seen, "B2/abcdef0123456789() ");
	journal_close(journal);
	journal_close(open_it());
	assert_string_equal(seen, "B2/abcdef0123456789() ");
}

static void
the_crash_of_one_run_is_not_that_of_another(void **state)
{
	(void)state;
	/* Killed, gone on in the same boot, then the machine crashed. */
	left_behind(OTHER_BOOT "P 1 a\nP 2 b\n" OTHER_BOOT "P 2 c\n");
	journal_close(open_it());
	assert_string_equal(seen, "B2/c() ");
}

static void *
prepare_many(void *journal)
{
	uint32_t i;

	for (i = 0; i < 50; i++)
		prepare(journal, 100 + i);
	return NULL;
}

static void
two_threads_note_whole_lines(void **state)
{
	struct broadcast_journal *journal = open_it();
	pthread_t thread;
	uint32_t i;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, prepare_many, journal),
			 0);
	for (i = 0; i < 50; i++)
		note(journal, JOURNAL_RETURNED, 7, "x");
	pthread_join(thread, NULL);
	journal_close(journal);
	journal_close(open_it());
	assert_int_equal(strlen(seen), 50 * strlen("R7/abcdef0123456789(x) "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_noted_is_read_again,
						in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(half_a_line_was_not_written,
						in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(
			a_note_without_room_fails_and_leaves_whole_lines,
			in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(what_is_no_line_is_passed_over,
						in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(a_reason_stays_on_its_line,
						in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(
			who_was_prepared_when_the_machine_crashed_is_doubtful,
			in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(
			who_was_prepared_when_we_ended_in_order_is_not,
			in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(in_this_boot_no_line_is_lost,
						in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(
			the_crash_of_one_run_is_not_that_of_another,
			in_a_new_directory, remove_it),
		cmocka_unit_test_setup_teardown(two_threads_note_whole_lines,
						in_a_new_directory, remove_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

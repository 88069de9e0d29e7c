/* maillog_journal_test.c - the journal's lines of mail, each once. Journals
 * are made by systemd-journal-remote; without it the tests are skipped. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/maillog/maillog_journal.h"
#include "scratch.h"

#include "plugins/maillog/maillog_journal.c"

#define MAKER "/lib/systemd/systemd-journal-remote"

static struct scratch scratch;

static int
open_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int
remove_scratch(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

/* Entries number `from` to `to`, each a second after the one before; every
 * third is not about mail. */
static void
make_journal(const char *name, int from, int to)
{
	char command[600];
	FILE *maker;

	if (access(MAKER, X_OK) != 0)
		skip();
	snprintf(command, sizeof(command), MAKER " -o %s - 2>/dev/null",
		 scratch_file(&scratch, name));
	maker = popen(command, "w");
	assert_non_null(maker);
	for (int i = from; i <= to; i++)
		fprintf(maker,
			"__REALTIME_TIMESTAMP=%lld\n"
			"__MONOTONIC_TIMESTAMP=%d\n"
			"_BOOT_ID=0123456789abcdef0123456789abcdef\n"
			"SYSLOG_FACILITY=%d\nSYSLOG_PID=%d\n"
			"SYSLOG_IDENTIFIER=postfix/smtp\nMESSAGE=line %d\n\n",
			1795300000000000LL + i * 1000000LL, i * 1000000,
			i % 3 ? 2 : 3, i, i);
	assert_int_equal(pclose(maker), 0);
}

static struct maillog_journal *
open_here(void)
{
	struct maillog_journal *journal = mail_journal_open(scratch.path);

	assert_non_null(journal);
	return journal;
}

static void
assert_next(struct maillog_journal *journal, int number)
{
	char want[80];
	int64_t at;
	const char *line = mail_journal_next(journal, &at);

	snprintf(want, sizeof(want), "postfix/smtp[%d]: line %d", number,
		 number);
	assert_non_null(line);
	assert_string_equal(line, want);
	assert_int_equal(at, INT64_C(1795300000000) + number * 1000);
}

static void
assert_end(struct maillog_journal *journal)
{
	int64_t at;

	assert_null(mail_journal_next(journal, &at));
}

static void
only_lines_of_mail_come_and_in_order(void **state)
{
	struct maillog_journal *journal;

	(void)state;
	make_journal("a.journal", 1, 5);
	journal = open_here();
	assert_true(mail_journal_seek(journal, NULL, true));
	assert_next(journal, 1);
	assert_next(journal, 2);
	assert_next(journal, 4);
	assert_next(journal, 5);
	assert_end(journal);
	assert_end(journal);
	mail_journal_close(journal);
}

static void
a_restart_goes_on_after_the_last_entry(void **state)
{
	struct maillog_journal *journal;
	char cursor[500];

	(void)state;
	make_journal("a.journal", 1, 4);
	journal = open_here();
	assert_true(mail_journal_seek(journal, NULL, true));
	assert_next(journal, 1);
	assert_next(journal, 2);
	snprintf(cursor, sizeof(cursor), "%s", mail_journal_cursor(journal));
	assert_string_equal(cursor, mail_journal_cursor(journal));
	mail_journal_close(journal);
	/* The journal was rotated: more stands in another file. */
	make_journal("b.journal", 5, 7);
	journal = open_here();
	assert_true(mail_journal_seek(journal, cursor, true));
	assert_string_equal(mail_journal_cursor(journal), cursor);
	assert_next(journal, 4);
	assert_next(journal, 5);
	assert_next(journal, 7);
	assert_end(journal);
	mail_journal_close(journal);
}

static void
an_entry_that_is_gone_is_said_and_what_follows_is_read(void **state)
{
	struct maillog_journal *journal;
	char cursor[500];

	(void)state;
	make_journal("a.journal", 1, 2);
	journal = open_here();
	assert_true(mail_journal_seek(journal, NULL, true));
	assert_next(journal, 1);
	snprintf(cursor, sizeof(cursor), "%s", mail_journal_cursor(journal));
	mail_journal_close(journal);
	assert_int_equal(unlink(scratch_file(&scratch, "a.journal")), 0);
	make_journal("b.journal", 4, 5);
	journal = open_here();
	assert_false(mail_journal_seek(journal, cursor, true));
	assert_next(journal, 4);
	assert_next(journal, 5);
	assert_end(journal);
	mail_journal_close(journal);
}

static void
without_a_start_only_what_is_new_counts(void **state)
{
	struct maillog_journal *journal;

	(void)state;
	make_journal("a.journal", 1, 2);
	journal = open_here();
	assert_true(mail_journal_seek(journal, NULL, false));
	assert_string_not_equal(mail_journal_cursor(journal), "");
	assert_end(journal);
	mail_journal_close(journal);
}

int
main(void)
{
#define JOURNAL_TEST(f) \
	cmocka_unit_test_setup_teardown(f, open_scratch, remove_scratch)
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(only_lines_of_mail_come_and_in_order),
		JOURNAL_TEST(a_restart_goes_on_after_the_last_entry),
		JOURNAL_TEST(
			an_entry_that_is_gone_is_said_and_what_follows_is_read),
		JOURNAL_TEST(without_a_start_only_what_is_new_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

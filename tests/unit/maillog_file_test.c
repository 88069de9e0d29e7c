/* maillog_file_test.c - each line of a log comes once, and none is missed:
 * over rotation by rename and by copy, while it is followed and while nobody
 * does. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugins/maillog/maillog_file.h"
#include "scratch.h"

#include "plugins/maillog/maillog_file.c"
#include "plugins/maillog/maillog_gz.c"

static struct scratch scratch;
static char path[SCRATCH_PATH_SIZE];
static struct maillog_file file;

static int
open_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	snprintf(path, sizeof(path), "%s", scratch_file(&scratch, "mail.log"));
	file_init(&file, path);
	return 0;
}

static int
remove_scratch(void **state)
{
	(void)state;
	file_done(&file);
	scratch_remove(&scratch);
	return 0;
}

static const char *
beside(const char *end)
{
	static char name[SCRATCH_PATH_SIZE + 20];

	snprintf(name, sizeof(name), "%s%s", path, end);
	return name;
}

/* Each writing is a little later than the one before, as a clock that stands
 * still between two would not show. */
static void
write_to(const char *name, const char *text)
{
	static time_t second = 1700000000;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
				    {.tv_sec = second++}};
	FILE *out = fopen(name, "a");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static void
copy_to(const char *name)
{
	char bytes[4096];
	FILE *in = fopen(path, "r");
	size_t n = fread(bytes, 1, sizeof(bytes) - 1, in);

	fclose(in);
	bytes[n] = '\0';
	write_to(name, bytes);
}

/* All that is there now, as one text. */
static const char *
lines(void)
{
	static char all[4096];
	const char *line;

	for (all[0] = '\0'; (line = file_next(&file));)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s ",
			 line);
	return all;
}

/* As after a restart: only the position is known. */
static void
stop_and_seek(void)
{
	struct file_position at = file.at;

	file_done(&file);
	file_init(&file, path);
	assert_true(file_seek(&file, &at, false));
}

static void
lines_come_as_they_are_written(void **state)
{
	(void)state;
	write_to(path, "old\n");
	assert_true(file_seek(&file, NULL, false));
	assert_string_equal(lines(), "");
	write_to(path, "one\ntwo\nthr");
	assert_string_equal(lines(), "one two ");
	write_to(path, "ee\n");
	assert_string_equal(lines(), "three ");
}

static void
at_the_very_first_start_the_beginning_can_be_asked_for(void **state)
{
	(void)state;
	assert_false(file_seek(&file, NULL, true));
	write_to(path, "old\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "old ");
}

static void
a_restart_goes_on_where_it_was(void **state)
{
	(void)state;
	write_to(path, "one\ntwo\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(file_next(&file), "one");
	stop_and_seek();
	assert_string_equal(lines(), "two ");
	stop_and_seek();
	assert_string_equal(lines(), "");
	assert_string_equal(file.lost, "");
}

static void
a_renamed_file_is_read_to_its_end_first(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	assert_int_equal(rename(path, beside(".1")), 0);
	write_to(beside(".1"), "two\n");
	assert_string_equal(lines(), "two ");
	write_to(path, ""); /* made, and nobody has come over */
	write_to(beside(".1"), "three\n");
	assert_string_equal(lines(), "three ");
	write_to(beside(".1"), "four\n");
	write_to(path, "five\n");
	assert_string_equal(lines(), "four five ");
}

static void
what_was_renamed_while_nobody_read_is_read_in_order(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	write_to(path, "two\n");
	assert_int_equal(rename(path, beside(".2")), 0);
	write_to(beside(".1"), "three\n");
	write_to(path, "four\n");
	write_to(beside(".9.gz"), "\x1f\x8b packed\n");
	stop_and_seek();
	assert_string_equal(lines(), "two three four ");
	assert_string_equal(file.lost, "");
}

/* As gzip does it: the same times, and the plain one is gone. */
static void
pack(const char *name)
{
	char packed[SCRATCH_PATH_SIZE + 30], bytes[4096];
	struct stat status;
	FILE *in = fopen(name, "r");
	gzFile out;
	size_t n;

	assert_non_null(in);
	assert_int_equal(fstat(fileno(in), &status), 0);
	snprintf(packed, sizeof(packed), "%s.gz", name);
	out = gzopen(packed, "wb");
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(gzwrite(out, bytes, (unsigned)n), n);
	gzclose(out);
	fclose(in);
	assert_int_equal(
		utimensat(AT_FDCWD, packed,
			  (struct timespec[2]){status.st_atim, status.st_mtim},
			  0),
		0);
	assert_int_equal(unlink(name), 0);
}

static void
after_a_long_rest_packed_ones_are_read_too(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	write_to(path, "two\nthree\n");
	assert_int_equal(rename(path, beside(".3")), 0);
	pack(beside(".3"));
	write_to(beside(".2"), "four\n");
	pack(beside(".2"));
	write_to(beside(".1"), "five\n");
	write_to(path, "six\n");
	stop_and_seek();
	/* Stopped in the middle of a packed one. */
	assert_string_equal(file_next(&file), "two");
	stop_and_seek();
	assert_string_equal(lines(), "three four five six ");
	assert_string_equal(file.lost, "");
	stop_and_seek();
	assert_string_equal(lines(), "");
}

static void
what_is_packed_while_it_is_read_comes_once(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	assert_int_equal(rename(path, beside(".1")), 0);
	pack(beside(".1"));
	/* One that does not keep the times. */
	assert_int_equal(utimensat(AT_FDCWD, beside(".1.gz"), NULL, 0), 0);
	write_to(path, "two\n");
	assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
	assert_string_equal(lines(), "two ");
}

static void
a_damaged_one_is_passed_over_and_said(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	assert_int_equal(rename(path, beside(".3")), 0);
	write_to(beside(".2.gz"), "\x1f\x8b\x08 damaged, and more of it\n");
	write_to(beside(".1"), "three\n");
	write_to(path, "four\n");
	assert_string_equal(lines(), "three four ");
	assert_string_not_equal(file.lost, "");
}

static void
what_is_packed_in_another_way_is_said_to_be_missing(void **state)
{
	struct timespec long_ago[2] = {{1, 0}, {1, 0}};

	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	/* From before anybody read: nobody misses it. */
	write_to(beside(".9.xz"), "\xfd\x37zXZ old");
	assert_int_equal(utimensat(AT_FDCWD, beside(".9.xz"), long_ago, 0), 0);
	assert_int_equal(rename(path, beside(".3")), 0);
	write_to(beside(".2"), "two\n");
	write_to(path, "three\n");
	assert_string_equal(lines(), "two three ");
	assert_string_equal(file.lost, "");
	assert_int_equal(rename(path, beside(".1")), 0);
	write_to(beside(".0.zst"), "\x28\xb5\x2f\xfd new");
	write_to(path, "five\n");
	assert_string_equal(lines(), "five ");
	assert_non_null(strstr(file.lost, ".zst"));
	/* The one that was read itself. */
	file.lost[0] = '\0';
	assert_int_equal(rename(path, beside(".0.xz")), 0);
	write_to(beside(".0.xz"), "\xfd\x37zXZ");
	write_to(path, "six\n");
	stop_and_seek();
	assert_string_equal(lines(), "six ");
	assert_non_null(strstr(file.lost, ".xz"));
}

static void
of_a_file_that_was_cut_the_rest_is_in_the_copy(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	write_to(path, "two\n");
	copy_to(beside(".1"));
	assert_int_equal(truncate(path, 0), 0);
	assert_string_equal(lines(), "two ");
	write_to(path, "three\n");
	assert_string_equal(lines(), "three ");
	/* It has grown past where we were before anybody looked. */
	write_to(path, "four\n");
	copy_to(beside("-20261121"));
	assert_int_equal(truncate(path, 0), 0);
	write_to(path, "five\nsix\nseven\neight\nnine\n");
	assert_string_equal(lines(), "four five six seven eight nine ");
	assert_string_equal(file.lost, "");
}

static void
a_file_that_was_cut_while_nobody_read_is_no_loss(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	write_to(path, "two\n");
	copy_to(beside(".1"));
	assert_int_equal(truncate(path, 0), 0);
	write_to(path, "three\n");
	stop_and_seek();
	assert_string_equal(lines(), "two three ");
	stop_and_seek();
	assert_string_equal(lines(), "");
}

static void
what_is_gone_is_said(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	assert_int_equal(unlink(path), 0);
	write_to(path, "three\n");
	stop_and_seek();
	assert_string_not_equal(file.lost, "");
	assert_string_equal(lines(), "three ");
}

static void
a_cut_without_a_copy_is_said(void **state)
{
	(void)state;
	write_to(path, "one\n");
	assert_true(file_seek(&file, NULL, true));
	assert_string_equal(lines(), "one ");
	assert_int_equal(truncate(path, 0), 0);
	write_to(path, "two\n");
	assert_string_equal(lines(), "two ");
	assert_string_not_equal(file.lost, "");
}

static void
an_endless_line_is_passed_over(void **state)
{
	FILE *out = fopen(path, "w");

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 300000; i++)
		putc('x', out);
	fputs("\nnext\n", out);
	fclose(out);
	assert_true(file_seek(&file, NULL, true));
	while (file.at.offset < 300000)
		(void)file_next(&file);
	assert_int_equal(file.at.offset, 300000 + 1 + 5);
}

int
main(void)
{
#define FILE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, open_scratch, remove_scratch)
	const struct CMUnitTest tests[] = {
		FILE_TEST(lines_come_as_they_are_written),
		FILE_TEST(
			at_the_very_first_start_the_beginning_can_be_asked_for),
		FILE_TEST(a_restart_goes_on_where_it_was),
		FILE_TEST(a_renamed_file_is_read_to_its_end_first),
		FILE_TEST(what_was_renamed_while_nobody_read_is_read_in_order),
		FILE_TEST(after_a_long_rest_packed_ones_are_read_too),
		FILE_TEST(what_is_packed_while_it_is_read_comes_once),
		FILE_TEST(a_damaged_one_is_passed_over_and_said),
		FILE_TEST(what_is_packed_in_another_way_is_said_to_be_missing),
		FILE_TEST(of_a_file_that_was_cut_the_rest_is_in_the_copy),
		FILE_TEST(a_file_that_was_cut_while_nobody_read_is_no_loss),
		FILE_TEST(what_is_gone_is_said),
		FILE_TEST(a_cut_without_a_copy_is_said),
		FILE_TEST(an_endless_line_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

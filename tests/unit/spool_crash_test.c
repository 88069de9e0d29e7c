/* spool_crash_test.c - the spool after kill -9, power cuts, bad disks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool_aid.h"

static struct scratch scratch;

static int
set_up(void **state)
{
	scratch_make(&scratch);
	return 0;
}

static int
tear_down(void **state)
{
	scratch_remove(&scratch);
	return 0;
}

/* --- bytes of the one segment there is ----------------------------------- */

static void
read_bytes(char *bytes, size_t len)
{
	int fd = open(spool_aid_segment(&scratch), O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* The segment holds these bytes and zeros behind them. */
static void
write_bytes(const char *bytes, size_t len)
{
	int fd = open(spool_aid_segment(&scratch), O_RDWR | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(ftruncate(fd, SPOOL_AID_SEGMENT), 0);
	close(fd);
}

static void
cut_to(size_t len)
{
	assert_int_equal(truncate(spool_aid_segment(&scratch), (off_t)len), 0);
}

/* Three records; ends[i] is the offset after the i-th, ends[0] of the first
 * byte. */
static void
write_three(uint64_t ends[4], bool as_batch)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position;
	struct signal signals[3];
	struct pool *pool = pool_new();
	int i;

	spool_aid_rewind(spool);
	ends[0] = 64;
	for (i = 0; i < 3; i++)
		spool_aid_signal(&signals[i], pool, i + 1, 20);
	if (as_batch)
		assert_int_equal(spool_append_many(spool, signals, 3,
						   SPOOL_SYNCED, NULL, NULL),
				 SG_OK);
	for (i = 0; !as_batch && i < 3; i++)
		assert_int_equal(spool_append(spool, &signals[i], SPOOL_SYNCED,
					      NULL, NULL),
				 SG_OK);
	for (i = 0; i < 3; i++) {
		assert_int_equal(spool_aid_next(spool, &position), i + 1);
		ends[i + 1] = position.offset;
	}
	spool_close(spool);
	pool_free(pool);
}

/* `n` whole ones are there, and it goes on behind them. */
static void
assert_whole(long n)
{
	struct spool *spool = spool_aid_open(&scratch);
	long i;

	spool_aid_rewind(spool);
	spool_aid_put(spool, 77, 20);
	for (i = 1; i <= n; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), 77);
	spool_close(spool);
}

/* Zeros that are missing before zeros are not missing. */
static bool
is_there(const char *bytes, size_t len, uint64_t end)
{
	while (end > len && !bytes[end - 1])
		end--;
	return end <= len;
}

static void
a_tail_torn_at_any_byte_is_cut(void **state)
{
	char bytes[4096];
	uint64_t ends[4];
	size_t len;

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	for (len = ends[1]; len <= ends[3]; len++) {
		write_bytes(bytes, len);
		assert_whole(is_there(bytes, len, ends[3])   ? 3
			     : is_there(bytes, len, ends[2]) ? 2
							     : 1);
		write_bytes(bytes, len);
		cut_to(len);
		assert_whole(len == ends[3] ? 3 : len >= ends[2] ? 2 : 1);
	}
}

static void
a_torn_batch_is_cut_as_a_whole(void **state)
{
	char bytes[4096];
	uint64_t ends[4];
	size_t len;

	write_three(ends, true);
	read_bytes(bytes, sizeof(bytes));
	for (len = ends[0]; len <= ends[3]; len++) {
		write_bytes(bytes, len);
		assert_whole(is_there(bytes, len, ends[3]) ? 3 : 0);
	}
}

static void
a_last_record_with_any_wrong_byte_is_cut(void **state)
{
	char bytes[4096], was;
	uint64_t ends[4], at;

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	for (at = ends[2]; at < ends[3]; at++) {
		was = bytes[at];
		bytes[at] = (char)(was ^ 0x20);
		write_bytes(bytes, ends[3]);
		assert_whole(2);
		bytes[at] = was;
	}
}

static void
damage_in_the_middle_is_told_and_skipped(void **state)
{
	struct spool_position position;
	struct spool *spool;
	char bytes[4096];
	uint64_t ends[4];

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	bytes[ends[1] + 30] ^= 1;
	write_bytes(bytes, ends[3]);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	assert_int_equal(spool_aid_next(spool, &position), -2);
	assert_true(position.offset == ends[2]);
	assert_int_equal(spool_aid_next(spool, NULL), 3);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

/* Its length, too: what was answered behind it is there. */
static void
whatever_byte_of_a_record_is_wrong_the_next_one_is_read(void **state)
{
	struct spool *spool;
	char bytes[4096];
	uint64_t ends[4], at;

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	for (at = ends[1]; at < ends[2]; at++) {
		bytes[at] ^= 0x20;
		write_bytes(bytes, ends[3]);
		spool = spool_aid_open(&scratch);
		spool_aid_rewind(spool);
		spool_aid_put(spool, 77, 20);
		assert_int_equal(spool_aid_next(spool, NULL), 1);
		assert_int_equal(spool_aid_next(spool, NULL), -2);
		assert_int_equal(spool_aid_next(spool, NULL), 3);
		assert_int_equal(spool_aid_next(spool, NULL), 77);
		spool_close(spool);
		bytes[at] ^= 0x20;
	}
}

/* An old record behind the cut must not come to life behind a new one. */
static void
what_was_cut_stays_away(void **state)
{
	struct spool *spool;
	char bytes[4096];
	uint64_t ends[4];

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	memset(bytes + ends[1], 0, 8); /* a page that was not written */
	write_bytes(bytes, ends[3]);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	spool_aid_put(spool, 2, 20); /* as long as the one before */
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	assert_int_equal(spool_aid_next(spool, NULL), 2);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	assert_int_equal(spool_aid_next(spool, NULL), 2);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

static void
a_segment_whose_making_was_not_finished_is_no_trouble(void **state)
{
	static const char zeros[64];
	uint64_t ends[4];

	write_three(ends, false);
	write_bytes(zeros, sizeof(zeros));
	assert_whole(0);
	cut_to(10);
	assert_whole(0);
	cut_to(0);
	assert_whole(0);
}

static void
a_file_that_is_no_segment_is_refused_by_name(void **state)
{
	struct spool_options options = {
		.directory = scratch_file(&scratch, "spool")};
	struct spool *spool = NULL;
	uint64_t ends[4];
	char bytes[4096];
	struct sg_err err;
	size_t at;

	write_three(ends, false);
	read_bytes(bytes, sizeof(bytes));
	for (at = 0; at < 64; at++) {
		bytes[at] ^= 4;
		write_bytes(bytes, ends[3]);
		assert_int_equal(spool_open(&options, &spool, &err), SG_FAILED);
		assert_non_null(strstr(err.text, ".segment"));
		bytes[at] ^= 4;
	}
	write_bytes(bytes, ends[3]);
	assert_whole(3);
}

/* --- kill -9 ------------------------------------------------------------ */

/* Append numbers and say each that was answered on the pipe. */
static void
append_until_killed(int out)
{
	struct spool *spool = spool_aid_open(&scratch);
	long n;

	for (n = 0;; n++) {
		if (spool_aid_append(spool, n, (size_t)(n * 37 % 900),
				     n % 3 ? SPOOL_WRITTEN : SPOOL_SYNCED) !=
		    SG_OK)
			_exit(1);
		if (write(out, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(1);
	}
}

/* Kill it after about `most` were answered; how many were. */
static long
answered_before_kill(long most)
{
	int fds[2], code;
	long n, last = -1;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0)
		append_until_killed(fds[1]);
	close(fds[1]);
	while (read(fds[0], &n, sizeof(n)) == (ssize_t)sizeof(n)) {
		last = n;
		if (n == most)
			kill(child, SIGKILL);
	}
	close(fds[0]);
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFSIGNALED(code));
	return last + 1;
}

static void
nothing_that_was_answered_is_lost_by_kill_9(void **state)
{
	struct spool *spool;
	long answered, n, next;
	int i;

	for (i = 0; i < 12; i++) {
		answered = answered_before_kill(1 + i * 97);
		spool = spool_aid_open(&scratch);
		spool_aid_rewind(spool);
		for (n = 0; n < answered; n++)
			assert_int_equal(spool_aid_next(spool, NULL), n);
		/* What was under way may be there, whole, or not. */
		next = spool_aid_next(spool, NULL);
		assert_true(next == -1 || next == answered);
		spool_close(spool);
		scratch_remove(&scratch);
		scratch_make(&scratch);
	}
}

/* --- a full disk -------------------------------------------------------- */

static bool
mount_small(const char *path)
{
	if (mkdir(path, 0700) != 0)
		return false;
	return mount("tmpfs", path, "tmpfs", 0, "size=3m") == 0;
}

static void
fill_up(const char *path)
{
	static const char block[65536];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

static long
append_until_busy(struct spool *spool, long from)
{
	while (from < 10000 &&
	       spool_aid_append(spool, from, 4000, SPOOL_WRITTEN) == SG_OK)
		from++;
	return from;
}

static void
a_full_disk_is_busy_until_there_is_room_again(void **state)
{
	char disk[SCRATCH_PATH_SIZE], filler[2 * SCRATCH_PATH_SIZE];
	struct scratch small;
	struct spool_status status;
	struct spool *spool;
	long n, i, tries;

	snprintf(disk, sizeof(disk), "%s", scratch_file(&scratch, "disk"));
	if (!mount_small(disk)) {
		print_message("no tmpfs can be mounted here: skipped\n");
		skip();
	}
	snprintf(small.path, sizeof(small.path), "%s", disk);
	snprintf(filler, sizeof(filler), "%s/filler", disk);
	spool = spool_aid_open(&small);
	spool_aid_rewind(spool);
	fill_up(filler);
	n = append_until_busy(spool, 0);
	spool_get_status(spool, &status);
	assert_true(status.full);
	assert_true(n > 10 && n < 10000);
	unlink(filler);
	for (tries = 0; tries < 200; tries++) {
		if (spool_aid_append(spool, n, 10, SPOOL_SYNCED) == SG_OK)
			break;
		spool_wait_for_more(spool, 10);
	}
	spool_get_status(spool, &status);
	assert_false(status.full);
	for (i = 0; i <= n; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	spool_close(spool);
	assert_int_equal(umount(disk), 0);
}

static void
on_a_small_disk_segments_are_smaller(void **state)
{
	char disk[SCRATCH_PATH_SIZE], directory[2 * SCRATCH_PATH_SIZE];
	struct spool_options options = {.directory = directory};
	struct spool *spool;

	snprintf(disk, sizeof(disk), "%s", scratch_file(&scratch, "disk"));
	if (!mount_small(disk)) {
		print_message("no tmpfs can be mounted here: skipped\n");
		skip();
	}
	snprintf(directory, sizeof(directory), "%s/spool", disk);
	assert_int_equal(spool_open(&options, &spool, NULL), SG_OK);
	spool_aid_rewind(spool);
	spool_aid_put(spool, 1, 10);
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	spool_close(spool);
	assert_int_equal(umount(disk), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tail_torn_at_any_byte_is_cut),
		cmocka_unit_test(a_torn_batch_is_cut_as_a_whole),
		cmocka_unit_test(a_last_record_with_any_wrong_byte_is_cut),
		cmocka_unit_test(damage_in_the_middle_is_told_and_skipped),
		cmocka_unit_test(
			whatever_byte_of_a_record_is_wrong_the_next_one_is_read),
		cmocka_unit_test(what_was_cut_stays_away),
		cmocka_unit_test(
			a_segment_whose_making_was_not_finished_is_no_trouble),
		cmocka_unit_test(a_file_that_is_no_segment_is_refused_by_name),
		cmocka_unit_test(nothing_that_was_answered_is_lost_by_kill_9),
		cmocka_unit_test(a_full_disk_is_busy_until_there_is_room_again),
		cmocka_unit_test(on_a_small_disk_segments_are_smaller),
	};
	struct CMUnitTest each[sizeof(tests) / sizeof(*tests)];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		each[i] = tests[i];
		each[i].setup_func = set_up;
		each[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(each, NULL, NULL);
}

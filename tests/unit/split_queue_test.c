/* split_queue_test.c - private copies on disk: never lost, and doubled only
 * between an accepted DATA and our note of it, whatever fails or dies when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "gate/split_queue.h"
#include "gate/split_seen.h"
#include "gate/split_worker.h"
#include "scratch.h"

#define NOW ((int64_t)1700000000000)

static struct scratch scratch;
static char directory[SCRATCH_PATH_SIZE], delivered[SCRATCH_PATH_SIZE],
	accepted[SCRATCH_PATH_SIZE];

static int
begin(void **state)
{
	(void)state;
	split_step_hook = NULL;
	scratch_make(&scratch);
	snprintf(directory, sizeof(directory), "%s",
		 scratch_file(&scratch, "split"));
	snprintf(delivered, sizeof(delivered), "%s",
		 scratch_file(&scratch, "delivered"));
	snprintf(accepted, sizeof(accepted), "%s",
		 scratch_file(&scratch, "accepted"));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	split_step_hook = NULL;
	scratch_remove(&scratch);
	return 0;
}

static struct split_queue *
open_queue(void)
{
	struct split_queue_options options = {.directory = directory};
	struct split_queue *queue;
	struct sg_err err = {0};

	if (split_queue_open(&options, NOW, &queue, &err) != SG_OK)
		fail_msg("%s", err.text);
	return queue;
}

/* The same mail to Bob and Cid, as an MTA sends it until it is accepted. */
static enum sg_status
put(struct split_queue *queue)
{
	struct split_copy copies[] = {
		{.key = 11, .message_id = 21, .recipient = (char[]){"bob@x"}},
		{.key = 12, .message_id = 22, .recipient = (char[]){"cid@x"}},
	};
	struct split_mail mail = {.sender = (char[]){"news@x"},
				  .user = (char[]){"web"},
				  .queue_id = (char[]){"4Q"},
				  .copies = copies,
				  .n_copies = 2};
	struct pool *pool = pool_new();
	struct buf body = BUF_INIT;
	struct header_list headers;
	enum sg_status status;

	header_list_init(&headers, pool);
	assert_int_equal(header_add(&headers, "Message-ID", "<1@x>", NULL),
			 SG_OK);
	assert_int_equal(header_add(&headers, "Subject", "a\n b", NULL), SG_OK);
	buf_append_text(&body, "Hello\r\n\r\nyou\r\n");
	status = split_queue_put(queue, &mail, &headers, &body, NOW, NULL);
	buf_done(&body);
	pool_free(pool);
	return status;
}

static void
append_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s\n", line), strlen(line) + 1);
	close(fd);
}

static unsigned
count_lines(const char *path, const char *line)
{
	char text[100];
	FILE *file = fopen(path, "re");
	unsigned n = 0;

	while (file && fgets(text, sizeof(text), file)) {
		text[strcspn(text, "\n")] = '\0';
		n += strcmp(text, line) == 0;
	}
	if (file)
		fclose(file);
	return n;
}

/* What the MTA and the worker do until nothing is left to do. */
static void
live(void)
{
	struct split_queue *queue = open_queue();
	struct split_job job;
	int64_t next_at;

	if (!count_lines(accepted, "yes")) {
		if (!split_queue_knows(queue, 11, NOW) && put(queue) != SG_OK) {
			split_queue_close(queue);
			return; /* 451: the client comes again */
		}
		append_line(accepted, "yes");
	}
	(void)split_queue_pay(queue, NOW);
	while (split_queue_take(queue, NOW, &job, &next_at)) {
		append_line(delivered, job.mail->copies[job.i].recipient);
		split_queue_sent(queue, &job, NOW);
	}
	for (int i = 0; i < 9 && !split_queue_pay(queue, NOW); i++)
		;
	split_queue_close(queue);
}

/* The n-th step from now on fails, or the process dies there. */
static unsigned steps_left;
static bool dies;
static char last_step[40];

static bool
at_step(const char *step)
{
	if (!steps_left || --steps_left)
		return false;
	snprintf(last_step, sizeof(last_step), "%s", step);
	if (dies)
		_exit(9);
	return true;
}

static void
assert_nothing_is_left(void)
{
	struct split_queue *queue = open_queue();
	struct split_status status;

	(void)split_queue_pay(queue, NOW);
	split_queue_get_status(queue, &status);
	assert_int_equal(status.waiting + status.sending + status.dead, 0);
	assert_int_equal(status.bytes, 0);
	assert_true(split_queue_knows(queue, 11, NOW));
	assert_true(split_queue_knows(queue, 12, NOW + 4 * CLOCK_DAY_MS));
	assert_false(split_queue_knows(queue, 12, NOW + 5 * CLOCK_DAY_MS));
	split_queue_close(queue);
}

static void
whatever_fails_each_copy_is_delivered_once(void **state)
{
	unsigned n = 0;

	do {
		begin(state);
		n++;
		dies = false;
		steps_left = n;
		split_step_hook = at_step;
		for (int i = 0; i < 3; i++)
			live();
		split_step_hook = NULL;
		if (count_lines(delivered, "bob@x") != 1 ||
		    count_lines(delivered, "cid@x") != 1)
			fail_msg("step %u: bob %u times, cid %u times", n,
				 count_lines(delivered, "bob@x"),
				 count_lines(delivered, "cid@x"));
		assert_nothing_is_left();
		scratch_remove(&scratch);
	} while (!steps_left);
	assert_true(n > 15);
	begin(state);
}

static bool
is_the_window(const char *step)
{
	return strcmp(step, "open the log") == 0 || strcmp(step, "note") == 0 ||
	       strcmp(step, "sync the note") == 0;
}

static void
live_in_a_child(void)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		live();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
}

/* Where the n-th step is, found in a life without failures. */
static void
name_step(unsigned n, char step[40])
{
	dies = false;
	steps_left = n;
	last_step[0] = '\0';
	split_step_hook = at_step;
	live();
	split_step_hook = NULL;
	snprintf(step, 40, "%s", last_step);
}

static void
wherever_it_dies_nothing_is_lost_and_only_the_window_doubles(void **state)
{
	unsigned n_doubled = 0;

	for (unsigned n = 1; n < 24; n++) {
		char step[40] = "";
		unsigned bob, cid;

		begin(state);
		steps_left = n;
		name_step(n, step);
		scratch_remove(&scratch);
		begin(state);
		dies = true;
		steps_left = n;
		split_step_hook = at_step;
		live_in_a_child();
		split_step_hook = NULL;
		live_in_a_child();
		live_in_a_child();
		bob = count_lines(delivered, "bob@x");
		cid = count_lines(delivered, "cid@x");
		if (!bob || !cid || bob + cid > 3 ||
		    (bob + cid == 3 && !is_the_window(step)))
			fail_msg("died at %u (%s): bob %u, cid %u", n, step,
				 bob, cid);
		n_doubled += bob + cid == 3;
		assert_nothing_is_left();
		scratch_remove(&scratch);
	}
	assert_true(n_doubled >= 2);
	begin(state);
}

static void
what_waits_survives_with_its_sender_and_its_message(void **state)
{
	struct split_queue *queue = open_queue();
	struct buf message = BUF_INIT;
	struct split_job job;
	int64_t next_at;

	(void)state;
	assert_int_equal(put(queue), SG_OK);
	split_queue_close(queue);
	queue = open_queue();
	assert_true(split_queue_knows(queue, 12, NOW));
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	assert_string_equal(job.mail->sender, "news@x");
	assert_string_equal(job.mail->user, "web");
	assert_string_equal(job.mail->copies[0].recipient, "bob@x");
	assert_int_equal(job.mail->copies[1].message_id, 22);
	assert_int_equal(split_queue_message(queue, &job, &message, NULL),
			 SG_OK);
	assert_string_equal(buf_text(&message),
			    "Message-ID: <1@x>\nSubject: a\n b\n\n"
			    "Hello\r\n\r\nyou\r\n");
	buf_done(&message);
	split_queue_close(queue);
}

static void
keep_id(void *arg, const struct split_row *row)
{
	snprintf(arg, 48, "%s", row->id);
	assert_string_equal(row->reason, "550 no such user");
	assert_string_equal(row->recipient, "bob@x");
}

static void
what_is_given_up_is_listed_and_can_be_redone_or_dropped(void **state)
{
	struct split_queue *queue = open_queue();
	struct split_status status;
	struct split_job job;
	struct sg_err err = {0};
	int64_t next_at;
	char id[48] = "";

	(void)state;
	assert_int_equal(put(queue), SG_OK);
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	split_queue_dead(queue, &job, "550 no such user");
	split_queue_close(queue);
	queue = open_queue();
	split_queue_each(queue, true, keep_id, id);
	assert_string_equal(id, "0000000000000015.0");
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	split_queue_sent(queue, &job, NOW);
	assert_false(split_queue_take(queue, NOW, &job, &next_at));
	assert_int_equal(split_queue_redo(queue, "x.0", &err), SG_NONE);
	assert_int_equal(split_queue_redo(queue, id, &err), SG_OK);
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	assert_int_equal(job.i, 0);
	split_queue_dead(queue, &job, "550 no such user");
	assert_int_equal(split_queue_drop(queue, "x.0", NOW, &err), SG_NONE);
	assert_int_equal(split_queue_drop(queue, id, NOW, &err), SG_OK);
	split_queue_get_status(queue, &status);
	assert_int_equal(status.dead + status.waiting, 0);
	split_queue_close(queue);
	assert_nothing_is_left();
}

static void
what_failed_for_now_waits_for_its_time(void **state)
{
	struct split_queue *queue = open_queue();
	struct split_job job, other;
	struct split_status status;
	int64_t next_at;

	(void)state;
	assert_int_equal(put(queue), SG_OK);
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	split_queue_later(queue, &job, NOW + 500, "451 later");
	assert_true(split_queue_take(queue, NOW, &other, &next_at));
	assert_int_equal(other.i, 1);
	assert_false(split_queue_take(queue, NOW, &job, &next_at));
	assert_int_equal(next_at, NOW + 500);
	split_queue_get_status(queue, &status);
	assert_int_equal(status.waiting, 1);
	assert_int_equal(status.sending, 1);
	assert_int_equal(status.oldest_at, NOW);
	assert_string_equal(status.trouble, "451 later");
	assert_true(split_queue_take(queue, NOW + 500, &job, &next_at));
	split_queue_close(queue);
}

static void
when_the_clock_goes_back_a_day_nobody_waits_for_it(void **state)
{
	const int64_t before = NOW - CLOCK_DAY_MS;
	struct split_rest rest = {0};
	struct split_queue *queue = open_queue();
	struct split_job job;
	int64_t next_at;

	(void)state;
	assert_int_equal(put(queue), SG_OK);
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	split_queue_later(queue, &job, NOW + 500, "451 later");
	assert_true(split_queue_take(queue, before, &job, &next_at));
	assert_int_equal(job.i, 0);
	split_queue_close(queue);
	assert_true(split_rest_begin(&rest, NOW, 400));
	assert_true(split_rest_begin(&rest, before, 400));
	assert_true(rest.until < before + SPLIT_WAIT_MOST_MS);
}

static void
a_torn_note_is_none(void **state)
{
	struct split_queue *queue = open_queue();
	char path[SCRATCH_PATH_SIZE + 40];
	struct split_job job;
	int64_t next_at;

	(void)state;
	assert_int_equal(put(queue), SG_OK);
	split_queue_close(queue);
	snprintf(path, sizeof(path), "%s/0000000000000015.log", directory);
	append_line(path, "\nS 0");
	append_line(path, "\nS 1 .");
	queue = open_queue();
	assert_true(split_queue_take(queue, NOW, &job, &next_at));
	assert_int_equal(job.i, 0);
	assert_false(split_queue_take(queue, NOW, &job, &next_at));
	split_queue_close(queue);
}

static void
past_its_bound_nothing_is_taken_over(void **state)
{
	struct split_queue_options options = {.directory = directory,
					      .most_bytes = 10};
	struct split_queue *queue;

	(void)state;
	assert_int_equal(split_queue_open(&options, NOW, &queue, NULL), SG_OK);
	assert_int_equal(put(queue), SG_OK);
	assert_int_equal(put(queue), SG_BUSY);
	split_queue_close(queue);
}

static void
tries_come_later_each_time_and_never_together(void **state)
{
	(void)state;
	assert_in_range(split_back_off_ms(1, 0), 800, 800);
	assert_in_range(split_back_off_ms(1, 400), 1200, 1200);
	assert_in_range(split_back_off_ms(4, 12345), 6400, 9600);
	assert_in_range(split_back_off_ms(4000000, 12345), 480000, 720000);
}

static void
four_connections_that_find_the_mta_away_make_one_rest(void **state)
{
	struct split_rest rest = {0};
	int64_t now = NOW;

	(void)state;
	assert_true(split_rest_begin(&rest, now, 400));
	assert_false(split_rest_begin(&rest, now, 400));
	assert_false(split_rest_begin(&rest, now + 500, 400));
	assert_int_equal(rest.until, now + 1200);
	for (unsigned i = 0; i < 20; i++) {
		now = rest.until;
		assert_true(split_rest_begin(&rest, now, i));
	}
	assert_in_range(rest.until - now, 32000 * 4 / 5, 32000 * 6 / 5);
}

static void
an_address_to_reinject_has_a_port(void **state)
{
	char host[256];
	unsigned port;

	(void)state;
	assert_int_equal(split_address_parse("127.0.0.1:26", host, &port, NULL),
			 SG_OK);
	assert_string_equal(host, "127.0.0.1");
	assert_int_equal(port, 26);
	assert_int_equal(split_address_parse("[::1]:10026", host, &port, NULL),
			 SG_OK);
	assert_string_equal(host, "::1");
	assert_int_equal(split_address_parse("mail", host, &port, NULL),
			 SG_REFUSED);
	assert_int_equal(split_address_parse(":26", host, &port, NULL),
			 SG_REFUSED);
	assert_int_equal(split_address_parse("a:0", host, &port, NULL),
			 SG_REFUSED);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(whatever_fails_each_copy_is_delivered_once),
		ON_DISK(wherever_it_dies_nothing_is_lost_and_only_the_window_doubles),
		ON_DISK(what_waits_survives_with_its_sender_and_its_message),
		ON_DISK(what_is_given_up_is_listed_and_can_be_redone_or_dropped),
		ON_DISK(what_failed_for_now_waits_for_its_time),
		ON_DISK(when_the_clock_goes_back_a_day_nobody_waits_for_it),
		ON_DISK(a_torn_note_is_none),
		ON_DISK(past_its_bound_nothing_is_taken_over),
		cmocka_unit_test(tries_come_later_each_time_and_never_together),
		cmocka_unit_test(
			four_connections_that_find_the_mta_away_make_one_rest),
		cmocka_unit_test(an_address_to_reinject_has_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

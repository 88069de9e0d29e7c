/* maillog_test.c - from the lines of a log to the signals of our messages. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static struct gate_aid *aid;
static const char *path;

static void
load(void)
{
	gate_aid_must_load(aid, "bounce", NULL);
	gate_aid_must_load(aid, "maillog",
			   pool_printf(aid->pool,
				       "file = \"%s\"\nfrom_start = yes",
				       path));
}

static int
open_gate(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	aid = gate_aid_open("https://t.example.com", NULL);
	path = pool_printf(aid->pool, "%s/mail.log", aid->directory);
	load();
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

/* The same state, keys and spool; what was in memory is gone. */
static void
restart(void)
{
	struct gate_options options = {
		.keys = aid->keys,
		.spool = aid->spool,
		.public_url = "https://t.example.com",
		.bounce_domain = "bounces.example.com",
		.state = aid->directory,
	};
	struct sg_err err;

	gate_close(aid->gate);
	signal_kinds_free(aid->kinds);
	options.kinds = aid->kinds = signal_kinds_new();
	assert_int_equal(gate_open(&options, &aid->gate, &err), SG_OK);
	load();
}

/* To ann@example.com in queue 4QUEUE, as <1@example.com>; its message id. */
static uint64_t
send_mail(void)
{
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<news@example.com>",
		.recipients = {"<ann@example.com>"},
		.message = "From: news@example.com\n"
			   "Message-ID: <1@example.com>\n"
			   "X-Scoregate-Campaign: spring\n\nhello\n",
	};

	gate_aid_mail(aid, &mail);
	gate_aid_mail_done(&mail);
	assert_int_equal(gate_aid_signals(aid), 1);
	return aid->signals[0].message_id;
}

static void
log_line(const char *program, const char *text)
{
	FILE *out = fopen(path, "a");
	char when[64];
	time_t now = (time_t)(clock_now() / 1000);
	struct tm tm;

	assert_non_null(out);
	gmtime_r(&now, &tm);
	assert_true(strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm) > 0);
	fprintf(out, "%s gw postfix/%s[123]: %s\n", when, program, text);
	fclose(out);
}

#define TO_ANN(status)                                               \
	"to=<ann@example.com>, relay=mx.example.com[192.0.2.1]:25, " \
	"delay=1.5, delays=0.1/0.1/1/0.3, " status

static void
log_sent(const char *queue_id)
{
	log_line("smtp", pool_printf(aid->pool, "%s: %s", queue_id,
				     TO_ANN("dsn=2.0.0, status=sent (250 2.0.0 "
					    "Ok: queued as 12345)")));
}

static size_t
tick(void)
{
	gate_tick(aid->gate, clock_now());
	return gate_aid_signals(aid);
}

static const char *
prop(const char *name)
{
	const char *value = signal_get(&aid->signals[0], name);

	return value ? value : "";
}

static void
assert_one(const char *name, uint64_t message_id)
{
	assert_int_equal(tick(), 1);
	assert_string_equal(aid->signals[0].name, name);
	assert_true(aid->signals[0].message_id == message_id);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
}

static void
the_queue_id_is_known_from_the_milter(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	log_sent("4QUEUE");
	assert_one("email.delivered", id);
	assert_string_equal(prop("status"), "2.0.0");
	assert_string_equal(prop("relay"), "mx.example.com");
	assert_string_equal(prop("delay"), "1.5");
	assert_string_equal(prop("about"), "");
	assert_true(aid->signals[0].external_id != 0);
	/* Not before it was sent, though the log knows only the second. */
	assert_true(aid->signals[0].happened_at >= message_id_time(id));
	assert_true(aid->signals[0].happened_at <= clock_now());
	assert_int_equal(tick(), 0);
}

static void
other_mail_is_nobodys_business(void **state)
{
	(void)state;
	(void)send_mail();
	log_line("cleanup", "5OTHER: message-id=<else@example.com>");
	log_line("qmgr", "5OTHER: from=<bob@example.com>, size=1, nrcpt=1 "
			 "(queue active)");
	log_sent("5OTHER");
	log_line("smtpd", "NOQUEUE: reject: RCPT from x[192.0.2.1]: 550");
	assert_int_equal(tick(), 0);
}

/* A broadcast that passed no milter, or one of before a restart. */
static void
the_bounce_address_in_the_log_says_it_too(void **state)
{
	(void)state;
	log_line("qmgr",
		 pool_printf(aid->pool,
			     "6VERP1: from=<bounce+%s@bounces.example.com>, "
			     "size=1, nrcpt=1 (queue active)",
			     gate_aid_token_base32(aid, TOKEN_BOUNCE,
						   "ann@example.com", 77)));
	log_sent("6VERP1");
	assert_one("email.delivered", 77);
}

/* A content filter gave it back: another queue id, the same Message-ID. */
static void
a_mail_in_another_queue_is_known_by_its_message_id(void **state)
{
	(void)state;
	(void)send_mail();
	log_line("cleanup", "7AGAIN: message-id=<1@example.com>");
	log_sent("7AGAIN");
	assert_one("email.delivered", 0);
	assert_string_equal(prop("about"), "<1@example.com>");
}

static void
what_is_handed_to_a_filter_is_delivered_when_it_is(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	log_line("smtp",
		 "4QUEUE: to=<ann@example.com>, "
		 "relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=1/0/0/0, "
		 "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8FILTER)");
	assert_int_equal(tick(), 0);
	log_sent("8FILTER");
	assert_one("email.delivered", id);
}

#define PUT_OFF                                                     \
	TO_ANN("dsn=4.2.2, status=deferred (host mx.example.com["   \
	       "192.0.2.1] said: 452 4.2.2 Mailbox full (in reply " \
	       "to RCPT TO command))")

static void
a_deferral_says_why(void **state)
{
	uint64_t id = send_mail(), external;

	(void)state;
	log_line("smtp", "4QUEUE: " PUT_OFF);
	assert_one("email.deferred", id);
	assert_string_equal(prop("reason"), "mailbox-full");
	assert_string_equal(prop("diagnostic"), "452 4.2.2 Mailbox full");
	assert_string_equal(prop("status"), "4.2.2");
	/* The next try that says the same is the same event. */
	external = aid->signals[0].external_id;
	log_line("smtp", "4QUEUE: " PUT_OFF);
	assert_one("email.deferred", id);
	assert_true(aid->signals[0].external_id == external);
}

static void
a_refusal_is_a_bounce_of_its_class(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	log_line("smtp",
		 "4QUEUE: " TO_ANN(
			 "dsn=5.1.1, status=bounced (host mx.example.com["
			 "192.0.2.1] said: 550 5.1.1 No such user \xff (in "
			 "reply to RCPT TO command))"));
	assert_one("email.bounced", id);
	assert_string_equal(prop("class"), "hard");
	assert_string_equal(prop("reason"), "user-unknown");
	assert_string_equal(prop("diagnostic"), "550 5.1.1 No such user ?");
	log_line("smtp",
		 "4QUEUE: " TO_ANN("dsn=5.7.1, status=bounced (host x[1] said: "
				   "554 5.7.1 Message rejected as spam (in "
				   "reply to end of DATA command))"));
	assert_one("email.bounced", id);
	assert_string_equal(prop("class"), "soft");
}

/* Each line once, and none lost. */
static void
a_restart_loses_and_doubles_nothing(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	log_line("smtp", "4QUEUE: " PUT_OFF);
	assert_one("email.deferred", id);
	restart();
	log_sent("4QUEUE"); /* written while nobody read */
	assert_one("email.delivered", id);
	restart();
	assert_int_equal(tick(), 0);
}

static void
a_log_rotated_while_nobody_read_is_read_to_its_end(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	log_line("smtp", "4QUEUE: " PUT_OFF);
	assert_one("email.deferred", id);
	gate_close(aid->gate);
	aid->gate = NULL;
	log_sent("4QUEUE");
	assert_int_equal(rename(path, pool_printf(aid->pool, "%s.1", path)), 0);
	log_line("qmgr", "4QUEUE: removed");
	restart();
	assert_one("email.delivered", id);
	assert_int_equal(tick(), 0);
}

/* Short queue ids come again. */
static void
a_queue_id_that_comes_again_is_another_mail(void **state)
{
	FILE *out;

	(void)state;
	(void)send_mail();
	out = fopen(path, "a");
	assert_non_null(out);
	fprintf(out, "2033-01-01T00:00:00Z gw postfix/cleanup[1]: 4QUEUE: "
		     "message-id=<other@example.com>\n");
	fclose(out);
	log_sent("4QUEUE");
	assert_int_equal(tick(), 0);
}

static void
a_log_that_is_not_there_yet_is_waited_for(void **state)
{
	uint64_t id = send_mail();

	(void)state;
	assert_int_equal(tick(), 0);
	assert_int_equal(tick(), 0);
	log_sent("4QUEUE");
	assert_one("email.delivered", id);
}

static void
a_torn_line_of_the_state_is_left_out(void **state)
{
	uint64_t id = send_mail();
	FILE *out;

	(void)state;
	log_line("smtp", "4QUEUE: " PUT_OFF);
	assert_one("email.deferred", id);
	gate_close(aid->gate);
	aid->gate = NULL;
	out = fopen(pool_printf(aid->pool, "%s/maillog.state", aid->directory),
		    "a");
	assert_non_null(out);
	fputs("garbage\nf 1 2 99999", out);
	fclose(out);
	log_sent("4QUEUE");
	restart();
	assert_one("email.delivered", id);
}

int
main(void)
{
#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		LOG_TEST(the_queue_id_is_known_from_the_milter),
		LOG_TEST(other_mail_is_nobodys_business),
		LOG_TEST(the_bounce_address_in_the_log_says_it_too),
		LOG_TEST(a_mail_in_another_queue_is_known_by_its_message_id),
		LOG_TEST(what_is_handed_to_a_filter_is_delivered_when_it_is),
		LOG_TEST(a_deferral_says_why),
		LOG_TEST(a_refusal_is_a_bounce_of_its_class),
		LOG_TEST(a_restart_loses_and_doubles_nothing),
		LOG_TEST(a_log_rotated_while_nobody_read_is_read_to_its_end),
		LOG_TEST(a_queue_id_that_comes_again_is_another_mail),
		LOG_TEST(a_log_that_is_not_there_yet_is_waited_for),
		LOG_TEST(a_torn_line_of_the_state_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* net_smtp_test.c - what comes of a mail, whatever the server says or does at
 * any step; of mails over one connection see net_lane_test.c. */
#include "net/net_smtp.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "smtp_server_aid.h"

/* --- the client's side --------------------------------------------------- */

struct outcome {
	bool over;
	bool refuse_to_hand;
	unsigned n_handed;
	enum net_smtp_end end;
	enum net_smtp_stage stage;
	int code;
	char status[20];
	char text[600];
};

static bool
on_handing_over(void *arg)
{
	struct outcome *outcome = arg;

	outcome->n_handed++;
	return !outcome->refuse_to_hand;
}

static void
on_done(void *arg, const struct net_smtp_result *result)
{
	struct outcome *outcome = arg;

	assert_false(outcome->over);
	outcome->over = true;
	outcome->end = result->end;
	outcome->stage = result->stage;
	outcome->code = result->code;
	snprintf(outcome->status, sizeof(outcome->status), "%s",
		 result->status);
	snprintf(outcome->text, sizeof(outcome->text), "%s", result->text);
}

static struct net_smtp *
connect_to(const struct smtp_server *server,
	   const struct net_smtp_options *more)
{
	struct net_smtp_options options =
		more ? *more : (struct net_smtp_options){0};
	struct net_smtp *smtp;
	struct sg_err err;

	options.host = "127.0.0.1";
	options.port = server->port;
	options.connections = 1;
	if (!options.timeout_ms)
		options.timeout_ms = 10000;
	assert_int_equal(net_smtp_new(&options, &smtp, &err), SG_OK);
	return smtp;
}

static const char small[] = "Subject: x\r\n\r\nHello\r\n.dot\r\n";

static void
send_data(struct net_smtp *smtp, const char *recipient, const char *data,
	  size_t len, struct outcome *outcome)
{
	struct net_smtp_mail mail = {.sender = "news@example.test",
				     .recipient = recipient,
				     .data = data,
				     .len = len,
				     .handing_over = on_handing_over,
				     .done = on_done,
				     .arg = outcome};
	int64_t until = clock_monotonic_ms() + 20000;
	struct sg_err err;

	assert_int_equal(net_smtp_send(smtp, &mail, &err), SG_OK);
	while (!outcome->over && clock_monotonic_ms() < until)
		net_smtp_run(smtp, 20);
	assert_true(outcome->over);
}

static void
send_small(struct net_smtp *smtp, struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	send_data(smtp, "ann@far.test", small, sizeof(small) - 1, outcome);
}

/* One mail to a server with that script; a second connection is refused. */
static struct outcome
one_mail(const smtp_script *steps, const struct net_smtp_options *options)
{
	struct smtp_server server;
	struct net_smtp *smtp;
	struct outcome outcome;

	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, options);
	send_small(smtp, &outcome);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	return outcome;
}

/* --- the steps ----------------------------------------------------------- */

struct dialogue {
	const char *name;
	smtp_script steps;
	enum net_smtp_end end;
	enum net_smtp_stage stage;
	int code;
	const char *status;
	unsigned n_handed;
};

static const struct dialogue dialogues[] = {
	{"accepted",
	 {"220 hi", EHLO, OK, OK, GO, "250 2.0.0 Ok: queued as 4F"},
	 NET_SMTP_SENT,
	 NET_AT_END,
	 250,
	 "2.0.0",
	 1},
	{"accepted in other words",
	 {"220 hi", EHLO, OK, OK, GO, "251 forwarding"},
	 NET_SMTP_SENT,
	 NET_AT_END,
	 251,
	 "",
	 1},
	{"greeting 421",
	 {"421 4.3.2 later"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_CONNECT,
	 421,
	 "4.3.2",
	 0},
	{"greeting 554",
	 {"554 5.3.2 no service"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_CONNECT,
	 554,
	 "5.3.2",
	 0},
	{"no greeting",
	 {CLOSE},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_CONNECT,
	 0,
	 "",
	 0},
	{"EHLO and HELO refused",
	 {"220 hi", "502 what", "550 5.7.1 no"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_CONNECT,
	 550,
	 "5.7.1",
	 0},
	{"cut off at EHLO",
	 {"220 hi", CLOSE},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_CONNECT,
	 220,
	 "",
	 0},
	{"MAIL 451",
	 {"220 hi", EHLO, "451 4.7.1 milter away"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_MAIL,
	 451,
	 "4.7.1",
	 0},
	{"MAIL 550",
	 {"220 hi", EHLO, "550 5.1.8 bad sender"},
	 NET_SMTP_SENDER_REFUSED,
	 NET_AT_MAIL,
	 550,
	 "5.1.8",
	 0},
	{"cut off at MAIL",
	 {"220 hi", EHLO, CLOSE},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_MAIL,
	 0,
	 "",
	 0},
	{"RCPT 450",
	 {"220 hi", EHLO, OK, "450 4.2.0 greylisted"},
	 NET_SMTP_LATER,
	 NET_AT_RCPT,
	 450,
	 "4.2.0",
	 0},
	{"RCPT 550",
	 {"220 hi", EHLO, OK, "550-5.1.1 no\r\n550 5.1.1 such user"},
	 NET_SMTP_REFUSED,
	 NET_AT_RCPT,
	 550,
	 "5.1.1",
	 0},
	{"RCPT 421",
	 {"220 hi", EHLO, OK, "421 4.7.0 too many"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_RCPT,
	 421,
	 "4.7.0",
	 0},
	{"cut off at RCPT",
	 {"220 hi", EHLO, OK, CLOSE},
	 NET_SMTP_LATER,
	 NET_AT_RCPT,
	 0,
	 "",
	 0},
	{"DATA 451",
	 {"220 hi", EHLO, OK, OK, "451 4.3.0 full"},
	 NET_SMTP_LATER,
	 NET_AT_DATA,
	 451,
	 "4.3.0",
	 0},
	{"DATA 554",
	 {"220 hi", EHLO, OK, OK, "554 5.5.1 no valid recipients"},
	 NET_SMTP_REFUSED,
	 NET_AT_DATA,
	 554,
	 "5.5.1",
	 0},
	{"cut off at DATA",
	 {"220 hi", EHLO, OK, OK, CLOSE},
	 NET_SMTP_LATER,
	 NET_AT_DATA,
	 0,
	 "",
	 0},
	{"dot 451",
	 {"220 hi", EHLO, OK, OK, GO, "451 4.3.0 disk"},
	 NET_SMTP_LATER,
	 NET_AT_END,
	 451,
	 "4.3.0",
	 1},
	{"dot 554",
	 {"220 hi", EHLO, OK, OK, GO, "554 5.7.1 spam"},
	 NET_SMTP_REFUSED,
	 NET_AT_END,
	 554,
	 "5.7.1",
	 1},
	{"dot 421",
	 {"220 hi", EHLO, OK, OK, GO, "421 4.3.0 going down"},
	 NET_SMTP_UNREACHABLE,
	 NET_AT_END,
	 421,
	 "4.3.0",
	 1},
	{"cut off after the dot",
	 {"220 hi", EHLO, OK, OK, GO, CLOSE},
	 NET_SMTP_DOUBTFUL,
	 NET_AT_END,
	 0,
	 "",
	 1},
};

static void
check_dialogue(const struct dialogue *d, bool pipelining)
{
	smtp_script steps;
	struct outcome outcome;
	size_t i;

	for (i = 0; i < STEPS_MOST; i++)
		steps[i] =
			pipelining && d->steps[i] && !strcmp(d->steps[i], EHLO)
				? PIPED
				: d->steps[i];
	outcome = one_mail((const smtp_script *)&steps, NULL);
	print_message("%s: %s\n", d->name, outcome.text);
	assert_int_equal(outcome.end, d->end);
	assert_int_equal(outcome.stage, d->stage);
	assert_int_equal(outcome.code, d->code);
	assert_int_equal(outcome.n_handed, d->n_handed);
	if (outcome.code >= 400 || outcome.end == NET_SMTP_SENT)
		assert_string_equal(outcome.status, d->status);
	assert_true(outcome.text[0]);
}

static void
every_step_has_its_end(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		check_dialogue(&dialogues[i], false);
		check_dialogue(&dialogues[i], true);
	}
}

/* RFC 2920: and the mail itself only after the 354. */
static void
commands_leave_together_where_that_is_offered(void **state)
{
	static const smtp_script steps[] = {
		{"220 hi", PIPED, WAIT, WAIT, OK "\r\n" OK "\r\n" GO, OK, WAIT,
		 WAIT, OK "\r\n550 5.1.1 none\r\n554 5.5.1 no"}};
	struct outcome first, second;
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, NULL);
	send_small(smtp, &first);
	send_small(smtp, &second);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(first.end, NET_SMTP_SENT);
	assert_int_equal(second.end, NET_SMTP_REFUSED);
	assert_int_equal(second.stage, NET_AT_RCPT);
	assert_string_equal(second.status, "5.1.1");
	assert_int_equal(second.n_handed, 0);
}

static void
what_is_no_reply_ends_the_connection(void **state)
{
	static const char *const wrong[] = {"Hello!", "25", "999 what",
					    "250?no", ""};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		smtp_script at_mail = {"220 hi", EHLO, wrong[i]};
		smtp_script at_end = {"220 hi", PIPED, OK, OK, GO, wrong[i]};
		struct outcome outcome;

		outcome = one_mail((const smtp_script *)&at_mail, NULL);
		assert_int_equal(outcome.end, NET_SMTP_UNREACHABLE);
		outcome = one_mail((const smtp_script *)&at_end, NULL);
		assert_int_equal(outcome.end, NET_SMTP_DOUBTFUL);
	}
}

/* A line's first dot at every place near the end of a piece of 64 KB. */
static void
dots_are_doubled_wherever_they_stand(void **state)
{
	enum { PIECE = 64 << 10, LINE = 64 };
	size_t len = 2 * PIECE + 1000, shift, i;
	char *data = malloc(len);

	(void)state;
	assert_non_null(data);
	for (shift = 0; shift < 4; shift++) {
		static const smtp_script steps[] = {
			{"220 hi", EHLO, OK, OK, GO, OK}};
		struct outcome outcome = {0};
		struct net_smtp *smtp;
		struct smtp_server server;
		unsigned n = 1;

		memset(data, 'x', len);
		data[0] = '.';
		for (i = LINE + shift; i < len; i += LINE) {
			data[i - 2] = '\r';
			data[i - 1] = '\n';
			data[i] = '.';
			n++;
		}
		smtp_server_start(&server, steps, 1);
		smtp = connect_to(&server, NULL);
		send_data(smtp, "ann@far.test", data, len, &outcome);
		net_smtp_free(smtp);
		smtp_server_stop(&server);
		assert_int_equal(outcome.end, NET_SMTP_SENT);
		assert_int_equal(server.n_dotted, n);
	}
	free(data);
}

static void
an_address_with_a_line_end_is_refused(void **state)
{
	static const smtp_script steps[] = {{"220 hi", EHLO, OK, OK, GO, OK}};
	struct outcome outcome = {0};
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, NULL);
	send_data(smtp, "ann@far.test>\r\nRCPT TO:<eve@far.test", small,
		  sizeof(small) - 1, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_REFUSED);
	/* The connection is as good as before. */
	send_small(smtp, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_SENT);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_null(strstr(server.seen, "eve"));
	assert_int_equal(server.n_connections, 1);
}

static void
cut_off_amid_the_mail_it_was_not_handed_over(void **state)
{
	static const smtp_script steps[] = {{"220 hi", EHLO, OK, OK, CUT}};
	size_t len = 8 << 20;
	char *data = malloc(len);
	struct outcome outcome = {0};
	struct net_smtp *smtp;
	struct smtp_server server;
	size_t i;

	(void)state;
	for (i = 0; i < len; i++)
		data[i] = "some text of a long mail, line by line..........\r\n"
			[i % 50];
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, NULL);
	send_data(smtp, "ann@far.test", data, len, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_LATER);
	assert_int_equal(outcome.n_handed, 0);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	free(data);
}

static void
no_answer_in_time_after_the_dot_is_doubtful(void **state)
{
	static const smtp_script steps = {"220 hi", EHLO, OK, OK, GO, HANG};
	const struct net_smtp_options hurry = {.timeout_ms = 300};
	struct outcome outcome = one_mail(&steps, &hurry);

	(void)state;
	assert_int_equal(outcome.end, NET_SMTP_DOUBTFUL);
	assert_non_null(strstr(outcome.text, "ime"));
}

static void
no_answer_in_time_before_the_data_is_not(void **state)
{
	static const smtp_script at_rcpt = {"220 hi", EHLO, OK, HANG};
	static const smtp_script at_once = {HANG};
	const struct net_smtp_options hurry = {.timeout_ms = 300};

	(void)state;
	assert_int_equal(one_mail(&at_rcpt, &hurry).end, NET_SMTP_LATER);
	assert_int_equal(one_mail(&at_once, &hurry).end, NET_SMTP_UNREACHABLE);
}

static void
a_mail_whose_note_failed_never_reaches_the_server(void **state)
{
	static const smtp_script steps[] = {{"220 hi", EHLO, OK, OK, GO, OK}};
	struct outcome outcome = {.refuse_to_hand = true};
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, NULL);
	send_data(smtp, "ann@far.test", small, sizeof(small) - 1, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_HELD);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_non_null(strstr(server.seen, "DATA|"));
	/* The end of the connection, not of the mail. */
	assert_null(strstr(server.seen, "DATA|."));
	assert_null(strstr(server.data, "Hello"));
}

static void
mails_follow_each_other_on_one_connection(void **state)
{
	static const smtp_script steps[] = {
		{"220 hi", EHLO, OK, OK, GO, OK, OK, OK, GO, OK}};
	struct outcome first, second;
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server, NULL);
	send_small(smtp, &first);
	send_small(smtp, &second);
	assert_int_equal(first.end, NET_SMTP_SENT);
	assert_int_equal(second.end, NET_SMTP_SENT);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(server.n_connections, 1);
	assert_non_null(
		strstr(server.seen, "DATA|.|MAIL FROM:<news@example.test>"));
	assert_string_equal(server.data,
			    "Subject: x\r\n\r\nHello\r\n..dot\r\n");
}

static void
a_kept_connection_that_died_costs_nothing(void **state)
{
	static const smtp_script steps[] = {
		{"220 hi", EHLO, OK, OK, GO, OK, CLOSE},
		{"220 hi", EHLO, OK, OK, GO, OK, "421 4.4.2 idle too long"},
		{"220 hi", EHLO, OK, OK, GO, OK},
	};
	struct outcome outcome;
	struct net_smtp *smtp;
	struct smtp_server server;
	int i;

	(void)state;
	smtp_server_start(&server, steps, 3);
	smtp = connect_to(&server, NULL);
	for (i = 0; i < 3; i++) {
		send_small(smtp, &outcome);
		assert_int_equal(outcome.end, NET_SMTP_SENT);
		assert_int_equal(outcome.n_handed, 1);
	}
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(server.n_connections, 3);
}

static void
after_a_4xx_the_next_mail_takes_a_new_connection(void **state)
{
	static const smtp_script steps[] = {
		{"220 hi", EHLO, OK, OK, GO, "451 4.7.1 milter away", OK},
		{"220 hi", EHLO, OK, OK, GO, OK},
	};
	struct outcome outcome;
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, steps, 2);
	smtp = connect_to(&server, NULL);
	send_small(smtp, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_LATER);
	send_small(smtp, &outcome);
	assert_int_equal(outcome.end, NET_SMTP_SENT);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(server.n_connections, 2);
}

static void
what_is_cut_off_by_us_is_doubtful_only_after_the_dot(void **state)
{
	static const smtp_script before[] = {{"220 hi", EHLO, OK, HANG}};
	static const smtp_script after[] = {{"220 hi", EHLO, OK, OK, GO, HANG}};
	const smtp_script *const both[] = {before, after};
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct outcome outcome = {0};
		struct net_smtp_mail mail = {.sender = "news@example.test",
					     .recipient = "ann@far.test",
					     .data = small,
					     .len = sizeof(small) - 1,
					     .handing_over = on_handing_over,
					     .done = on_done,
					     .arg = &outcome};
		struct net_smtp *smtp;
		struct smtp_server server;
		struct sg_err err;
		int n;

		smtp_server_start(&server, both[i], 1);
		smtp = connect_to(&server, NULL);
		assert_int_equal(net_smtp_send(smtp, &mail, &err), SG_OK);
		for (n = 0; n < 20; n++)
			net_smtp_run(smtp, 10);
		net_smtp_free(smtp);
		smtp_server_stop(&server);
		assert_true(outcome.over);
		assert_int_equal(outcome.end,
				 i ? NET_SMTP_DOUBTFUL : NET_SMTP_LATER);
	}
}

static void
an_address_in_utf8_needs_a_server_that_takes_it(void **state)
{
	static const smtp_script without[] = {
		{"220 hi", EHLO, OK, OK, GO, OK},
	};
	static const smtp_script with[] = {
		{"220 hi", "250-mta.test\r\n250-8BITMIME\r\n250 SMTPUTF8", OK,
		 OK, GO, OK},
	};
	struct outcome outcome = {0};
	struct net_smtp *smtp;
	struct smtp_server server;

	(void)state;
	smtp_server_start(&server, without, 1);
	smtp = connect_to(&server, NULL);
	send_data(smtp, "j\xc3\xb6rg@far.test", small, sizeof(small) - 1,
		  &outcome);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(outcome.end, NET_SMTP_REFUSED);
	assert_string_equal(outcome.status, "5.6.7");
	assert_int_equal(outcome.n_handed, 0);

	memset(&outcome, 0, sizeof(outcome));
	smtp_server_start(&server, with, 1);
	smtp = connect_to(&server, NULL);
	send_data(smtp, "j\xc3\xb6rg@far.test", small, sizeof(small) - 1,
		  &outcome);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(outcome.end, NET_SMTP_SENT);
	assert_non_null(strstr(server.seen, " SMTPUTF8"));
	assert_non_null(strstr(server.seen, "RCPT TO:<j\xc3\xb6rg@far.test>"));
}

static void
it_logs_in_or_waits(void **state)
{
#define AUTH "250-mta.test\r\n250 AUTH PLAIN"
	static const smtp_script good[] = {
		{"220 hi", AUTH, "235 2.7.0 welcome", OK, OK, GO, OK}};
	static const smtp_script asks[] = {
		{"220 hi", AUTH, "334 ", "235 2.7.0 in", OK, OK, GO, OK}};
	static const smtp_script bad = {"220 hi", AUTH,
					"535 5.7.8 wrong password",
					"535 5.7.8 wrong password"};
	const struct net_smtp_options options = {.user = "bob",
						 .password = "secret"};
	const smtp_script *const both[] = {good, asks};
	struct outcome outcome;
	struct smtp_server server;
	struct net_smtp *smtp;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		smtp_server_start(&server, both[i], 1);
		smtp = connect_to(&server, &options);
		send_small(smtp, &outcome);
		net_smtp_free(smtp);
		smtp_server_stop(&server);
		assert_non_null(strstr(server.seen, "AUTH PLAIN"));
		/* curl sends the initial response only when asked to. */
		if (i == 0 && outcome.end != NET_SMTP_SENT)
			continue;
		assert_int_equal(outcome.end, NET_SMTP_SENT);
		assert_non_null(strstr(server.seen, "AGJvYgBzZWNyZXQ="));
	}
	/* It is our configuration that is wrong, not the recipient. */
	assert_int_equal(one_mail(&bad, &options).end, NET_SMTP_UNREACHABLE);
}

static void
tls_that_is_needed_and_not_offered_sends_nothing(void **state)
{
	static const smtp_script plain[] = {{"220 hi", EHLO, OK, OK, GO, OK}};
	const struct net_smtp_options need = {.tls = NET_TLS_NEED};
	struct outcome outcome;
	struct smtp_server server;
	struct net_smtp *smtp;

	(void)state;
	smtp_server_start(&server, plain, 1);
	smtp = connect_to(&server, &need);
	send_small(smtp, &outcome);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(outcome.end, NET_SMTP_UNREACHABLE);
	assert_null(strstr(server.seen, "MAIL"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_has_its_end),
		cmocka_unit_test(commands_leave_together_where_that_is_offered),
		cmocka_unit_test(what_is_no_reply_ends_the_connection),
		cmocka_unit_test(dots_are_doubled_wherever_they_stand),
		cmocka_unit_test(an_address_with_a_line_end_is_refused),
		cmocka_unit_test(cut_off_amid_the_mail_it_was_not_handed_over),
		cmocka_unit_test(no_answer_in_time_after_the_dot_is_doubtful),
		cmocka_unit_test(no_answer_in_time_before_the_data_is_not),
		cmocka_unit_test(
			a_mail_whose_note_failed_never_reaches_the_server),
		cmocka_unit_test(mails_follow_each_other_on_one_connection),
		cmocka_unit_test(a_kept_connection_that_died_costs_nothing),
		cmocka_unit_test(
			after_a_4xx_the_next_mail_takes_a_new_connection),
		cmocka_unit_test(
			what_is_cut_off_by_us_is_doubtful_only_after_the_dot),
		cmocka_unit_test(
			an_address_in_utf8_needs_a_server_that_takes_it),
		cmocka_unit_test(it_logs_in_or_waits),
		cmocka_unit_test(
			tls_that_is_needed_and_not_offered_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

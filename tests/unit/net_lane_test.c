/* net_lane_test.c - two mails over one connection: the second one's commands
 * leave with the first one's last bytes, and whatever becomes of the one, the
 * other is neither lost nor handed over twice. */
#include "net/net_lane.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/net_smtp.h"
#include "smtp_server_aid.h"

struct outcome {
	atomic_bool may_end; /* its last bytes may leave */
	atomic_bool handed;
	bool refuse_to_hand;
	bool over;
	unsigned n_handed;
	enum net_smtp_end end;
	enum net_smtp_stage stage;
	int code;
};

/* Both mails are there before the first one's last bytes leave. */
static bool
on_handing_over(void *arg)
{
	struct outcome *outcome = arg;

	while (!atomic_load(&outcome->may_end))
		clock_sleep_ms(1);
	outcome->n_handed++;
	atomic_store(&outcome->handed, true);
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
}

static struct net_smtp *
connect_to(const struct smtp_server *server)
{
	const struct net_smtp_options options = {.host = "127.0.0.1",
						 .port = server->port,
						 .connections = 1,
						 .timeout_ms = 30000};
	struct net_smtp *smtp;
	struct sg_err err;

	assert_int_equal(net_smtp_new(&options, &smtp, &err), SG_OK);
	return smtp;
}

static void
put(struct net_smtp *smtp, const char *recipient, struct outcome *outcome)
{
	static const char data[] = "Subject: x\r\n\r\nHello\r\n";
	const struct net_smtp_mail mail = {.sender = "news@example.test",
					   .recipient = recipient,
					   .data = data,
					   .len = sizeof(data) - 1,
					   .handing_over = on_handing_over,
					   .done = on_done,
					   .arg = outcome};
	struct sg_err err;

	assert_int_equal(net_smtp_send(smtp, &mail, &err), SG_OK);
}

static void
wait_for(struct net_smtp *smtp, const struct outcome *outcome)
{
	int64_t until = clock_monotonic_ms() + 60000;

	while (!outcome->over && clock_monotonic_ms() < until)
		net_smtp_run(smtp, 20);
	assert_true(outcome->over);
}

/* Ann's and then Bob's, who is known before hers is handed over. */
static void
put_two(struct net_smtp *smtp, struct outcome *ann, struct outcome *bob)
{
	atomic_store(&bob->may_end, true);
	put(smtp, "ann@far.test", ann);
	put(smtp, "bob@far.test", bob);
	atomic_store(&ann->may_end, true);
}

static size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

/* --- the steps ----------------------------------------------------------- */

/* Up to where Ann's mail is read; its end is answered by what follows. */
#define TO_DOT "220 hi", PIPED, OK, OK, GO
/* Nothing is answered before Bob's DATA was read, then all is. */
#define ALL_READ WAIT, WAIT, WAIT
/* A connection that is as it should be, for one. */
#define ANEW                                    \
	{                                       \
		"220 hi", PIPED, OK, OK, GO, OK \
	}

struct dialogue {
	const char *name;
	smtp_script steps[2];
	enum net_smtp_end ann, bob;
	enum net_smtp_stage bob_stage;
	unsigned n_connections, bob_handed;
};

static const struct dialogue dialogues[] = {
	{"all is well",
	 {{TO_DOT, ALL_READ, OK "\r\n" OK "\r\n" OK "\r\n" GO, OK}},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 1,
	 1},
	{"each is answered by itself",
	 {{TO_DOT, OK, OK, OK, GO, OK}},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 1,
	 1},
	{"the first is refused",
	 {{TO_DOT, "554 5.7.1 spam", OK, OK, GO, OK}},
	 NET_SMTP_REFUSED,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 1,
	 1},
	{"the first later, as after a milter's failure",
	 {{TO_DOT, "451 4.7.1 milter away", OK, OK, GO}, ANEW},
	 NET_SMTP_LATER,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"the first 421",
	 {{TO_DOT, "421 4.3.0 going down"}, ANEW},
	 NET_SMTP_UNREACHABLE,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"cut off after the first's dot",
	 {{TO_DOT, CLOSE}, ANEW},
	 NET_SMTP_DOUBTFUL,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"cut off when all was read",
	 {{TO_DOT, ALL_READ, CLOSE}, ANEW},
	 NET_SMTP_DOUBTFUL,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"what is no reply after the first's dot",
	 {{TO_DOT, "Hello!"}, ANEW},
	 NET_SMTP_DOUBTFUL,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"an answer to DATA where one to the dot belongs",
	 {{TO_DOT, GO}, ANEW},
	 NET_SMTP_DOUBTFUL,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"the second's sender refused",
	 {{TO_DOT, OK, "550 5.1.8 bad", "503 5.5.1 no", "503 5.5.1 no"}},
	 NET_SMTP_SENT,
	 NET_SMTP_SENDER_REFUSED,
	 NET_AT_MAIL,
	 1,
	 0},
	{"the second's MAIL 451",
	 {{TO_DOT, OK, "451 4.3.0 full", "503 5.5.1 no", "503 5.5.1 no"}},
	 NET_SMTP_SENT,
	 NET_SMTP_UNREACHABLE,
	 NET_AT_MAIL,
	 1,
	 0},
	{"421 for the second's MAIL",
	 {{TO_DOT, OK, "421 4.4.2 enough"}, ANEW},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"closed after the first",
	 {{TO_DOT, OK, CLOSE}, ANEW},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"the second's recipient refused, and DATA too",
	 {{TO_DOT, OK, OK, "550 5.1.1 who", "554 5.5.1 no valid recipients"}},
	 NET_SMTP_SENT,
	 NET_SMTP_REFUSED,
	 NET_AT_RCPT,
	 1,
	 0},
	{"the second's recipient refused, and DATA not (RFC 2920 §3.1)",
	 {{TO_DOT, OK, OK, "550 5.1.1 who", GO, OK}},
	 NET_SMTP_SENT,
	 NET_SMTP_REFUSED,
	 NET_AT_RCPT,
	 1,
	 0},
	{"the second's recipient later",
	 {{TO_DOT, OK, OK, "450 4.2.0 greylisted", "554 5.5.1 none"}},
	 NET_SMTP_SENT,
	 NET_SMTP_LATER,
	 NET_AT_RCPT,
	 1,
	 0},
	{"421 for the second's recipient",
	 {{TO_DOT, OK, OK, "421 4.7.0 too many"}, ANEW},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 2,
	 1},
	{"the second's DATA 451",
	 {{TO_DOT, OK, OK, OK, "451 4.3.0 full"}},
	 NET_SMTP_SENT,
	 NET_SMTP_LATER,
	 NET_AT_DATA,
	 1,
	 0},
	{"cut off at the second's DATA",
	 {{TO_DOT, OK, OK, OK, CLOSE}},
	 NET_SMTP_SENT,
	 NET_SMTP_LATER,
	 NET_AT_DATA,
	 1,
	 0},
	{"cut off after the second's dot",
	 {{TO_DOT, OK, OK, OK, GO, CLOSE}},
	 NET_SMTP_SENT,
	 NET_SMTP_DOUBTFUL,
	 NET_AT_END,
	 1,
	 1},
	{"not offered: the second waits for the first's answer",
	 {{"220 hi", EHLO, OK, OK, GO, OK, OK, OK, GO, OK}},
	 NET_SMTP_SENT,
	 NET_SMTP_SENT,
	 NET_AT_END,
	 1,
	 1},
};

static void
check(const struct dialogue *d)
{
	struct outcome ann = {0}, bob = {0};
	struct net_smtp *smtp;
	struct smtp_server server;

	print_message("%s\n", d->name);
	smtp_server_start(&server, d->steps, 2);
	smtp = connect_to(&server);
	put_two(smtp, &ann, &bob);
	wait_for(smtp, &ann);
	wait_for(smtp, &bob);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(ann.end, d->ann);
	assert_int_equal(bob.end, d->bob);
	assert_int_equal(bob.stage, d->bob_stage);
	assert_int_equal(server.n_connections, d->n_connections);
	assert_int_equal(ann.n_handed, 1);
	assert_int_equal(bob.n_handed, d->bob_handed);
	/* A whole mail for each that was handed over. */
	assert_int_equal(count(server.seen, "DATA|.|"), 1 + d->bob_handed);
}

static void
whatever_comes_of_one_the_other_goes_its_way(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++)
		check(&dialogues[i]);
}

/* A server that did not offer it hears the next mail after its answer only:
 * this one gives none, and reads on. */
static void
nothing_follows_the_dot_where_it_is_not_offered(void **state)
{
	static const smtp_script steps[] = {
		{"220 hi", EHLO, OK, OK, GO, WAIT, CLOSE}, ANEW};
	const struct net_smtp_options options = {
		.host = "127.0.0.1", .connections = 1, .timeout_ms = 500};
	struct outcome ann = {0}, bob = {0};
	struct net_smtp_options to = options;
	struct smtp_server server;
	struct net_smtp *smtp;
	struct sg_err err;

	(void)state;
	smtp_server_start(&server, steps, 2);
	to.port = server.port;
	assert_int_equal(net_smtp_new(&to, &smtp, &err), SG_OK);
	put_two(smtp, &ann, &bob);
	wait_for(smtp, &ann);
	wait_for(smtp, &bob);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(ann.end, NET_SMTP_DOUBTFUL);
	assert_non_null(strstr(server.seen, "DATA|.|/|"));
}

/* The way back after DATA: the connection is dropped, and what the server has
 * of the mail with it. */
static void
one_that_must_not_go_any_more_never_reaches_the_server(void **state)
{
	static const smtp_script steps[] = {{TO_DOT, OK, OK, OK, GO, OK}, ANEW};
	struct outcome ann = {0}, bob = {.refuse_to_hand = true}, eve = {0};
	struct smtp_server server;
	struct net_smtp *smtp;

	(void)state;
	smtp_server_start(&server, steps, 2);
	smtp = connect_to(&server);
	put_two(smtp, &ann, &bob);
	wait_for(smtp, &bob);
	assert_int_equal(bob.end, NET_SMTP_HELD);
	atomic_store(&eve.may_end, true);
	put(smtp, "eve@far.test", &eve);
	wait_for(smtp, &eve);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(ann.end, NET_SMTP_SENT);
	assert_int_equal(eve.end, NET_SMTP_SENT);
	assert_int_equal(server.n_connections, 2);
	assert_non_null(strstr(server.seen, "RCPT TO:<bob@far.test>|DATA|/|"));
}

static void
an_address_that_cannot_be_said_is_not_begun(void **state)
{
	static const smtp_script steps[] = {{TO_DOT, OK, OK, OK, GO, OK}};
	struct outcome ann = {0}, eve = {0}, bob = {0};
	struct smtp_server server;
	struct net_smtp *smtp;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server);
	put(smtp, "ann@far.test", &ann);
	put(smtp, "eve@far.test>\r\nRCPT TO:<x@far.test", &eve);
	atomic_store(&ann.may_end, true);
	wait_for(smtp, &eve);
	atomic_store(&bob.may_end, true);
	put(smtp, "bob@far.test", &bob);
	wait_for(smtp, &bob);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(ann.end, NET_SMTP_SENT);
	assert_int_equal(eve.end, NET_SMTP_REFUSED);
	assert_int_equal(eve.n_handed, 0);
	assert_int_equal(bob.end, NET_SMTP_SENT);
	assert_null(strstr(server.seen, "x@far.test"));
	assert_int_equal(server.n_connections, 1);
}

static void
what_is_cut_off_by_us_was_not_handed_over_if_it_was_only_begun(void **state)
{
	static const smtp_script steps[] = {{TO_DOT, ALL_READ, HANG}};
	struct outcome ann = {0}, bob = {0};
	struct smtp_server server;
	struct net_smtp *smtp;

	(void)state;
	smtp_server_start(&server, steps, 1);
	smtp = connect_to(&server);
	put_two(smtp, &ann, &bob);
	while (!atomic_load(&ann.handed))
		clock_sleep_ms(1);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_true(ann.over && bob.over);
	assert_int_equal(ann.end, NET_SMTP_DOUBTFUL);
	assert_int_equal(bob.end, NET_SMTP_UNREACHABLE);
	assert_int_equal(bob.n_handed, 0);
}

/* It would be taken for the answer to MAIL. */
static void
a_word_that_nobody_asked_for_is_no_answer(void **state)
{
	static const smtp_script steps[] = {{TO_DOT, OK "\r\n" OK, OK, OK, GO},
					    ANEW};
	struct outcome ann = {.may_end = true}, bob = {.may_end = true};
	struct smtp_server server;
	struct net_smtp *smtp;

	(void)state;
	smtp_server_start(&server, steps, 2);
	smtp = connect_to(&server);
	put(smtp, "ann@far.test", &ann);
	wait_for(smtp, &ann);
	put(smtp, "bob@far.test", &bob);
	wait_for(smtp, &bob);
	net_smtp_free(smtp);
	smtp_server_stop(&server);
	assert_int_equal(ann.end, NET_SMTP_SENT);
	assert_int_equal(bob.end, NET_SMTP_SENT);
	assert_int_equal(server.n_connections, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_comes_of_one_the_other_goes_its_way),
		cmocka_unit_test(
			nothing_follows_the_dot_where_it_is_not_offered),
		cmocka_unit_test(
			one_that_must_not_go_any_more_never_reaches_the_server),
		cmocka_unit_test(an_address_that_cannot_be_said_is_not_begun),
		cmocka_unit_test(
			what_is_cut_off_by_us_was_not_handed_over_if_it_was_only_begun),
		cmocka_unit_test(a_word_that_nobody_asked_for_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

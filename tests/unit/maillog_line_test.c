/* maillog_line_test.c - lines as Postfix 2.11 to 3.9 wrote them, through
 * syslogd, rsyslog and postlogd. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "plugins/maillog/maillog_line.h"

#include "plugins/maillog/maillog_line.c"

static char line[2000];

static struct maillog_line
read_at(const char *text, int64_t now)
{
	struct maillog_line out;

	snprintf(line, sizeof(line), "%s", text);
	(void)maillog_line_read(line, now, &out);
	return out;
}

static int64_t
moment(const char *text)
{
	int64_t at;
	struct sg_err err;

	assert_int_equal(clock_parse(text, "UTC", &at, &err), SG_OK);
	return at;
}

static struct maillog_line
read_text(const char *text)
{
	return read_at(text, moment("2026-11-21T23:00:00Z"));
}

struct sample {
	const char *text;
	enum maillog_kind kind;
	const char *queue_id, *to, *relay, *dsn, *said;
};

static const struct sample samples[] = {
	/* 3.7, postlogd */
	{"Nov 21 22:44:38 gw postfix/smtp[12632]: 8F760A743F3: "
	 "to=<ann@far.test>, relay=127.0.0.1[127.0.0.1]:41219, delay=0.03, "
	 "delays=0.02/0.02/0/0, dsn=2.0.0, status=sent (250 2.0.0 kept as 1)",
	 MAILLOG_SENT, "8F760A743F3", "ann@far.test",
	 "127.0.0.1[127.0.0.1]:41219", "2.0.0", "250 2.0.0 kept as 1"},
	/* 3.5, rsyslog in RFC 3339, long queue ids */
	{"2026-11-21T22:44:38.123456+00:00 mx1 postfix/smtp[998]: "
	 "4PdW3k2Kfcz1xLq: to=<b@y.test>, relay=mx.y.test[2001:db8::1]:25, "
	 "delay=1.9, delays=0.1/0.01/0.8/1, dsn=5.1.1, status=bounced (host "
	 "mx.y.test[2001:db8::1] said: 550 5.1.1 <b@y.test>: Recipient "
	 "address rejected: User unknown (in reply to RCPT TO command))",
	 MAILLOG_BOUNCED, "4PdW3k2Kfcz1xLq", "b@y.test",
	 "mx.y.test[2001:db8::1]:25", "5.1.1",
	 "550 5.1.1 <b@y.test>: Recipient address rejected: User unknown"},
	/* 2.11, syslogd, one digit of the day */
	{"Nov  3 03:04:05 gate postfix/smtp[1]: 0A1B2C3D4E: to=<c@z.test>, "
	 "relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred "
	 "(connect to mx.z.test[192.0.2.1]:25: Connection timed out)",
	 MAILLOG_DEFERRED, "0A1B2C3D4E", "c@z.test", "none", "4.4.1",
	 "connect to mx.z.test[192.0.2.1]:25: Connection timed out"},
	/* 2.3 to 2.5: as now, and no dsn before 2.3 */
	{"Nov 21 01:02:03 h postfix/smtp[77]: A1B2C3D4E5F: to=<d@z.test>, "
	 "relay=mx.z.test[192.0.2.1]:25, conn_use=3, delay=2.4, "
	 "delays=0.1/0/2/0.3, dsn=4.2.0, status=deferred (host "
	 "mx.z.test[192.0.2.1] said: 450 4.2.0 Greylisted (in reply to RCPT "
	 "TO command))",
	 MAILLOG_DEFERRED, "A1B2C3D4E5F", "d@z.test", "mx.z.test[192.0.2.1]:25",
	 "4.2.0", "450 4.2.0 Greylisted"},
	/* another instance, and lmtp */
	{"Nov 21 01:02:03 h postfix-out/lmtp[77]: A1B2C3D4E5F: "
	 "to=<e@here.test>, orig_to=<info@here.test>, "
	 "relay=here.test[private/dovecot-lmtp], delay=0.3, "
	 "delays=0.1/0/0/0.2, dsn=2.0.0, status=sent (250 2.0.0 <e@here.test> "
	 "Xy1 Saved)",
	 MAILLOG_SENT, "A1B2C3D4E5F", "e@here.test",
	 "here.test[private/dovecot-lmtp]", "2.0.0",
	 "250 2.0.0 <e@here.test> Xy1 Saved"},
	/* 3.x, a service of its own name */
	{"Nov 21 01:02:03 h postfix/slow/smtp[77]: A1B2C3D4E5F: to=<f@z.test>, "
	 "relay=mx[192.0.2.1]:25, delay=1, delays=1/0/0/0, dsn=5.7.1, "
	 "status=bounced (host mx[192.0.2.1] said: 554-5.7.1 policy (text) "
	 "554 5.7.1 (#1) (in reply to end of DATA command))",
	 MAILLOG_BOUNCED, "A1B2C3D4E5F", "f@z.test", "mx[192.0.2.1]:25",
	 "5.7.1", "554-5.7.1 policy (text) 554 5.7.1 (#1)"},
	/* quotes and commas in a local part */
	{"Nov 21 01:02:03 h postfix/local[7]: A1B2C3D4E5F: "
	 "to=<\"a, b> c\"@here.test>, relay=local, delay=0.1, "
	 "delays=0.1/0/0/0, dsn=5.1.1, status=bounced (unknown user: \"a\")",
	 MAILLOG_BOUNCED, "A1B2C3D4E5F", "\"a, b> c\"@here.test", "local",
	 "5.1.1", "unknown user: \"a\""},
	/* the journal's line has neither time nor host */
	{"postfix/smtp[12632]: 8F760A743F3: to=<ann@far.test>, "
	 "relay=mx[192.0.2.1]:25, delay=0.03, delays=0.02/0.02/0/0, "
	 "dsn=2.0.0, status=sent (250 ok)",
	 MAILLOG_SENT, "8F760A743F3", "ann@far.test", "mx[192.0.2.1]:25",
	 "2.0.0", "250 ok"},
	/* what is none of these */
	{"Nov 21 22:44:38 gw postfix/smtpd[12634]: NOQUEUE: reject: RCPT from "
	 "client.test[192.0.2.9]: 454 4.7.1 <bob@shop.test>: Relay access "
	 "denied; from=<eve@other.test> to=<bob@shop.test> proto=ESMTP",
	 MAILLOG_OTHER, "", "", "", "", ""},
	{"Nov 21 22:44:38 gw postfix/smtpd[1]: connect from x[192.0.2.9]",
	 MAILLOG_OTHER, "", "", "", "", ""},
	{"Nov 21 22:44:38 gw postfix/qmgr[1]: 8F760A743F3: from=<a@b>, "
	 "status=expired, returned to sender",
	 MAILLOG_QUEUED, "8F760A743F3", "", "", "", ""},
	{"Nov 21 22:44:38 gw postfix/discard[1]: 8F760A743F3: to=<a@b>, "
	 "relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (x)",
	 MAILLOG_OTHER, "8F760A743F3", "", "", "", ""},
	{"Nov 21 22:44:38 gw sshd[1]: Accepted publickey for root",
	 MAILLOG_OTHER, "", "", "", "", ""},
	{"", MAILLOG_OTHER, "", "", "", "", ""},
};

static void
each_recorded_line_is_read(void **state)
{
	struct maillog_line out;
	const struct sample *sample;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		sample = &samples[i];
		out = read_text(sample->text);
		assert_int_equal(out.kind, sample->kind);
		assert_string_equal(out.queue_id, sample->queue_id);
		assert_string_equal(out.to, sample->to);
		assert_string_equal(out.relay, sample->relay);
		assert_string_equal(out.dsn, sample->dsn);
		assert_string_equal(maillog_line_said(out.text), sample->said);
	}
}

static void
the_lines_of_cleanup_and_qmgr_name_the_mail(void **state)
{
	struct maillog_line out =
		read_text("Nov 21 22:44:38 gw postfix/cleanup[12631]: "
			  "8F760A743F3: message-id=<spring-ann@far.test>");

	(void)state;
	assert_int_equal(out.kind, MAILLOG_MESSAGE_ID);
	assert_string_equal(out.rfc_id, "<spring-ann@far.test>");
	out = read_text("Nov 21 22:44:38 gw postfix/qmgr[12626]: 8F760A743F3: "
			"from=<bounce+aebq@bounces.test>, size=2501, nrcpt=1 "
			"(queue active)");
	assert_int_equal(out.kind, MAILLOG_QUEUED);
	assert_string_equal(out.from, "bounce+aebq@bounces.test");
	out = read_text("Nov 21 22:44:38 gw postfix/qmgr[12626]: 8F760A743F3: "
			"removed");
	assert_int_equal(out.kind, MAILLOG_REMOVED);
	out = read_text("Nov 21 22:44:38 gw postfix/cleanup[12631]: "
			"8F760A743F3: resent-message-id=<x@y>");
	assert_int_equal(out.kind, MAILLOG_OTHER);
}

static void
a_time_with_a_zone_is_exact(void **state)
{
	const char *rest = " h postfix/qmgr[1]: 8F760A743F3: removed";
	char text[200];

	(void)state;
	snprintf(text, sizeof(text), "2026-11-21T22:44:38.123456+02:00%s",
		 rest);
	assert_int_equal(read_text(text).at,
			 moment("2026-11-21T20:44:38.123Z"));
	assert_true(read_text(text).is_exact);
	snprintf(text, sizeof(text), "2026-11-21T22:44:38-05:30%s", rest);
	assert_int_equal(read_text(text).at, moment("2026-11-22T04:14:38Z"));
	assert_false(read_text(text).is_exact);
	snprintf(text, sizeof(text), "2026-11-21T22:44:38.5Z%s", rest);
	assert_int_equal(read_text(text).at,
			 moment("2026-11-21T22:44:38.500Z"));
}

/* The log says neither year nor zone. */
static void
a_time_without_a_year_is_the_nearest_past(void **state)
{
	const char *december = "Dec 31 23:59:58 h postfix/qmgr[1]: "
			       "8F760A743F3: removed";
	const char *january = "Jan  1 00:00:05 h postfix/qmgr[1]: "
			      "8F760A743F3: removed";

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(read_at(december, moment("2027-01-01T00:00:10Z")).at,
			 moment("2026-12-31T23:59:58Z"));
	assert_int_equal(read_at(january, moment("2027-01-01T00:00:10Z")).at,
			 moment("2027-01-01T00:00:05Z"));
	/* A clock a little ahead of ours, over the year's end. */
	assert_int_equal(read_at(january, moment("2026-12-31T23:59:59Z")).at,
			 moment("2027-01-01T00:00:05Z"));
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	assert_int_equal(read_at(january, moment("2027-01-01T00:00:10Z")).at,
			 moment("2026-12-31T23:00:05Z"));
	unsetenv("TZ");
	tzset();
}

static void
what_goes_back_into_our_own_queue_is_no_delivery(void **state)
{
	struct maillog_line out = read_text(
		"Nov 21 01:02:03 h postfix/smtp[77]: A1B2C3D4E5F: "
		"to=<a@far.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, "
		"delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 from "
		"MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as "
		"4PdW3k2Kfcz1xLq)");

	(void)state;
	assert_string_equal(maillog_line_handed_on(&out), "4PdW3k2Kfcz1xLq");
	out = read_text("Nov 21 01:02:03 h postfix/local[77]: A1B2C3D4E5F: "
			"to=<info@here.test>, relay=local, delay=1, "
			"delays=1/0/0/0, dsn=2.0.0, status=sent (forwarded as "
			"0A1B2C3D4E)");
	assert_string_equal(maillog_line_handed_on(&out), "0A1B2C3D4E");
	/* Another machine's Postfix says the same, and that is a delivery. */
	out = read_text("Nov 21 01:02:03 h postfix/smtp[77]: A1B2C3D4E5F: "
			"to=<a@far.test>, relay=mx.far.test[192.0.2.1]:25, "
			"delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 "
			"2.0.0 Ok: queued as 4PdW3k2Kfcz1xLq)");
	assert_string_equal(maillog_line_handed_on(&out), "");
	out = read_text("Nov 21 01:02:03 h postfix/local[77]: A1B2C3D4E5F: "
			"to=<info@here.test>, relay=local, delay=1, "
			"delays=1/0/0/0, dsn=2.0.0, status=sent (delivered to "
			"mailbox)");
	assert_string_equal(maillog_line_handed_on(&out), "");
}

/* Cut anywhere, a line is read or refused, and nothing beyond it touched. */
static void
a_line_that_is_cut_does_no_harm(void **state)
{
	struct maillog_line out;
	char *copy;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (size_t len = 0; len < strlen(samples[i].text); len++) {
			copy = strndup(samples[i].text, len);
			assert_non_null(copy);
			(void)maillog_line_read(copy, 0, &out);
			(void)maillog_line_handed_on(&out);
			(void)maillog_line_said(out.text);
			free(copy);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_recorded_line_is_read),
		cmocka_unit_test(the_lines_of_cleanup_and_qmgr_name_the_mail),
		cmocka_unit_test(a_time_with_a_zone_is_exact),
		cmocka_unit_test(a_time_without_a_year_is_the_nearest_past),
		cmocka_unit_test(
			what_goes_back_into_our_own_queue_is_no_delivery),
		cmocka_unit_test(a_line_that_is_cut_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

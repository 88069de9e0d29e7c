/* bounce_reason_test.c - what replies and status codes mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "classify/bounce_reason.h"

struct row {
	const char *status;
	const char *text;
	const char *reason;
	const char *class;
};

static const struct row ROWS[] = {
	{"5.1.1", "", "user-unknown", "hard"},
	{"5.1.2", "", "host-unknown", "hard"},
	{"5.1.6", "", "moved", "hard"},
	{"5.1.10", "", "host-unknown", "hard"},
	{"5.2.1", "", "mailbox-disabled", "hard"},
	{"5.2.2", "", "mailbox-full", "soft"},
	{"4.2.2", "", "mailbox-full", "soft"},
	{"5.3.4", "", "message-too-big", "soft"},
	{"5.4.4", "", "host-unknown", "hard"},
	{"4.4.4", "", "network", "soft"},
	{"4.4.7", "", "expired", "soft"},
	{"5.5.1", "", "syntax", "soft"},
	{"5.5.0", "", "other", "soft"},
	{"5.6.0", "", "content", "soft"},
	{"5.7.1", "", "policy", "soft"},
	{"5.7.26", "", "auth-failure", "soft"},
	{"5.9.9", "", "other", "soft"},
	{"", "", "other", "soft"},
	{"nonsense", "", "other", "soft"},
	/* A server that says for now is believed. */
	{"4.1.1", "450 4.1.1 user unknown", "user-unknown", "soft"},
	/* Plain words go before the code, */
	{"5.7.1", "550 5.7.1 No such user here", "user-unknown", "hard"},
	{"5.1.1", "552 Mailbox is full", "mailbox-full", "soft"},
	{"5.0.0", "552 User has exceeded their quota", "mailbox-full", "soft"},
	{"5.7.1", "Sender address rejected: Domain not found", "policy",
	 "soft"},
	{"5.0.0", "554 blocked using zen.spamhaus.org", "reputation", "soft"},
	{"5.7.1", "554 This looks like spam to us", "spam", "soft"},
	{"5.1.1", "550 user unknown, see example.com/antispam", "user-unknown",
	 "hard"},
	{"4.7.1", "450 4.7.1 Greylisted, try later", "greylisted", "soft"},
	{"4.7.0", "421 Too many connections", "rate-limited", "soft"},
	{"5.7.1", "554 5.7.1 Relay access denied", "relay-denied", "soft"},
	{"5.7.1", "550 SPF check failed", "auth-failure", "soft"},
	{"5.0.0", "552 Message size exceeds fixed limit", "message-too-big",
	 "soft"},
	{"5.0.0", "550 Account has been disabled", "mailbox-disabled", "hard"},
	{"4.3.1", "452 Insufficient system storage", "system-full", "soft"},
	{"5.7.1", "550 message contains a virus", "virus", "soft"},
	{"4.4.1", "connect to x[192.0.2.1]:25: Connection timed out", "network",
	 "soft"},
	{"5.4.4", "Host or domain name not found. type=A: Host not found",
	 "host-unknown", "hard"},
	{"4.4.3", "Name service error: Host not found, try again", "network",
	 "soft"},
	{"5.0.0", "retry timeout exceeded", "expired", "soft"},
	/* vague ones after it. */
	{"5.0.0", "550 rejected", "policy", "soft"},
	{"5.0.0", "550 Requested action not taken: mailbox unavailable",
	 "user-unknown", "hard"},
	{"4.0.0", "450 mailbox unavailable", "other", "soft"},
};

static void
status_and_words_give_reason_and_class(void **state)
{
	enum bounce_reason reason;
	const char *class;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		reason = bounce_reason_find(ROWS[i].status, ROWS[i].text);
		class = bounce_class_name(
			bounce_reason_class(reason, ROWS[i].status));
		if (strcmp(bounce_reason_name(reason), ROWS[i].reason) != 0 ||
		    strcmp(class, ROWS[i].class) != 0)
			fail_msg("%s %s: got %s %s", ROWS[i].status,
				 ROWS[i].text, bounce_reason_name(reason),
				 class);
	}
}

static void
every_reason_has_a_name(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < BOUNCE_N_REASONS; i++)
		assert_true(*bounce_reason_name((enum bounce_reason)i));
}

static void
a_text_of_any_length_is_read(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(bounce_reason_find("", text), BOUNCE_OTHER);
	memset(text, '-', sizeof(text) - 1);
	assert_int_equal(bounce_reason_find("", text), BOUNCE_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_and_words_give_reason_and_class),
		cmocka_unit_test(every_reason_has_a_name),
		cmocka_unit_test(a_text_of_any_length_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * bounce_reason.c - see bounce_reason.h. Words that say it plainly come first,
 * then the enhanced status code, then words that say it vaguely: many servers
 * answer every refusal with one code.
 */
#include "classify/bounce_reason.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "classify/bounce_words.h"

/* RFC 3463 and the IANA registry of enhanced status codes, without class. */
struct status_reason {
	const char *detail; /* "1.1" */
	enum bounce_reason reason;
};

static const struct status_reason STATUS[] = {
	{"1.1", BOUNCE_USER_UNKNOWN},
	{"1.2", BOUNCE_HOST_UNKNOWN},
	{"1.3", BOUNCE_USER_UNKNOWN},
	{"1.4", BOUNCE_USER_UNKNOWN},
	{"1.6", BOUNCE_MOVED},
	{"1.7", BOUNCE_POLICY},
	{"1.8", BOUNCE_POLICY},
	{"1.10", BOUNCE_HOST_UNKNOWN},
	{"2.1", BOUNCE_MAILBOX_DISABLED},
	{"2.2", BOUNCE_MAILBOX_FULL},
	{"2.3", BOUNCE_MESSAGE_TOO_BIG},
	{"3.1", BOUNCE_SYSTEM_FULL},
	{"3.2", BOUNCE_NETWORK},
	{"3.4", BOUNCE_MESSAGE_TOO_BIG},
	{"4.0", BOUNCE_NETWORK},
	{"4.1", BOUNCE_NETWORK},
	{"4.2", BOUNCE_NETWORK},
	{"4.3", BOUNCE_NETWORK},
	{"4.4", BOUNCE_NETWORK},
	{"4.5", BOUNCE_RATE_LIMITED},
	{"4.6", BOUNCE_NETWORK},
	{"4.7", BOUNCE_EXPIRED},
	{"5.3", BOUNCE_RATE_LIMITED},
	{"7.17", BOUNCE_USER_UNKNOWN},
	{"7.20", BOUNCE_AUTH_FAILURE},
	{"7.21", BOUNCE_AUTH_FAILURE},
	{"7.22", BOUNCE_AUTH_FAILURE},
	{"7.23", BOUNCE_AUTH_FAILURE},
	{"7.24", BOUNCE_AUTH_FAILURE},
	{"7.26", BOUNCE_AUTH_FAILURE},
	{"7.28", BOUNCE_RATE_LIMITED},
	{"7.29", BOUNCE_AUTH_FAILURE},
};

/* By the subject alone, where the detail is not in the table. */
static const enum bounce_reason SUBJECT[10] = {
	[5] = BOUNCE_SYNTAX,
	[6] = BOUNCE_CONTENT,
	[7] = BOUNCE_POLICY,
};

static const char *const NAMES[BOUNCE_N_REASONS] = {
	[BOUNCE_OTHER] = "other",
	[BOUNCE_USER_UNKNOWN] = "user-unknown",
	[BOUNCE_HOST_UNKNOWN] = "host-unknown",
	[BOUNCE_MAILBOX_DISABLED] = "mailbox-disabled",
	[BOUNCE_MOVED] = "moved",
	[BOUNCE_MAILBOX_FULL] = "mailbox-full",
	[BOUNCE_MESSAGE_TOO_BIG] = "message-too-big",
	[BOUNCE_SPAM] = "spam",
	[BOUNCE_POLICY] = "policy",
	[BOUNCE_REPUTATION] = "reputation",
	[BOUNCE_AUTH_FAILURE] = "auth-failure",
	[BOUNCE_RELAY_DENIED] = "relay-denied",
	[BOUNCE_RATE_LIMITED] = "rate-limited",
	[BOUNCE_GREYLISTED] = "greylisted",
	[BOUNCE_NETWORK] = "network",
	[BOUNCE_SYSTEM_FULL] = "system-full",
	[BOUNCE_SYNTAX] = "syntax",
	[BOUNCE_VIRUS] = "virus",
	[BOUNCE_EXPIRED] = "expired",
	[BOUNCE_CONTENT] = "content",
};

static bool
is_status(const char *status)
{
	return (status[0] == '2' || status[0] == '4' || status[0] == '5') &&
	       status[1] == '.' && isdigit((unsigned char)status[2]);
}

static enum bounce_reason
by_status(const char *status)
{
	size_t i;

	if (!is_status(status))
		return BOUNCE_OTHER;
	/* "Unable to route" for good is a domain that is not there. */
	if (strcmp(status, "5.4.4") == 0)
		return BOUNCE_HOST_UNKNOWN;
	for (i = 0; i < sizeof(STATUS) / sizeof(STATUS[0]); i++) {
		if (strcmp(STATUS[i].detail, status + 2) == 0)
			return STATUS[i].reason;
	}
	/* x.5.0 and the like say nothing more. */
	if (strcmp(status + 2, "5.0") == 0)
		return BOUNCE_OTHER;
	return SUBJECT[status[2] - '0'];
}

enum bounce_reason
bounce_reason_find(const char *status, const char *text)
{
	char words[BOUNCE_WORDS_SIZE];
	enum bounce_reason reason;

	bounce_words_normalise(words, text);
	reason = bounce_words_plain(words);
	if (reason == BOUNCE_OTHER)
		reason = by_status(status);
	/* x.7.1 is what many servers say to everything they refuse. */
	if (reason == BOUNCE_OTHER)
		reason = bounce_words_vague(words);
	return reason;
}

enum bounce_class
bounce_reason_class(enum bounce_reason reason, const char *status)
{
	if (status[0] == '4')
		return BOUNCE_CLASS_SOFT;
	switch (reason) {
	case BOUNCE_USER_UNKNOWN:
	case BOUNCE_HOST_UNKNOWN:
	case BOUNCE_MAILBOX_DISABLED:
	case BOUNCE_MOVED:
		return BOUNCE_CLASS_HARD;
	default:
		return BOUNCE_CLASS_SOFT;
	}
}

const char *
bounce_reason_name(enum bounce_reason reason)
{
	return NAMES[reason];
}

const char *bounce_class_name(enum bounce_class class)
{
	static const char *const CLASS_NAMES[] = {"", "soft", "hard"};

	return CLASS_NAMES[class];
}

/*
 * bounce_reason.h - what a failed delivery means: its class and its reason,
 * from the enhanced status code (RFC 3463) and the remote server's words.
 * Pure, any thread.
 *
 * Hard is: user unknown, domain unknown, mailbox gone or disabled, moved,
 * unless the server calls it transient (4.x.x). Everything else is soft, 5.x.x
 * included.
 */
#ifndef ENGINE_CLASSIFY_BOUNCE_REASON_H
#define ENGINE_CLASSIFY_BOUNCE_REASON_H

#include <stdbool.h>

enum bounce_class { BOUNCE_CLASS_NONE, BOUNCE_CLASS_SOFT, BOUNCE_CLASS_HARD };

enum bounce_reason {
	BOUNCE_OTHER,
	BOUNCE_USER_UNKNOWN,
	BOUNCE_HOST_UNKNOWN,
	BOUNCE_MAILBOX_DISABLED,
	BOUNCE_MOVED,
	BOUNCE_MAILBOX_FULL,
	BOUNCE_MESSAGE_TOO_BIG,
	BOUNCE_SPAM,
	BOUNCE_POLICY,
	BOUNCE_REPUTATION,
	BOUNCE_AUTH_FAILURE,
	BOUNCE_RELAY_DENIED,
	BOUNCE_RATE_LIMITED,
	BOUNCE_GREYLISTED,
	BOUNCE_NETWORK,
	BOUNCE_SYSTEM_FULL,
	BOUNCE_SYNTAX,
	BOUNCE_VIRUS,
	BOUNCE_EXPIRED,
	BOUNCE_CONTENT,
	BOUNCE_N_REASONS
};

/* `status` "5.1.1" or ""; `text` the diagnostic or reply, or "". */
enum bounce_reason bounce_reason_find(const char *status, const char *text);
enum bounce_class bounce_reason_class(enum bounce_reason reason,
				      const char *status);

/* "user-unknown", …; "hard", "soft", "". Static. */
const char *bounce_reason_name(enum bounce_reason reason);
const char *bounce_class_name(enum bounce_class class);

#endif

/*
 * mail_recent.h - the message ids given lately, by (Message-ID, record): when
 * the MTA could not take a message in the end and it is sent again, it keeps
 * its first id, so that what was sent is one message and not two. In memory,
 * bounded, for 5 days; after a restart the applier drops the second email.sent
 * by its external id. Any thread.
 */
#ifndef ENGINE_GATE_MAIL_RECENT_H
#define ENGINE_GATE_MAIL_RECENT_H

#include <stdbool.h>
#include <stdint.h>

enum { MAIL_RECENT_SLOTS = 1 << 16, MAIL_RECENT_DAYS = 5 };

struct mail_recent;

struct mail_recent *mail_recent_new(void); /* out of memory ends the process */
void mail_recent_free(struct mail_recent *recent);

/* 0: not known. `key` is a hash of Message-ID and record, never 0. */
uint64_t mail_recent_find(struct mail_recent *recent, uint64_t key,
			  int64_t now);
void mail_recent_add(struct mail_recent *recent, uint64_t key,
		     uint64_t message_id, int64_t now);

#endif

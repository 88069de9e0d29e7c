/*
 * mail_senders.h - who sent which message: ordinary mail to a bounce address
 * (a person's answer) goes to them. In memory, since no store is asked in a
 * callback; the daemon fills it at start. Bounded: the newest messages, and
 * MAIL_SENDERS_MOST different senders. Any thread.
 */
#ifndef ENGINE_GATE_MAIL_SENDERS_H
#define ENGINE_GATE_MAIL_SENDERS_H

#include <stdint.h>

#include "base/pool.h"

enum { MAIL_SENDERS_SLOTS = 1 << 18, MAIL_SENDERS_MOST = 1024 };

struct mail_senders;

struct mail_senders *mail_senders_new(void); /* out of memory: ends */
void mail_senders_free(struct mail_senders *senders);
/* A null sender is nobody to answer. */
void mail_senders_add(struct mail_senders *senders, uint64_t message_id,
		      const char *sender);
/* Copied into the pool; NULL = not known. */
const char *mail_senders_find(struct mail_senders *senders, uint64_t message_id,
			      struct pool *pool);

#endif

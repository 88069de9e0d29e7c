/* split_queue_parts.h - the inside of the queue, for split_queue.c (what the
 * milter and the worker do) and split_list.c (what people do). */
#ifndef ENGINE_GATE_SPLIT_QUEUE_PARTS_H
#define ENGINE_GATE_SPLIT_QUEUE_PARTS_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "gate/split_queue.h"
#include "gate/split_seen.h"

struct split_queue {
	char directory[PATH_MAX - 320];
	uint64_t most_bytes;
	struct split_seen *seen;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct split_mail *first, **end;
	uint64_t sent;
	/* Changed with the lock; put() asks without, since the lock may be
	 * held over a note's sync. */
	atomic_ullong bytes;
	uint64_t n_owed; /* notes, and mails to be put away */
	bool woken;
	char trouble[200];
};

/* All with the lock. */
bool split_mail_finished(const struct split_mail *mail);
/* Put away: the mail is freed. false: not now. */
bool split_queue_finish(struct split_queue *queue, struct split_mail *mail,
			int64_t now);
bool split_queue_note(struct split_queue *queue, const struct split_mail *mail,
		      size_t i, char mark);

#endif

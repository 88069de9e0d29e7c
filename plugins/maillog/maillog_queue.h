/*
 * maillog_queue.h - which queue id is which message of ours. Told by the
 * milter (the queue id of what it instruments), by the log (a sender that is
 * one of our bounce addresses; a Message-ID the milter has seen, under another
 * queue id). Bounded: the newest QUEUE_ENTRIES_MOST. Any thread.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_QUEUE_H
#define PLUGINS_MAILLOG_MAILLOG_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "maillog_line.h"

enum {
	QUEUE_ENTRIES_MOST = 1 << 16,
	QUEUE_RFC_ID_MOST = 250,
	QUEUE_RFC_IDS_MOST = 1 << 16 /* remembered */
};

struct queue_entry {
	char queue_id[MAILLOG_QUEUE_ID_MOST + 1];
	uint64_t message_id;		    /* 0: only rfc_id is known */
	uint64_t record_key;		    /* 0: whoever the line names */
	int64_t at;			    /* ms: when it was told */
	char rfc_id[QUEUE_RFC_ID_MOST + 1]; /* "" = not needed */
};

struct maillog_queue;

struct maillog_queue *queue_new(void); /* NULL: out of memory */
void queue_free(struct maillog_queue *queue);

/* Replaces what was told of that queue id. */
void queue_put(struct maillog_queue *queue, const struct queue_entry *entry);
bool queue_find(struct maillog_queue *queue, const char *queue_id,
		struct queue_entry *out);
/* Told before `at`: of an earlier mail, since queue ids come again. */
void queue_drop_older(struct maillog_queue *queue, const char *queue_id,
		      int64_t at);
/* The Message-ID of one of ours was seen. */
void queue_remember(struct maillog_queue *queue, const char *rfc_id);
bool queue_remembers(struct maillog_queue *queue, const char *rfc_id);

/* What was told since the last time, one line each; all of it when `all`. */
void queue_write(struct maillog_queue *queue, FILE *to, bool all);
/* One of those lines; false: not one. */
bool queue_read(struct maillog_queue *queue, const char *line);

#endif

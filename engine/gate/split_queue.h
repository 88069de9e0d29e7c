/*
 * split_queue.h - the private copies that wait to be handed to the MTA: put
 * there at the end of a message, taken by the worker. Never lost: what put()
 * said SG_OK to is on disk, synced, until it is noted, synced, that the MTA
 * has it. Any thread.
 */
#ifndef ENGINE_GATE_SPLIT_QUEUE_H
#define ENGINE_GATE_SPLIT_QUEUE_H

#include "gate/split_file.h"

struct split_queue;

struct split_queue_options {
	const char *directory; /* made when it is not there */
	uint64_t most_bytes;   /* past it put() is SG_BUSY */
};

/* Takes up what is left of an earlier run. */
enum sg_status split_queue_open(const struct split_queue_options *options,
				int64_t now, struct split_queue **queue_out,
				struct sg_err *err) MUST_CHECK;
void split_queue_close(struct split_queue *queue);

/* Was this copy taken over within SPLIT_DAYS? Its mail is being sent again. */
bool split_queue_knows(struct split_queue *queue, uint64_t key, int64_t now);
/* Is this copy, "NAME.i", being handed over at this moment? */
bool split_queue_is_sending(struct split_queue *queue, const char *id);

/* The copies of one mail; strings are copied. SG_BUSY, SG_FAILED: none of them
 * was taken over. */
enum sg_status split_queue_put(struct split_queue *queue,
			       const struct split_mail *mail,
			       const struct header_list *headers,
			       const struct buf *body, int64_t now,
			       struct sg_err *err) MUST_CHECK;

/* --- for the worker ------------------------------------------------------ */

/* One copy, SPLIT_SENDING until it is settled; the mail stays for so long. */
struct split_job {
	struct split_mail *mail;
	size_t i;
};

enum { SPLIT_WAIT_MOST_MS = 720000 };

/* Is it still to come? Not what is further away than any wait: then the clock
 * went back. */
bool split_is_to_come(int64_t at, int64_t now);
/* The oldest that is due. false: none; *next_at_out says when. */
bool split_queue_take(struct split_queue *queue, int64_t now,
		      struct split_job *job_out, int64_t *next_at_out);
enum sg_status split_queue_message(struct split_queue *queue,
				   const struct split_job *job,
				   struct buf *message_out,
				   struct sg_err *err) MUST_CHECK;
/* What became of it. The note that the MTA has it is owed until it is on
 * disk. */
void split_queue_sent(struct split_queue *queue, const struct split_job *job,
		      int64_t now);
void split_queue_later(struct split_queue *queue, const struct split_job *job,
		       int64_t next_at, const char *reason);
void split_queue_dead(struct split_queue *queue, const struct split_job *job,
		      const char *reason);
/* Pays what is owed; false: it cannot be paid now. */
bool split_queue_pay(struct split_queue *queue, int64_t now);
/* Until something is put, redone or woken, at most so long. */
void split_queue_wait(struct split_queue *queue, int wait_ms);
void split_queue_wake(struct split_queue *queue);

/* --- for people ---------------------------------------------------------- */

struct split_status {
	uint64_t waiting, sending, dead; /* copies */
	uint64_t sent;			 /* since the start */
	uint64_t bytes;
	int64_t oldest_at; /* of those that wait; 0 = none */
	char trouble[200]; /* of the last try, "" = fine */
};
void split_queue_get_status(struct split_queue *queue,
			    struct split_status *status_out);

struct split_row {
	const char *id; /* "NAME.i"; borrowed for the call, as all */
	const char *recipient, *sender, *reason;
	enum split_state state;
	unsigned tries;
	int64_t at, next_at;
};
/* Each that is not done, oldest first; dead: only those given up. */
void split_queue_each(struct split_queue *queue, bool dead,
		      void (*fn)(void *arg, const struct split_row *row),
		      void *arg);
/* A dead one waits again (NULL: all of them), or is forgotten. SG_NONE: no
 * dead one of that id. */
enum sg_status split_queue_redo(struct split_queue *queue, const char *id,
				struct sg_err *err) MUST_CHECK;
enum sg_status split_queue_drop(struct split_queue *queue, const char *id,
				int64_t now, struct sg_err *err) MUST_CHECK;

#endif

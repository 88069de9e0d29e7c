/*
 * store_outbox.h - what is to be delivered to the outside: written with the
 * change that caused it. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_OUTBOX_H
#define ENGINE_STORE_STORE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

/* The numbers are stored. */
enum store_outbox_state {
	OUTBOX_WAITING = 1,
	OUTBOX_DELIVERED = 2,
	OUTBOX_DEAD = 3,
	OUTBOX_DROPPED = 4
};

struct store_outbox {
	int64_t id; /* created at << 20 | counter */
	int64_t firing_id;
	uint32_t record_id;
	const char *action, *target;
	const char *payload; /* JSON */
	const char *key;     /* the same at each try */
	enum store_outbox_state state;
	int64_t due_at;
	unsigned tries;
	int64_t created_at, done_at; /* done_at 0 = not yet */
	const char *trouble;
};

struct store_outbox_rows {
	struct store_outbox *rows;
	size_t n_rows;
};

struct store_outbox_counts {
	uint64_t waiting, retrying, dead; /* retrying: of the waiting */
	int64_t oldest_at;		  /* of the waiting; 0 = none */
};

/* Of the mail that a row is: the same at each try, and its time is the row's.
 */
uint64_t store_outbox_message_id(int64_t created_at, const char *key);

enum sg_status store_outbox_append(struct store *store,
				   const struct store_outbox *row,
				   struct sg_err *err) MUST_CHECK;
/* Waiting and due, the one longest due first; payload "". */
enum sg_status store_outbox_due(struct store *store, int64_t now, size_t most,
				struct pool *pool,
				struct store_outbox_rows *out,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_outbox_get(struct store *store, int64_t id,
				struct pool *pool, struct store_outbox *out,
				struct sg_err *err) MUST_CHECK;
/* What a try has come to: state, due_at, tries, done_at and trouble of the row
 * with that id, if it still waits. SG_NONE: it does not. */
enum sg_status store_outbox_tried(struct store *store,
				  const struct store_outbox *row,
				  struct sg_err *err) MUST_CHECK;
/* What the trouble begins with of a mail whose reader wants none for now. */
#define STORE_OUTBOX_PAUSED "paused until "
/* Those of the record are due now: the pause may be over. */
enum sg_status store_outbox_end_pause(struct store *store, uint32_t record_id,
				      int64_t now,
				      struct sg_err *err) MUST_CHECK;
/* What the trouble begins with of a mail for which there was no MTA. */
#define STORE_OUTBOX_AWAY "the MTA is away: "
struct store_outbox_spread {
	int64_t from;	/* the first of all is due then … */
	double each_ms; /* … and each so long after the one before */
	size_t most;	/* so many at once */
	int64_t after;	/* id of the last one; 0 at first; goes on */
	uint64_t n;	/* so many so far */
	bool over;
};
/* The next of those whose trouble that is are due one after the other, oldest
 * first. */
enum sg_status store_outbox_spread(struct store *store,
				   struct store_outbox_spread *spread,
				   struct sg_err *err) MUST_CHECK;
/* A dead or dropped one waits again, with its key and no tries. SG_NONE: it is
 * neither. */
enum sg_status store_outbox_redo(struct store *store, int64_t id, int64_t now,
				 struct sg_err *err) MUST_CHECK;
/* SG_NONE: neither waiting nor dead. */
enum sg_status store_outbox_drop(struct store *store, int64_t id, int64_t now,
				 struct sg_err *err) MUST_CHECK;
/* state 0 = any; newest first, before an id (0 = all). */
enum sg_status store_outbox_recent(struct store *store,
				   enum store_outbox_state state,
				   int64_t before, size_t most,
				   struct pool *pool,
				   struct store_outbox_rows *out,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_outbox_counts(struct store *store,
				   struct store_outbox_counts *out,
				   struct sg_err *err) MUST_CHECK;
/* Delivered and dropped ones from before are forgotten, `most` at once. */
enum sg_status store_outbox_expire(struct store *store, int64_t before,
				   size_t most, uint64_t *n_out,
				   struct sg_err *err) MUST_CHECK;

#endif

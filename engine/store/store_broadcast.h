/*
 * store_broadcast.h - broadcasts and the state of each of their recipients.
 * Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_BROADCAST_H
#define ENGINE_STORE_STORE_BROADCAST_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

enum broadcast_state {
	BROADCAST_DRAFT,
	BROADCAST_SENDING,
	BROADCAST_SENT,
	BROADCAST_PAUSED,
	BROADCAST_CANCELLED,
	BROADCAST_FAILED,
	BROADCAST_SCHEDULED,
	BROADCAST_TESTING /* both versions are out; the rest waits for one */
};
enum recipient_state {
	RECIPIENT_QUEUED,
	RECIPIENT_HANDING_OVER, /* DATA begun, no answer noted yet */
	RECIPIENT_SENT,
	RECIPIENT_FAILED,
	RECIPIENT_SKIPPED,
	RECIPIENT_DOUBTFUL, /* was being handed over when we died */
	RECIPIENT_WAITING,  /* for the version that does better */
	RECIPIENT_N_STATES
};

/* Their names are what is stored: "draft" …, "handing-over" …. find: -1 = no
 * such state. */
const char *broadcast_state_name(enum broadcast_state state);
int broadcast_state_find(const char *name);
const char *recipient_state_name(enum recipient_state state);
int recipient_state_find(const char *name);

struct store_broadcast {
	const char *name;
	enum broadcast_state state;
	const char *template; /* template_len bytes and a NUL */
	size_t template_len;
	const char *condition;
	const char *sender;   /* From */
	const char *settings; /* JSON */
	const char *author;
	int64_t created_at;
	int64_t started_at, finished_at; /* 0 = not yet */
	const char *trouble;		 /* why it stopped, for people */
};

struct store_broadcasts {
	struct store_broadcast *rows;
	size_t n_rows;
};

/* SG_REFUSED: there is one of that name. State, started_at, finished_at and
 * trouble are not read: it is a draft. */
enum sg_status store_broadcast_create(struct store *store,
				      const struct store_broadcast *broadcast,
				      struct sg_err *err) MUST_CHECK;
enum sg_status store_broadcast_get(struct store *store, const char *name,
				   struct pool *pool,
				   struct store_broadcast *out,
				   struct sg_err *err) MUST_CHECK; /* or NONE */
/* Newest first; the templates are left out (NULL, 0). */
enum sg_status store_broadcasts_all(struct store *store, struct pool *pool,
				    struct store_broadcasts *out,
				    struct sg_err *err) MUST_CHECK;
/* Sets started_at when it first becomes sending, finished_at when it becomes
 * sent, cancelled or failed. trouble "" = none. SG_NONE: no such. */
enum sg_status store_broadcast_set_state(struct store *store, const char *name,
					 enum broadcast_state state,
					 const char *trouble, int64_t now,
					 struct sg_err *err) MUST_CHECK;

/* SG_NONE: no such. */
enum sg_status store_broadcast_set_settings(struct store *store,
					    const char *name,
					    const char *settings,
					    struct sg_err *err) MUST_CHECK;

/* The second version of its mail, variant 1; SG_NONE: there is none. */
enum sg_status store_broadcast_put_variant(struct store *store,
					   const char *name,
					   const char *template, size_t len,
					   struct sg_err *err) MUST_CHECK;
enum sg_status store_broadcast_get_variant(struct store *store,
					   const char *name, struct pool *pool,
					   const char **template_out,
					   size_t *len_out,
					   struct sg_err *err) MUST_CHECK;
/* With all of its recipients. SG_NONE: no such. */
enum sg_status store_broadcast_delete(struct store *store, const char *name,
				      struct sg_err *err) MUST_CHECK;

struct store_recipient {
	uint32_t record_id;
	enum recipient_state state;
	const char *reason;
	uint64_t message_id; /* 0 = none yet */
	int64_t changed_at;
	uint32_t variant; /* of the template; read and added, not put */
	const char *key;  /* the record's; NULL where it is not asked for */
};

struct store_recipients {
	struct store_recipient *rows;
	size_t n_rows;
};

/* Rows that are there already stay as they are. */
enum sg_status store_recipients_add(struct store *store, const char *name,
				    const struct store_recipient *rows,
				    size_t n_rows,
				    struct sg_err *err) MUST_CHECK;
/* The first ones go; *n_out: so many were there. */
enum sg_status store_recipients_clear(struct store *store, const char *name,
				      size_t most, uint64_t *n_out,
				      struct sg_err *err) MUST_CHECK;
/* A batch of states; rows that are not there are made. */
enum sg_status store_recipients_put(struct store *store, const char *name,
				    const struct store_recipient *rows,
				    size_t n_rows,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_recipient_get(struct store *store, const char *name,
				   uint32_t record_id, struct pool *pool,
				   struct store_recipient *out,
				   struct sg_err *err) MUST_CHECK; /* or NONE */
/* state -1 = any; in order of record id, those after `after`. */
enum sg_status store_recipient_slice(struct store *store, const char *name,
				     int state, uint32_t after, size_t most,
				     struct pool *pool,
				     struct store_recipients *out,
				     struct sg_err *err) MUST_CHECK;
/* Those queued after record `after`, in order of record id: at most `most`,
 * of at most `look_at_most` rows of any state. */
struct store_recipients_asked {
	const char *name;
	uint32_t after;
	size_t most, look_at_most;
	bool with_key;
};
struct store_recipients_found {
	struct store_recipient *rows;
	size_t n_rows;
	uint32_t after; /* the last that was looked at */
	bool over;	/* there are no more */
};
enum sg_status store_recipients_next(struct store *store,
				     const struct store_recipients_asked *asked,
				     struct pool *pool,
				     struct store_recipients_found *out,
				     struct sg_err *err) MUST_CHECK;
/* After a crash: whoever was being handed over is doubtful now. */
enum sg_status store_recipients_doubt(struct store *store, const char *name,
				      int64_t now, uint64_t *n_out,
				      struct sg_err *err) MUST_CHECK;
/* Of a broadcast's recipients those with `after` < id <= `to`: what is asked
 * of many takes its time, and can be asked of some after the others. What is
 * known of nobody in particular any more is with those from 0 on. */
struct store_range {
	uint32_t after, to;
};
#define STORE_RANGE_ALL (&(const struct store_range){0, UINT32_MAX})
/* Those who wait get this version. */
enum sg_status store_recipients_decide(struct store *store, const char *name,
				       const struct store_range *range,
				       uint32_t variant, int64_t now,
				       struct sg_err *err) MUST_CHECK;
/* How a version does: who got it, and people who opened and clicked. */
struct store_variant_result {
	uint64_t sent, opened, clicked;
};
enum sg_status store_broadcast_get_variant_result(
	struct store *store, const char *name, const struct store_range *range,
	uint32_t variant, struct store_variant_result *out,
	struct sg_err *err) MUST_CHECK;
/* The doubtful are queued once more. */
enum sg_status store_recipients_requeue(struct store *store, const char *name,
					int64_t now, uint64_t *n_out,
					struct sg_err *err) MUST_CHECK;
enum sg_status store_recipients_counts(struct store *store, const char *name,
				       uint64_t counts_out[RECIPIENT_N_STATES],
				       struct sg_err *err) MUST_CHECK;

/* Who is in it: NULL any state but skipped and failed, "sent", "opened",
 * "clicked" (human, effective hits on its messages). */
enum sg_status store_broadcast_select(struct store *store, const char *name,
				      const char *what,
				      struct record_set *add_to,
				      struct sg_err *err) MUST_CHECK;
/* Signals about a broadcast's messages by name: people and hits. */
struct store_broadcast_result {
	const char *signal;		       /* "email.opened" … */
	uint64_t people, hits;		       /* by humans */
	uint64_t machine_people, machine_hits; /* by machines and proxies */
};
struct store_broadcast_results {
	struct store_broadcast_result *rows; /* in order of signal */
	size_t n_rows;
};
enum sg_status store_broadcast_get_results(struct store *store,
					   const char *name,
					   const struct store_range *range,
					   struct pool *pool,
					   struct store_broadcast_results *out,
					   struct sg_err *err) MUST_CHECK;

/* What those signals scored: points by score's name. */
struct store_broadcast_points {
	const char *score;
	double points;
	uint64_t people;
};
struct store_broadcast_points_rows {
	struct store_broadcast_points *rows;
	size_t n_rows;
};
enum sg_status
store_broadcast_get_points(struct store *store, const char *name,
			   const struct store_range *range, struct pool *pool,
			   struct store_broadcast_points_rows *out,
			   struct sg_err *err) MUST_CHECK;

/* The same of a big one as it was last counted: JSON that its counter reads.
 * SG_NONE: it never was. */
struct store_broadcast_counted {
	int64_t counted_at, took_ms;
	const char *counted;
};
enum sg_status
store_broadcast_put_counted(struct store *store, const char *name,
			    const struct store_broadcast_counted *counted,
			    struct sg_err *err) MUST_CHECK;
enum sg_status store_broadcast_get_counted(struct store *store,
					   const char *name, struct pool *pool,
					   struct store_broadcast_counted *out,
					   struct sg_err *err) MUST_CHECK;

/* One hit on a broadcast's message: who, when, with which verdict. */
struct store_broadcast_hit {
	int64_t id; /* of the history entry */
	uint32_t record_id;
	const char *email;
	int64_t happened_at;
	int verdict; /* enum verdict */
	const char *verdict_reason;
	const char *props; /* JSON */
	const char *step;  /* of a sequence; NULL = of a broadcast */
};
struct store_broadcast_hits {
	struct store_broadcast_hit *rows;
	size_t n_rows;
};
/* Hits called `signal` ("email.clicked"), oldest first, after entry `after`. */
struct store_broadcast_hits_asked {
	const char *name, *signal;
	int64_t after;
	size_t most;
	const char *step; /* of a sequence: only on its mail; NULL = any */
};
enum sg_status
store_broadcast_get_hits(struct store *store,
			 const struct store_broadcast_hits_asked *asked,
			 struct pool *pool, struct store_broadcast_hits *out,
			 struct sg_err *err) MUST_CHECK;
/* All of that name in one walk, in no order; email and texts are borrowed for
 * the call. */
typedef void store_broadcast_hit_fn(void *arg,
				    const struct store_broadcast_hit *hit);
struct store_broadcast_each {
	const char *name, *signal;
	store_broadcast_hit_fn *fn;
	void *arg;
};
enum sg_status store_broadcast_each_hit(struct store *store,
					const struct store_broadcast_each *each,
					struct sg_err *err) MUST_CHECK;

#endif

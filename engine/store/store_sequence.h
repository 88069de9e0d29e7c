/*
 * store_sequence.h - who is in sequences, and what came of their steps. Which
 * there are: store_definition.h. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_SEQUENCE_H
#define ENGINE_STORE_STORE_SEQUENCE_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store_definition.h"

/* --- who is in them ------------------------------------------------------ */

struct store_enrolment {
	const char *sequence;
	uint32_t record_id;
	const char *state; /* active, finished, stopped */
	int64_t since;
	const char *reason;
	const char *step;   /* the one to come */
	int64_t due_at;	    /* 0 = not active */
	const char *key;    /* of the record; not read when writing */
	const char *failed; /* the last step whose mail died in the outbox, ""
			       none; the same */
};

struct store_enrolments {
	struct store_enrolment *rows;
	size_t n_rows;
};

/* Replaces it. */
enum sg_status store_enrolment_put(struct store *store,
				   const struct store_enrolment *enrolment,
				   struct sg_err *err) MUST_CHECK;
/* SG_NONE: it never was in it. */
enum sg_status store_enrolment_get(struct store *store, const char *sequence,
				   uint32_t record_id, struct pool *pool,
				   struct store_enrolment *out,
				   struct sg_err *err) MUST_CHECK;
/* due_at <= now, earliest first. */
enum sg_status store_enrolments_due(struct store *store, int64_t now,
				    size_t most, struct pool *pool,
				    struct store_enrolments *out,
				    struct sg_err *err) MUST_CHECK;
/* SG_NONE: nobody waits for anything. */
enum sg_status store_enrolment_next(struct store *store, int64_t *due_at_out,
				    struct sg_err *err) MUST_CHECK;
/* Of one record. */
enum sg_status store_enrolments_of(struct store *store, uint32_t record_id,
				   struct pool *pool,
				   struct store_enrolments *out,
				   struct sg_err *err) MUST_CHECK;
/* Of one sequence, in order of record id, after one. state NULL: any. */
struct store_enrolment_page {
	const char *sequence, *state;
	uint32_t after;
	size_t most;
};
enum sg_status store_enrolments_page(struct store *store,
				     const struct store_enrolment_page *page,
				     struct pool *pool,
				     struct store_enrolments *out,
				     struct sg_err *err) MUST_CHECK;
/* state NULL: any. */
enum sg_status store_enrolment_select(struct store *store, const char *sequence,
				      const char *state,
				      struct record_set *add_to,
				      struct sg_err *err) MUST_CHECK;
/* Those of the record that wait for that reason are due now. */
enum sg_status store_enrolments_wake(struct store *store, uint32_t record_id,
				     const char *reason, int64_t now,
				     struct sg_err *err) MUST_CHECK;
/* All of the sequence that are due at `now` are at `until`. */
enum sg_status store_enrolments_put_off(struct store *store,
					const char *sequence, int64_t now,
					int64_t until,
					struct sg_err *err) MUST_CHECK;
/* Those who are to do `step` next are to do `instead` so long after what they
 * did last ("": are due now), and their reason says so. */
struct store_enrolment_change {
	const char *sequence, *step, *instead;
	int64_t after_ms;
};
enum sg_status store_enrolment_move(struct store *store,
				    const struct store_enrolment_change *change,
				    struct sg_err *err) MUST_CHECK;
/* Those who are to do `step` next, and wait for nothing but its time, are to do
 * it so long after what they did last. */
enum sg_status
store_enrolment_reschedule(struct store *store,
			   const struct store_enrolment_change *change,
			   struct sg_err *err) MUST_CHECK;

/* A mail of a step waits in the outbox: should it die there, the step has
 * failed. */
struct store_sequence_mail {
	const char *sequence, *step;
	uint32_t record_id;
	int64_t outbox_id;
	uint64_t message_id;
};
enum sg_status store_sequence_mail_add(struct store *store,
				       const struct store_sequence_mail *mail,
				       struct sg_err *err) MUST_CHECK;

/* When a step's mail was last put into the outbox for the record. SG_NONE: it
 * never was. */
enum sg_status store_sequence_sent_at(struct store *store, const char *sequence,
				      const char *step, uint32_t record_id,
				      int64_t *at_out,
				      struct sg_err *err) MUST_CHECK;
/* Those of the record's mails that wait for a later try are dropped: it was
 * stopped meanwhile. */
enum sg_status store_sequence_mail_drop(struct store *store,
					const char *sequence,
					uint32_t record_id, int64_t now,
					struct sg_err *err) MUST_CHECK;

/* --- what came of it ------------------------------------------------------ */

/* Of the whole (step ""): active, finished, stopped. Of a step: `sent`, how
 * often its mail was put into the outbox, and of these those that are still
 * there (`queued`), that died there (`failed`), that were not to be sent after
 * all (`dropped`); `skipped`, `waits`. */
struct store_sequence_count {
	const char *step;
	const char *what;
	uint64_t n;
};
struct store_sequence_counts {
	struct store_sequence_count *rows;
	size_t n_rows;
};
enum sg_status store_sequence_note(struct store *store, const char *sequence,
				   const char *step, const char *what,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_sequence_counts(struct store *store, const char *sequence,
				     struct pool *pool,
				     struct store_sequence_counts *out,
				     struct sg_err *err) MUST_CHECK;

/* --- store_sequence_result.c: what its readers did ------------------------ */

/* About the mails of a step: people and hits, by human or machine. */
struct store_sequence_result {
	const char *step, *signal;
	uint64_t people, hits, machine_people, machine_hits;
};
struct store_sequence_results {
	struct store_sequence_result *rows; /* in order of step and signal */
	size_t n_rows;
};
enum sg_status store_sequence_get_results(struct store *store,
					  const char *sequence,
					  struct pool *pool,
					  struct store_sequence_results *out,
					  struct sg_err *err) MUST_CHECK;

/* Who did it, when and how, as of a broadcast. */
struct store_broadcast_hits;
struct store_broadcast_hits_asked;
enum sg_status
store_sequence_get_hits(struct store *store,
			const struct store_broadcast_hits_asked *asked,
			struct pool *pool, struct store_broadcast_hits *out,
			struct sg_err *err) MUST_CHECK;

/* What those signals scored. */
struct store_sequence_points {
	const char *step, *score;
	double points;
	uint64_t people;
};
struct store_sequence_points_rows {
	struct store_sequence_points *rows;
	size_t n_rows;
};
enum sg_status store_sequence_get_points(struct store *store,
					 const char *sequence,
					 struct pool *pool,
					 struct store_sequence_points_rows *out,
					 struct sg_err *err) MUST_CHECK;

#endif

/*
 * apply_verdict.h - hits judged by what others of the message, of the source,
 * or the log of the MTA say (architecture §8). The applier's thread.
 */
#ifndef ENGINE_APPLY_APPLY_VERDICT_H
#define ENGINE_APPLY_APPLY_VERDICT_H

#include "apply/apply_parts.h"

#define HIT_BEFORE_DELIVERY "before delivery"
#define HIT_HONEYPOT	    "honeypot link"
#define HIT_SWEEP	    "sweep:"
/* The link that nobody sees was followed. */
#define HIT_TRAPPED "email.trapped"

/* Whose hit on what. */
struct apply_hit_of {
	uint32_t record_id; /* 0: nobody's yet */
	uint64_t record_key, message_id;
};

enum sg_status apply_verdict_open(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;
void apply_verdict_close(struct apply *apply);

/* A signal comes in, whose record has this key ("" = not known): its verdict
 * may change. apply->hit says who fetched it. */
enum sg_status apply_verdict_arrive(struct apply *apply,
				    const struct apply_hit_of *of,
				    const char *key, struct signal *signal,
				    struct sg_err *err) MUST_CHECK;
/* It has this id in the history now. */
void apply_verdict_named(struct apply *apply, int64_t history_id);
/* A hit is about to be folded; own_id 0: it is not in the history yet. */
enum sg_status apply_verdict_burst(struct apply *apply,
				   const struct apply_hit_of *of,
				   int64_t own_id, struct signal *signal,
				   struct sg_err *err) MUST_CHECK;
/* A signal that is no hit was placed. */
enum sg_status apply_verdict_hear(struct apply *apply,
				  const struct apply_hit_of *of,
				  const struct signal *signal,
				  struct sg_err *err) MUST_CHECK;
/* Judge the others that these spoke against. */
enum sg_status apply_verdict_condemn(struct apply *apply,
				     struct sg_err *err) MUST_CHECK;

void apply_verdict_committed(struct apply *apply);
void apply_verdict_rolled_back(struct apply *apply);

/* apply_verdict_sweep.c: one source at many recipients of a domain. */
struct apply_sweeps;
enum sg_status apply_sweeps_open(struct apply *apply,
				 struct apply_sweeps **sweeps_out,
				 struct sg_err *err) MUST_CHECK;
void apply_sweeps_free(struct apply_sweeps *sweeps);
/* Another signal comes. */
void apply_sweeps_next(struct apply_sweeps *sweeps);
/* A hit by apply->hit. */
struct apply_sweep_hit {
	const struct apply_hit_of *of;
	const char *domain; /* "@far.test"; NULL = it has none */
	int64_t at;
	const char *reason; /* out: it is of a sweep; NULL = it is not */
};
enum sg_status apply_sweeps_look(struct apply *apply,
				 struct apply_sweeps *sweeps,
				 struct apply_sweep_hit *hit,
				 struct sg_err *err) MUST_CHECK;
void apply_sweeps_named(struct apply_sweeps *sweeps, int64_t history_id);
void apply_sweeps_committed(struct apply *apply, struct apply_sweeps *sweeps);
void apply_sweeps_rolled_back(struct apply_sweeps *sweeps);

#endif

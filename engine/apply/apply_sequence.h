/*
 * apply_sequence.h - sequences inside the applier's transaction, for apply*.c
 * only; the applier's thread.
 *
 * Like automations they stand outside the fold: what was sent stays sent. A
 * sequence starts for a record when a change makes its condition true; for a
 * new one if it holds when all is written that came with it. Every move is an
 * entry of the record's history; the row of the enrolment, which knows what is
 * next and when, is written from that entry, whoever made it.
 */
#ifndef ENGINE_APPLY_APPLY_SEQUENCE_H
#define ENGINE_APPLY_APPLY_SEQUENCE_H

#include "apply/apply_automation.h"
#include "store/store_sequence.h"

/* All there are, as one version of the file; immutable, they live as long as
 * the applier, since others may read them. */
struct sequence_set {
	struct ruleset *file;	   /* of the sequences alone */
	struct sequence_set *next; /* the one before */
};

/* Why a row's step is due later: its reader wants no mail until then. */
#define SEQUENCE_PAUSED "paused"
/* Its condition did not hold, and `else` is wait. */
#define SEQUENCE_ASKED_AGAIN "asked again"

/* Somebody is to start or to stop, once the change under way is written. */
struct sequence_move {
	const struct sequence *sequence;
	uint32_t record_id;
	int64_t at;
	const char *stop; /* why; NULL = it starts */
	struct sequence_move *next;
};

struct sequences {
	struct sequence_set *set;
	struct sequence_move *first, **last; /* of the transaction under way */
	bool new_are_met; /* of the transaction under way: they start, too */
	int64_t next_due;
	int64_t rests_until; /* a whole second's worth was done */
};

struct sequences *sequences_new(void);
void sequences_free(struct sequences *all);

/* --- apply_sequence.c: which there are ----------------------------------- */

enum sg_status sequences_load(struct apply *apply,
			      struct sg_err *err) MUST_CHECK;
/* In the transaction of a change of the rules. changed_out: sequences_load()
 * it after the commit. */
enum sg_status sequences_write_change(struct apply *apply,
				      const struct ruleset *after,
				      const char *author, bool *changed_out,
				      struct sg_err *err) MUST_CHECK;
const struct sequence *sequences_find(const struct apply *apply,
				      const char *name);

/* --- apply_sequence_judge.c: who starts, who stops ------------------------ */

void sequences_begin(struct apply *apply);
/* Does what happens to it start or stop any? */
bool sequences_judge(const struct apply *apply, const struct cached *cached);
/* A change of the record is about to be folded, and was. */
void sequences_before(struct apply *apply, struct cached *cached);
enum sg_status sequences_after(struct apply *apply, struct cached *cached,
			       const struct automation_event *event,
			       struct sg_err *err) MUST_CHECK;
/* Before a commit: the records that the transaction made start what they meet
 * now. Not sooner: of somebody who comes with a tag, nothing is known at
 * first, and all starts that say "not" would hold. */
enum sg_status sequences_meet_new(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;
/* Do what is queued. done_out: there was something. */
enum sg_status sequences_run(struct apply *apply, bool *done_out,
			     struct sg_err *err) MUST_CHECK;
/* By whoever wants it so, as an entry of the record's history. */
enum sg_status sequences_start(struct apply *apply, struct cached *cached,
			       const struct automation_deed *deed,
			       struct sg_err *err) MUST_CHECK;
enum sg_status sequences_stop(struct apply *apply, struct cached *cached,
			      const struct automation_deed *deed,
			      struct sg_err *err) MUST_CHECK;

/* --- apply_sequence_follow.c: what is next ---------------------------------
 */

/* The record's rows after an effective entry of its history. */
enum sg_status sequences_follow(struct apply *apply,
				const struct cached *cached,
				const struct signal *entry,
				struct sg_err *err) MUST_CHECK;

/* --- apply_sequence_due.c: steps ------------------------------------------ */

/* When there is something to do again. */
int64_t sequences_next(const struct apply *apply);
/* A transaction. */
enum sg_status sequences_run_due(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;

#endif

/*
 * apply_automation.h - automations inside the applier's transaction (scoring
 * §5), for apply*.c only; the applier's thread.
 *
 * They stand outside the fold: what fires once stays fired, whatever a refold
 * finds. Each change of a record is judged on the degraded value before and
 * after it; each sweep judges degradation alone. What fires waits in a queue
 * until the change is written, and is then done in the same transaction:
 * internal actions as entries of the record's history, external ones as rows
 * of the outbox.
 */
#ifndef ENGINE_APPLY_APPLY_AUTOMATION_H
#define ENGINE_APPLY_APPLY_AUTOMATION_H

#include "apply/apply_parts.h"
#include "base/record_set.h"
#include "store/store_automation.h"

/* Whom an automation waits for: only what differs from the default is kept.
 * Rising, the default is armed; falling, it is never to have been above. For
 * bands: `beyond` is being in the band. */
struct armed {
	uint32_t id; /* armed_id */
	struct record_set *beyond, *fired;
	struct armed *next;
};

/* Something that is to be done. */
struct firing {
	const struct automation *automation;
	uint32_t record_id;
	int64_t history_id; /* 0 = time */
	int64_t at;	    /* of what it does */
	const char *cause;
	const struct signal *signal; /* NULL: none */
	const struct firing *parent;
	unsigned depth;
	struct firing *next;
};

struct armed_undo {
	struct armed *armed;
	uint32_t record_id;
	enum store_armed_state was;
};

/* All there are, as one version of the file; immutable, they live as long as
 * the applier, since others may read them. */
struct automation_set {
	struct ruleset *file; /* of the automations alone */
	bool signals, changed, thresholds;
	struct automation_set *next; /* the one before */
};

struct automations {
	struct automation_set *set;
	struct armed *armed;
	/* the transaction under way */
	struct firing *first, **last;
	const struct firing *running;
	bool delivers;	     /* it wrote to the outbox */
	int64_t outbox_id;   /* … this last, */
	uint64_t message_id; /* should it be a mail */
	struct armed_undo *undo;
	size_t n_undo, undo_cap;
	uint64_t n_fired; /* in it */
	/* sweeps */
	int64_t next_sweep;
	size_t sweep_at; /* the automation that is next in it */
	int64_t sweep_began;
	/* The change under way, 0 = now: */
	int64_t judge_at; /* its own time */
	int64_t entry_at; /* that of what follows from it */
};

/* The armed states of an automation's n-th band have ids of their own. */
#define AUTOMATION_BAND_ID(armed_id, band) \
	((armed_id) | ((uint32_t)(band) + 1) << 24)
#define AUTOMATION_OF_ID(armed_id) ((armed_id)&0xffffffu)

struct automations *automations_new(void);
void automations_free(struct automations *all);

/* --- apply_automation.c: which there are -------------------------------- */

enum sg_status automations_load(struct apply *apply,
				struct sg_err *err) MUST_CHECK;
/* In the transaction of a change of the rules: rows of what differs, states
 * of what is new. changed_out: automations_load() it after the commit. */
enum sg_status automations_write_change(struct apply *apply,
					const struct ruleset *after,
					const char *author, bool *changed_out,
					struct sg_err *err) MUST_CHECK;
/* At start: loaded, and what was left to do done. */
enum sg_status automations_start(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
void automations_begin(struct apply *apply);
void automations_committed(struct apply *apply);
void automations_rolled_back(struct apply *apply);
struct armed *automations_armed(struct apply *apply, uint32_t armed_id);
enum store_armed_state armed_get(const struct armed *armed, uint32_t record_id);
enum sg_status armed_turn(struct apply *apply, struct armed *armed,
			  uint32_t record_id, enum store_armed_state state,
			  struct sg_err *err) MUST_CHECK;

/* --- apply_automation_judge.c ------------------------------------------- */

/*
 * A change of the record is about to be folded, and was. `next`: this signal,
 * in order; then the value is judged at its time, and what follows stands
 * beside it. NULL: time, or something late; judged now.
 */
enum sg_status automations_before(struct apply *apply, struct cached *cached,
				  const struct signal *next,
				  struct sg_err *err) MUST_CHECK;
/* Is any threshold or band judged for it? */
bool automations_judges(const struct apply *apply, const struct cached *cached);
struct automation_event {
	const struct signal *signal; /* NULL: time, or a new ruleset */
	int64_t history_id;
	bool effective; /* it happened, and is no machine's */
	bool in_order;
};
enum sg_status automations_after(struct apply *apply, struct cached *cached,
				 const struct automation_event *event,
				 struct sg_err *err) MUST_CHECK;
/* A row of the ledger. */
void automations_entry(struct apply *apply, struct cached *cached,
		       const struct store_ledger *row);
/* The score when it is judged; false: none. */
bool automations_score(struct apply *apply, const struct cached *cached,
		       uint32_t score_id, double *value_out);
void automations_queue(struct apply *apply, const struct firing *firing);

/* --- apply_automation_fire.c -------------------------------------------- */

/* Do what is queued, and what follows from it. */
enum sg_status automations_run(struct apply *apply,
			       struct sg_err *err) MUST_CHECK;
/* One action on one record, by whom it says: for `segment do`, too. */
struct automation_deed {
	const struct automation_action *action;
	const char *actor, *source;
	const struct signal *signal; /* NULL: none */
	const char *cause;
	int64_t at, firing_id, history_id;
};
enum sg_status automations_do(struct apply *apply, uint32_t record_id,
			      const struct automation_deed *deed,
			      struct sg_err *err) MUST_CHECK;

/* An entry of the record's history that a deed makes: all but what it is. */
void automations_entry_init(struct apply *apply, const struct cached *cached,
			    const struct automation_deed *deed,
			    struct signal *entry_out);

/* --- apply_automation_view.c -------------------------------------------- */

/* The record as it is, in this transaction, its score at that moment. */
struct automation_view;
struct automation_view *automation_view_new(struct apply *apply,
					    struct cached *cached, int64_t at);
const struct record_view *automation_view_get(struct automation_view *view);
void automation_view_free(struct automation_view *view);

/* --- apply_automation_assign.c ------------------------------------------ */

enum sg_status automations_assign(struct apply *apply, struct cached *cached,
				  const struct automation_deed *deed,
				  struct sg_err *err) MUST_CHECK;

/* --- apply_automation_outbox.c ------------------------------------------ */

enum sg_status automations_deliver(struct apply *apply, struct cached *cached,
				   const struct automation_deed *deed,
				   struct sg_err *err) MUST_CHECK;

/* --- apply_automation_sweep.c ------------------------------------------- */

bool automations_due(const struct apply *apply, int64_t now);
/* A transaction. */
enum sg_status automations_sweep(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
/* Set the armed states from the scores as they are: nothing fires. */
enum sg_status automations_rearm(struct apply *apply,
				 const struct automation *automation,
				 struct sg_err *err) MUST_CHECK;
/* All of them, for scores that changed as a whole (`rules run`): `later` in the
 * transaction that changes them, then `now`, a transaction of its own, once
 * the scoreboard shows them; at the next start if it does not come to that. */
enum sg_status automations_recompute_later(struct apply *apply,
					   struct sg_err *err) MUST_CHECK;
enum sg_status automations_recompute_now(struct apply *apply,
					 struct sg_err *err) MUST_CHECK;

/* --- apply_automation_day.c --------------------------------------------- */

struct automation_round {
	int64_t since, until;
	uint32_t after;
};
enum sg_status automations_run_day(struct apply *apply, bool *more_out,
				   struct sg_err *err) MUST_CHECK;

/* --- apply_automation_bands.c ------------------------------------------- */

void automations_bands_crossed(struct apply *apply,
			       const struct automation *automation,
			       struct record_set *add_to);
enum sg_status automations_bands_rearm(struct apply *apply,
				       const struct automation *automation,
				       struct sg_err *err) MUST_CHECK;
/* cause_out: which and which now; NULL: nothing changed. */
enum sg_status automations_judge_bands(struct apply *apply,
				       const struct cached *cached,
				       const struct automation *automation,
				       const char **cause_out,
				       struct sg_err *err) MUST_CHECK;
/* At start: other bands than last time begin anew. */
enum sg_status automations_bands_start(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;

#endif

/*
 * fold_parts.h - the inside of a record's fold, for fold*.c only. Kept small:
 * the applier holds those of the records that were last used.
 */
#ifndef ENGINE_APPLY_FOLD_PARTS_H
#define ENGINE_APPLY_FOLD_PARTS_H

#include <string.h>

#include "apply/due_heap.h"
#include "apply/fold.h"
#include "apply/fold_waits.h"
#include "rule/record_view.h"

struct fold_field {
	char *name, *value;
};

struct fold_list {
	char *name, *how;
	enum list_state state;
	int64_t since;
};

struct fold_link {
	char *relation;
	uint32_t to;  /* record id */
	uint64_t end; /* its record key when it was linked */
	int64_t since;
};

/* A field rule: does it hold, and what has it paid for that? An erase takes
 * what it paid and leaves `holds`: it pays again when it becomes true anew.
 * One whose rule is gone stays, so that the rule coming back pays no second
 * time. */
struct fold_held {
	uint32_t rule_no, rule_id, score_id;
	bool holds, paid;
	double points;
};

/* What a signal rule gave that is not closed: for taking it back. */
struct fold_given {
	uint32_t rule_no, rule_id, score_id;
	int side;
	size_t rate;
	double worth; /* as of `at` */
	int64_t at;
};

struct fold_once { /* open addressing, key 0 = free */
	uint64_t key;
	uint32_t score_id;
};

struct fold_time { /* a firing of a rule with `N per …` */
	uint32_t rule_no, score_id;
	int64_t span; /* that of the rule then: another one counts anew */
	int64_t at;
};

/* Points that go when their time is over. */
struct fold_expiry {
	uint32_t rule_no, rule_id, score_id;
	int side;
	unsigned depth;
	size_t rate;
	double points; /* as they were given */
	bool closed;   /* by a set: only the room under a cap comes back */
	bool open;     /* false: the slot is free */
	int64_t given_at, due_at, history_id;
	uint64_t no; /* in the order they were given */
};

struct fold_expiries {
	size_t n; /* open */
	struct fold_expiry *items;
	size_t n_slots, cap;
	uint32_t free; /* a slot + 1, and the next in its `no`; 0 = none */
	uint64_t next_no;
	struct due_heap due;
};

struct fold_capped { /* points given under a cap */
	uint32_t cap_no, rule_no, score_id;
	double points; /* as they were given */
	int64_t at, history_id;
};

struct fold_seen { /* an occurrence, for conditions on signals */
	int kept;  /* which name */
	int64_t at;
	unsigned char *bytes; /* signal_encode() */
	size_t len;
};

/* Signals of before the opening that no condition asked about then. */
struct fold_folded {
	char *name;
	char *campaign; /* "" = none */
	int64_t first_at, last_at;
	uint64_t n; /* all but the last count as old as the first */
};

/* A mail that went out or came back. */
struct fold_mail {
	uint64_t message_id;
	int64_t at;
};

struct fold_mails {
	struct fold_mail *items;
	size_t n, cap;
};

struct fold_suppression {
	int strength;  /* of its reason; 0 = none */
	int64_t until; /* 0 = for good */
};

enum fold_sequence_state { FOLD_IN = 1, FOLD_FINISHED = 2, FOLD_STOPPED = 3 };

struct fold_sequence {
	char *name;
	enum fold_sequence_state state;
};

#define FOLD_VECTOR(type, name) \
	struct {                \
		type *items;    \
		size_t n, cap;  \
	} name

struct fold_record {
	uint32_t id;
	char *module, *key;
	bool started, create_seen, deleted;
	struct fold_suppression suppression;
	uint64_t consent[2];	/* what was last said of opens and clicks */
	struct fold_mails soft; /* bounces, within the window */
	struct fold_mails sent; /* since the first of them */
	int64_t created_at;
	int64_t now;
	size_t ruleset; /* index: that of the field rules */
	bool opened;
	int64_t opened_at; /* when opened: nothing before is known */
	int64_t next_change;
	FOLD_VECTOR(struct fold_field, fields);
	FOLD_VECTOR(char *, tags);
	FOLD_VECTOR(struct fold_list, lists);
	FOLD_VECTOR(struct fold_sequence, sequences);
	FOLD_VECTOR(struct fold_link, links);
	FOLD_VECTOR(struct fold_held, held);
	FOLD_VECTOR(struct fold_given, given);
	FOLD_VECTOR(struct fold_time, times);
	FOLD_VECTOR(struct fold_seen, seen);
	FOLD_VECTOR(struct fold_folded, folded);
	struct fold_waits *waits;	/* NULL: never any */
	struct fold_expiries *expiries; /* likewise */
	FOLD_VECTOR(struct fold_capped, capped);
	FOLD_VECTOR(struct fold_mail, clicks); /* a person's, of this moment */
	struct fold_once *once;
	size_t n_once, once_cap;
	size_t n_scores;
	struct score_state *scores; /* by id - 1 */
	size_t bytes;		    /* of what hangs on it, about */
};

/* One step under way. */
struct fold_run {
	struct fold_record *record;
	const struct fold_world *world;
	const struct fold_ruleset *ruleset; /* of the signal rules */
	struct fold_out *out;
	int64_t at;
	int64_t history_id;
	bool rolled_up;	      /* the step is of points that came by a link */
	struct pool *scratch; /* signals decoded for a condition */
	struct record_view view;
};

void *fold_must(void *memory); /* NULL ends the process, as in pool.h */
/* Room for one more; returns where it is. */
void *fold_grow(void *items, size_t *n, size_t *cap, size_t item_size);
#define fold_add(vector)                                                  \
	((vector)->items =                                                \
		 fold_grow((vector)->items, &(vector)->n, &(vector)->cap, \
			   sizeof(*(vector)->items)),                     \
	 &(vector)->items[(vector)->n - 1])

/* The items behind it move up. */
#define fold_remove(vector, i)                                  \
	memmove(&(vector)->items[i], &(vector)->items[(i) + 1], \
		(--(vector)->n - (i)) * sizeof(*(vector)->items))

void fold_run_init(struct fold_run *run, struct fold_record *record,
		   const struct fold_world *world, struct fold_out *out);
void fold_run_done(struct fold_run *run);

/* fold_view.c */
void fold_view_init(struct fold_run *run);

/* fold_change.c: each returns whether it had an effect */
bool fold_apply_change(struct fold_run *run, const struct signal *signal,
		       const char **old_out);

void fold_note(struct fold_run *run, const struct fold_change *change);

/* fold_consent.c */
bool fold_consent(struct fold_run *run, const struct signal *signal);

/* fold_sequence.c */
bool fold_sequence(struct fold_run *run, const struct signal *signal);

/* fold_suppression.c */
bool fold_suppress(struct fold_run *run, const struct signal *signal);
bool fold_suppressed(const struct fold_run *run); /* at run->at */
/* Bounces, and what heals them. */
void fold_follow_mail(struct fold_run *run, const struct signal *signal);

/* fold_folded.c */
void fold_folded_note(struct fold_record *record, const struct signal *signal,
		      int64_t at);
/* The signal that it stands for, without time. */
void fold_folded_signal(const struct fold_folded *folded, struct signal *out);
/* Of that name, newest first. */
void fold_folded_each(const struct fold_record *record, const char *name,
		      occurrence_fn *fn, void *fn_arg);
bool fold_folded_campaign(const struct fold_record *record, const char *name,
			  const char *campaign);

/* fold_link.c */
bool fold_link(struct fold_run *run, const struct signal *signal);
bool fold_take_roll_up(struct fold_run *run, const struct signal *signal);
bool fold_rename(struct fold_run *run, const struct signal *signal);
/* What a rule gave goes along the record's links, too. */
void fold_roll_up(struct fold_run *run, const struct fold_rule *rule,
		  double points);

/* fold_fire.c: the rules on this signal; depth 0 = from outside */
void fold_fire(struct fold_run *run, const struct signal *signal,
	       unsigned depth);
/* It has happened: for what waits, and for conditions later on. */
void fold_see(struct fold_run *run, const struct signal *signal);
struct fold_cause;
/* The rule's points, as far as once_per and cap let them. */
void fold_award(struct fold_run *run, const struct fold_cause *cause);

/* fold_once.c */
/* once_out: for fold_once_note(), when it has fired. */
bool fold_once_allows(struct fold_run *run, const struct fold_rule *rule,
		      const struct signal *signal, struct fold_once *once_out);
void fold_once_note(struct fold_run *run, const struct fold_rule *rule,
		    const struct fold_once *once);
void fold_once_put(struct fold_record *record, const struct fold_once *once);
void fold_once_forget(struct fold_record *record, uint32_t score_id);

/* Has a person opened it, as far as is known? */
bool fold_message_opened(const struct fold_record *record, uint64_t message_id);
void fold_message_note_opened(struct fold_record *record, uint64_t message_id);

/* fold_implied.c: does it count at all? */
bool fold_counts(const struct fold_run *run, const struct signal *signal);
void fold_follow_hits(struct fold_run *run, const struct signal *signal);

/* fold_opening.c: SIGNAL_OPENING */
void fold_open(struct fold_run *run, const struct signal *signal);

/* fold_field.c: the rules that follow the record's state */
/* Look at all of them, or only at those that ask what happened or when. */
void fold_hold(struct fold_run *run, bool all);
void fold_change_ruleset(struct fold_run *run, const struct fold_ruleset *to);
void fold_plan_next_change(struct fold_run *run);

/* fold_score.c: to the ledger, and score.changed */
struct fold_cause {
	const struct fold_rule *rule; /* NULL = none */
	uint32_t rule_id;	      /* when there is no rule any more */
	const struct signal *signal;  /* may be NULL */
	const char *expired;	      /* the rule whose points expire; NULL */
	bool hidden; /* no rule is left for the module and score */
	unsigned depth;
};
struct score_state *fold_state(struct fold_run *run, uint32_t score_id);
void fold_give(struct fold_run *run, const struct fold_cause *cause,
	       enum ledger_class class, double points);
void fold_take(struct fold_run *run, const struct fold_cause *cause,
	       uint32_t score_id, const struct score_sum *sum);
bool fold_operate(struct fold_run *run, const struct signal *signal);
void fold_take_back(struct fold_run *run, uint32_t rule_no);
/* Close all that rules gave to a score; points by hand stay. */
void fold_hide(struct fold_run *run, uint32_t score_id);
/* The sums of a score that a record begins with, as entries. */
void fold_note_opening(struct fold_run *run, const struct signal *signal,
		       uint32_t score_id);
/* What of a rule's points is not closed, at run->at. */
double fold_given_worth(const struct fold_run *run,
			const struct fold_expiry *like);
/* So much less was given by the rule and is not closed. */
void fold_given_less(struct fold_run *run, uint32_t rule_no, uint32_t score_id,
		     const struct score_sum *sum);

/*
 * What a record waits for, and how much it was given: each is forgotten of a
 * score (score_id; rule_no NO_RULE_NO), or of a rule (score_id 0).
 */
#define NO_RULE_NO UINT32_MAX

/* fold_due.c */
int64_t fold_next_due(const struct fold_record *record); /* INT64_MAX: never */
void fold_run_due(struct fold_run *run); /* all that is due at run->at */

/* fold_wait.c: `unless` */
void fold_wait_begin(struct fold_run *run, const struct fold_rule *rule,
		     const struct signal *signal, unsigned depth);
void fold_wait_see(struct fold_run *run, const struct signal *signal);
bool fold_wait_run(struct fold_run *run); /* the first; false: none is due */
void fold_waits_forget(struct fold_record *record, uint32_t score_id,
		       uint32_t rule_no);
/* Takes wait->bytes. */
void fold_wait_put(struct fold_record *record, const struct fold_wait *wait);

/* fold_expiry.c: `expires` */
struct fold_expiry *fold_expiry_put(struct fold_record *record,
				    const struct fold_expiry *expiry);
/* Its points were given at another time. */
void fold_expiry_move(struct fold_record *record, struct fold_expiry *expiry,
		      int64_t given_at, int64_t due_at);
/* The first that was given, of those of one entry by one rule; NULL. */
struct fold_expiry *fold_expiry_find(const struct fold_record *record,
				     uint32_t rule_no, int64_t history_id);
/* In the order they were given; malloc'd, NULL when there are none. */
const struct fold_expiry **
fold_expiries_list(const struct fold_expiries *expiries);
void fold_expiries_free(struct fold_expiries *expiries);
void fold_expiry_begin(struct fold_run *run, const struct fold_cause *cause,
		       const struct score_entry *entry);
bool fold_expiry_run(struct fold_run *run); /* the first; false: none is due */
/* Points of before the opening, that must go now; false: nothing is left. */
bool fold_reverse(struct fold_run *run, const struct fold_cause *cause,
		  const struct fold_expiry *given);
void fold_expiries_close(struct fold_record *record, uint32_t score_id);
void fold_expiries_forget(struct fold_record *record, uint32_t score_id,
			  uint32_t rule_no);

/* fold_cap.c: `cap`, of points given at that moment. false: there is no room
 * for any */
bool fold_cap_trim(const struct fold_run *run, const struct fold_rule *rule,
		   int64_t at, double *points);
void fold_cap_note(struct fold_run *run, const struct fold_rule *rule,
		   const struct score_entry *entry);
void fold_cap_give_back(struct fold_record *record,
			const struct fold_expiry *expiry);
/* What was given for that entry under the rule's cap, which it is no more. */
bool fold_cap_take(struct fold_record *record, const struct fold_expiry *given,
		   double *points_out);
void fold_caps_forget(struct fold_record *record, uint32_t score_id,
		      uint32_t rule_no);

#endif

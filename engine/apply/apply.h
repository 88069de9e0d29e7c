/*
 * apply.h - the applier: takes signals from the spool in batches, and makes
 * contacts, history, rules, ledger, scoreboard and position of them, one
 * transaction a batch. One thread owns the writing store connection; nothing
 * else writes.
 */
#ifndef ENGINE_APPLY_APPLY_H
#define ENGINE_APPLY_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "apply/bounce_policy.h"
#include "base/err.h"
#include "rule/rule.h"
#include "score/score_band.h"
#include "score/scoreboard.h"
#include "signal/consent.h"
#include "signal/signal.h"
#include "signal/signal_kinds.h"
#include "signal/verdict_conf.h"
#include "spool/spool.h"
#include "store/store.h"

struct apply;

/* Whom `assign` gives records to, in turn. */
enum { APPLY_MEMBERS_MOST = 64, APPLY_WEIGHT_MOST = 100 };
struct apply_member {
	const char *address;
	unsigned weight; /* 1… */
};
struct apply_team {
	const char *name;
	size_t n_members;
	const struct apply_member *members;
	bool notify;
};

struct apply_options {
	const char *store_path;
	struct spool *spool;
	struct scoreboard *scoreboard; /* filled by apply_open() */
	struct signal_kinds *kinds;
	struct consent_set *consents; /* filled and followed; NULL = none */
	const unsigned char *record_secret;  /* RECORD_SECRET_SIZE bytes */
	const struct score_settings *scores; /* ids are given by the store */
	size_t n_scores;
	const struct score_bands *bands; /* NULL = none; outlives it */
	const char *timezone;
	bool create_contacts; /* contacts.create */
	struct bounce_policy bounces;
	int64_t checkpoint_ms; /* 60000 */
	int64_t retention_ms;  /* older history is folded; 0 = none is */
	int64_t keep_hits_ms;  /* who fetched what; 0 = it is not stored */
	int64_t keep_audit_ms; /* who changed what; 0 = for ever */
	struct verdict_book *verdicts; /* for the windows; NULL: as shipped */
	size_t batch_most;	       /* 5000 signals */
	int batch_wait_ms;	       /* a small batch waits so long */
	/* Rows of histories that a transaction folds anew one by one, before
	 * late entries of a record wait for each other; 0 = 100000. */
	size_t late_rows_most;
	size_t cache_bytes; /* of the records last used; 0 = 256 MB */
	/* Of these at most so much as they are used, the others packed; 0 = as
	 * much as there is room for. A test has all of them packed. */
	size_t cache_unpacked;
	size_t save_from; /* records: the scoreboard is kept as a file from
			   * so many on; 0 = 100000 */
	/* What time it is, ms UTC, from any thread; never goes back. NULL =
	 * the clock. A test or a driver runs years in seconds by it. */
	int64_t (*now)(void *arg);
	void *now_arg;
	/* Automations: how often degradation is looked at, 0 = 10000; what
	 * their actions may name; teams; told after rows of the outbox were
	 * committed. */
	int64_t sweep_ms;
	const struct automation_names *targets;
	const struct apply_team *teams;
	size_t n_teams;
	void (*outbox_wake)(void *arg);
	void *outbox_arg;
	double sequence_pace; /* steps a second; 0 = 50 */
	/* Where the files are that people sent; they go with the person. NULL
	 * = nowhere. */
	const char *files_directory;
};

/* Opens the store, migrates, loads checkpoint and ledger tail into the
 * scoreboard, loads the rules. Starts no thread. */
enum sg_status apply_open(const struct apply_options *options,
			  struct apply **apply_out,
			  struct sg_err *err) MUST_CHECK;
enum sg_status apply_start(struct apply *apply, struct sg_err *err) MUST_CHECK;
/* Applies what is in the spool (at most wait_ms), checkpoints, stops. */
void apply_stop(struct apply *apply, int wait_ms);
void apply_close(struct apply *apply);

/* Wait until everything that is due now, by the clock of the options, has been
 * done. Any thread but the applier's. SG_BUSY: not within wait_ms. */
enum sg_status apply_catch_up(struct apply *apply, int wait_ms,
			      struct sg_err *err) MUST_CHECK;

/*
 * Keep the signal (spool, synced) and wait until it is applied and committed,
 * at most wait_ms. SG_OK: its effects can be read. SG_BUSY with the text
 * "kept, not yet applied" and *kept_out true: it will be; or not kept at all
 * (*kept_out false): 503. Any thread but the applier's.
 */
enum sg_status apply_submit(struct apply *apply, const struct signal *signals,
			    size_t n_signals, int wait_ms, bool *kept_out,
			    struct sg_err *err) MUST_CHECK;

/*
 * Run fn on the applier's thread in a transaction of its own and wait: how
 * definitions (rules, lists, segments, broadcasts, tokens) are written.
 * Returns fn's status; anything but SG_OK rolls back. SG_BUSY: stopping, or
 * the store is away.
 */
typedef enum sg_status apply_call_fn(void *arg, struct store *store,
				     struct sg_err *err);
enum sg_status apply_call(struct apply *apply, apply_call_fn *fn, void *arg,
			  struct sg_err *err) MUST_CHECK;
/* And what the caller's caller has to do in that transaction, after fn: note
 * whose change it was, keep the answer. NULL: nothing. */
struct apply_also {
	apply_call_fn *fn;
	void *arg;
};
enum sg_status apply_call_also(struct apply *apply, apply_call_fn *fn,
			       void *arg, const struct apply_also *also,
			       struct sg_err *err) MUST_CHECK;

/* Today's rules, borrowed until apply_rules_release(). */
const struct ruleset *apply_rules_get(struct apply *apply);
void apply_rules_release(struct apply *apply, const struct ruleset *ruleset);
/*
 * Actions of automations to all for whom a condition holds, by and by, beside
 * live traffic, each record exactly once, also after a crash. An apply_call_fn
 * whose argument is a struct apply_bulk_order. SG_REFUSED: the condition or an
 * action, with line, column and caret.
 */
struct apply_bulk_order {
	struct apply *apply;
	const char *where;
	const char *const *actions;
	size_t n_actions;
	const char *actor;
	int64_t id;	/* out */
	uint64_t total; /* out: records, now */
};
apply_call_fn apply_bulk_begin;

/* Something in the outbox is due that was not. */
void apply_outbox_wake(const struct apply *apply);
/* What actions of automations may name; NULL: anything. */
const struct automation_names *apply_targets(const struct apply *apply);
/* Today's automations, as a ruleset without rules. As long as the applier. */
const struct ruleset *apply_automations_get(struct apply *apply);
/* The same of the sequences. */
const struct ruleset *apply_sequences_get(struct apply *apply);

/*
 * Make the store's rules equal to `ruleset`: new versions, then field rules
 * recomputed for all records (in slices; `wait` until done). take_back: removed
 * rules' points are taken back.
 */
enum sg_status apply_rules(struct apply *apply, const struct ruleset *ruleset,
			   const char *author, bool take_back, bool wait,
			   struct sg_err *err) MUST_CHECK;

/* How names in conditions are checked: signals, scores, segments. Any thread;
 * parse with it, then drop it. Reads segments through `store`. */
struct apply_names {
	struct condition_names names;
	struct apply *apply;
	struct store *store;
	char text[CONDITION_TEXT_MOST];
};
void apply_names_init(struct apply_names *names, struct apply *apply,
		      struct store *store);

/* The bands of the configuration. Any thread. */
const struct score_bands *apply_bands(const struct apply *apply);

/* History before this moment is folded away; 0: all of it is there. */
int64_t apply_history_from(struct apply *apply);

struct apply_status {
	uint64_t applied; /* signals since start */
	uint64_t refolds;
	uint64_t batches;
	int64_t lag_ms; /* age of the oldest signal not applied; 0 = none */
	bool store_down;
	char trouble[256]; /* last failure, "" = fine */
	uint32_t ruleset;
	uint64_t records;
	uint64_t fired;	      /* automations, since start */
	char automation[256]; /* the last chain that was stopped, "" = none */
};
void apply_get_status(struct apply *apply, struct apply_status *out);

struct verify_report {
	uint64_t records, entries, differences;
	char first_difference[256];
};
/* Every score recomputed from the ledger and compared with the scoreboard;
 * every balance; with `refold`, every ledger from its history too. On a
 * consistent snapshot, while running. */
enum sg_status apply_verify(struct apply *apply, bool refold,
			    struct verify_report *report_out,
			    struct sg_err *err) MUST_CHECK;

#endif

/*
 * apply_parts.h - the inside of the applier, for apply*.c only. One thread
 * runs it; what others may touch is under `lock` (status, calls, waiting) or
 * `world_lock` (the rulesets).
 */
#ifndef ENGINE_APPLY_APPLY_PARTS_H
#define ENGINE_APPLY_APPLY_PARTS_H

#include <pthread.h>

#include "apply/apply.h"
#include "apply/apply_cache.h"
#include "apply/apply_index.h"
#include "apply/fold.h"
#include "apply/generation_parts.h"
#include "store/store_rule.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_record.h"

/* What was read from the spool and is not committed yet. */
struct apply_batch {
	struct pool *pool;
	struct signal *signals;
	const struct signal **order; /* by event time, then arrival */
	bool *poison; /* in that order: refused once, passed over */
	size_t n, cap;
	size_t at; /* the one under way, when something fails */
	struct spool_position position; /* after the last */
};

/* Somebody waits for something that only the applier's thread may do. */
struct apply_wait {
	apply_call_fn *fn;
	void *arg;
	const struct apply_also *also; /* may be NULL */
	enum sg_status status;
	struct sg_err err;
	/* on the applier's thread, after the commit; may be NULL */
	void (*committed)(void *arg);
	bool done;
	struct apply_wait *next;
};

/* A consent of the transaction under way. */
struct apply_consent {
	uint64_t record_key;
	enum consent_what what;
	enum consent_state state;
};

/* Who fetched the signal under way. */
struct apply_hit {
	const struct signal *of; /* NULL: nothing is known of it */
	/* 0 = not known; and its number of the day before */
	uint64_t source, source_before;
	const char *address, *agent;
	enum verdict verdict; /* by itself */
	const char *reason;
};

/* apply_late.c: what is to be folded anew, and waits for more of the kind. */
struct apply_late_entry;
struct apply_lates {
	uint64_t rows; /* folded anew in this transaction */
	struct apply_late_entry *first, **last;
	bool one_by_one;
};

/* Where the top and the median of a score and module were, in order of time. */
struct apply_percents {
	uint32_t score_id;
	char *module;
	size_t n_stored; /* of them */
	struct {
		struct fold_percent_base *items;
		size_t n, cap;
	} bases;
};

struct apply {
	struct apply_options options;
	struct pool *pool;   /* as long as the applier */
	struct store *store; /* NULL while it is away */
	struct spool *spool;
	struct scoreboard *board;
	struct fold_world world;
	struct automations *automations; /* apply_automation.h */
	struct bulk *bulk;		 /* apply_bulk.c; NULL: none */
	bool bulk_look;			 /* there may be one */
	bool firing_adopted;		 /* the same, of apply_adopted.c */
	struct sequences *sequences;	 /* apply_sequence.h */
	pthread_rwlock_t world_lock;
	struct apply_cache *cache;
	struct apply_index *index;
	struct apply_index *waiting; /* keys of unmatched entries, and maybe
					of some that were matched since */

	struct apply_index *forgotten; /* keys of who were forgotten */

	/* the transaction under way */
	struct pool *work;
	struct fold_out out;
	int64_t now;
	struct cached **touched;
	size_t n_touched, touched_cap;
	struct apply_consent *consents;
	size_t n_consents, consents_cap;
	int64_t last_ledger_id, written_ledger_id; /* committed, not yet */
	uint64_t refolds;
	unsigned roll_depth; /* of refolds by way of links */
	struct apply_lates late;
	struct apply_hit hit;
	struct apply_verdicts *verdicts; /* apply_verdict.h; NULL: off */

	struct apply_batch batch;
	struct record_set *dirty; /* since the last checkpoint */
	bool saved;		  /* the file beside the store is as it is */
	bool no_aliases;	  /* no record has another key than its own */
	int64_t next_checkpoint;
	int64_t next_timer;
	int64_t next_settled;	/* when the first hit is settled */
	bool uses_segments;	/* the newest ruleset does */
	bool uses_bands;	/* the same */
	uint32_t sweep_ruleset; /* 0 = nothing to sweep */
	uint32_t sweep_after;
	int64_t next_expiry;  /* of external ids */
	bool retaining;	      /* older history is being folded away */
	uint32_t retained_to; /* … up to this record */
	int64_t next_retention;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* monotonic clock */
	bool started, stopping;
	int64_t stop_by; /* monotonic */
	struct apply_wait *calls, **calls_end;
	unsigned n_submitting;
	struct spool_position applied;
	uint64_t commits;
	int64_t oldest_at; /* receipt of the oldest not applied; 0 = none */
	int64_t timers_done_at;
	uint64_t n_looks; /* that found nothing due */
	struct apply_status status;
	struct ruleset no_rules;

	pthread_mutex_t percent_lock;
	struct {
		struct apply_percents *items;
		size_t n, cap;
	} percents;

	struct generation generation;
};

/* apply_record.c: whose signal it is */
struct apply_target {
	uint32_t id; /* 0 = nobody's (yet) */
	uint64_t record_key;
	uint64_t own_key; /* the record's: another one by an alias */
	const char *module;
	const char *normal; /* the key's normal form; "" = not given */
	bool created;
	uint64_t adopted; /* entries that had waited for this record */
	const int64_t *adopted_ids; /* of those that fire at once */
	size_t n_adopted_ids;
};
enum sg_status apply_find_record(struct apply *apply,
				 const struct signal *signal,
				 struct apply_target *target_out,
				 struct sg_err *err) MUST_CHECK;
/* Its fold: from the cache, or from its history. */
enum sg_status apply_load_record(struct apply *apply, uint32_t id,
				 struct cached **cached_out,
				 struct sg_err *err) MUST_CHECK;
/* The same, but entries that wait for each other need not be in it. */
enum sg_status apply_load_late(struct apply *apply, uint32_t id,
			       struct cached **cached_out,
			       struct sg_err *err) MUST_CHECK;
/* Fold its history from the start, up to its newest entry. */
enum sg_status apply_fold_history(struct apply *apply,
				  const struct fold_world *world, uint32_t id,
				  struct fold_record *fold,
				  struct fold_out *out,
				  struct sg_err *err) MUST_CHECK;

/* apply_audit.c: of SIGNAL_AUDIT. */
enum sg_status apply_audit(struct apply *apply, const struct signal *signal,
			   struct sg_err *err) MUST_CHECK;

/* apply_forget.c */
enum sg_status apply_load_forgotten(struct apply *apply,
				    struct sg_err *err) MUST_CHECK;
/* SIGNAL_FORGET. */
enum sg_status apply_forget(struct apply *apply,
			    const struct apply_target *target,
			    const struct signal *signal,
			    struct sg_err *err) MUST_CHECK;
/* Does it come with a token from before its record was forgotten? */
enum sg_status apply_is_of_forgotten(struct apply *apply,
				     const struct apply_target *target,
				     const struct signal *signal, bool *is_out,
				     struct sg_err *err) MUST_CHECK;

/* apply_about.c: mail that names ours by its Message-ID. SG_NONE: it is about
 * nothing of ours, and the signal is dropped. */
enum sg_status apply_about(struct apply *apply, struct signal *signal,
			   struct sg_err *err) MUST_CHECK;

/* apply_asked.c: a mail, or the fields of a form that was confirmed */
enum sg_status apply_asked(struct apply *apply,
			   const struct apply_target *target,
			   const struct signal *signal,
			   struct sg_err *err) MUST_CHECK;

/* apply_signal.c */
enum sg_status apply_signal(struct apply *apply, const struct signal *signal,
			    struct sg_err *err) MUST_CHECK;

/* An entry of its own into a record's history, folded at once where it comes
 * in order; else *refold_out, for the caller to see to. */
enum sg_status apply_enter(struct apply *apply, struct cached *cached,
			   const struct signal *signal, uint32_t ruleset,
			   int64_t *id_out, bool *refold_out,
			   struct sg_err *err) MUST_CHECK;

/* apply_implied.c: a click implies an open. Of the step under way,
 * noted before it is written, which may use `out` again; and of a
 * refold, which is to be done once more when any was added. */
struct fold_implied apply_implied_of(struct apply *apply);
enum sg_status apply_imply(struct apply *apply, struct cached *cached,
			   const struct fold_implied *implied,
			   struct sg_err *err) MUST_CHECK;
enum sg_status apply_imply_late(struct apply *apply, struct cached *cached,
				const struct fold_out *out,
				struct store_history_ids *added_out,
				struct sg_err *err) MUST_CHECK;
enum sg_status apply_imply_fire(struct apply *apply, struct cached *cached,
				const struct store_history_ids *added,
				struct sg_err *err) MUST_CHECK;

/* apply_match.c: a record named by a unique field; SG_OK with id 0: nobody */
enum sg_status apply_match(struct apply *apply, const struct signal *signal,
			   struct apply_target *target,
			   struct sg_err *err) MUST_CHECK;
/* Entries that wait for this record key are the target's. */
enum sg_status apply_adopt(struct apply *apply, struct apply_target *target,
			   uint64_t record_key, struct sg_err *err) MUST_CHECK;
/* apply_adopted.c: automations on what was adopted, when all is placed; and
 * some of what was left, a transaction. SG_NONE: nothing to do. */
enum sg_status apply_run_adopted(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
enum sg_status apply_load_adopted(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;
enum sg_status apply_fire_adopted(struct apply *apply,
				  const struct apply_target *target,
				  struct sg_err *err) MUST_CHECK;
enum sg_status apply_name_unmatched(struct apply *apply,
				    const struct signal *signal,
				    struct sg_err *err) MUST_CHECK;
enum sg_status apply_check_unique(struct apply *apply,
				  struct apply_target *target,
				  struct signal *signal,
				  struct sg_err *err) MUST_CHECK;

/* apply_rename.c */
enum sg_status apply_rename(struct apply *apply, struct apply_target *target,
			    struct signal *signal,
			    struct sg_err *err) MUST_CHECK;
/* Of a fold that begins: the key of then. */
void apply_set_first_key(struct fold_record *fold,
			 const struct store_history_rows *rows,
			 struct pool *pool);
/* apply_consent.c: what holds for one address holds for the other, too */
enum sg_status apply_carry_consents(struct apply *apply, uint64_t from,
				    uint64_t to, struct sg_err *err) MUST_CHECK;

/* apply_link.c: says in the signal which record is at the other end */
enum sg_status apply_name_link(struct apply *apply, struct signal *link,
			       struct sg_err *err) MUST_CHECK;
enum sg_status apply_write_link(struct apply *apply,
				const struct cached *cached,
				const struct fold_change *change,
				struct sg_err *err) MUST_CHECK;
/* After a refold. */
enum sg_status apply_rewrite_links(struct apply *apply,
				   const struct cached *cached,
				   struct sg_err *err) MUST_CHECK;

/* apply_roll_up.c: what the fold gives along links, once; `whole`: `out` is
 * that of the whole history. Copies what it needs of `out` first. */
enum sg_status apply_roll_up(struct apply *apply, const struct cached *source,
			     const struct fold_out *out, bool whole,
			     struct sg_err *err) MUST_CHECK;

/* Such an entry; it lacks the record's key. */
void apply_roll_up_signal(struct apply *apply, uint32_t source_id,
			  const char *module, const struct fold_roll *roll,
			  struct signal *signal);
/* Who is gone gives nothing any more, and what went along its links stays. */
enum sg_status apply_keep_roll_ups(struct apply *apply, uint32_t record_id,
				   struct sg_err *err) MUST_CHECK;

/* A change that follows from another: an entry of this record's history. */
enum sg_status apply_place(struct apply *apply, uint32_t record_id,
			   const struct signal *signal,
			   struct sg_err *err) MUST_CHECK;

/* apply_settle.c */
bool apply_settles(const struct apply *apply, const struct signal *signal);
void apply_settle_later(struct apply *apply, int64_t settle_until);
enum sg_status apply_load_settling(struct apply *apply,
				   struct sg_err *err) MUST_CHECK;
/* A transaction: fold some of those that are settled. */
enum sg_status apply_run_settling(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;

/* apply_hit.c: out of the signal, and to its entry */
void apply_hit_take(struct apply *apply, struct signal *signal);
enum sg_status apply_hit_keep(struct apply *apply, const struct signal *signal,
			      int64_t history_id,
			      struct sg_err *err) MUST_CHECK;
enum sg_status apply_hits_expire(struct apply *apply, bool *left_out,
				 struct sg_err *err) MUST_CHECK;

/* apply_judge.c: what a SIGNAL_JUDGE says of entries that are there */
enum sg_status apply_judge(struct apply *apply, uint32_t record_id,
			   const struct signal *signal,
			   struct sg_err *err) MUST_CHECK;
/* It may be about what retention has folded away, which it changes no more:
 * says so in the log, and in the judgement itself (property "folded"). */
enum sg_status apply_judge_folded(struct apply *apply, uint32_t record_id,
				  struct signal *judgement,
				  struct sg_err *err) MUST_CHECK;
/* Those of a record from this moment on, once more. */
enum sg_status apply_judge_since(struct apply *apply, uint32_t record_id,
				 int64_t since, struct sg_err *err) MUST_CHECK;
/* All judgements of a history, in order; reads it again. */
enum sg_status apply_judge_all(struct apply *apply, uint32_t record_id,
			       struct store_history_rows *rows,
			       struct pool *pool,
			       struct sg_err *err) MUST_CHECK;

/* apply_bulk.c: some records of what `segment do` asked for, a transaction.
 * SG_NONE: nothing to do. */
enum sg_status apply_run_bulk(struct apply *apply,
			      struct sg_err *err) MUST_CHECK;
void apply_bulk_free(struct apply *apply);

/* apply_suppression.c */
enum sg_status apply_write_suppression(struct apply *apply,
				       const struct cached *cached,
				       const struct fold_change *change,
				       struct sg_err *err) MUST_CHECK;
/* After a refold. */
enum sg_status apply_rewrite_suppression(struct apply *apply,
					 const struct cached *cached,
					 const struct fold_out *out,
					 struct sg_err *err) MUST_CHECK;
/* Of somebody who is no record. */
enum sg_status apply_suppress_unmatched(struct apply *apply,
					const struct signal *signal,
					struct sg_err *err) MUST_CHECK;

/* apply_consent.c */
enum sg_status apply_load_consents(struct apply *apply,
				   struct sg_err *err) MUST_CHECK;
enum sg_status apply_write_consent(struct apply *apply,
				   const struct cached *cached,
				   const struct fold_change *change,
				   struct sg_err *err) MUST_CHECK;
/* After a refold. */
enum sg_status apply_rewrite_consent(struct apply *apply,
				     const struct cached *cached,
				     const struct fold_out *out,
				     struct sg_err *err) MUST_CHECK;
/* Of somebody who is no record. */
enum sg_status apply_consent_unmatched(struct apply *apply,
				       const struct signal *signal,
				       struct sg_err *err) MUST_CHECK;
/* Did the person say beforehand that this is not to be kept? */
enum sg_status apply_consent_denies(struct apply *apply,
				    const struct signal *signal,
				    uint64_t record_key, bool *denies_out,
				    struct sg_err *err) MUST_CHECK;
/* At the end of the transaction. */
enum sg_status apply_forget_consents(struct apply *apply, uint64_t record_key,
				     struct sg_err *err) MUST_CHECK;
void apply_publish_consents(struct apply *apply, bool committed);

/* apply_write.c: what the fold gave, into the store */
void apply_touch(struct apply *apply, struct cached *cached);
enum sg_status apply_write(struct apply *apply, struct cached *cached,
			   struct sg_err *err) MUST_CHECK;
enum sg_status apply_write_points(struct apply *apply, struct cached *cached,
				  const struct fold_points *points,
				  bool correcting,
				  struct sg_err *err) MUST_CHECK;
enum sg_status apply_write_timer(struct apply *apply, struct cached *cached,
				 struct sg_err *err) MUST_CHECK;
void apply_ledger_row(const struct score_rates *rates,
		      const struct fold_points *points, uint32_t record_id,
		      struct store_ledger *row_out);

/* apply_refold.c */
enum sg_status apply_refold(struct apply *apply, uint32_t id,
			    struct sg_err *err) MUST_CHECK;
/* Only what no row says yet, of points by time and rulesets. */
enum sg_status apply_write_missing(struct apply *apply, struct cached *cached,
				   struct sg_err *err) MUST_CHECK;

/* apply_late.c: an entry that is in the history, behind the newest one */
enum sg_status apply_late(struct apply *apply, struct cached *cached,
			  const struct signal *signal, int64_t history_id,
			  struct sg_err *err) MUST_CHECK;
bool apply_late_may_wait(const struct signal *signal);
/* Has this transaction folded as much anew as it should? */
bool apply_late_is_full(const struct apply *apply);
void apply_late_begin(struct apply *apply); /* of a transaction */
/* Of that record, if any wait. */
enum sg_status apply_late_end(struct apply *apply, struct cached *cached,
			      struct sg_err *err) MUST_CHECK;
enum sg_status apply_late_end_all(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;

/* apply_batch.c */
enum sg_status apply_begin(struct apply *apply, struct sg_err *err) MUST_CHECK;
/* Commit and show it to everybody. */
enum sg_status apply_commit(struct apply *apply, struct sg_err *err) MUST_CHECK;
void apply_rollback(struct apply *apply);
/* Read what there is and apply it. SG_NONE: nothing there. */
enum sg_status apply_run_batch(struct apply *apply,
			       struct sg_err *err) MUST_CHECK;

/* apply_retain.c: a slice of it, a transaction; SG_NONE: nothing to do */
enum sg_status apply_run_retention(struct apply *apply,
				   struct sg_err *err) MUST_CHECK;
bool apply_retains(const struct apply *apply);

/* apply_sweep.c: each a transaction; SG_NONE: nothing to do */
enum sg_status apply_run_sweep(struct apply *apply,
			       struct sg_err *err) MUST_CHECK;
enum sg_status apply_run_timers(struct apply *apply,
				struct sg_err *err) MUST_CHECK;

/* apply_checkpoint.c */
/* apply_saved.c */
/* At stop, after the checkpoint. */
void apply_saved_write(struct apply *apply);
/* SG_NONE: there is none that is right. SG_FAILED: it is damaged, and the board
 * with it. */
enum sg_status apply_saved_read(struct apply *apply, int64_t ledger_id,
				struct sg_err *err) MUST_CHECK;
/* In each transaction, and after it. */
enum sg_status apply_saved_begin(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
void apply_saved_committed(struct apply *apply);

enum sg_status apply_load_board(struct apply *apply,
				struct sg_err *err) MUST_CHECK;
enum sg_status apply_checkpoint(struct apply *apply,
				struct sg_err *err) MUST_CHECK;
/* One record's states, in the transaction under way; they are not taken for
 * right before a whole checkpoint. */
enum sg_status apply_checkpoint_record(struct apply *apply, uint32_t record_id,
				       struct sg_err *err) MUST_CHECK;

/* apply_scores.c */
enum { DEGRADE_TEXT_MOST = 4096, DEGRADE_NAME_MOST = 32 };
void apply_degrade_name(uint32_t ruleset, char name[DEGRADE_NAME_MOST]);
void apply_degrade_text(const struct fold_world *world,
			char text[DEGRADE_TEXT_MOST]);
void apply_degrade_from_text(struct fold_world *world, const char *text);
enum sg_status apply_keep_degrade(struct apply *apply, uint32_t ruleset,
				  struct sg_err *err) MUST_CHECK;

/* apply_rules.c */
enum sg_status apply_load_scores(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
enum sg_status apply_load_rules(struct apply *apply,
				struct sg_err *err) MUST_CHECK;

/* For a change of the segments: the same rules, from now on as they are. */
void apply_renew_rules(struct apply *apply);

/* apply_segments.c */
struct json;
/* apply_order.c */
enum sg_status apply_order_keep(struct apply *apply, uint32_t ruleset,
				struct sg_err *err) MUST_CHECK;
void apply_order_restore(struct apply *apply, uint32_t ruleset,
			 struct store_rules *rows);

enum sg_status apply_segments_keep(struct apply *apply, uint32_t ruleset,
				   struct sg_err *err) MUST_CHECK;
/* Name to text, as they were for this ruleset; NULL = none. */
struct json *apply_segments_of(struct apply *apply, uint32_t ruleset);
/* Are they other ones than the newest ruleset has? */
bool apply_segments_changed(struct apply *apply);

/* apply_bands.c */
enum sg_status apply_bands_keep(struct apply *apply, uint32_t ruleset,
				struct sg_err *err) MUST_CHECK;
/* As they were for this ruleset. */
void apply_bands_of(struct apply *apply, uint32_t ruleset,
		    struct score_bands *bands_out);
/* Are they other ones today? */
bool apply_bands_changed(struct apply *apply, uint32_t ruleset);

/* apply_names.c: stored sections of the rules' file. NULL: `what` cannot be
 * read. */
struct ruleset *apply_parse_stored(struct apply *apply, const char *what,
				   const char *text, struct sg_err *err);

/* apply_call.c */
void apply_run_calls(struct apply *apply);
/* fn, arg and committed are set; fills status and err. */
enum sg_status apply_call_wait(struct apply *apply, struct apply_wait *call);

/* apply_percent.c */
bool apply_percent(void *arg, uint32_t score_id, const char *module, int64_t at,
		   struct fold_percent_base *base_out);
enum sg_status apply_percent_load(struct apply *apply,
				  struct sg_err *err) MUST_CHECK;
/* What was looked at in this transaction; then whether it is kept. */
enum sg_status apply_percent_write(struct apply *apply,
				   struct sg_err *err) MUST_CHECK;
void apply_percent_written(struct apply *apply, bool kept);
void apply_percent_done(struct apply *apply);

/* The time, by the clock of the options. Any thread. */
int64_t apply_time(const struct apply *apply);

/* Say so, in status and once in the log. */
void apply_trouble(struct apply *apply, const struct sg_err *err);

#endif

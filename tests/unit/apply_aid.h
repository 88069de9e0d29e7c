/* apply_aid.h - an applier with a store and a spool of its own, for tests. */
#ifndef TESTS_UNIT_APPLY_AID_H
#define TESTS_UNIT_APPLY_AID_H

#include "apply/apply.h"
#include "scratch.h"
#include "store/store_ledger.h"

struct applier {
	struct scratch scratch;
	char store_path[SCRATCH_PATH_SIZE], spool_path[SCRATCH_PATH_SIZE];
	struct spool *spool;
	struct scoreboard *board;
	struct signal_kinds *kinds;
	struct consent_set *consents;
	struct apply *apply;
	struct store *reader;		 /* opened when first asked for */
	struct score_settings scores[3]; /* lead 10 %, fit none, drift 1 % */
	int64_t checkpoint_ms;
	int64_t retention_ms;		 /* 0 = none */
	size_t late_rows_most;		 /* 0 = as many as usual */
	size_t save_from;		 /* records; 0 = so many as never are */
	struct bounce_policy bounces;	 /* none unless set before opening */
	const struct score_bands *bands; /* NULL = none */
	const struct apply_team *teams;
	size_t n_teams;
	struct verdict_book *verdicts; /* NULL: hits are judged alone */
	int64_t keep_hits_ms, keep_audit_ms;
	bool stopped;	     /* do not start the thread */
	_Atomic int64_t now; /* 0 = the clock's */
};

extern const unsigned char applier_secret[32];

/* A fresh directory; opened and started. */
void applier_init(struct applier *applier);
void applier_open(struct applier *applier);
void applier_close(struct applier *applier); /* the files stay */
void applier_done(struct applier *applier);  /* and here they go */

/* The time; and to move it on, until all that is due then is done. */
int64_t applier_time(const struct applier *applier);
void applier_move_to(struct applier *applier, int64_t now);

void applier_rules(struct applier *applier, const char *text, bool take_back);
struct ruleset *applier_parse(const char *text);

/* email.opened and the like, of an address. */
struct signal applier_signal(const char *name, const char *address, int64_t at);
struct signal applier_change(enum signal_kind kind, const char *name,
			     const char *address, int64_t at);
void applier_set(struct signal *signal, const char *name, const char *value);
/* Keep it and wait until it is applied. */
void applier_submit(struct applier *applier, const struct signal *signal);

uint32_t applier_find(struct applier *applier, const char *address); /* or 0 */
/* Of "lead"; NAN = no score. */
double applier_score(struct applier *applier, const char *address, int64_t at);
double applier_score_of(struct applier *applier, const char *address,
			uint32_t score_id, int64_t at);
void applier_verify(struct applier *applier); /* asserts: no difference */
struct store *applier_reader(struct applier *applier);

#endif

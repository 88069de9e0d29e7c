/*
 * why.h - why a score is what it is (scoring §6): every ledger entry still
 * worth something, and what the score will be if nothing happens. What is left
 * of the entries adds up to the raw score; what a set or an erase closed is
 * not listed. Any thread, on a reading connection.
 */
#ifndef ENGINE_APPLY_WHY_H
#define ENGINE_APPLY_WHY_H

#include "base/pool.h"
#include "score/scoreboard.h"
#include "store/store.h"

struct why_entry {
	int64_t at;
	const char *rule; /* its name, "" = none */
	const char *explanation;
	enum ledger_class class;
	double rate; /* percent a day */
	double given;
	double left;	    /* now */
	int64_t expires_at; /* 0 = never */
	int64_t history_id; /* what it was given for; 0 = time */
};

struct why {
	struct score_settings settings;
	struct score_summary summary; /* with percent */
	double limited; /* score - raw: by floor, ceiling or default */
	size_t n_entries;
	struct why_entry *entries;    /* newest first */
	double in_7_days, in_30_days; /* the score, if nothing happens */
};

/* SG_NONE: no such score. A record without this score: summary.has_score is
 * false, no entries. All memory is in `pool`. */
enum sg_status why_read(struct store *store, struct scoreboard *board,
			uint32_t record_id, uint32_t score_id, int64_t now,
			struct pool *pool, struct why *why_out,
			struct sg_err *err) MUST_CHECK;

#endif

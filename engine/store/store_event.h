/*
 * store_event.h - what happened since: history, ledger and firings in the one
 * order that their ids have. For those who follow along. Lifetimes as in
 * store_record.h.
 */
#ifndef ENGINE_STORE_STORE_EVENT_H
#define ENGINE_STORE_STORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum store_event_kind { STORE_SIGNAL, STORE_POINTS, STORE_FIRED };

struct store_event {
	int64_t id;
	enum store_event_kind kind;
	uint32_t record_id;	  /* 0 = of none yet */
	const char *module, *key; /* "" = none, or it is deleted */
	const char *name;	  /* of the signal, the score, the automation */
	int64_t at;		  /* when it happened; of points: as of when */
	const char *source;	  /* of a signal; the rule of points */
	const char *text;    /* a signal's properties, why points came, … */
	const char *trouble; /* of a firing */
	int verdict;	     /* of a signal */
	bool effective;	     /* of a signal */
	double delta, balance;
	int64_t history_id; /* what points came of; 0 = time */
};

struct store_events {
	struct store_event *rows;
	size_t n_rows;
};

/* The first `most` with id > after, in order of id. Entries of a ledger that
 * was made beside the one in force are not among them. */
enum sg_status store_events_after(struct store *store, int64_t after,
				  size_t most, struct pool *pool,
				  struct store_events *out,
				  struct sg_err *err) MUST_CHECK;

/* Where they end now, and the ledger's generation. */
struct store_event_head {
	int64_t id, generation;
};
enum sg_status store_event_get_head(struct store *store,
				    struct store_event_head *out,
				    struct sg_err *err) MUST_CHECK;

#endif

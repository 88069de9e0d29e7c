/*
 * signal.h - one entry of the spool and of a record's history: a thing that
 * happened to one record at one moment (a signal), or something a person or a
 * program did to it (a change). Contract: signals, scoring §1–2.
 *
 * A `struct signal` is plain data whose strings belong to a pool, a plugin or
 * a buffer that outlives it; signal_copy() makes one that a pool owns.
 */
#ifndef ENGINE_SIGNAL_SIGNAL_H
#define ENGINE_SIGNAL_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"

enum {
	SIGNAL_PROPS_MOST = 64,
	SIGNAL_NAME_MOST = 64,	   /* bytes of a signal's or property's name */
	SIGNAL_VALUE_MOST = 16384, /* bytes of one property's value */
	SIGNAL_KEY_MOST = 320,	   /* bytes of a record's key */
	SIGNAL_TEXT_MOST = 1024,   /* because, actor, verdict's reason */
	SIGNAL_BYTES_MOST = 65536  /* a whole encoded signal */
};

/*
 * What an entry is. The numbers are stored: never renumber, add at the end.
 * For all but SIGNAL_HAPPENED the entry's `name` is the engine's own signal
 * for it (`field.changed`, `tag.added`, …), and it fires rules only when it
 * had an effect on the record as it was at that moment.
 */
enum signal_kind {
	SIGNAL_HAPPENED = 1,	  /* a signal of a plugin, or broadcast.sent */
	SIGNAL_RECORD_CREATE = 2, /* record.created                          */
	SIGNAL_RECORD_DELETE = 3, /* record.deleted                          */
	SIGNAL_FIELD_SET = 4,	  /* field.changed  name, value ("" removes)  */
	SIGNAL_TAG_ADD = 5,	  /* tag.added      tag                       */
	SIGNAL_TAG_REMOVE = 6,	  /* tag.removed    tag                       */
	SIGNAL_LIST_JOIN = 7,	  /* list.joined    list, how                 */
	SIGNAL_LIST_CONFIRM = 8,  /* list.confirmed list, how                 */
	SIGNAL_LIST_LEAVE = 9,	  /* list.left      list ("" = all), how      */
	SIGNAL_SCORE_ADD = 10,	  /* score.added    score, points             */
	SIGNAL_SCORE_SET = 11,	  /* score.set      score, points             */
	SIGNAL_SCORE_ERASE = 12,  /* score.erased   score                     */
	SIGNAL_SUPPRESS = 13,	  /* record.suppressed   reason, evidence     */
	SIGNAL_UNSUPPRESS = 14,	  /* record.unsuppressed reason               */
	SIGNAL_JUDGE = 15,	  /* signal.judged  verdict, and which: history,
				     or signal, since, until of its message */
	SIGNAL_LINK = 16,     /* record.linked   relation, module, key, to  */
	SIGNAL_UNLINK = 17,   /* record.unlinked relation, module, key, to  */
	SIGNAL_ROLL_UP = 18,  /* record.rolled_up rule, points, from, …     */
	SIGNAL_RENAME = 19,   /* record.renamed  old, new                   */
	SIGNAL_CONSENT = 20,  /* consent.changed what, state, source, wording */
	SIGNAL_FORGET = 21,   /* record.forgotten: who it was and all of it */
	SIGNAL_OPENING = 22,  /* record.opening: what was before, folded */
	SIGNAL_SEQUENCE = 23, /* sequence.started  sequence, again
				 sequence.stepped  sequence, step, what
				 sequence.stopped  sequence, reason
				 sequence.finished sequence               */
	SIGNAL_IMPLIED = 24,  /* email.opened: who clicked has opened */
	SIGNAL_MAIL = 26,     /* mail.requested  template, title, path, … */
	SIGNAL_AUDIT = 32,    /* call.made action, object, detail, origin:
				 of no record, and not in the history */
	SIGNAL_KIND_LAST = 32
};

/*
 * Properties of a hit that are the engine's: who fetched it, which the applier
 * takes out of the signal and keeps apart for a while; and that it is kept but
 * does not count, with the reason.
 */
#define SIGNAL_HIT_SOURCE  "hit.source"	 /* of two days, in hex */
#define SIGNAL_HIT_ADDRESS "hit.address" /* or network */
#define SIGNAL_HIT_AGENT   "hit.agent"	 /* user agent, or its family */
#define SIGNAL_UNSCORED	   "unscored"	 /* "do-not-track" */

enum verdict { VERDICT_HUMAN = 0, VERDICT_PROXY = 1, VERDICT_MACHINE = 2 };

struct signal_prop {
	const char *name;  /* [a-z0-9_.]+ */
	const char *value; /* UTF-8 */
};

struct signal {
	enum signal_kind kind;
	const char *name;    /* "email.opened": [a-z0-9_.-]+ */
	int64_t happened_at; /* event time, ms UTC; never after received_at */
	int64_t received_at; /* ms UTC */
	uint64_t record_key; /* 0 = not known, see `key` */
	const char *module;  /* "" = contact */
	const char *key;     /* the e-mail address or other key; "" = unknown */
	uint64_t message_id; /* 0 = belongs to no message */
	const char *source;  /* plugin name, "api", "cli", "import" */
	const char *actor;   /* who: audit name, "" = nobody */
	const char *because; /* explanation given by the actor, "" = none */
	enum verdict verdict;
	const char *verdict_reason; /* "" = nothing against it */
	int64_t settle_until;	    /* does not count before; 0 = at once */
	uint64_t external_id;	    /* hash of the sender's own id, 0 = none:
				       the same one within 30 days is dropped */
	size_t n_props;
	struct signal_prop props[SIGNAL_PROPS_MOST];
};

/* All strings "", kind SIGNAL_HAPPENED, both times `now`. Borrows name. */
void signal_init(struct signal *signal, const char *name, int64_t now);

/* SG_REFUSED past SIGNAL_PROPS_MOST or the size limits; replaces a property
 * of that name. Borrows both strings. */
enum sg_status signal_set(struct signal *signal, const char *name,
			  const char *value, struct sg_err *err) MUST_CHECK;

/* The value, or NULL. */
const char *signal_get(const struct signal *signal, const char *name);

/* Check every bound stated above and valid UTF-8. */
enum sg_status signal_check(const struct signal *signal,
			    struct sg_err *err) MUST_CHECK;

void signal_copy(struct signal *to, const struct signal *from,
		 struct pool *pool);

/*
 * The spool's and the inbox's byte form (versioned, first byte; a new release
 * reads every older one). signal_decode()'s strings point into `bytes` where
 * they can and into `pool` otherwise. SG_REFUSED says what is malformed.
 * Encode only what signal_check() let pass. What is said to have happened
 * after its receipt is written as having happened then (scoring §1).
 */
void signal_encode(struct buf *to, const struct signal *signal);
enum sg_status signal_decode(const void *bytes, size_t len, struct pool *pool,
			     struct signal *signal_out,
			     struct sg_err *err) MUST_CHECK;

/* Properties as a JSON object text (as they stand), and back; back, numbers
 * and booleans become text, null is left out, containers are SG_REFUSED. */
void signal_props_to_json(const struct signal *signal, struct buf *to);
enum sg_status signal_props_from_json(struct signal *signal, const char *json,
				      struct pool *pool,
				      struct sg_err *err) MUST_CHECK;

const char *verdict_name(enum verdict verdict); /* "human" … */
enum sg_status verdict_parse(const char *text, enum verdict *verdict_out,
			     struct sg_err *err) MUST_CHECK;

#endif

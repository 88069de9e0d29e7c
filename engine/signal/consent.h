/*
 * consent.h - what a person said about being tracked (mail §1): a state each
 * for opens and clicks, with time, source and wording. It is timed history
 * like any change (SIGNAL_CONSENT, `consent.changed`); a row of the store has
 * the state of today, and this set has it in memory for those who may not ask
 * a store: the milter and the web lanes.
 */
#ifndef ENGINE_SIGNAL_CONSENT_H
#define ENGINE_SIGNAL_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "signal/signal.h"

/* The numbers are stored. */
enum consent_what { CONSENT_OPENS, CONSENT_CLICKS, CONSENT_N };
enum consent_state { CONSENT_UNKNOWN, CONSENT_GRANTED, CONSENT_DENIED };

const char *consent_what_name(enum consent_what what); /* "opens" */
const char *consent_state_name(enum consent_state state);
/* SG_REFUSED says what was expected. */
enum sg_status consent_what_parse(const char *text, enum consent_what *what_out,
				  struct sg_err *err) MUST_CHECK;
enum sg_status consent_state_parse(const char *text,
				   enum consent_state *state_out,
				   struct sg_err *err) MUST_CHECK;

/* What a signal of this name is about: email.opened, email.clicked. */
bool consent_covers(const char *signal_name, enum consent_what *what_out);

/*
 * Fills a signal that was begun (record, times, who): kind, name and
 * properties `what`, `state`, `source`, `wording`. `source` and `wording` may
 * be NULL; all strings are borrowed. SG_REFUSED: a word or a bound.
 */
enum sg_status consent_fill(struct signal *signal, const char *what,
			    const char *state, const char *source,
			    const char *wording, struct sg_err *err) MUST_CHECK;

/*
 * By record key. Whoever was never asked is unknown and takes no room. One
 * writer, any readers, any thread.
 */
struct consent_set;

struct consent_set *consent_set_new(void); /* out of memory: ends */
void consent_set_free(struct consent_set *set);
void consent_set_put(struct consent_set *set, uint64_t record_key,
		     enum consent_what what, enum consent_state state);
/* `set` NULL or record_key 0: unknown. */
enum consent_state consent_set_get(struct consent_set *set, uint64_t record_key,
				   enum consent_what what);

#endif

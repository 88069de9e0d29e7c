/*
 * sequence.h - sequences: mails one after the other to who is in one
 * (`sequence "name" { … }` beside the rules in their file), with conditions
 * asked when a step is due. Immutable once made; any thread.
 */
#ifndef ENGINE_RULE_SEQUENCE_H
#define ENGINE_RULE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "rule/condition.h"

enum { SEQUENCE_STEPS_MOST = 200, SEQUENCES_MOST = 64 };

/* "09:00-17:00 Mon-Fri Europe/Berlin": when steps may be done. */
struct sequence_window {
	int from_min, to_min; /* of the day there; to_min up to 24 * 60 */
	unsigned days;	      /* bit 0 = Monday; 0: no window, any time */
	const char *timezone; /* NULL = that of the installation */
};

enum sequence_otherwise { SEQUENCE_SKIP, SEQUENCE_WAIT, SEQUENCE_END };

struct sequence_step {
	const char *name;
	int64_t after_ms; /* since the step before, or the start */
	const char *when; /* text of `if`, NULL = always */
	struct condition *condition;
	enum sequence_otherwise otherwise; /* the condition does not hold */
	int64_t wait_ms;		   /* SEQUENCE_WAIT */
	const char *otherwise_text;	   /* as written; NULL = skip */
	const char *template;
};

struct sequence {
	uint32_t id; /* of this version in the store; 0 = not stored */
	uint32_t version;
	const char *name;
	const char *module;	  /* "contact" */
	const char *start, *stop; /* texts, NULL = none */
	struct condition *start_condition, *stop_condition;
	bool restart, enabled;
	const char *at; /* text of the window, NULL = none */
	struct sequence_window window;
	size_t n_steps;
	struct sequence_step *steps;
	const char *source; /* its text in file form */
	unsigned line;	    /* in the file it was read from, 0 = none */
};

/* SG_REFUSED says what was expected. The time zone is in the pool. */
enum sg_status sequence_window_parse(const char *text, struct pool *pool,
				     struct sequence_window *window_out,
				     struct sg_err *err) MUST_CHECK;
/* The first moment within it, at or after `at`. `timezone`: that of the
 * installation. */
int64_t sequence_window_next(const struct sequence_window *window,
			     const char *timezone, int64_t at);

/* Index of the step of that name; n_steps: there is none. */
size_t sequence_find_step(const struct sequence *sequence, const char *name);
/* Canonical text: parses to the same. */
void sequence_write(const struct sequence *sequence, struct buf *to);

#endif

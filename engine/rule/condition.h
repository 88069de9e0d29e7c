/*
 * condition.h - the one condition language (scoring §4): rules, recipients,
 * segments, exports, the API. Parsed once, immutable after, any thread.
 */
#ifndef ENGINE_RULE_CONDITION_H
#define ENGINE_RULE_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "rule/record_view.h"
#include "signal/signal.h"

enum { CONDITION_TEXT_MOST = 16384, CONDITION_DEPTH_MOST = 64 };

struct condition;

/* Sorts of names that suggestions are looked for among. */
enum condition_sort {
	CONDITION_SCORES,
	CONDITION_SIGNALS,
	CONDITION_SEGMENTS,
	CONDITION_BANDS
};
typedef void condition_name_fn(void *arg, const char *name);

/* What names in an expression may refer to. NULL members: no such check; but
 * without `segment` or `band` there are none of them. */
struct condition_names {
	void *arg;
	/* may a condition name this signal? hint_out: plugin to load, or NULL
	 */
	bool (*signal_known)(void *arg, const char *name,
			     const char **hint_out);
	bool (*score_known)(void *arg, const char *name);
	/* the text of a saved segment; NULL = no such. Copied. */
	const char *(*segment)(void *arg, const char *name);
	/* range of a band; false = no such */
	bool (*band)(void *arg, const char *name, const char **score_out,
		     double *from_out, double *to_out);
	const char *timezone; /* date literals; NULL = UTC. Copied. */
	/* Calls fn for each name there is: "did you mean …?". May be NULL. */
	void (*each)(void *arg, enum condition_sort sort, condition_name_fn *fn,
		     void *fn_arg);
};

/*
 * SG_REFUSED: err->text is several lines: "line 1, column 17: expected a
 * number after '>='", the line itself, and a caret under the place.
 * Segments are expanded here (cycles are refused), so that they are parsed
 * anew, and never stale, each time the caller parses.
 */
enum sg_status condition_parse(const char *text,
			       const struct condition_names *names,
			       struct condition **condition_out,
			       struct sg_err *err) MUST_CHECK;
void condition_free(struct condition *condition);

/* `signal` may be NULL (then signal.NAME is missing). `now` is the moment the
 * view shows. */
bool condition_test(const struct condition *condition,
		    const struct record_view *view, const struct signal *signal,
		    int64_t now);

/*
 * The first moment after `now` at which the answer can change by the passing
 * of time alone (`field.renewal within 30d`, `email.clicked within 7d`),
 * INT64_MAX if never.
 */
int64_t condition_next_change(const struct condition *condition,
			      const struct record_view *view, int64_t now);

struct condition_uses {
	bool score, percent, signal_props, history, now;
};
void condition_get_uses(const struct condition *condition,
			struct condition_uses *uses_out);
/* Calls fn for each name of the sort used. */
void condition_each_signal(const struct condition *condition,
			   void (*fn)(void *arg, const char *name), void *arg);

/* Of a condition that is one signal: `email.clicked where (…) within 7d`. */
struct condition_signal {
	const char *name;  /* as long as the condition */
	int64_t within_ms; /* -1: at any time */
	unsigned times;	   /* at least */
	bool where_asks_history;
};
/* false: it is something else. */
bool condition_as_signal(const struct condition *condition,
			 struct condition_signal *signal_out);
/* Is the signal one of them: its name, and its `where`? */
bool condition_signal_meets(const struct condition *condition,
			    const struct record_view *view,
			    const struct signal *signal, int64_t now);

/* … and for each property, of the signal or in a `where`; also those that a
 * test of broadcasts looks at. */
void condition_each_property(const struct condition *condition,
			     void (*fn)(void *arg, const char *name),
			     void *arg);
/* `signal.PROPERTY = 'text'`, or `in (…)` of texts, without which the condition
 * cannot hold. Without regard to case. */
struct operand;
struct condition_wanted {
	const char *property;
	size_t n_texts;
	const struct operand *texts; /* condition_wanted_text() */
};
typedef void condition_wanted_fn(void *arg,
				 const struct condition_wanted *wanted);
void condition_each_wanted(const struct condition *condition,
			   condition_wanted_fn *fn, void *arg);
const char *condition_wanted_text(const struct condition_wanted *wanted,
				  size_t i);
/* Names that may come to be later, so that no parser can refuse them: of lists,
 * broadcasts and sequences. Also those within segments. */
enum condition_thing {
	CONDITION_LIST,
	CONDITION_BROADCAST,
	CONDITION_SEQUENCE
};
void condition_each_thing(const struct condition *condition,
			  void (*fn)(void *arg, enum condition_thing thing,
				     const char *name),
			  void *arg);
/* From here on each `has score` holds for who has no such score, too: its text
 * says so. SG_REFUSED: it stands in a segment, whose text is not ours. */
enum sg_status condition_include_unknown(struct condition *condition,
					 struct sg_err *err) MUST_CHECK;
/* The canonical text: parses to the same condition. */
void condition_write(const struct condition *condition, struct buf *to);

#endif

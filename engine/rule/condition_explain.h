/*
 * condition_explain.h - why a condition holds or does not, part by part, with
 * what was there: `rules test`, `rules simulate --record`, previews.
 */
#ifndef ENGINE_RULE_CONDITION_EXPLAIN_H
#define ENGINE_RULE_CONDITION_EXPLAIN_H

#include "base/pool.h"
#include "rule/condition.h"

struct condition_part {
	unsigned depth;	   /* 0 = the whole */
	const char *text;  /* canonical: "field.age > 17" */
	const char *value; /* "field.age is 12"; "" = nothing to say */
	bool passed;
};

struct condition_explanation {
	size_t n_parts;
	struct condition_part *parts; /* a part stands before its own parts */
};

/* Each part is tried, also where the answer is clear already. In `pool`. */
void condition_explain(const struct condition *condition,
		       const struct record_view *view,
		       const struct signal *signal, int64_t now,
		       struct pool *pool, struct condition_explanation *out);

#endif

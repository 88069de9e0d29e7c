/* rule_compare.c - what differs between two sets of rules; see rule.h. */
#include <stdlib.h>
#include <string.h>

#include "rule/rule_parts.h"

static int
by_name(const void *a, const void *b)
{
	const struct rule *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static const struct rule **
sorted_rules(const struct ruleset *ruleset, struct pool *pool)
{
	size_t n = ruleset ? ruleset->n_rules : 0, i;
	const struct rule **sorted =
		pool_alloc(pool, (n + 1) * sizeof(*sorted));

	for (i = 0; i < n; i++)
		sorted[i] = &ruleset->rules[i];
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_name);
	return sorted; /* ended by NULL */
}

static bool
is_same(const struct rule *before, const struct rule *after)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	bool same;

	rule_write_canonical(before, &old);
	rule_write_canonical(after, &new);
	same = strcmp(buf_text(&old), buf_text(&new)) == 0;
	buf_done(&old);
	buf_done(&new);
	return same;
}

size_t
ruleset_compare(const struct ruleset *before, const struct ruleset *after,
		struct pool *pool, struct rule_difference **differences_out)
{
	size_t most = (before ? before->n_rules : 0) +
		      (after ? after->n_rules : 0),
	       n = 0;
	const struct rule **old = sorted_rules(before, pool);
	const struct rule **new = sorted_rules(after, pool);
	struct rule_difference *differences =
		pool_alloc(pool, (most ? most : 1) * sizeof(*differences));
	struct rule_difference one;
	int order;

	while (*old || *new) {
		order = !*old ? 1 : !*new ? -1 : by_name(old, new);
		one.before = order <= 0 ? *old++ : NULL;
		one.after = order >= 0 ? *new ++ : NULL;
		one.change = !one.before		      ? RULE_ADDED
			     : !one.after		      ? RULE_REMOVED
			     : is_same(one.before, one.after) ? RULE_SAME
							      : RULE_CHANGED;
		if (one.change != RULE_SAME)
			differences[n++] = one;
	}
	*differences_out = differences;
	return n;
}

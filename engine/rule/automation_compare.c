/* automation_compare.c - what differs between two sets of automations. */
#include <stdlib.h>
#include <string.h>

#include "rule/rule.h"

static int
by_name(const void *a, const void *b)
{
	const struct automation *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static const struct automation **
sorted(const struct ruleset *ruleset, struct pool *pool)
{
	size_t n = ruleset ? ruleset->n_automations : 0, i;
	const struct automation **all =
		pool_alloc(pool, (n + 1) * sizeof(*all));

	for (i = 0; i < n; i++)
		all[i] = &ruleset->automations[i];
	if (n)
		qsort(all, n, sizeof(*all), by_name);
	return all; /* ended by NULL */
}

size_t
automations_compare(const struct ruleset *before, const struct ruleset *after,
		    struct pool *pool,
		    struct automation_difference **differences_out)
{
	size_t most = (before ? before->n_automations : 0) +
		      (after ? after->n_automations : 0),
	       n = 0;
	const struct automation **old = sorted(before, pool);
	const struct automation **new = sorted(after, pool);
	struct automation_difference *differences =
		pool_alloc(pool, (most ? most : 1) * sizeof(*differences));

	while (*old || *new) {
		int order = !*old ? 1 : !*new ? -1 : by_name(old, new);
		struct automation_difference one = {
			.before = order <= 0 ? *old++ : NULL,
			.after = order >= 0 ? *new ++ : NULL};

		one.change = !one.before  ? RULE_ADDED
			     : !one.after ? RULE_REMOVED
			     : strcmp(one.before->source, one.after->source)
				     ? RULE_CHANGED
				     : RULE_SAME;
		if (one.change != RULE_SAME)
			differences[n++] = one;
	}
	*differences_out = differences;
	return n;
}

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

static bool
has_place(const struct ruleset *ruleset, const struct rule *like)
{
	size_t i;

	for (i = 0; ruleset && i < ruleset->n_rules; i++)
		if (strcmp(ruleset->rules[i].module, like->module) == 0 &&
		    strcmp(ruleset->rules[i].score, like->score) == 0)
			return true;
	return false;
}

static int
by_place(const void *a, const void *b)
{
	const struct rule_place *left = a, *right = b;
	int order = strcmp(left->module, right->module);

	return order ? order : strcmp(left->score, right->score);
}

size_t
ruleset_find_emptied(const struct ruleset *before, const struct ruleset *after,
		     struct pool *pool, struct rule_place **places_out)
{
	size_t n_before = before ? before->n_rules : 0, n = 0, kept = 0, i;
	struct rule_place *places =
		pool_alloc(pool, (n_before + 1) * sizeof(*places));

	for (i = 0; i < n_before; i++) {
		const struct rule *rule = &before->rules[i];

		if (!has_place(after, rule))
			places[n++] =
				(struct rule_place){rule->module, rule->score};
	}
	qsort(places, n, sizeof(*places), by_place);
	for (i = 0; i < n; i++)
		if (!kept || by_place(&places[kept - 1], &places[i]) != 0)
			places[kept++] = places[i];
	*places_out = places;
	return kept;
}

const char *
rule_change_name(enum rule_change change)
{
	static const char *const names[] = {[RULE_SAME] = "same",
					    [RULE_ADDED] = "added",
					    [RULE_CHANGED] = "changed",
					    [RULE_REMOVED] = "removed"};

	return names[change];
}

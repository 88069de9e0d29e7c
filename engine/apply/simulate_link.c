/*
 * simulate_link.c - points that go along links in a simulation. All records are
 * folded once without any; then those who get some, with them, until nobody
 * gets others than before: so many times as there are links one after another.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"

/* Ids of such entries: after all that are in the history. */
#define FIRST_ID ((int64_t)1 << 62)

bool
simulate_has_links(const struct simulation *simulation)
{
	const struct fold_ruleset *ruleset = simulation->world.rulesets[1];
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (ruleset->all[i].rule->also)
			return true;
	return false;
}

/* --- what records give ---------------------------------------------------- */

static const char *
rule_name(const struct simulation *simulation, const char *name)
{
	const struct fold_ruleset *ruleset = simulation->world.rulesets[1];
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (strcmp(ruleset->all[i].rule->name, name) == 0)
			return ruleset->all[i].rule->name;
	return name; /* not reached: it is one of these */
}

void
simulate_keep_rolls(struct simulation *simulation, uint32_t from,
		    const struct fold_out *out)
{
	struct simulate_rolls *given = &simulation->given;
	size_t i;

	for (i = 0; i < out->n_rolls; i++) {
		const struct fold_roll *roll = &out->rolls[i];
		struct simulate_roll *kept;

		given->items = fold_grow(given->items, &given->n, &given->cap,
					 sizeof(*given->items));
		kept = &given->items[given->n - 1];
		*kept = (struct simulate_roll){
			.to = roll->to,
			.from = from,
			.at = roll->at,
			.history_id = roll->history_id,
			.rule = rule_name(simulation, roll->rule),
			.points = roll->points,
			.of = roll->of};
	}
}

/* Who is folded anew gives what it gives then. */
static void
forget_given(struct simulation *simulation, const struct record_set *who)
{
	struct simulate_rolls *given = &simulation->given;
	size_t n = 0, i;

	for (i = 0; i < given->n; i++)
		if (!record_set_has(who, given->items[i].from))
			given->items[n++] = given->items[i];
	given->n = n;
}

static int
compare(const void *x, const void *y)
{
	const struct simulate_roll *a = x, *b = y;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->history_id != b->history_id)
		return a->history_id < b->history_id ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->rule != b->rule)
		return strcmp(a->rule, b->rule);
	return (a->points > b->points) - (a->points < b->points);
}

/* Those who get others than before. */
static struct record_set *
find_changed(struct simulation *simulation)
{
	const struct simulate_rolls *had = &simulation->got;
	const struct simulate_rolls *have = &simulation->given;
	struct record_set *changed = record_set_new();
	size_t a = 0, b = 0;

	if (have->n)
		qsort(have->items, have->n, sizeof(*have->items), compare);
	while (a < had->n || b < have->n) {
		int order = a == had->n ? 1
			    : b == have->n
				    ? -1
				    : compare(&had->items[a], &have->items[b]);

		if (order)
			record_set_add(changed, order < 0 ? had->items[a].to
							  : have->items[b].to);
		a += order <= 0;
		b += order >= 0;
	}
	return changed;
}

struct record_set *
simulate_next_pass(struct simulation *simulation)
{
	struct record_set *changed = find_changed(simulation);
	struct simulate_rolls *got = &simulation->got;
	size_t size = simulation->given.n * sizeof(*got->items);

	if (!record_set_count(changed)) {
		record_set_free(changed);
		return NULL;
	}
	got->items = fold_must(realloc(got->items, size + 1));
	if (size)
		memcpy(got->items, simulation->given.items, size);
	got->n = simulation->given.n;
	forget_given(simulation, changed);
	return changed;
}

/* --- what records get ------------------------------------------------------
 */

struct simulate_incoming
simulate_incoming(const struct simulation *simulation, uint32_t to)
{
	const struct simulate_rolls *got = &simulation->got;
	struct simulate_incoming incoming = {.simulation = simulation};
	size_t lo = 0, hi = got->n;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (got->items[middle].to < to)
			lo = middle + 1;
		else
			hi = middle;
	}
	for (; hi < got->n && got->items[hi].to == to; hi++)
		;
	incoming.i = lo;
	incoming.end = hi;
	return incoming;
}

static void
set_number(struct signal *signal, size_t i, const char *name, double value,
	   char *text, size_t size)
{
	snprintf(text, size, "%.17g", value);
	signal->props[i] = (struct signal_prop){name, text};
}

void
simulate_take_before(struct simulate_incoming *incoming, int64_t before,
		     struct fold_record *fold, struct fold_out *out)
{
	const struct simulation *simulation = incoming->simulation;
	char points[SIMULATE_NUMBER_SIZE], of[SIMULATE_NUMBER_SIZE];
	struct fold_entry step = {.ruleset = 1};
	struct signal signal;

	for (; incoming->i < incoming->end; incoming->i++) {
		const struct simulate_roll *roll =
			&simulation->got.items[incoming->i];

		if (roll->at >= before)
			break;
		signal_init(&signal, "record.rolled_up", roll->at);
		signal.kind = SIGNAL_ROLL_UP;
		signal.n_props = 3;
		signal.props[0] = (struct signal_prop){"rule", roll->rule};
		set_number(&signal, 1, "points", roll->points, points,
			   sizeof(points));
		set_number(&signal, 2, "of", roll->of, of, sizeof(of));
		step.id = FIRST_ID + (int64_t)incoming->i;
		step.signal = &signal;
		fold_step(fold, &simulation->world, &step, out);
	}
}

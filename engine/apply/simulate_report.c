/* simulate_report.c - what a simulation found: the two distributions, who
 * crosses what, who moves most and by which rules. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"
#include "store/store_rule.h"

/* --- distributions ----------------------------------------------------------
 */

static void
swap(double *a, double *b)
{
	double kept = *a;

	*a = *b;
	*b = kept;
}

/* The k-th smallest comes to its place, none before it is larger (Hoare). */
static double
select_kth(double *values, size_t n, size_t k)
{
	size_t from = 0, to = n - 1;

	while (from < to) {
		double pivot = values[from + (to - from) / 2];
		size_t i = from, j = to;

		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i > j)
				break;
			swap(&values[i++], &values[j]);
			if (!j)
				break;
			j--;
		}
		if (k <= j)
			to = j;
		else if (k >= i)
			from = i;
		else
			break;
	}
	return values[k];
}

static double
median_of(double *values, size_t n)
{
	double upper = select_kth(values, n, n / 2), lower = upper;
	size_t i;

	if (n % 2)
		return upper;
	for (lower = values[0], i = 1; i < n / 2; i++)
		lower = fmax(lower, values[i]);
	return (lower + upper) / 2;
}

static void
measure(const struct simulation *simulation, const double *values,
	struct simulate_side *side)
{
	double *there = fold_must(
		malloc(((size_t)simulation->last_record + 1) * sizeof(*there)));
	size_t n = 0, i;

	for (i = 1; i <= simulation->last_record; i++) {
		if (isnan(values[i]))
			continue;
		there[n++] = values[i];
		side->total += values[i];
		side->lowest =
			n == 1 ? values[i] : fmin(side->lowest, values[i]);
		side->top = n == 1 ? values[i] : fmax(side->top, values[i]);
	}
	side->scored = n;
	if (n) {
		side->mean = side->total / (double)n;
		side->median = median_of(there, n);
	}
	free(there);
}

static void
fill_bins(const struct simulation *simulation, const double *values,
	  const struct simulate_report *report, struct simulate_side *side)
{
	double width = (report->hi - report->lo) / SIMULATE_BINS;
	size_t i;
	int bin;

	for (i = 1; i <= simulation->last_record; i++) {
		if (isnan(values[i]))
			continue;
		bin = width > 0 ? (int)((values[i] - report->lo) / width) : 0;
		side->bins[bin < SIMULATE_BINS ? bin : SIMULATE_BINS - 1]++;
	}
}

static void
find_bounds(struct simulate_report *report)
{
	const struct simulate_side *before = &report->before;
	const struct simulate_side *after = &report->after;

	if (before->scored && after->scored) {
		report->lo = fmin(before->lowest, after->lowest);
		report->hi = fmax(before->top, after->top);
	} else {
		report->lo = before->scored ? before->lowest : after->lowest;
		report->hi = before->scored ? before->top : after->top;
	}
}

static void
count_crossings(const struct simulation *simulation,
		struct simulate_threshold *threshold)
{
	uint32_t id;

	for (id = 1; id <= simulation->last_record; id++) {
		bool before = simulation->before[id] >= threshold->at;
		bool after = simulation->after[id] >= threshold->at;

		threshold->above_before += before;
		threshold->above_after += after;
		threshold->up += after && !before;
		threshold->down += before && !after;
	}
}

/* --- who moves most ---------------------------------------------------------
 */

static double
or_0(double value)
{
	return isnan(value) ? 0 : value;
}

static double
moved(const struct simulation *simulation, uint32_t id)
{
	double before = simulation->before[id], after = simulation->after[id];

	if (isnan(before) && isnan(after))
		return 0;
	return fabs(or_0(after) - or_0(before));
}

/* Kept in order, the most first: there are few. */
static size_t
find_movers(const struct simulation *simulation, struct simulate_report *report,
	    uint32_t *ids)
{
	size_t most = simulation->options->n_movers, n = 0, i;
	uint32_t id;

	for (id = 1; id <= simulation->last_record; id++) {
		double by = moved(simulation, id);

		if (score_equal(by, 0))
			continue;
		report->changed++;
		if (!most || (n == most && by <= moved(simulation, ids[n - 1])))
			continue;
		if (n < most)
			n++;
		for (i = n - 1; i > 0 && moved(simulation, ids[i - 1]) < by;
		     i--)
			ids[i] = ids[i - 1];
		ids[i] = id;
	}
	return n;
}

struct reasons {
	struct pool *pool;
	size_t n, cap;
	struct simulate_reason *items;
};

static struct simulate_reason *
reason_of(struct reasons *reasons, const char *rule)
{
	size_t i;

	for (i = 0; i < reasons->n; i++)
		if (strcmp(reasons->items[i].rule, rule) == 0)
			return &reasons->items[i];
	reasons->items = fold_grow(reasons->items, &reasons->n, &reasons->cap,
				   sizeof(*reasons->items));
	reasons->items[reasons->n - 1].rule = pool_strdup(reasons->pool, rule);
	return &reasons->items[reasons->n - 1];
}

static enum sg_status
add_before(const struct simulation *simulation, uint32_t record_id,
	   struct reasons *reasons, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_ledger_rows rows;
	struct store_rule rule;
	enum sg_status status;
	size_t i;

	status = store_ledger_of(simulation->store, record_id,
				 simulation->options->score_id, pool, &rows,
				 err);
	for (i = 0; status == SG_OK && i < rows.n_rows; i++) {
		const struct store_ledger *row = &rows.rows[i];
		const char *name = "by hand";

		if (row->rule_id) {
			status = store_rule_get(simulation->store, row->rule_id,
						pool, &rule, err);
			name = status == SG_OK ? rule.name : "";
			if (status == SG_NONE)
				status = SG_OK;
		}
		reason_of(reasons, name)->before +=
			row->delta *
			score_decay(row->rate, simulation->now - row->at);
	}
	pool_free(pool);
	return status;
}

static const char *
rule_name(const struct simulation *simulation, uint32_t rule_no)
{
	const struct fold_ruleset *ruleset = simulation->world.rulesets[1];

	return rule_no && rule_no <= ruleset->n_rules
		       ? ruleset->all[rule_no - 1].rule->name
		       : "by hand";
}

/* Its history folded once more, and this time each entry is looked at. The
 * rules of a simulation have no ids in the store: simulate_number_rules(). */
static enum sg_status
add_after(const struct simulation *simulation,
	  const struct store_record *record, struct reasons *reasons,
	  struct sg_err *err)
{
	const struct fold_world *world = &simulation->world;
	struct pool *pool = pool_new();
	struct fold_record *fold =
		fold_record_new(record->id, record->module, record->key);
	struct store_history_rows rows;
	struct simulate_incoming incoming =
		simulate_incoming(simulation, record->id);
	struct fold_out out;
	struct signal signal;
	enum sg_status status;
	size_t i;

	fold_out_init(&out, pool, false);
	/* Without what came along links: that is another now. */
	status = store_history_of_generation(simulation->store, 0, record->id,
					     pool, &rows, err);
	for (i = 0; status == SG_OK && i < rows.n_rows; i++) {
		struct fold_entry entry = {
			.id = rows.rows[i].id, .ruleset = 1, .signal = &signal};

		status =
			store_history_signal(&rows.rows[i], pool, &signal, err);
		if (status != SG_OK)
			break;
		simulate_take_before(&incoming, rows.rows[i].happened_at, fold,
				     &out);
		fold_step(fold, world, &entry, &out);
	}
	simulate_take_before(&incoming, INT64_MAX, fold, &out);
	fold_advance_to(fold, world, simulation->now, &out);
	for (i = 0; status == SG_OK && i < out.n_points; i++) {
		const struct score_entry *entry = &out.points[i].entry;

		if (out.points[i].score_id != simulation->options->score_id)
			continue;
		reason_of(reasons, rule_name(simulation, out.points[i].rule_id))
			->after += entry->delta *
				   score_decay(world->rates.rates[entry->rate],
					       simulation->now - entry->at);
	}
	fold_out_done(&out);
	fold_record_free(fold);
	pool_free(pool);
	return status;
}

static int
by_difference(const void *x, const void *y)
{
	const struct simulate_reason *a = x, *b = y;
	double left = fabs(a->after - a->before);
	double right = fabs(b->after - b->before);

	if (left != right)
		return left > right ? -1 : 1;
	return strcmp(a->rule, b->rule);
}

static void
keep_reasons(struct reasons *reasons, struct simulate_mover *mover)
{
	size_t n = 0;

	if (reasons->n)
		qsort(reasons->items, reasons->n, sizeof(*reasons->items),
		      by_difference);
	while (n < reasons->n && n < SIMULATE_REASONS &&
	       !score_equal(reasons->items[n].before, reasons->items[n].after))
		n++;
	mover->n_reasons = n;
	mover->reasons = (struct simulate_reason *)pool_memdup(
		reasons->pool, reasons->items ? (void *)reasons->items : "",
		n * sizeof(*reasons->items));
	free(reasons->items);
}

static enum sg_status
explain_mover(struct simulation *simulation, uint32_t id, struct pool *pool,
	      struct simulate_mover *mover, struct sg_err *err)
{
	struct reasons reasons = {.pool = pool};
	struct store_record record;
	enum sg_status status =
		store_record_get(simulation->store, id, pool, &record, err);

	if (status == SG_OK)
		status = add_before(simulation, id, &reasons, err);
	if (status == SG_OK)
		status = add_after(simulation, &record, &reasons, err);
	if (status != SG_OK) {
		free(reasons.items);
		return status == SG_NONE ? SG_FAILED : status;
	}
	mover->record_id = id;
	mover->key = record.key;
	mover->had = !isnan(simulation->before[id]);
	mover->has = !isnan(simulation->after[id]);
	mover->before = or_0(simulation->before[id]);
	mover->after = or_0(simulation->after[id]);
	keep_reasons(&reasons, mover);
	return SG_OK;
}

/* The ledger names rules by id; those of a simulation are numbered by place. */
static void
number_rules(struct fold_world *world)
{
	struct ruleset *rules = world->rulesets[1]->rules;
	size_t i;

	for (i = 0; i < rules->n_rules; i++)
		rules->rules[i].id = (uint32_t)i + 1;
}

/* Those of another module have neither a before nor an after. */
static void
leave_out_others(struct simulation *simulation, struct record_set *module)
{
	uint32_t id;

	for (id = 1; id <= simulation->last_record; id++)
		if (!record_set_has(module, id))
			simulation->before[id] = simulation->after[id] = NAN;
}

enum sg_status
simulate_summarise(struct simulation *simulation, struct pool *pool,
		   struct simulate_report *out, struct sg_err *err)
{
	const struct simulate_options *options = simulation->options;
	struct record_set *module = record_set_new();
	uint32_t ids[SIMULATE_MOVERS_MOST];
	enum sg_status status;
	size_t i;

	status = store_record_select(simulation->store, options->module, module,
				     err);
	leave_out_others(simulation, module);
	out->records = record_set_count(module);
	record_set_free(module);
	out->signals = simulation->n_signals;
	measure(simulation, simulation->before, &out->before);
	measure(simulation, simulation->after, &out->after);
	find_bounds(out);
	fill_bins(simulation, simulation->before, out, &out->before);
	fill_bins(simulation, simulation->after, out, &out->after);
	for (i = 0; i < options->n_thresholds; i++)
		count_crossings(simulation, &options->thresholds[i]);
	number_rules(&simulation->world);
	out->n_movers = find_movers(simulation, out, ids);
	out->movers =
		pool_alloc(pool, (out->n_movers + 1) * sizeof(*out->movers));
	for (i = 0; i < out->n_movers && status == SG_OK; i++)
		status = explain_mover(simulation, ids[i], pool,
				       &out->movers[i], err);
	return status;
}

/*
 * api_compare.c - a score's histogram; and two records side by side: their
 * parts, the rules that gave them, and what happened to them. Two of the same
 * total may have come to it in quite different ways.
 */
#include <math.h>
#include <string.h>

#include "apply/why.h"
#include "http/api/api_call.h"
#include "store/store_history.h"

enum { BINS = 10, BINS_MOST = 200, HISTORY_MOST = 100000 };

/* --- histogram ----------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, so that the edges are round numbers. */
static double
bin_width(double span, int64_t bins)
{
	double power, rest;

	if (!(span > 0))
		return 1;
	power = pow(10, floor(log10(span / (double)bins)));
	rest = span / (double)bins / power;
	return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

void
api_histogram_json(struct api_call *call, const struct score_settings *settings,
		   const struct score_statistics *statistics, int64_t bins)
{
	struct json *array = json_new_array();
	uint64_t counts[BINS_MOST + 2];
	double width, lo;
	size_t n;

	json_add(api_answer(call), "histogram", array);
	if (statistics->scored == 0)
		return;
	width = bin_width(statistics->top - statistics->lowest, bins);
	lo = floor(statistics->lowest / width) * width;
	n = (size_t)floor((statistics->top - lo) / width) + 1;
	if (n > (size_t)bins + 2)
		n = (size_t)bins + 2;
	scoreboard_histogram(call->api->options.scoreboard, settings->id,
			     api_module_or_all(call), call->now, lo,
			     lo + width * (double)n, n, counts);
	for (size_t i = 0; i < n; i++) {
		struct json *bin = json_new_object();

		json_add_number(bin, "from", lo + width * (double)i);
		json_add_number(bin, "to", lo + width * (double)(i + 1));
		json_add_int(bin, "count", (int64_t)counts[i]);
		json_push(array, bin);
	}
}

enum sg_status
api_scores_histogram(struct api_call *call, struct sg_err *err)
{
	struct score_statistics statistics;
	struct score_settings settings;
	int64_t bins;
	enum sg_status status = api_score(call, call->args[0], &settings, err);

	if (status == SG_OK)
		status = api_param_int(call, "bins", BINS, BINS_MOST, &bins,
				       err);
	if (status != SG_OK)
		return status;
	scoreboard_statistics(call->api->options.scoreboard, settings.id,
			      api_module_or_all(call), call->now, &statistics);
	json_add_text(api_answer(call), "name", settings.name);
	json_add_text(call->answer, "module", api_module(call));
	json_add_int(call->answer, "scored", (int64_t)statistics.scored);
	api_histogram_json(call, &settings, &statistics, bins);
	return SG_OK;
}

/* --- side by side -------------------------------------------------------- */

struct side {
	struct store_record record;
	struct why why;
	struct store_history_rows history;
};

/* One line of a table: a name, and what it is on either side. */
struct row {
	const char *name, *class;
	double value[2];
	int64_t count[2];
};

struct rows {
	struct row *items;
	size_t n, cap;
	struct pool *pool;
};

static struct row *
row_of(struct rows *rows, const char *name, const char *class)
{
	struct row *more;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->items[i].name, name) == 0 &&
		    strcmp(rows->items[i].class, class) == 0)
			return &rows->items[i];
	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 16;
		more = pool_alloc(rows->pool, rows->cap * sizeof(*more));
		if (rows->n)
			memcpy(more, rows->items, rows->n * sizeof(*more));
		rows->items = more;
	}
	more = &rows->items[rows->n++];
	*more = (struct row){.name = name, .class = class};
	return more;
}

static enum sg_status
read_side(struct api_call *call, const char *param,
	  const struct score_settings *settings, struct side *side,
	  struct sg_err *err)
{
	const char *key = api_param(call, param);
	struct store_history_filter filter = {.most = HISTORY_MOST};
	enum sg_status status;

	if (!key)
		return err_set(err, SG_REFUSED,
			       "compare takes two: a=KEY and b=KEY");
	status = api_contact(call, key, &side->record, NULL, err);
	if (status == SG_OK)
		status = why_read(call->store, call->api->options.scoreboard,
				  side->record.id, settings->id, call->now,
				  call->pool, &side->why, err);
	if (status != SG_OK)
		return status;
	filter.record_id = side->record.id;
	return store_history_recent(call->store, &filter, call->pool,
				    &side->history, err);
}

static void
add_parts(const struct side sides[2], struct json *answer)
{
	struct json *array = json_new_array();

	json_add(answer, "parts", array);
	for (int part = 0; part < SCORE_N_PARTS; part++) {
		struct json *item = json_new_object();

		json_add_text(item, "part",
			      score_part_name((enum score_part)part));
		for (int i = 0; i < 2; i++) {
			const char *name = i ? "b" : "a";
			const struct score_summary *summary =
				&sides[i].why.summary;

			if (summary->has_score)
				json_add_number(item, name,
						summary->value[part]);
			else
				json_add_null(item, name);
		}
		json_push(array, item);
	}
}

static void
add_rules(struct api_call *call, const struct side sides[2])
{
	static const char *const classes[] = {"", "field", "touch", "manual"};
	struct rows rows = {.pool = call->pool};
	struct json *array = json_new_array();

	json_add(call->answer, "rules", array);
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < sides[i].why.n_entries; k++) {
			const struct why_entry *entry =
				&sides[i].why.entries[k];
			struct row *row = row_of(
				&rows, *entry->rule ? entry->rule : "by hand",
				classes[entry->class]);

			row->value[i] += entry->left;
			row->count[i]++;
		}
	for (size_t i = 0; i < rows.n; i++) {
		const struct row *row = &rows.items[i];
		struct json *item = json_new_object();

		json_add_text(item, "rule", row->name);
		json_add_text(item, "class", row->class);
		json_add_number(item, "a", row->value[0]);
		json_add_number(item, "b", row->value[1]);
		json_add_int(item, "a_times", row->count[0]);
		json_add_int(item, "b_times", row->count[1]);
		json_push(array, item);
	}
}

/* How often each thing happened: what a total does not say. */
static void
add_signals(struct api_call *call, const struct side sides[2])
{
	struct rows rows = {.pool = call->pool};
	struct json *array = json_new_array();

	json_add(call->answer, "signals", array);
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < sides[i].history.n_rows; k++) {
			const struct store_history *entry =
				&sides[i].history.rows[k];

			if (entry->kind == SIGNAL_HAPPENED &&
			    entry->verdict == VERDICT_HUMAN)
				row_of(&rows, entry->name, "")->count[i]++;
		}
	for (size_t i = 0; i < rows.n; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "signal", rows.items[i].name);
		json_add_int(item, "a", rows.items[i].count[0]);
		json_add_int(item, "b", rows.items[i].count[1]);
		json_push(array, item);
	}
}

enum sg_status
api_scores_compare(struct api_call *call, struct sg_err *err)
{
	struct score_settings settings;
	struct side sides[2];
	enum sg_status status = api_score(call, call->args[0], &settings, err);

	if (status == SG_OK)
		status = read_side(call, "a", &settings, &sides[0], err);
	if (status == SG_OK)
		status = read_side(call, "b", &settings, &sides[1], err);
	if (status != SG_OK)
		return status;
	json_add_text(api_answer(call), "name", settings.name);
	json_add_text(call->answer, "module", sides[0].record.module);
	json_add_text(call->answer, "a", sides[0].record.key);
	json_add_text(call->answer, "b", sides[1].record.key);
	add_parts(sides, call->answer);
	add_rules(call, sides);
	add_signals(call, sides);
	return SG_OK;
}

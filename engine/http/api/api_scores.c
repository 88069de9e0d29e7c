/* api_scores.c - the scores there are, who is on top, how they are spread. */
#include <math.h>
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_columns.h"
#include "http/api/api_rows.h"

enum { TOP = 20, BINS = 10 };

static void
add_settings(struct json *to, const struct score_settings *settings)
{
	json_add_text(to, "name", settings->name);
	json_add_number(to, "degrade", settings->degrade);
	json_add_bool(to, "degrade_negative", settings->degrade_negative);
	if (settings->has_default)
		json_add_number(to, "default", settings->default_points);
	if (settings->has_floor)
		json_add_number(to, "floor", settings->floor);
	if (settings->has_ceiling)
		json_add_number(to, "ceiling", settings->ceiling);
}

static void
add_number_or_null(struct json *to, const char *name, double number)
{
	if (isinf(number))
		json_add_null(to, name);
	else
		json_add_number(to, name, number);
}

static void
add_bands(struct api_call *call, struct json *to, const char *score)
{
	const struct score_bands *all = apply_bands(call->api->options.apply);
	struct json *items = json_new_array();

	json_add(to, "bands", items);
	for (size_t i = 0; i < all->n; i++) {
		const struct score_band *band = &all->bands[i];
		struct json *item;

		if (strcmp(band->score, score) != 0)
			continue;
		item = json_new_object();
		json_add_text(item, "name", band->name);
		add_number_or_null(item, "from", band->from);
		add_number_or_null(item, "to", band->to);
		json_push(items, item);
	}
}

static void
add_bands_of(struct api_call *call, struct json *to, const char *score,
	     const struct score_summary *summary)
{
	const struct score_bands *all = apply_bands(call->api->options.apply);
	struct json *names = json_new_array();

	json_add(to, "bands", names);
	for (size_t i = 0; i < all->n; i++)
		if (score_band_holds(&all->bands[i], score, summary))
			json_push(names, json_text(all->bands[i].name));
}

enum sg_status
api_scores_list(struct api_call *call, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct json *items = api_items(call);
	struct score_settings settings;

	for (size_t i = 0; i < scoreboard_n_scores(board); i++) {
		struct json *item;

		if (scoreboard_score_at(board, i, &settings) != SG_OK)
			continue;
		item = json_new_object();
		add_settings(item, &settings);
		add_bands(call, item, settings.name);
		json_push(items, item);
	}
	return SG_OK;
}

bool
api_score_json(struct api_call *call, uint32_t record_id,
	       const struct score_settings *settings, struct json *to)
{
	struct score_summary summary;

	json_add_text(to, "name", settings->name);
	scoreboard_summary(call->api->options.scoreboard, record_id,
			   settings->id, call->now, &summary);
	for (int part = 0; part < SCORE_N_PARTS; part++) {
		const char *name = score_part_name((enum score_part)part);

		if (summary.has_score)
			json_add_number(to, name, summary.value[part]);
		else
			json_add_null(to, name);
	}
	add_bands_of(call, to, settings->name, &summary);
	return summary.has_score;
}

enum sg_status
api_scores_of(struct api_call *call, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct score_settings settings;
	struct store_record record;
	struct json *items;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < scoreboard_n_scores(board); i++) {
		struct json *item = json_new_object();

		if (scoreboard_score_at(board, i, &settings) == SG_OK &&
		    api_score_json(call, record.id, &settings, item))
			json_push(items, item);
		else
			json_free(item);
	}
	return SG_OK;
}

/* --- top ----------------------------------------------------------------- */

struct top {
	struct score_settings settings;
	enum score_part part;
	int64_t n;
	struct api_place place;
	struct api_columns columns;
};

static enum sg_status
read_top(struct api_call *call, struct top *top, struct sg_err *err)
{
	const char *by = api_param(call, "by");
	const char *columns = api_param(call, "columns");
	int part = score_part_find(by ? by : "score");
	enum sg_status status =
		api_score(call, call->args[0], &top->settings, err);

	if (status == SG_OK)
		status = api_param_int(call, "n", TOP, API_LIMIT_MOST, &top->n,
				       err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status != SG_OK)
		return status;
	if (part < 0)
		return err_set(err, SG_REFUSED,
			       "`by` is a part of a score (score, positive, "
			       "touchpoint, …), not `%s`",
			       by);
	top->part = (enum score_part)part;
	top->place.store = call->store;
	top->place.board = call->api->options.scoreboard;
	top->place.pool = call->pool;
	top->place.now = call->now;
	if (!columns || !*columns)
		columns = by && strcmp(by, "score") != 0 &&
					  strcmp(by, "percent") != 0
				  ? pool_printf(call->pool,
						"email,%s,score,percent", by)
				  : "email,score,percent";
	return api_columns_read(&top->place, columns, top->settings.name,
				&top->columns, err);
}

/* Those of a condition: sorted, and cut off. */
static enum sg_status
top_where(struct api_call *call, const struct top *top, struct score_row *rows,
	  size_t *n_out, struct sg_err *err)
{
	const char *by = api_param(call, "by");
	struct api_query query = {.place = top->place,
				  .where = api_param(call, "where"),
				  .sorted = true,
				  .descending = true};
	struct api_rows found;
	enum sg_status status =
		api_column_read(&query.place, by ? by : "score",
				top->settings.name, &query.sort, err);

	/* It rises with the score. */
	if (status == SG_OK && query.sort.part == SCORE_PERCENT)
		query.sort.part = SCORE_SCORE;
	if (status == SG_OK)
		status = api_rows_page(call, &query, (size_t)top->n, &found,
				       err);
	*n_out = 0;
	for (size_t i = 0; status == SG_OK && i < found.n_rows; i++)
		if (found.rows[i].has)
			rows[(*n_out)++].record_id = found.rows[i].record_id;
	return status;
}

enum sg_status
api_scores_top(struct api_call *call, struct sg_err *err)
{
	struct top top = {0};
	struct score_row *rows;
	struct json *items;
	size_t n;
	enum sg_status status = read_top(call, &top, err);

	if (status != SG_OK)
		return status;
	rows = pool_alloc(call->pool, (size_t)top.n * sizeof(*rows));
	/* The percentage rises with the score. */
	if (api_param(call, "where"))
		status = top_where(call, &top, rows, &n, err);
	else
		n = scoreboard_top(top.place.board, top.settings.id,
				   top.part == SCORE_PERCENT ? SCORE_SCORE
							     : top.part,
				   api_module_or_all(call), call->now,
				   (size_t)top.n, rows);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < n && status == SG_OK; i++) {
		struct json *item = json_new_object();

		json_push(items, item);
		status = api_columns_json(&top.place, &top.columns,
					  rows[i].record_id, item, err);
	}
	return status;
}

/* --- summary ------------------------------------------------------------- */

enum sg_status
api_scores_summary(struct api_call *call, struct sg_err *err)
{
	struct score_statistics statistics;
	struct score_settings settings;
	struct json *answer = api_answer(call);
	enum sg_status status = api_score(call, call->args[0], &settings, err);

	if (status != SG_OK)
		return status;
	scoreboard_statistics(call->api->options.scoreboard, settings.id,
			      api_module_or_all(call), call->now, &statistics);
	json_add_text(answer, "name", settings.name);
	json_add_int(answer, "records", (int64_t)statistics.records);
	json_add_int(answer, "scored", (int64_t)statistics.scored);
	json_add_int(answer, "counted", (int64_t)statistics.counted);
	if (statistics.scored) {
		json_add_number(answer, "top", statistics.top);
		json_add_number(answer, "median", statistics.median);
		json_add_number(answer, "mean", statistics.mean);
		json_add_number(answer, "lowest", statistics.lowest);
	}
	api_histogram_json(call, &settings, &statistics, BINS);
	return SG_OK;
}

/* api_bulk.c - actions to all for whom a condition holds. */
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "store/store_bulk.h"

enum { EXAMPLES = 20 };

static struct json *
bulk_json(const struct store_bulk *row)
{
	struct json *item = json_new_object(), *actions;

	json_add_int(item, "id", row->id);
	json_add_text(item, "where", row->expression);
	if (json_parse(row->actions, strlen(row->actions), &actions, NULL) ==
	    SG_OK)
		json_add(item, "actions", actions);
	json_add_text(item, "actor", row->actor);
	json_add_time(item, "created_at", row->created_at);
	json_add_int(item, "total", (int64_t)row->total);
	json_add_int(item, "done", (int64_t)row->done);
	json_add_int(item, "refused", (int64_t)row->refused);
	if (row->finished_at)
		json_add_time(item, "finished_at", row->finished_at);
	else
		json_add_null(item, "finished_at");
	json_add_text(item, "trouble", row->trouble);
	return item;
}

enum sg_status
api_bulk_all(struct api_call *call, struct sg_err *err)
{
	struct store_bulks found;
	struct json *items;
	int64_t limit, before;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_bulks_recent(call->store, before, (size_t)limit,
					    call->pool, &found, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < found.n_rows; i++)
		json_push(items, bulk_json(&found.rows[i]));
	api_next_id(call, found.n_rows, limit,
		    found.n_rows ? found.rows[found.n_rows - 1].id : 0);
	return SG_OK;
}

enum sg_status
api_bulk_show(struct api_call *call, struct sg_err *err)
{
	struct store_bulk row;
	long long id;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK && !text_to_int(call->args[0], &id))
		return err_set(err, SG_REFUSED, "an id is a number");
	if (status == SG_OK)
		status = store_bulk_get(call->store, id, call->pool, &row, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no such work: %s", call->args[0]);
	if (status != SG_OK)
		return status;
	json_free(call->answer);
	call->answer = bulk_json(&row);
	return SG_OK;
}

/* --- what would be done, and doing it ----------------------------------- */

static enum sg_status
read_order(struct api_call *call, struct apply_bulk_order *order,
	   struct sg_err *err)
{
	enum sg_status status =
		api_body_text(call, "where", true, &order->where, err);
	const char **actions;
	struct json *array;

	if (status != SG_OK)
		return status;
	array = json_get(call->body, "actions");
	order->n_actions = json_is_array(array) ? json_count(array) : 0;
	if (order->n_actions < 1 || order->n_actions > AUTOMATION_ACTIONS_MOST)
		return err_set(err, SG_REFUSED,
			       "expected `actions`, 1 to %d texts",
			       AUTOMATION_ACTIONS_MOST);
	actions = pool_alloc(call->pool, order->n_actions * sizeof(*actions));
	for (size_t i = 0; i < order->n_actions; i++) {
		struct buf text = BUF_INIT;

		(void)json_scalar(json_at(array, i), &text);
		actions[i] = pool_strdup(call->pool, buf_text(&text));
		buf_done(&text);
	}
	order->actions = actions;
	return SG_OK;
}

static enum sg_status
check_order(struct api_call *call, const struct apply_bulk_order *order,
	    struct sg_err *err)
{
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	struct condition *where = NULL;
	struct automation_action action;
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	apply_names_init(names, call->api->options.apply, call->store);
	status = condition_parse(order->where, &names->names, &where, err);
	condition_free(where);
	for (size_t i = 0; i < order->n_actions && status == SG_OK; i++)
		status = automation_action_parse(
			order->actions[i], &names->names,
			apply_targets(call->api->options.apply), call->pool,
			&action, err);
	return status;
}

/* As for all other lists: contacts, where no module is said. */
static const char *
of_module(struct api_call *call, const char *where)
{
	const char *module = api_module_or_all(call);

	return module ? pool_printf(call->pool, "(%s) and module = '%s'", where,
				    module)
		      : where;
}

struct examples {
	struct api_call *call;
	struct json *items;
	size_t n;
	enum sg_status status;
	struct sg_err *err;
};

static bool
add_example(void *arg, uint32_t record_id)
{
	struct examples *examples = arg;
	struct api_call *call = examples->call;
	struct score_summary summary;
	struct store_record record;
	struct json *item;

	examples->status = store_record_get(call->store, record_id, call->pool,
					    &record, examples->err);
	if (examples->status != SG_OK)
		return false;
	item = json_new_object();
	json_add_text(item, "key", record.key);
	scoreboard_summary(call->api->options.scoreboard, record_id, 1,
			   call->now, &summary);
	if (summary.has_score)
		json_add_number(item, "score", summary.value[SCORE_SCORE]);
	else
		json_add_null(item, "score");
	json_push(examples->items, item);
	return ++examples->n < EXAMPLES;
}

static enum sg_status
preview(struct api_call *call, const char *where, struct sg_err *err)
{
	struct examples examples = {.call = call, .err = err};
	struct record_set *set;
	enum sg_status status = api_select(call, where, &set, err);

	if (status != SG_OK)
		return status;
	examples.items = json_new_array();
	json_add_int(api_answer(call), "total", (int64_t)record_set_count(set));
	json_add(call->answer, "examples", examples.items);
	record_set_each(set, add_example, &examples);
	record_set_free(set);
	return examples.status == SG_NONE ? SG_OK : examples.status;
}

static enum sg_status
show_begun(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct apply_bulk_order *order = arg;

	json_add_int(api_answer(call), "id", order->id);
	json_add_int(call->answer, "total", (int64_t)order->total);
	call->status = 202;
	return SG_OK;
}

enum sg_status
api_bulk_begin(struct api_call *call, struct sg_err *err)
{
	struct apply_bulk_order order = {.apply = call->api->options.apply,
					 .actor = call->principal.name};
	struct api_definition definition = {apply_bulk_begin, &order,
					    "segment.do", NULL, NULL};
	struct buf said = BUF_INIT;
	enum sg_status status = read_order(call, &order, err);

	if (status == SG_OK)
		status = check_order(call, &order, err);
	if (status != SG_OK)
		return status;
	if (api_param_yes(call, "dry_run"))
		return preview(call, order.where, err);
	for (size_t i = 0; i < order.n_actions; i++)
		buf_printf(&said, "%s%s", i ? "; " : "", order.actions[i]);
	definition.object = order.where;
	order.where = of_module(call, order.where);
	definition.detail = buf_text(&said);
	status =
		api_define_answered(call, &definition, show_begun, &order, err);
	buf_done(&said);
	return status;
}

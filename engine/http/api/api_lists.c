/* api_lists.c - mailing lists. */
#include "http/api/api_call.h"
#include "store/store_list.h"

static enum sg_status
list_json(struct api_call *call, const struct store_list *list, struct json *to,
	  struct sg_err *err)
{
	uint64_t counts[LIST_N_STATES] = {0};
	enum sg_status status =
		store_list_counts(call->store, list->name, counts, err);

	if (status != SG_OK)
		return status;
	json_add_text(to, "name", list->name);
	json_add_text(to, "title", list->title);
	json_add_time(to, "created_at", list->created_at);
	for (int state = 1; state < LIST_N_STATES; state++)
		json_add_int(to, list_state_name((enum list_state)state),
			     (int64_t)counts[state]);
	return SG_OK;
}

enum sg_status
api_lists_all(struct api_call *call, struct sg_err *err)
{
	struct store_lists lists;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_lists_all(call->store, call->pool, &lists, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < lists.n_rows && status == SG_OK; i++) {
		struct json *item = json_new_object();

		json_push(items, item);
		status = list_json(call, &lists.rows[i], item, err);
	}
	return status;
}

static enum sg_status
show(struct api_call *call, const char *name, struct sg_err *err)
{
	struct store_list list;
	enum sg_status status = api_list_exists(call, name, err);

	if (status == SG_OK)
		status = store_list_get(call->store, name, call->pool, &list,
					err);
	if (status != SG_OK)
		return status;
	return list_json(call, &list, api_answer(call), err);
}

enum sg_status
api_lists_show(struct api_call *call, struct sg_err *err)
{
	return show(call, call->args[0], err);
}

struct making {
	const char *name, *title;
	int64_t now;
};

static enum sg_status
make(void *arg, struct store *store, struct sg_err *err)
{
	const struct making *making = arg;

	return store_list_create(store, making->name,
				 making->title ? making->title : "",
				 making->now, err);
}

enum sg_status
api_lists_create(struct api_call *call, struct sg_err *err)
{
	struct making making = {.now = call->now};
	struct api_definition definition = {make, &making, "list.create", NULL,
					    NULL};
	enum sg_status status =
		api_body_text(call, "name", true, &making.name, err);

	if (status == SG_OK)
		status =
			api_body_text(call, "title", false, &making.title, err);
	if (status == SG_OK)
		status = api_check_name("list", making.name, err);
	definition.object = making.name;
	if (status == SG_OK)
		status = api_define(call, &definition, err);
	if (status != SG_OK)
		return status;
	call->status = 201;
	return show(call, making.name, err);
}

static enum sg_status delete (void *arg, struct store *store,
			      struct sg_err *err) {
	const struct making *making = arg;

	return store_list_delete(store, making->name, making->now, err);
}

enum sg_status
api_lists_delete(struct api_call *call, struct sg_err *err)
{
	struct making making = {call->args[0], NULL, call->now};
	struct api_definition definition = {delete, &making, "list.delete",
					    making.name, NULL};
	enum sg_status status = api_list_exists(call, making.name, err);

	if (status == SG_OK)
		status = api_define(call, &definition, err);
	call->status = 204;
	return status;
}

/* api_lists.c - mailing lists. */
#include "http/api/api_call.h"
#include "store/store_list.h"
#include "store/store_record.h"

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

static const char *
version_of(const struct api_call *call, const struct store_list *list)
{
	return api_version_of_text(
		call, pool_printf(call->pool, "%s\n%lld", list->title,
				  (long long)list->created_at));
}

/* In a transaction: is it still as If-Match says? */
static enum sg_status
check_match(struct api_call *call, struct store *store, const char *name,
	    struct sg_err *err)
{
	struct store_list list;
	enum sg_status status =
		store_list_get(store, name, call->pool, &list, err);

	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no list `%s`", name);
	return status == SG_OK
		       ? api_if_match(call, version_of(call, &list), err)
		       : status;
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
	call->version = version_of(call, &list);
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
	struct api_call *call;
};

static enum sg_status
make(void *arg, struct store *store, struct sg_err *err)
{
	const struct making *making = arg;

	return store_list_create(store, making->name,
				 making->title ? making->title : "",
				 making->now, err);
}

static enum sg_status
show_made(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct making *making = arg;

	call->status = 201;
	return show(call, making->name, err);
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
	return status == SG_OK ? api_define_answered(call, &definition,
						     show_made, &making, err)
			       : status;
}

enum { LEAVE_SLICE = 200 };

/* Their history says when and why they left, and no rule goes on holding. */
static enum sg_status
leave(struct api_call *call, const char *name, uint32_t *after, bool *more,
      struct sg_err *err)
{
	struct signal *signals =
		pool_alloc(call->pool, LEAVE_SLICE * sizeof(*signals));
	struct store_members members;
	struct store_record record;
	size_t i, n = 0;
	enum sg_status status =
		store_member_slice(call->store, name, *after, LEAVE_SLICE,
				   call->pool, &members, err);

	for (i = 0; status == SG_OK && i < members.n_rows; i++) {
		*after = members.rows[i].record_id;
		if (members.rows[i].state == LIST_LEFT)
			continue;
		status = store_record_get(call->store, *after, call->pool,
					  &record, err);
		if (status != SG_OK || record.deleted_at)
			continue;
		api_change(call, &signals[n], SIGNAL_LIST_LEAVE, record.key);
		signals[n].module = record.module;
		signals[n].record_key = record.record_key;
		status = signal_set(&signals[n], "list", name, err);
		if (status == SG_OK)
			status = signal_set(&signals[n], "how", "list deleted",
					    err);
		n++;
	}
	*more = status == SG_OK && members.n_rows > 0;
	return status == SG_OK && n ? api_submit(call, signals, n, err)
				    : status;
}

static enum sg_status
leave_all(struct api_call *call, const char *name, struct sg_err *err)
{
	enum sg_status status;
	uint32_t after = 0;
	bool more;

	do
		status = leave(call, name, &after, &more, err);
	while (status == SG_OK && more);
	return status;
}

static enum sg_status
drop(void *arg, struct store *store, struct sg_err *err)
{
	const struct making *making = arg;
	enum sg_status status =
		check_match(making->call, store, making->name, err);

	if (status != SG_OK)
		return status;
	return store_list_delete(store, making->name, making->now, err);
}

enum sg_status
api_lists_delete(struct api_call *call, struct sg_err *err)
{
	struct making making = {call->args[0], NULL, call->now, call};
	struct api_definition definition = {drop, &making, "list.delete",
					    making.name, NULL};
	enum sg_status status = api_list_exists(call, making.name, err);

	/* Before anybody has left it, too. */
	if (status == SG_OK)
		status = check_match(call, call->store, making.name, err);
	call->audited = true; /* once, with the list itself */
	if (status == SG_OK)
		status = leave_all(call, making.name, err);
	call->audited = false;
	if (status == SG_OK)
		status = api_define(call, &definition, err);
	call->status = 204;
	return status;
}

/* --- PATCH --------------------------------------------------------------- */

static enum sg_status
set_title(void *arg, struct store *store, struct sg_err *err)
{
	const struct making *making = arg;
	enum sg_status status =
		check_match(making->call, store, making->name, err);

	if (status != SG_OK || !making->title)
		return status;
	return store_list_set_title(store, making->name, making->title, err);
}

enum sg_status
api_lists_patch(struct api_call *call, struct sg_err *err)
{
	struct making making = {call->args[0], NULL, call->now, call};
	struct api_definition definition = {set_title, &making, "list.change",
					    making.name, NULL};
	enum sg_status status = api_body(call, err);

	/* A merge patch: null removes. */
	if (status == SG_OK && json_has(call->body, "title") &&
	    !json_get(call->body, "title"))
		making.title = "";
	else if (status == SG_OK)
		status =
			api_body_text(call, "title", false, &making.title, err);
	if (status == SG_OK)
		status = api_define(call, &definition, err);
	return status == SG_OK ? show(call, making.name, err) : status;
}

/* api_outbox.c - what waits to be delivered, and what could not be. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_outbox.h"

static const char *const states[] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_DELIVERED] = "delivered",
	[OUTBOX_DEAD] = "dead",
	[OUTBOX_DROPPED] = "dropped",
};
enum { N_STATES = sizeof(states) / sizeof(states[0]) };

static struct json *
row_json(const struct store_outbox *row)
{
	struct json *item = json_new_object();
	char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)row->id);
	json_add_text(item, "id", id); /* past what JavaScript counts to */
	json_add_text(item, "action", row->action);
	json_add_text(item, "target", row->target);
	json_add_text(item, "state", states[row->state]);
	json_add_int(item, "tries", row->tries);
	json_add_time(item, "created_at", row->created_at);
	if (row->state == OUTBOX_WAITING)
		json_add_time(item, "due_at", row->due_at);
	else
		json_add_null(item, "due_at");
	if (row->done_at)
		json_add_time(item, "done_at", row->done_at);
	else
		json_add_null(item, "done_at");
	json_add_text(item, "trouble", row->trouble);
	json_add_text(item, "key", row->key);
	return item;
}

static enum sg_status
read_state(struct api_call *call, enum store_outbox_state *state_out,
	   struct sg_err *err)
{
	const char *text = api_param(call, "state");

	*state_out = 0;
	if (!text || !*text)
		return SG_OK;
	for (int i = OUTBOX_WAITING; i < N_STATES; i++)
		if (strcmp(text, states[i]) == 0) {
			*state_out = (enum store_outbox_state)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "`state` is waiting, delivered, dead or dropped");
}

enum sg_status
api_outbox_all(struct api_call *call, struct sg_err *err)
{
	enum store_outbox_state state;
	struct store_outbox_counts counts;
	struct store_outbox_rows found;
	struct json *items;
	int64_t limit, before;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	if (status == SG_OK)
		status = read_state(call, &state, err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_outbox_recent(call->store, state, before,
					     (size_t)limit, call->pool, &found,
					     err);
	if (status == SG_OK)
		status = store_outbox_counts(call->store, &counts, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < found.n_rows; i++)
		json_push(items, row_json(&found.rows[i]));
	json_add_int(call->answer, "waiting", (int64_t)counts.waiting);
	json_add_int(call->answer, "retrying", (int64_t)counts.retrying);
	json_add_int(call->answer, "dead", (int64_t)counts.dead);
	api_next_id(call, found.n_rows, limit,
		    found.n_rows ? found.rows[found.n_rows - 1].id : 0);
	return SG_OK;
}

static enum sg_status
read_row(struct api_call *call, struct store_outbox *row_out,
	 struct sg_err *err)
{
	long long id = 0;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK && !text_to_int(call->args[0], &id))
		return err_set(err, SG_REFUSED, "an id is a number");
	if (status == SG_OK)
		status = store_outbox_get(call->store, id, call->pool, row_out,
					  err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "nothing in the outbox has id %s",
			       call->args[0]);
	return status;
}

enum sg_status
api_outbox_show(struct api_call *call, struct sg_err *err)
{
	struct store_outbox row;
	struct json *payload;
	enum sg_status status = read_row(call, &row, err);

	if (status != SG_OK)
		return status;
	json_free(call->answer);
	call->answer = row_json(&row);
	if (json_parse(row.payload, strlen(row.payload), &payload, NULL) ==
	    SG_OK)
		json_add(call->answer, "payload", payload);
	return SG_OK;
}

struct turn {
	int64_t id, now;
	bool redo;
};

static enum sg_status
run_turn(void *arg, struct store *store, struct sg_err *err)
{
	const struct turn *turn = arg;
	enum sg_status status =
		turn->redo ? store_outbox_redo(store, turn->id, turn->now, err)
			   : store_outbox_drop(store, turn->id, turn->now, err);

	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       turn->redo ? "it is neither dead nor dropped"
					  : "it is neither waiting nor dead");
	return status;
}

static enum sg_status
show_turned(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct turn *turn = arg;

	json_add_text(api_answer(call), "state",
		      turn->redo ? "waiting" : "dropped");
	return SG_OK;
}

static enum sg_status
turn_one(struct api_call *call, bool redo, struct sg_err *err)
{
	struct store_outbox row;
	struct turn turn = {.now = call->now, .redo = redo};
	struct api_definition definition = {
		run_turn, &turn, redo ? "outbox.redo" : "outbox.drop",
		call->args[0], NULL};
	enum sg_status status = read_row(call, &row, err);

	if (status != SG_OK)
		return status;
	turn.id = row.id;
	definition.detail =
		pool_printf(call->pool, "%s %s", row.action, row.target);
	status =
		api_define_answered(call, &definition, show_turned, &turn, err);
	if (status == SG_OK && redo)
		apply_outbox_wake(call->api->options.apply);
	return status;
}

enum sg_status
api_outbox_redo(struct api_call *call, struct sg_err *err)
{
	return turn_one(call, true, err);
}

enum sg_status
api_outbox_drop(struct api_call *call, struct sg_err *err)
{
	return turn_one(call, false, err);
}

enum sg_status
api_outbox_json(struct api_call *call, struct json *to, struct sg_err *err)
{
	struct store_outbox_counts counts;
	struct json *outbox;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_outbox_counts(call->store, &counts, err);
	if (status != SG_OK)
		return status;
	outbox = json_new_object();
	json_add_int(outbox, "waiting", (int64_t)counts.waiting);
	json_add_int(outbox, "retrying", (int64_t)counts.retrying);
	json_add_int(outbox, "dead", (int64_t)counts.dead);
	if (counts.oldest_at)
		json_add_time(outbox, "oldest_at", counts.oldest_at);
	else
		json_add_null(outbox, "oldest_at");
	json_add(to, "outbox", outbox);
	return SG_OK;
}

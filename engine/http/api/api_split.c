/* api_split.c - private copies that wait to be handed to the MTA, and those
 * that it refused. */
#include <string.h>

#include "gate/split_queue.h"
#include "http/api/api_call.h"

static struct split_queue *
queue_of(const struct api_call *call)
{
	struct sg_gate *gate = call->api->options.gate;

	return gate ? gate_split(gate) : NULL;
}

enum { SHOWN_MOST = 10000 };

struct rows {
	struct json *items;
	int64_t left;
};

static void
add_row(void *arg, const struct split_row *row)
{
	static const char *const states[] = {"waiting", "sending", "sent",
					     "dead"};
	struct rows *rows = arg;
	struct json *item;

	if (rows->left-- <= 0)
		return;
	item = json_new_object();
	json_add_text(item, "id", row->id);
	json_add_text(item, "recipient", row->recipient);
	json_add_text(item, "sender", row->sender);
	json_add_text(item, "state", states[row->state]);
	json_add_time(item, "since", row->at);
	json_add_int(item, "tries", row->tries);
	if (row->state == SPLIT_WAITING && row->next_at)
		json_add_time(item, "next_at", row->next_at);
	else
		json_add_null(item, "next_at");
	json_add_text(item, "reason", row->reason);
	json_push(rows->items, item);
}

enum sg_status
api_split_all(struct api_call *call, struct sg_err *err)
{
	struct split_queue *queue = queue_of(call);
	const char *state = api_param(call, "state");
	struct rows rows = {.left = SHOWN_MOST};

	if (state && strcmp(state, "dead") != 0)
		return err_set(err, SG_REFUSED,
			       "`state` can be dead, or be left out");
	rows.items = api_items(call);
	if (queue)
		split_queue_each(queue, state != NULL, add_row, &rows);
	return SG_OK;
}

enum sg_status
api_split_redo(struct api_call *call, struct sg_err *err)
{
	struct split_queue *queue = queue_of(call);
	const char *id = NULL;
	enum sg_status status = SG_OK;

	if (call->request->request.body_len)
		status = api_body_text(call, "id", false, &id, err);
	if (status == SG_OK && !queue && id)
		status = err_set(err, SG_NONE, "mail is not split here");
	if (status == SG_OK && queue)
		status = split_queue_redo(queue, id, err);
	call->status = 204;
	return status;
}

enum sg_status
api_split_drop(struct api_call *call, struct sg_err *err)
{
	struct split_queue *queue = queue_of(call);

	call->status = 204;
	if (!queue)
		return err_set(err, SG_NONE, "mail is not split here");
	return split_queue_drop(queue, call->args[0], call->now, err);
}

void
api_split_figures(struct sg_gate *gate, struct json *to)
{
	struct split_status status = {0};

	if (!gate || !gate_split(gate))
		return;
	split_queue_get_status(gate_split(gate), &status);
	json_add_int(to, "split_waiting",
		     (int64_t)(status.waiting + status.sending));
	json_add_int(to, "split_dead", (int64_t)status.dead);
	json_add_int(to, "split_sent", (int64_t)status.sent);
	if (status.oldest_at)
		json_add_time(to, "split_oldest_at", status.oldest_at);
	if (*status.trouble)
		json_add_text(to, "split_trouble", status.trouble);
}

void
api_split_metrics(struct sg_gate *gate, struct buf *to)
{
	struct split_status status = {0};

	if (!gate || !gate_split(gate))
		return;
	split_queue_get_status(gate_split(gate), &status);
	buf_printf(to,
		   "# HELP scoregate_split_copies Private copies not yet "
		   "handed to the MTA.\n"
		   "# TYPE scoregate_split_copies gauge\n"
		   "scoregate_split_copies{state=\"waiting\"} %llu\n"
		   "scoregate_split_copies{state=\"dead\"} %llu\n",
		   (unsigned long long)(status.waiting + status.sending),
		   (unsigned long long)status.dead);
	buf_printf(to,
		   "# HELP scoregate_split_sent_total Private copies handed to "
		   "the MTA.\n"
		   "# TYPE scoregate_split_sent_total counter\n"
		   "scoregate_split_sent_total %llu\n",
		   (unsigned long long)status.sent);
}

/*
 * apply_bulk.c - `segment do`: actions to all for whom a condition holds, some
 * records a transaction, in order of id. How far it is stands in the store
 * with what was done: a restart asks the condition anew and goes on behind the
 * last record, so nobody gets it twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"
#include "base/json.h"
#include "base/log.h"
#include "rule/condition_set.h"
#include "store/store_bulk.h"

enum { SLICE = 200, TROUBLE_MOST = 512 };

struct bulk {
	struct pool *pool;
	struct store_bulk row;
	size_t n_actions;
	struct automation_action *actions;
	const char *cause;
	struct record_set *left;
	char trouble[TROUBLE_MOST];
};

static void
bulk_free(struct bulk *bulk)
{
	if (!bulk)
		return;
	record_set_free(bulk->left);
	pool_free(bulk->pool);
	free(bulk);
}

void
apply_bulk_free(struct apply *apply)
{
	bulk_free(apply->bulk);
	apply->bulk = NULL;
}

/* --- what was asked for ------------------------------------------------- */

static enum sg_status
select_records(struct apply *apply, const char *where, struct record_set **out,
	       struct sg_err *err)
{
	struct apply_names *names = fold_must(malloc(sizeof(*names)));
	struct condition *condition = NULL;
	enum sg_status status;

	apply_names_init(names, apply, apply->store);
	status = condition_parse(where, &names->names, &condition, err);
	if (status == SG_OK)
		status = condition_select(condition, apply->store, apply->board,
					  apply->now, out, err);
	condition_free(condition);
	free(names);
	return status;
}

static enum sg_status
parse_action(struct apply *apply, const char *text, struct pool *pool,
	     struct automation_action *action_out, struct sg_err *err)
{
	struct apply_names *names = fold_must(malloc(sizeof(*names)));
	enum sg_status status;

	apply_names_init(names, apply, apply->store);
	status = automation_action_parse(text, &names->names,
					 apply_targets(apply), pool, action_out,
					 err);
	free(names);
	if (status == SG_OK &&
	    (action_out->verb == AUTOMATION_SEQUENCE_START ||
	     action_out->verb == AUTOMATION_SEQUENCE_STOP) &&
	    !sequences_find(apply, action_out->name))
		return err_set(err, SG_REFUSED, "there is no sequence '%.64s'",
			       action_out->name);
	return status;
}

enum sg_status
apply_bulk_begin(void *arg, struct store *store, struct sg_err *err)
{
	struct apply_bulk_order *order = arg;
	struct apply *apply = order->apply;
	struct json *actions = json_new_array();
	struct buf text = BUF_INIT;
	struct store_bulk row = {.expression = order->where,
				 .actor = order->actor,
				 .created_at = apply->now};
	struct automation_action action;
	struct record_set *records = NULL;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < order->n_actions && status == SG_OK; i++) {
		status = parse_action(apply, order->actions[i], apply->work,
				      &action, err);
		json_push(actions, json_text(order->actions[i]));
	}
	if (status == SG_OK)
		status = select_records(apply, order->where, &records, err);
	json_write(actions, &text);
	json_free(actions);
	if (status == SG_OK) {
		order->total = row.total = record_set_count(records);
		row.actions = buf_text(&text);
		status = store_bulk_add(store, &row, &order->id, err);
	}
	record_set_free(records);
	buf_done(&text);
	apply->bulk_look = true;
	return status;
}

/* --- from the store ----------------------------------------------------- */

static enum sg_status
read_actions(struct apply *apply, struct bulk *bulk, struct sg_err *err)
{
	struct json *actions;
	struct buf text = BUF_INIT;
	enum sg_status status = json_parse(
		bulk->row.actions, strlen(bulk->row.actions), &actions, err);
	size_t n, i;

	if (status != SG_OK)
		return status;
	n = json_count(actions);
	bulk->actions =
		pool_alloc(bulk->pool, (n + 1) * sizeof(*bulk->actions));
	for (i = 0; i < n && status == SG_OK; i++) {
		buf_reset(&text);
		(void)json_scalar(json_at(actions, i), &text);
		status = parse_action(apply,
				      pool_strdup(bulk->pool, buf_text(&text)),
				      bulk->pool, &bulk->actions[i], err);
		bulk->n_actions++;
	}
	buf_done(&text);
	json_free(actions);
	return status;
}

static bool
drop_done(void *arg, uint32_t record_id)
{
	struct bulk *bulk = arg;

	if (record_id > bulk->row.after)
		return false;
	record_set_remove(bulk->left, record_id);
	return true;
}

static enum sg_status
prepare(struct apply *apply, struct bulk *bulk, struct sg_err *err)
{
	struct record_set *all = NULL;
	enum sg_status status = read_actions(apply, bulk, err);

	if (status == SG_OK)
		status = select_records(apply, bulk->row.expression, &all, err);
	if (status != SG_OK)
		return status;
	bulk->left = record_set_copy(all);
	record_set_each(all, drop_done, bulk);
	record_set_free(all);
	bulk->cause = pool_printf(bulk->pool, "segment do %lld",
				  (long long)bulk->row.id);
	return SG_OK;
}

/* It cannot go on: its plugin, its webhook or its segment is gone. */
static enum sg_status
give_up(struct apply *apply, struct bulk *bulk, struct sg_err *err)
{
	log_error("segment do %lld ends: %s", (long long)bulk->row.id,
		  err->text);
	bulk->row.trouble = pool_strdup(bulk->pool, err->text);
	bulk->row.finished_at = apply->now;
	return store_bulk_progress(apply->store, &bulk->row, err);
}

/* SG_NONE: there is none. */
static enum sg_status
take_next(struct apply *apply, struct sg_err *err)
{
	struct bulk *bulk = fold_must(calloc(1, sizeof(*bulk)));
	enum sg_status status;

	bulk->pool = pool_new();
	status = store_bulk_next(apply->store, bulk->pool, &bulk->row, err);
	if (status == SG_OK)
		status = prepare(apply, bulk, err);
	if (status == SG_REFUSED)
		status = give_up(apply, bulk, err);
	else if (status == SG_OK)
		apply->bulk = bulk;
	if (apply->bulk != bulk)
		bulk_free(bulk);
	return status;
}

/* --- a slice ------------------------------------------------------------ */

struct some {
	uint32_t ids[SLICE];
	size_t n;
};

static bool
take_one(void *arg, uint32_t record_id)
{
	struct some *some = arg;

	some->ids[some->n++] = record_id;
	return some->n < SLICE;
}

static enum sg_status
do_one(struct apply *apply, struct bulk *bulk, uint32_t record_id,
       struct store_bulk *now, struct sg_err *err)
{
	struct automation_deed deed = {.actor = bulk->row.actor,
				       .source = "segment",
				       .cause = bulk->cause,
				       .at = apply->now};
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < bulk->n_actions && status == SG_OK; i++) {
		deed.action = &bulk->actions[i];
		status = automations_do(apply, record_id, &deed, err);
		if (status != SG_REFUSED)
			continue;
		snprintf(bulk->trouble, sizeof(bulk->trouble), "%.511s",
			 err->text);
		now->trouble = bulk->trouble;
		now->refused++;
		status = SG_OK;
	}
	now->after = record_id;
	now->done++;
	return status == SG_OK ? automations_run(apply, err) : status;
}

static enum sg_status
run_slice(struct apply *apply, struct some *some, struct store_bulk *now,
	  struct sg_err *err)
{
	struct bulk *bulk = apply->bulk;
	enum sg_status status = SG_OK;
	size_t i;

	record_set_each(bulk->left, take_one, some);
	for (i = 0; i < some->n && status == SG_OK; i++)
		status = do_one(apply, bulk, some->ids[i], now, err);
	if (some->n < SLICE)
		now->finished_at = apply->now;
	return status == SG_OK ? store_bulk_progress(apply->store, now, err)
			       : status;
}

enum sg_status
apply_run_bulk(struct apply *apply, struct sg_err *err)
{
	struct some some = {.n = 0};
	struct store_bulk now;
	enum sg_status status;
	size_t i;

	if (!apply->bulk && !apply->bulk_look)
		return SG_NONE;
	status = apply_begin(apply, err);
	if (status == SG_OK && !apply->bulk)
		status = take_next(apply, err);
	if (status == SG_OK && apply->bulk) {
		now = apply->bulk->row;
		status = run_slice(apply, &some, &now, err);
	}
	if (status == SG_NONE && !apply->bulk) {
		apply_rollback(apply);
		apply->bulk_look = false;
		return SG_NONE;
	}
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED || status == SG_NONE ? SG_FAILED
								 : status;
	}
	for (i = 0; i < some.n; i++)
		record_set_remove(apply->bulk->left, some.ids[i]);
	if (apply->bulk)
		apply->bulk->row = now;
	if (apply->bulk && now.finished_at)
		apply_bulk_free(apply);
	return SG_OK;
}

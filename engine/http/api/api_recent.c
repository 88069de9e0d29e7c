/* api_recent.c - the last day: what happened, and whom it moved most. */
#include "base/clock.h"
#include "http/api/api_call.h"
#include "store/store_recent.h"

enum { MOVERS = 10, MOVERS_MOST = 100 };

static struct json *
kinds_json(const struct store_recent *recent)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < recent->n_kinds; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "name", recent->kinds[i].name);
		json_add_int(item, "n", recent->kinds[i].n);
		json_push(all, item);
	}
	return all;
}

static struct json *
movers_json(const struct store_recent *recent)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < recent->n_movers; i++) {
		const struct store_recent_mover *mover = &recent->movers[i];
		struct json *item = json_new_object();

		json_add_text(item, "module", mover->module);
		json_add_text(item, "key", mover->key);
		json_add_text(item, "score", mover->score);
		json_add_number(item, "points", mover->points);
		json_push(all, item);
	}
	return all;
}

enum sg_status
api_recent(struct api_call *call, struct sg_err *err)
{
	int64_t since = call->now - CLOCK_DAY_MS, n;
	struct store_recent recent;
	enum sg_status status =
		api_param_int(call, "n", MOVERS, MOVERS_MOST, &n, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_recent_read(call->store, since, (size_t)n,
					   call->pool, &recent, err);
	if (status != SG_OK)
		return status;
	json_add_time(api_answer(call), "since", since);
	json_add(call->answer, "signals", kinds_json(&recent));
	json_add(call->answer, "movers", movers_json(&recent));
	return SG_OK;
}

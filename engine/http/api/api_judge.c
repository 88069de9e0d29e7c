/* api_judge.c - a later verdict on a signal: what it scored is put right. */
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_history.h"

static enum sg_status
find_signal(struct api_call *call, struct store_history *row,
	    struct sg_err *err)
{
	enum sg_status status = api_store(call, err);
	long long id = INT64_MAX;

	if (status != SG_OK)
		return status;
	status = text_to_int(call->args[0], &id)
			 ? store_history_get(call->store, id, call->pool, row,
					     err)
			 : SG_NONE;
	if (status == SG_NONE &&
	    store_id_time(id) < apply_history_from(call->api->options.apply))
		return err_set(err, SG_NONE,
			       "signal `%s` is folded away (`retention`): its "
			       "points stay, and can be taken off by hand "
			       "(`score subtract`)",
			       call->args[0]);
	/* What an import brought is older than its id says. */
	if (status == SG_NONE && id > 0 && id < INT64_MAX &&
	    apply_history_from(call->api->options.apply) > 0)
		return err_set(err, SG_NONE,
			       "there is no signal `%s`, or it is folded away "
			       "(`retention`): then its points stay",
			       call->args[0]);
	if (status == SG_NONE ||
	    (status == SG_OK && row->kind != SIGNAL_HAPPENED))
		return err_set(err, SG_NONE, "there is no signal `%s`",
			       call->args[0]);
	return status;
}

static enum sg_status
judge(struct api_call *call, const struct store_history *row,
      struct signal *signal, struct sg_err *err)
{
	const char *verdict, *because;
	enum sg_status status =
		api_body_text(call, "verdict", true, &verdict, err);

	if (status == SG_OK)
		status = api_body_text(call, "because", false, &because, err);
	if (status != SG_OK)
		return status;
	signal_init(signal, "signal.judged", call->now);
	signal->kind = SIGNAL_JUDGE;
	signal->source = call->principal.source;
	signal->actor = call->principal.name;
	signal->record_key = row->record_key;
	signal->message_id = row->message_id;
	if (because)
		signal->because = signal->verdict_reason = because;
	status = verdict_parse(verdict, &signal->verdict, err);
	if (status == SG_OK)
		status = signal_set(
			signal, "history",
			pool_printf(call->pool, "%lld", (long long)row->id),
			err);
	return status;
}

enum sg_status
api_signals_judge(struct api_call *call, struct sg_err *err)
{
	struct store_history row;
	struct signal signal;
	enum sg_status status = find_signal(call, &row, err);

	if (status == SG_OK)
		status = judge(call, &row, &signal, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status == SG_OK)
		status = find_signal(call, &row, err);
	if (status == SG_OK) {
		json_free(call->answer);
		call->answer = api_history_json(&row);
	}
	return status;
}

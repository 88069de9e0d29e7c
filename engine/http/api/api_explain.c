/* api_explain.c - why a condition holds for one contact, as it is now. */
#include "http/api/api_call.h"
#include "rule/condition_explain.h"
#include "rule/condition_set.h"

static enum sg_status
explain(struct api_call *call, const struct condition *condition,
	const struct store_record *record,
	struct condition_explanation *explanation, struct sg_err *err)
{
	struct stored_view *view;
	enum sg_status status =
		stored_view_open(call->store, call->api->options.scoreboard,
				 record->id, call->now, &view, err);

	if (status != SG_OK)
		return status;
	condition_explain(condition, stored_view_get(view), NULL, call->now,
			  call->pool, explanation);
	status = stored_view_check(view, err);
	stored_view_close(view);
	return status;
}

enum sg_status
api_explain(struct api_call *call, const char *text, const char *key,
	    struct json *to, struct sg_err *err)
{
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	struct condition_explanation explanation = {0};
	struct condition *condition = NULL;
	struct store_record record;
	enum sg_status status = api_contact(call, key, &record, NULL, err);

	if (status != SG_OK)
		return status;
	apply_names_init(names, call->api->options.apply, call->store);
	status = condition_parse(text, &names->names, &condition, err);
	if (status == SG_OK)
		status = explain(call, condition, &record, &explanation, err);
	condition_free(condition);
	if (status != SG_OK)
		return status;
	json_add_text(to, "email", record.key);
	json_add_bool(to, "holds", explanation.parts[0].passed);
	json_add(to, "parts", api_condition_json(&explanation));
	return SG_OK;
}

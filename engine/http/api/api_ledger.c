/* api_ledger.c - every change of one score of one record, newest first: what
 * `why` no longer lists, because nothing is left of it, too. */
#include "http/api/api_call.h"
#include "store/store_ledger.h"
#include "store/store_rule.h"

struct names {
	struct api_call *call;
	uint32_t id; /* the last one that was looked for */
	const char *name;
};

/* Of a rule version; NULL: none gave it. */
static enum sg_status
rule_name(struct names *names, uint32_t id, const char **name_out,
	  struct sg_err *err)
{
	struct store_rule rule;
	enum sg_status status;

	*name_out = NULL;
	if (!id)
		return SG_OK;
	if (names->id == id) {
		*name_out = names->name;
		return SG_OK;
	}
	status = store_rule_get(names->call->store, id, names->call->pool,
				&rule, err);
	if (status == SG_OK) {
		names->id = id;
		*name_out = names->name = rule.name;
	}
	return status == SG_NONE ? SG_OK : status;
}

static const char *
kind_name(const struct store_ledger *entry)
{
	if (entry->entry == LEDGER_ENTRY_ERASE)
		return "erased";
	if (entry->entry == LEDGER_ENTRY_CLOSING)
		return "closed";
	return entry->correcting ? "corrected" : "given";
}

static struct json *
entry_json(struct api_call *call, const struct store_ledger *entry,
	   const char *rule)
{
	static const char *const classes[] = {"", "field", "touch", "manual"};
	struct json *item = json_new_object();

	json_add_text(item, "id",
		      pool_printf(call->pool, "%lld", (long long)entry->id));
	json_add_time(item, "at", entry->at);
	json_add_number(item, "points", entry->delta);
	json_add_number(item, "balance", entry->balance);
	json_add_text(item, "kind", kind_name(entry));
	json_add_text(item, "class",
		      entry->class >= 1 && entry->class <= 3
			      ? classes[entry->class]
			      : "");
	if (entry->rate > 0)
		json_add_number(item, "degrade", entry->rate);
	if (rule)
		json_add_text(item, "rule", rule);
	else
		json_add_null(item, "rule");
	json_add_text(item, "explanation", entry->explanation);
	return item;
}

static enum sg_status
add_entries(struct api_call *call, const struct store_ledger_rows *rows,
	    struct sg_err *err)
{
	struct json *items = api_items(call);
	struct names names = {.call = call};
	enum sg_status status = SG_OK;
	int64_t limit, before, last = 0, n = 0;
	const char *rule;

	status = api_param_int(call, "limit", API_LIMIT, API_LIMIT_MOST, &limit,
			       err);
	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	for (size_t i = rows->n_rows; status == SG_OK && i > 0 && n < limit;
	     i--) {
		const struct store_ledger *entry = &rows->rows[i - 1];

		if (before && entry->id >= before)
			continue;
		status = rule_name(&names, entry->rule_id, &rule, err);
		if (status == SG_OK)
			json_push(items, entry_json(call, entry, rule));
		last = entry->id;
		n++;
	}
	if (status == SG_OK)
		api_next_id(call, (size_t)n, limit, last);
	return status;
}

enum sg_status
api_scores_history(struct api_call *call, struct sg_err *err)
{
	struct store_ledger_rows rows;
	struct score_settings settings;
	struct store_record record;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status == SG_OK)
		status = api_score(call, call->args[1], &settings, err);
	if (status == SG_OK)
		status = store_ledger_of(call->store, record.id, settings.id,
					 call->pool, &rows, err);
	return status == SG_OK ? add_entries(call, &rows, err) : status;
}

/* api_rules_show.c - one rule with what it did, and the versions of rules. */
#include <string.h>

#include "http/api/api_call.h"
#include "rule/rule.h"
#include "score/score_apply.h"
#include "store/store_rule_use.h"

struct using
{
	int64_t now;
	int64_t fired, last_at;
	double given, today;
};

static enum sg_status
add_entry(void *arg, const struct store_rule_entry *entry, struct sg_err *err)
{
	struct using *using = arg;

	if (entry->entry == LEDGER_POINTS) {
		using->fired++;
		using->given += entry->delta;
		if (entry->at > using->last_at)
			using->last_at = entry->at;
	} else if (entry->entry == LEDGER_TAKEN) {
		using->fired--;
		using->given += entry->delta;
	} else if (entry->entry == LEDGER_ADJUSTED) {
		using->given += entry->delta;
	}
	if (!entry->closed)
		using->today += entry->delta *score_decay(
			entry->rate, using->now - entry->at);
	return SG_OK;
}

static struct json *
version_json(const struct store_rule_version *version)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", version->rule.name);
	json_add_int(item, "version", version->rule.version);
	json_add_int(item, "ruleset", version->rule.from_ruleset);
	json_add_text(item, "author", version->rule.author);
	json_add_time(item, "created_at", version->rule.created_at);
	json_add_text(item, "note", version->note);
	if (version->ended_at) {
		json_add_time(item, "ended_at", version->ended_at);
		json_add_text(item, "ended_by", version->ended_by);
		json_add_bool(item, "taken_back", version->rule.take_back);
	} else {
		json_add_null(item, "ended_at");
	}
	json_add_text(item, "source", version->rule.source);
	return item;
}

static enum sg_status
read_versions(struct api_call *call, const char *name,
	      struct store_rule_versions *out, struct sg_err *err)
{
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_rule_versions(call->store, name, call->pool, out,
					     err);
	if (status == SG_OK && name && !out->n_rows)
		return err_set(err, SG_NONE, "no rule \"%s\"", name);
	return status;
}

enum sg_status
api_rules_history(struct api_call *call, struct sg_err *err)
{
	struct store_rule_versions versions;
	enum sg_status status =
		read_versions(call, api_param(call, "name"), &versions, err);
	struct json *items;
	size_t i;

	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (i = 0; i < versions.n_rows; i++)
		json_push(items, version_json(&versions.rows[i]));
	return SG_OK;
}

enum sg_status
api_rules_show(struct api_call *call, struct sg_err *err)
{
	struct using using = {.now = call->now};
	struct store_rule_versions versions;
	enum sg_status status =
		read_versions(call, call->args[0], &versions, err);
	struct json *answer, *all;
	size_t i;

	if (status == SG_OK)
		status = store_rule_entries(call->store, call->args[0],
					    add_entry, &using, err);
	if (status != SG_OK)
		return status;
	answer = api_answer(call);
	json_add_text(answer, "name", call->args[0]);
	json_add_bool(answer, "in_force", !versions.rows[0].ended_at);
	json_add_text(answer, "source", versions.rows[0].rule.source);
	json_add_int(answer, "fired", using.fired);
	json_add_number(answer, "given", using.given);
	json_add_number(answer, "worth_today", using.today);
	if (using.last_at)
		json_add_time(answer, "last_at", using.last_at);
	else
		json_add_null(answer, "last_at");
	all = json_new_array();
	json_add(answer, "versions", all);
	for (i = 0; i < versions.n_rows; i++)
		json_push(all, version_json(&versions.rows[i]));
	return SG_OK;
}

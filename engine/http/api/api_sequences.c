/* api_sequences.c - sequences: what they are, who is in them, what came of
 * their steps. */
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "rule/rule.h"
#include "store/store_sequence.h"

static const struct ruleset *
in_force(const struct api_call *call)
{
	return apply_sequences_get(call->api->options.apply);
}

static enum sg_status
find(const struct api_call *call, const char *name, const struct sequence **out,
     struct sg_err *err)
{
	const struct ruleset *file = in_force(call);

	for (size_t i = 0; i < file->n_sequences; i++)
		if (strcmp(file->sequences[i].name, name) == 0) {
			*out = &file->sequences[i];
			return SG_OK;
		}
	return err_set(err, SG_NONE, "no sequence `%s`", name);
}

static void
add_or_null(struct json *to, const char *name, const char *text)
{
	if (text)
		json_add_text(to, name, text);
	else
		json_add_null(to, name);
}

/* --- beside the rules ----------------------------------------------------- */

void
api_sequences_text(const struct api_call *call, struct buf *to)
{
	const struct ruleset *file = in_force(call);

	if (to->len && file->n_sequences)
		buf_append_char(to, '\n');
	ruleset_write(file, to);
}

void
api_sequences_differences(struct api_call *call, const struct ruleset *after,
			  struct json *add_to)
{
	struct sequence_difference *all;
	size_t n = sequences_compare(in_force(call), after, call->pool, &all);

	for (size_t i = 0; i < n; i++) {
		const struct sequence *before = all[i].before;
		const struct sequence *now = all[i].after;
		const struct sequence *either = now ? now : before;
		struct json *item = json_new_object();

		json_add_text(item, "change", rule_change_name(all[i].change));
		json_add_text(item, "kind", "sequence");
		json_add_text(item, "name", either->name);
		add_or_null(item, "before", before ? before->source : NULL);
		add_or_null(item, "after", now ? now->source : NULL);
		json_push(add_to, item);
	}
}

/* --- which there are ------------------------------------------------------ */

static enum sg_status
sequence_json(struct api_call *call, const struct sequence *sequence,
	      struct json *to, struct sg_err *err)
{
	json_add_text(to, "name", sequence->name);
	json_add_int(to, "version", sequence->version);
	json_add_text(to, "module", sequence->module);
	json_add_bool(to, "enabled", sequence->enabled);
	add_or_null(to, "start", sequence->start);
	add_or_null(to, "stop", sequence->stop);
	json_add_bool(to, "restart", sequence->restart);
	add_or_null(to, "at", sequence->at);
	json_add_text(to, "source", sequence->source);
	return api_sequence_add_steps(call, sequence, to, err);
}

enum sg_status
api_sequences_all(struct api_call *call, struct sg_err *err)
{
	const struct ruleset *file = in_force(call);
	enum sg_status status = api_store(call, err);
	struct json *items = api_items(call);

	for (size_t i = 0; i < file->n_sequences && status == SG_OK; i++) {
		struct json *item = json_new_object();

		json_push(items, item);
		status = sequence_json(call, &file->sequences[i], item, err);
	}
	return status;
}

static enum sg_status
add_versions(struct api_call *call, const char *name, struct sg_err *err)
{
	struct json *array = json_new_array();
	const struct store_definition_name of = {STORE_SEQUENCE, name};
	struct store_definitions rows = {NULL, 0};
	enum sg_status status = store_definition_versions(
		call->store, &of, call->pool, &rows, err);

	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item = json_new_object();

		json_add_int(item, "version", rows.rows[i].version);
		json_add_text(item, "author", rows.rows[i].author);
		json_add_time(item, "created_at", rows.rows[i].created_at);
		if (rows.rows[i].ended_at)
			json_add_time(item, "ended_at", rows.rows[i].ended_at);
		json_add_text(item, "source", rows.rows[i].source);
		json_push(array, item);
	}
	json_add(api_answer(call), "versions", array);
	return status;
}

enum sg_status
api_sequences_show(struct api_call *call, struct sg_err *err)
{
	const struct sequence *sequence = NULL;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = find(call, call->args[0], &sequence, err);
	if (status == SG_OK)
		status = sequence_json(call, sequence, api_answer(call), err);
	return status == SG_OK ? add_versions(call, sequence->name, err)
			       : status;
}

/* --- who is in them ------------------------------------------------------- */

static struct json *
enrolment_json(const struct store_enrolment *row)
{
	struct json *item = json_new_object();

	json_add_text(item, "sequence", row->sequence);
	json_add_text(item, "key", row->key);
	json_add_text(item, "state", row->state);
	json_add_time(item, "since", row->since);
	json_add_text(item, "reason", row->reason);
	json_add_text(item, "step", row->step);
	json_add_text(item, "failed", row->failed);
	if (row->due_at)
		json_add_time(item, "due_at", row->due_at);
	else
		json_add_null(item, "due_at");
	return item;
}

enum sg_status
api_sequences_records(struct api_call *call, struct sg_err *err)
{
	struct store_enrolment_page page = {.sequence = call->args[0],
					    .state = api_param(call, "state")};
	struct store_enrolments rows;
	struct record_set *set;
	struct json *items;
	int64_t limit, after;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = api_param_int(call, "limit", API_LIMIT, API_LIMIT_MOST,
				       &limit, err);
	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, UINT32_MAX, &after,
				       err);
	if (status != SG_OK)
		return status;
	page.most = (size_t)limit;
	page.after = (uint32_t)after;
	status = store_enrolments_page(call->store, &page, call->pool, &rows,
				       err);
	if (status != SG_OK)
		return status;
	status = api_where(call, &set, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows; i++)
		if (api_where_has(set, rows.rows[i].record_id))
			json_push(items, enrolment_json(&rows.rows[i]));
	record_set_free(set);
	api_next_id(call, rows.n_rows, limit,
		    rows.n_rows ? rows.rows[rows.n_rows - 1].record_id : 0);
	return SG_OK;
}

enum sg_status
api_sequences_of(struct api_call *call, const struct store_record *record,
		 struct json *to, struct sg_err *err)
{
	struct store_enrolments rows = {NULL, 0};
	struct json *items = json_new_array();
	enum sg_status status = store_enrolments_of(call->store, record->id,
						    call->pool, &rows, err);

	for (size_t i = 0; i < rows.n_rows; i++)
		json_push(items, enrolment_json(&rows.rows[i]));
	json_add(to, "sequences", items);
	return status;
}

/* --- by people ------------------------------------------------------------ */

static enum sg_status
answer_with(struct api_call *call, const struct store_record *record,
	    const char *name, struct sg_err *err)
{
	struct store_enrolment row;
	enum sg_status status = store_enrolment_get(
		call->store, name, record->id, call->pool, &row, err);

	if (status == SG_OK) {
		call->answer = enrolment_json(&row);
		return SG_OK;
	}
	return status == SG_NONE
		       ? err_set(err, SG_NONE, "`%s` is in no sequence `%s`",
				 record->key, name)
		       : status;
}

static enum sg_status
may_start(struct api_call *call, const struct store_record *record,
	  const struct sequence *sequence, struct sg_err *err)
{
	struct store_enrolment row;
	enum sg_status status = store_enrolment_get(
		call->store, sequence->name, record->id, call->pool, &row, err);

	if (!sequence->enabled)
		return err_set(err, SG_REFUSED, "sequence `%s` is not enabled",
			       sequence->name);
	if (strcmp(sequence->module, record->module) != 0)
		return err_set(err, SG_REFUSED, "sequence `%s` is for %ss",
			       sequence->name, sequence->module);
	if (status == SG_OK &&
	    (strcmp(row.state, "active") == 0 || !sequence->restart))
		return err_set(
			err, SG_REFUSED, "`%s` %s sequence `%s`%s", record->key,
			strcmp(row.state, "active") == 0 ? "is in" : "was in",
			sequence->name,
			sequence->restart ? ""
					  : "; once per contact unless "
					    "it says restart = yes");
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
change(struct api_call *call, const struct store_record *record,
       const char *name, const char *const prop[2], struct sg_err *err)
{
	struct signal signal;
	enum sg_status status;

	api_change(call, &signal, SIGNAL_SEQUENCE, record->key);
	signal.name = name;
	status = signal_set(&signal, "sequence", call->args[1], err);
	if (status == SG_OK && prop)
		status = signal_set(&signal, prop[0], prop[1], err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	return status == SG_OK ? answer_with(call, record, call->args[1], err)
			       : status;
}

enum sg_status
api_contacts_enrol(struct api_call *call, struct sg_err *err)
{
	static const char *const again[] = {"again", "yes"};
	const struct sequence *sequence;
	struct store_record record;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status == SG_OK)
		status = find(call, call->args[1], &sequence, err);
	if (status == SG_OK)
		status = may_start(call, &record, sequence, err);
	if (status != SG_OK)
		return status;
	return change(call, &record, "sequence.started",
		      sequence->restart ? again : NULL, err);
}

enum sg_status
api_contacts_unenrol(struct api_call *call, struct sg_err *err)
{
	const char *reason[] = {"reason", NULL};
	struct store_record record;
	struct store_enrolment row;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status == SG_OK)
		status = store_enrolment_get(call->store, call->args[1],
					     record.id, call->pool, &row, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "`%s` is in no sequence `%s`",
			       record.key, call->args[1]);
	if (status != SG_OK)
		return status;
	reason[1] = pool_printf(call->pool, "by %s", call->principal.name);
	return change(call, &record, "sequence.stopped", reason, err);
}

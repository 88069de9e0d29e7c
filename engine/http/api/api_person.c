/*
 * api_person.c - the rights of the person a record is about: to see all that
 * is held (GDPR, article 15), and to be forgotten (article 17).
 */
#include <string.h>

#include "http/api/api_call.h"
#include "signal/record_key.h"
#include "store/store_person.h"

/* A record, or somebody who is none: a suppression is held all the same. */
static enum sg_status
find_person(struct api_call *call, struct store_record *record_out,
	    const char **key_out, struct sg_err *err)
{
	enum sg_status status;

	*key_out = NULL;
	status = api_contact(call, call->args[0], record_out, key_out, err);
	if (status != SG_NONE)
		return status;
	*record_out = (struct store_record){.key = *key_out};
	record_out->record_key =
		record_key_hash(keys_record_secret(call->api->options.keys),
				api_module(call), *key_out);
	return SG_OK;
}

static void
add_scores(struct api_call *call, uint32_t id, struct json *to)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct json *scores = json_new_array();
	struct score_settings settings;

	json_add(to, "scores", scores);
	for (size_t i = 0; id && i < scoreboard_n_scores(board); i++) {
		struct json *item = json_new_object();

		if (scoreboard_score_at(board, i, &settings) == SG_OK &&
		    api_score_json(call, id, &settings, item))
			json_push(scores, item);
		else
			json_free(item);
	}
}

enum sg_status
api_person_data(struct api_call *call, struct sg_err *err)
{
	struct json *answer = api_answer(call);
	struct store_record record;
	const char *key;
	bool any;
	enum sg_status status = find_person(call, &record, &key, err);

	if (status != SG_OK)
		return status;
	json_add_text(answer, "key", key);
	json_add_text(answer, "module", api_module(call));
	json_add_time(answer, "as_of", call->now);
	add_scores(call, record.id, answer);
	status = store_snapshot(call->store, err);
	if (status != SG_OK)
		return status;
	status = store_person_json(call->store, record.id, record.record_key,
				   answer, &any, err);
	store_snapshot_end(call->store);
	if (status == SG_OK && !any)
		return err_set(err, SG_NONE, "nothing is held about %s", key);
	return status;
}

/* A mistyped address must not look forgotten. */
static enum sg_status
must_be_held(struct api_call *call, const struct store_record *record,
	     const char *key, struct sg_err *err)
{
	struct json *all = json_new_object();
	bool any = false;
	enum sg_status status = SG_OK;

	if (!record->id)
		status = store_person_json(call->store, 0, record->record_key,
					   all, &any, err);
	json_free(all);
	if (status == SG_OK && !record->id && !any)
		return err_set(err, SG_NONE, "nothing is held about %s", key);
	return status;
}

enum sg_status
api_person_forget(struct api_call *call, struct sg_err *err)
{
	struct store_record record;
	struct signal signal;
	const char *key;
	enum sg_status status = find_person(call, &record, &key, err);

	if (status == SG_OK)
		status = must_be_held(call, &record, key, err);
	if (status != SG_OK)
		return status;
	api_change(call, &signal, SIGNAL_FORGET, key);
	/* Its entry of the audit is written without the address. */
	call->audited = true;
	status = signal_set(&signal, "origin", api_origin(call), err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status != SG_OK)
		return status;
	json_add_bool(api_answer(call), "forgotten", true);
	if (record.id)
		json_add_int(call->answer, "record", record.id);
	return SG_OK;
}

/* api_consent.c - what a person said about being tracked: contact or not. */
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "signal/record_key.h"
#include "store/store_consent.h"

/* {"opens": {…}, "clicks": {…}}; who was not asked is unknown, since never. */
enum sg_status
api_consent_json(struct api_call *call, uint64_t record_key,
		 struct json **json_out, struct sg_err *err)
{
	struct store_consents rows;
	enum sg_status status = store_consent_of(call->store, record_key,
						 call->pool, &rows, err);
	struct json *all;

	if (status != SG_OK)
		return status;
	all = json_new_object();
	for (int what = 0; what < CONSENT_N; what++) {
		struct json *one = json_new_object();
		const struct store_consent *row = NULL;

		for (size_t i = 0; i < rows.n_rows; i++)
			if (rows.rows[i].what == (enum consent_what)what)
				row = &rows.rows[i];
		json_add_text(
			one, "state",
			consent_state_name(row ? row->state : CONSENT_UNKNOWN));
		if (row)
			json_add_time(one, "since", row->since);
		else
			json_add_null(one, "since");
		json_add_text(one, "source", row ? row->source : "");
		json_add_text(one, "wording", row ? row->wording : "");
		json_add(all, consent_what_name((enum consent_what)what), one);
	}
	*json_out = all;
	return SG_OK;
}

/* The key that it is kept by, whether it is a contact or not. */
static enum sg_status
find(struct api_call *call, const char **key_out, uint64_t *record_key_out,
     struct sg_err *err)
{
	const struct keys *keys = call->api->options.keys;
	struct store_record record;
	const char *normal = NULL;
	enum sg_status status =
		api_contact(call, call->args[0], &record, &normal, err);

	if (status == SG_OK) {
		*key_out = record.key;
		*record_key_out = record.record_key;
	} else if (status == SG_NONE) {
		*key_out = normal;
		*record_key_out = record_key_hash(keys_record_secret(keys),
						  api_module(call), normal);
		status = SG_OK;
	}
	return status;
}

static enum sg_status
answer(struct api_call *call, const char *key, uint64_t record_key,
       struct sg_err *err)
{
	struct json *all;
	enum sg_status status = api_consent_json(call, record_key, &all, err);

	if (status != SG_OK)
		return status;
	json_add_text(all, "email", key);
	json_free(call->answer);
	call->answer = all;
	return SG_OK;
}

enum sg_status
api_consent_show(struct api_call *call, struct sg_err *err)
{
	uint64_t record_key;
	const char *key;
	enum sg_status status = find(call, &key, &record_key, err);

	return status == SG_OK ? answer(call, key, record_key, err) : status;
}

/* It may have been given before it is told: on paper, in another program. */
static enum sg_status
set_time(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	const char *text;
	int64_t at;
	enum sg_status status = api_body_text(call, "at", false, &text, err);

	if (status != SG_OK || !text)
		return status;
	status = clock_parse(text, call->api->options.timezone, &at, err);
	if (status != SG_OK) {
		err_prefix(err, "`at`");
		return status;
	}
	if (at > call->now)
		return err_set(err, SG_REFUSED, "`at`: %s is in the future",
			       text);
	signal->happened_at = at;
	return SG_OK;
}

enum sg_status
api_consent_put(struct api_call *call, struct sg_err *err)
{
	const char *key, *state, *source = NULL, *wording = NULL;
	struct signal signal;
	uint64_t record_key;
	enum sg_status status = find(call, &key, &record_key, err);

	if (status == SG_OK)
		status = api_body_text(call, "state", true, &state, err);
	if (status == SG_OK)
		status = api_body_text(call, "source", false, &source, err);
	if (status == SG_OK)
		status = api_body_text(call, "wording", false, &wording, err);
	if (status != SG_OK)
		return status;
	api_change(call, &signal, SIGNAL_CONSENT, key);
	status = consent_fill(&signal, call->args[1], state, source, wording,
			      err);
	if (status == SG_OK)
		status = set_time(call, &signal, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	return status == SG_OK ? answer(call, key, record_key, err) : status;
}

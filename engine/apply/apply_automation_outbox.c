/*
 * apply_automation_outbox.c - external actions: a row of the outbox with all
 * that its delivery needs, as it was when it fired.
 */
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/json.h"
#include "store/store_outbox.h"

enum { KEY_BYTES = 16 };

static void
add_field(void *arg, const char *name, const char *value)
{
	json_add_text(arg, name, value);
}

static void
add_tag(void *arg, const char *tag)
{
	json_push(arg, json_text(tag));
}

static void
add_list(void *arg, const struct fold_change *list)
{
	if (list->state == LIST_JOINED)
		json_push(arg, json_text(list->name));
}

static struct json *
record_json(const struct cached *cached)
{
	const struct fold_record *fold = cached->fold;
	struct json *record = json_new_object();
	struct json *fields = json_new_object();
	struct json *tags = json_new_array(), *lists = json_new_array();

	json_add_text(record, "module", fold->module);
	json_add_text(record, "key", fold->key);
	json_add_time(record, "created_at", fold->created_at);
	fold_each_field(fold, add_field, fields);
	fold_each_tag(fold, add_tag, tags);
	fold_each_list(fold, add_list, lists);
	json_add(record, "fields", fields);
	json_add(record, "tags", tags);
	json_add(record, "lists", lists);
	return record;
}

static struct json *
scores_json(struct apply *apply, const struct cached *cached)
{
	struct json *scores = json_new_object();
	uint32_t id;
	double value;

	for (id = 1; id <= apply->world.n_scores; id++)
		if (automations_score(apply, cached, id, &value))
			json_add_number(scores,
					apply->world.scores[id - 1].name,
					value);
	return scores;
}

static struct json *
signal_json(const struct signal *signal)
{
	struct json *object = json_new_object();
	struct json *properties = json_new_object();
	size_t i;

	json_add_text(object, "name", signal->name);
	json_add_time(object, "happened_at", signal->happened_at);
	for (i = 0; i < signal->n_props; i++)
		json_add_text(properties, signal->props[i].name,
			      signal->props[i].value);
	json_add(object, "properties", properties);
	return object;
}

static struct json *
settings_json(const struct automation_action *action)
{
	struct json *settings = json_new_object();
	size_t i;

	for (i = 0; i < action->n_settings; i++)
		json_add_text(settings, action->settings[i].name,
			      action->settings[i].value);
	return settings;
}

static struct json *
payload(struct apply *apply, const struct cached *cached,
	const struct automation_deed *deed, const char *key)
{
	struct json *json = json_new_object();

	json_add_text(json, "id", key);
	json_add_text(json, "by", deed->actor);
	json_add_text(json, "cause", deed->cause);
	json_add_time(json, "at", apply->now);
	json_add(json, "record", record_json(cached));
	json_add(json, "scores", scores_json(apply, cached));
	if (deed->signal)
		json_add(json, "signal", signal_json(deed->signal));
	if (deed->action->text)
		json_add_text(json, "text", deed->action->text);
	if (deed->action->n_settings)
		json_add(json, "settings", settings_json(deed->action));
	return json;
}

/* Nobody can guess it, and no two are the same. */
static const char *
new_key(struct apply *apply)
{
	unsigned char bytes[KEY_BYTES];
	struct buf text = BUF_INIT;
	const char *key;

	crypto_random(bytes, sizeof(bytes));
	encode_hex(&text, bytes, sizeof(bytes));
	key = pool_strdup(apply->work, buf_text(&text));
	buf_done(&text);
	return key;
}

enum sg_status
automations_deliver(struct apply *apply, struct cached *cached,
		    const struct automation_deed *deed, struct sg_err *err)
{
	struct store_outbox row = {
		.firing_id = deed->firing_id,
		.record_id = cached->id,
		.action = automation_verb_name(deed->action->verb),
		.target = deed->action->name,
		.key = new_key(apply),
		.due_at = apply->now,
		.created_at = apply->now};
	struct buf text = BUF_INIT;
	struct json *json;
	enum sg_status status;

	apply->automations->judge_at = deed->at; /* as when it fired */
	json = payload(apply, cached, deed, row.key);
	apply->automations->judge_at = 0;
	json_write(json, &text);
	json_free(json);
	row.payload = buf_text(&text);
	row.id = store_new_id(apply->store, apply->now);
	status = store_outbox_append(apply->store, &row, err);
	buf_done(&text);
	apply->automations->delivers = true;
	apply->automations->outbox_id = row.id;
	apply->automations->message_id =
		store_outbox_message_id(row.created_at, row.key);
	return status;
}

/*
 * api_keys.c - the keys of links: which there are, a new one, one that is no
 * longer believed. How many mails carry links of a key is told from the time
 * in which it made them.
 */
#include <stdlib.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_message.h"

enum { NAME_MOST = 16 };

static enum sg_status
add_key(struct api_call *call, const struct keys_info *key, struct json *to,
	struct sg_err *err)
{
	int64_t mails = 0, last_at = 0;
	enum sg_status status = store_message_count(
		call->store, key->made_at, key->until, &mails, &last_at, err);

	if (status != SG_OK)
		return status;
	json_add_int(to, "id", key->id);
	json_add_bool(to, "current", key->current);
	if (key->made_at)
		json_add_time(to, "made_at", key->made_at);
	else
		json_add_null(to, "made_at");
	json_add_int(to, "mails", mails);
	if (mails)
		json_add_time(to, "last_mail_at", last_at);
	else
		json_add_null(to, "last_mail_at");
	return SG_OK;
}

enum sg_status
api_keys_all(struct api_call *call, struct sg_err *err)
{
	struct keys_info infos[KEYS_IDS];
	size_t n = keys_list(call->api->options.keys, infos);
	enum sg_status status = api_store(call, err);
	struct json *items;

	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < n && status == SG_OK; i++) {
		struct json *item = json_new_object();

		status = add_key(call, &infos[i], item, err);
		json_push(items, item);
	}
	return status;
}

struct change {
	struct keys *keys;
	int64_t now;
	uint8_t id;
	char name[NAME_MOST]; /* the id, for the audit */
};

static enum sg_status
rotate(void *arg, struct store *store, struct sg_err *err)
{
	struct change *change = arg;
	enum sg_status status =
		keys_rotate(change->keys, change->now, &change->id, err);

	(void)store;
	snprintf(change->name, sizeof(change->name), "%u", change->id);
	return status;
}

static enum sg_status
show_rotated(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct change *change = arg;

	json_add_int(api_answer(call), "id", change->id);
	call->status = 201;
	return SG_OK;
}

enum sg_status
api_keys_rotate(struct api_call *call, struct sg_err *err)
{
	struct change change = {call->api->options.keys, call->now, 0, ""};
	struct api_definition definition = {rotate, &change, "key.rotate",
					    change.name, NULL};

	return api_define_answered(call, &definition, show_rotated, &change,
				   err);
}

static enum sg_status
retire(void *arg, struct store *store, struct sg_err *err)
{
	const struct change *change = arg;

	(void)store;
	return keys_retire(change->keys, change->id, change->now, err);
}

static enum sg_status
find_key(struct api_call *call, const char *id, struct keys_info *out,
	 struct sg_err *err)
{
	struct keys_info infos[KEYS_IDS];
	size_t n = keys_list(call->api->options.keys, infos);
	long long number = 0;

	if (text_to_int(id, &number))
		for (size_t i = 0; i < n; i++)
			if (infos[i].id == number) {
				*out = infos[i];
				return SG_OK;
			}
	return err_set(err, SG_NONE, "there is no key `%s`", id);
}

/* ?dry_run=1: what would die, and nothing is changed. */
enum sg_status
api_keys_retire(struct api_call *call, struct sg_err *err)
{
	struct change change = {call->api->options.keys, call->now, 0, ""};
	struct api_definition definition = {retire, &change, "key.retire",
					    call->args[0], NULL};
	struct keys_info key;
	enum sg_status status = find_key(call, call->args[0], &key, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = add_key(call, &key, api_answer(call), err);
	if (status != SG_OK || api_param_yes(call, "dry_run"))
		return status;
	change.id = key.id;
	return api_define(call, &definition, err);
}

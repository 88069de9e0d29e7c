/*
 * api_contact_changes.c - changes to a contact. Each is an entry of its
 * history with the caller's name; the answer shows the contact after it.
 */
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "signal/field_type.h"

/* Signals under construction; all of a request are kept together or not. */
struct changes {
	struct api_call *call;
	const char *key;
	size_t n, most;
	struct signal *signals;
	struct sg_err *err;
	enum sg_status status;
};

static void
begin(struct changes *changes, struct api_call *call, const char *key,
      size_t most)
{
	changes->call = call;
	changes->key = key;
	changes->n = 0;
	changes->most = most;
	changes->signals =
		pool_alloc(call->pool, most * sizeof(*changes->signals));
	changes->status = SG_OK;
}

static struct signal *
add(struct changes *changes, enum signal_kind kind)
{
	struct signal *signal = &changes->signals[changes->n++];

	api_change(changes->call, signal, kind, changes->key);
	return signal;
}

/* A scalar as text; of a field that has many values, "a;b". */
static bool
field_text(const char *name, const struct json *value, struct buf *text)
{
	bool right = true;

	if (!json_is_array(value) || !field_is_many(name))
		return json_scalar(value, text);
	for (size_t i = 0; right && i < json_count(value); i++) {
		if (i)
			buf_append_char(text, ';');
		right = json_scalar(json_at(value, i), text);
	}
	return right;
}

static bool
add_field(void *arg, const char *name, struct json *value)
{
	struct changes *changes = arg;
	struct buf text = BUF_INIT;
	struct signal *signal = add(changes, SIGNAL_FIELD_SET);
	const char *normal = "";

	changes->status = api_check_field(name, changes->err);
	if (changes->status == SG_OK && value &&
	    !field_text(name, value, &text))
		changes->status = err_set(
			changes->err, SG_REFUSED,
			"the field `%s` must be a string, a "
			"number, true, false or null%s",
			name,
			field_is_many(name) ? ", or an array of them" : "");
	if (changes->status == SG_OK)
		changes->status =
			api_field_value(changes->call, signal, name,
					buf_text(&text), &normal, changes->err);
	if (changes->status == SG_OK)
		changes->status = signal_set(
			signal, "name", pool_strdup(changes->call->pool, name),
			changes->err);
	if (changes->status == SG_OK)
		changes->status =
			signal_set(signal, "value", normal, changes->err);
	buf_done(&text);
	return changes->status == SG_OK;
}

static enum sg_status
submit(struct changes *changes, struct sg_err *err)
{
	if (changes->status != SG_OK)
		return changes->status;
	if (changes->n == 0)
		return SG_OK;
	return api_submit(changes->call, changes->signals, changes->n, err);
}

/* The contact as it is now. */
static enum sg_status
show(struct api_call *call, const char *key, struct sg_err *err)
{
	struct store_record record;
	enum sg_status status = api_contact(call, key, &record, NULL, err);

	if (status != SG_OK)
		return status;
	return api_show_contact(call, &record, api_answer(call), err);
}

enum sg_status
api_contacts_patch(struct api_call *call, struct sg_err *err)
{
	struct store_record record;
	struct changes changes = {.err = err};
	const char *key;
	struct json *fields;
	enum sg_status status =
		api_contact(call, call->args[0], &record, &key, err);

	if (status == SG_OK)
		status = api_body(call, err);
	if (status != SG_OK)
		return status;
	fields = json_get(call->body, "fields");
	if (!json_is_object(fields))
		return err_set(err, SG_REFUSED,
			       "expected {\"fields\": {NAME: VALUE or null}}");
	begin(&changes, call, record.key, json_count(fields) + 1);
	json_each(fields, add_field, &changes);
	status = submit(&changes, err);
	return status == SG_OK ? show(call, key, err) : status;
}

/* --- POST /contacts ------------------------------------------------------ */

static void
add_tags(struct changes *changes, const struct json *tags, struct sg_err *err)
{
	for (size_t i = 0; i < json_count(tags); i++) {
		struct buf tag = BUF_INIT;
		struct signal *signal = add(changes, SIGNAL_TAG_ADD);

		if (!json_scalar(json_at(tags, i), &tag))
			changes->status =
				err_set(err, SG_REFUSED, "`tags` are strings");
		if (changes->status == SG_OK)
			changes->status =
				api_check_name("tag", buf_text(&tag), err);
		if (changes->status == SG_OK)
			changes->status =
				signal_set(signal, "tag",
					   pool_strdup(changes->call->pool,
						       buf_text(&tag)),
					   err);
		buf_done(&tag);
		if (changes->status != SG_OK)
			return;
	}
}

static void
add_lists(struct changes *changes, const struct json *lists, struct sg_err *err)
{
	for (size_t i = 0; i < json_count(lists); i++) {
		struct buf text = BUF_INIT;
		struct signal *signal = add(changes, SIGNAL_LIST_JOIN);
		const char *name;

		if (!json_scalar(json_at(lists, i), &text))
			changes->status =
				err_set(err, SG_REFUSED, "`lists` are strings");
		name = pool_strdup(changes->call->pool, buf_text(&text));
		buf_done(&text);
		if (changes->status == SG_OK)
			changes->status =
				api_list_exists(changes->call, name, err);
		if (changes->status == SG_NONE)
			changes->status = SG_REFUSED;
		if (changes->status == SG_OK)
			changes->status = signal_set(signal, "list", name, err);
		if (changes->status == SG_OK)
			changes->status = signal_set(
				signal, "how", changes->call->principal.source,
				err);
		if (changes->status != SG_OK)
			return;
	}
}

static enum sg_status
check_kind(const struct json *body, const char *name, bool array,
	   struct sg_err *err)
{
	const struct json *member = json_get(body, name);

	if (!member || (array ? json_is_array(member) : json_is_object(member)))
		return SG_OK;
	return err_set(err, SG_REFUSED, "`%s` must be %s", name,
		       array ? "an array of strings" : "an object");
}

enum sg_status
api_contacts_create(struct api_call *call, struct sg_err *err)
{
	struct store_record record;
	struct changes changes = {.err = err};
	const char *email, *key;
	const struct json *fields, *tags, *lists;
	enum sg_status status, there;

	status = api_body_text(call, "key", false, &email, err);
	if (status == SG_OK && !email)
		status = api_body_text(call, "email", true, &email, err);
	if (status == SG_OK)
		status = check_kind(call->body, "fields", false, err);
	if (status == SG_OK)
		status = check_kind(call->body, "tags", true, err);
	if (status == SG_OK)
		status = check_kind(call->body, "lists", true, err);
	if (status != SG_OK)
		return status;
	there = api_contact(call, email, &record, &key, err);
	if (there != SG_OK && there != SG_NONE)
		return there;
	fields = json_get(call->body, "fields");
	tags = json_get(call->body, "tags");
	lists = json_get(call->body, "lists");
	begin(&changes, call, there == SG_OK ? record.key : key,
	      1 + json_count(fields) + json_count(tags) + json_count(lists));
	add(&changes, SIGNAL_RECORD_CREATE);
	json_each(fields, add_field, &changes);
	if (changes.status == SG_OK)
		add_tags(&changes, tags, err);
	if (changes.status == SG_OK)
		add_lists(&changes, lists, err);
	status = submit(&changes, err);
	if (status != SG_OK)
		return status;
	call->status = there == SG_OK ? 200 : 201;
	return show(call, key, err);
}

/* --- one thing at a time ------------------------------------------------- */

/* A change with up to one name and value of its own, then the contact. */
static enum sg_status
change_one(struct api_call *call, enum signal_kind kind, const char *name,
	   const char *value, struct sg_err *err)
{
	struct store_record record;
	struct signal signal;
	const char *key;
	enum sg_status status =
		api_contact(call, call->args[0], &record, &key, err);

	if (status != SG_OK)
		return status;
	api_change(call, &signal, kind, record.key);
	if (name)
		status = signal_set(&signal, name, value, err);
	if (status == SG_OK &&
	    (kind == SIGNAL_LIST_JOIN || kind == SIGNAL_LIST_LEAVE))
		status =
			signal_set(&signal, "how", call->principal.source, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status != SG_OK || kind == SIGNAL_RECORD_DELETE)
		return status;
	return show(call, key, err);
}

enum sg_status
api_contacts_delete(struct api_call *call, struct sg_err *err)
{
	enum sg_status status =
		change_one(call, SIGNAL_RECORD_DELETE, NULL, NULL, err);

	call->status = 204;
	return status;
}

enum sg_status
api_contacts_tag(struct api_call *call, struct sg_err *err)
{
	enum sg_status status = api_check_name("tag", call->args[1], err);

	if (status != SG_OK)
		return status;
	return change_one(call, SIGNAL_TAG_ADD, "tag", call->args[1], err);
}

enum sg_status
api_contacts_untag(struct api_call *call, struct sg_err *err)
{
	return change_one(call, SIGNAL_TAG_REMOVE, "tag", call->args[1], err);
}

enum sg_status
api_contacts_subscribe(struct api_call *call, struct sg_err *err)
{
	enum sg_status status = api_list_exists(call, call->args[1], err);

	if (status != SG_OK)
		return status;
	return change_one(call, SIGNAL_LIST_JOIN, "list", call->args[1], err);
}

enum sg_status
api_contacts_unsubscribe(struct api_call *call, struct sg_err *err)
{
	return change_one(call, SIGNAL_LIST_LEAVE, "list", call->args[1], err);
}

/*
 * api_contact_changes.c - changes to a contact. Each is an entry of its
 * history with the caller's name; the answer shows the contact after it.
 */
#include <string.h>

#include "http/api/contact_changes.h"
#include "store/store_list.h"

enum sg_status
api_contact_answer(struct api_call *call, const char *key, struct sg_err *err)
{
	struct store_record record;
	enum sg_status status = api_contact(call, key, &record, NULL, err);

	if (status != SG_OK)
		return status;
	return api_show_contact(call, &record, api_answer(call), err);
}

enum sg_status
api_contacts_create(struct api_call *call, struct sg_err *err)
{
	struct contact_changes changes = {0};
	struct store_record record;
	bool there;
	enum sg_status status =
		contact_changes_create(&changes, call, &there, &record, err);

	if (status != SG_OK)
		return status;
	call->object = changes.key;
	status = contact_changes_submit(&changes, err);
	if (status != SG_OK)
		return status;
	call->status = there ? 200 : 201;
	return api_contact_answer(call, changes.key, err);
}

/* --- a merge patch (RFC 7396) -------------------------------------------- */

static bool
has_name(const struct json *array, const char *name)
{
	for (size_t i = 0; i < json_count(array); i++) {
		struct buf text = BUF_INIT;
		bool same = json_scalar(json_at(array, i), &text) &&
			    strcmp(buf_text(&text), name) == 0;

		buf_done(&text);
		if (same)
			return true;
	}
	return false;
}

/* An array is the whole of it: what it does not name goes. */
static void
patch_tags(struct contact_changes *changes, const struct json *tags,
	   const struct store_names *now)
{
	for (size_t i = 0; i < now->n_names; i++)
		if (!has_name(tags, now->names[i]))
			contact_changes_tag(changes, SIGNAL_TAG_REMOVE,
					    now->names[i]);
	contact_changes_tags(changes, tags);
}

static void
patch_lists(struct contact_changes *changes, const struct json *lists,
	    const struct store_members *now)
{
	for (size_t i = 0; i < now->n_rows; i++)
		if (now->rows[i].state != LIST_LEFT &&
		    strcmp(now->rows[i].list, LIST_EVERYTHING) != 0 &&
		    !has_name(lists, now->rows[i].list))
			contact_changes_list(changes, SIGNAL_LIST_LEAVE,
					     now->rows[i].list);
	contact_changes_lists(changes, lists);
}

static enum sg_status
check_patch(const struct json *body, struct sg_err *err)
{
	const struct json *fields = json_get(body, "fields");
	const struct json *tags = json_get(body, "tags");
	const struct json *lists = json_get(body, "lists");

	if (!json_has(body, "fields") && !json_has(body, "tags") &&
	    !json_has(body, "lists"))
		return err_set(err, SG_REFUSED,
			       "expected {\"fields\": {NAME: VALUE or null}, "
			       "\"tags\": [NAME], \"lists\": [NAME]}, or some "
			       "of these");
	if ((json_has(body, "fields") && !json_is_object(fields)) ||
	    (tags && !json_is_array(tags)) || (lists && !json_is_array(lists)))
		return err_set(err, SG_REFUSED,
			       "`fields` must be an object, `tags` and `lists` "
			       "arrays of strings");
	return SG_OK;
}

static enum sg_status
patch(struct api_call *call, const struct store_record *record,
      struct contact_changes *changes, struct sg_err *err)
{
	const struct json *body = call->body;
	const struct json *fields = json_get(body, "fields");
	const struct json *tags = json_get(body, "tags");
	const struct json *lists = json_get(body, "lists");
	struct store_members members;
	struct store_names names;
	enum sg_status status =
		store_tags_of(call->store, record->id, call->pool, &names, err);

	if (status == SG_OK)
		status = store_members_of(call->store, record->id, call->pool,
					  &members, err);
	if (status != SG_OK)
		return status;
	changes->err = err;
	contact_changes_begin(changes, call, record->key,
			      json_count(fields) + json_count(tags) +
				      json_count(lists) + names.n_names +
				      members.n_rows + 1);
	contact_changes_fields(changes, fields);
	if (json_has(body, "tags"))
		patch_tags(changes, tags, &names);
	if (json_has(body, "lists"))
		patch_lists(changes, lists, &members);
	return contact_changes_submit(changes, err);
}

enum sg_status
api_contacts_patch(struct api_call *call, struct sg_err *err)
{
	struct contact_changes changes = {0};
	struct store_record record;
	const char *key;
	enum sg_status status =
		api_contact(call, call->args[0], &record, &key, err);

	if (status == SG_OK)
		status = api_body(call, err);
	if (status == SG_OK)
		status = check_patch(call->body, err);
	if (status == SG_OK)
		status = patch(call, &record, &changes, err);
	return status == SG_OK ? api_contact_answer(call, key, err) : status;
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
	return api_contact_answer(call, key, err);
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

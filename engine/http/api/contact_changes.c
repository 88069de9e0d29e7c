/* contact_changes.c - see contact_changes.h. */
#include "http/api/contact_changes.h"

#include <string.h>

#include "base/text.h"
#include "http/api/import_unique.h"
#include "signal/field_type.h"

void
contact_changes_begin(struct contact_changes *changes, struct api_call *call,
		      const char *key, size_t most)
{
	changes->call = call;
	changes->key = key;
	changes->n = 0;
	changes->most = most;
	changes->signals =
		pool_alloc(call->pool, most * sizeof(*changes->signals));
	changes->status = SG_OK;
}

struct signal *
contact_changes_add(struct contact_changes *changes, enum signal_kind kind)
{
	struct signal *signal = &changes->signals[changes->n];

	if (changes->status != SG_OK || changes->n == changes->most)
		return NULL;
	changes->n++;
	api_change(changes->call, signal, kind, changes->key);
	return signal;
}

static void
set(struct contact_changes *changes, struct signal *signal, const char *name,
    const char *value)
{
	if (changes->status == SG_OK)
		changes->status = signal_set(signal, name, value, changes->err);
}

/* --- fields -------------------------------------------------------------- */

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

static enum sg_status
check_value(struct contact_changes *changes, struct signal *signal,
	    const char *name, const char *text, const char **normal_out)
{
	enum sg_status status = api_field_value(changes->call, signal, name,
						text, normal_out, changes->err);

	if (status == SG_OK && changes->unique)
		status = import_unique_claim(changes->unique, signal, name,
					     *normal_out, changes->err);
	return status;
}

static bool
add_field(void *arg, const char *name, struct json *value)
{
	struct contact_changes *changes = arg;
	struct buf text = BUF_INIT;
	struct signal *signal = contact_changes_add(changes, SIGNAL_FIELD_SET);
	const char *normal = "";

	if (!signal)
		return false;
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
		changes->status = check_value(changes, signal, name,
					      buf_text(&text), &normal);
	set(changes, signal, "name", pool_strdup(changes->call->pool, name));
	set(changes, signal, "value", normal);
	buf_done(&text);
	return changes->status == SG_OK;
}

void
contact_changes_fields(struct contact_changes *changes,
		       const struct json *fields)
{
	json_each(fields, add_field, changes);
}

/* --- tags and lists ------------------------------------------------------ */

void
contact_changes_tag(struct contact_changes *changes, enum signal_kind kind,
		    const char *tag)
{
	struct signal *signal = contact_changes_add(changes, kind);

	if (!signal)
		return;
	changes->status = api_check_name("tag", tag, changes->err);
	set(changes, signal, "tag", tag);
}

void
contact_changes_list(struct contact_changes *changes, enum signal_kind kind,
		     const char *list)
{
	struct signal *signal = contact_changes_add(changes, kind);

	if (!signal)
		return;
	if (kind == SIGNAL_LIST_JOIN)
		changes->status =
			api_list_exists(changes->call, list, changes->err);
	if (changes->status == SG_NONE)
		changes->status = SG_REFUSED;
	set(changes, signal, "list", list);
	set(changes, signal, "how", changes->call->principal.source);
}

/* NULL: it is no text. */
static const char *
name_at(struct contact_changes *changes, const struct json *array, size_t i,
	const char *what)
{
	struct buf text = BUF_INIT;
	const char *name = NULL;

	if (json_scalar(json_at(array, i), &text))
		name = pool_strdup(changes->call->pool, buf_text(&text));
	else if (changes->status == SG_OK)
		changes->status = err_set(changes->err, SG_REFUSED,
					  "`%s` are strings", what);
	buf_done(&text);
	return name;
}

void
contact_changes_tags(struct contact_changes *changes, const struct json *tags)
{
	for (size_t i = 0; i < json_count(tags); i++) {
		const char *name = name_at(changes, tags, i, "tags");

		if (name)
			contact_changes_tag(changes, SIGNAL_TAG_ADD, name);
	}
}

void
contact_changes_lists(struct contact_changes *changes, const struct json *lists)
{
	for (size_t i = 0; i < json_count(lists); i++) {
		const char *name = name_at(changes, lists, i, "lists");

		if (name)
			contact_changes_list(changes, SIGNAL_LIST_JOIN, name);
	}
}

enum sg_status
contact_changes_submit(struct contact_changes *changes, struct sg_err *err)
{
	if (changes->status != SG_OK)
		return changes->status;
	if (changes->n == 0)
		return SG_OK;
	return api_submit(changes->call, changes->signals, changes->n, err);
}

/* --- a new one, or more of an old one ------------------------------------ */

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

static enum sg_status
read_head(struct api_call *call, const char **key_out, struct sg_err *err)
{
	enum sg_status status = api_body_text(call, "key", false, key_out, err);

	if (status == SG_OK && !*key_out)
		status = api_body_text(call, "email", true, key_out, err);
	if (status == SG_OK)
		status = check_kind(call->body, "fields", false, err);
	if (status == SG_OK)
		status = check_kind(call->body, "tags", true, err);
	if (status == SG_OK)
		status = check_kind(call->body, "lists", true, err);
	return status;
}

enum sg_status
contact_changes_create(struct contact_changes *changes, struct api_call *call,
		       bool *there_out, struct store_record *record_out,
		       struct sg_err *err)
{
	const char *given, *key;
	const struct json *fields, *tags, *lists;
	enum sg_status status = read_head(call, &given, err), there;

	if (status != SG_OK)
		return status;
	there = api_contact(call, given, record_out, &key, err);
	if (there != SG_OK && there != SG_NONE)
		return there;
	*there_out = there == SG_OK;
	fields = json_get(call->body, "fields");
	tags = json_get(call->body, "tags");
	lists = json_get(call->body, "lists");
	changes->err = err;
	contact_changes_begin(changes, call, *there_out ? record_out->key : key,
			      1 + json_count(fields) + json_count(tags) +
				      json_count(lists));
	(void)contact_changes_add(changes, SIGNAL_RECORD_CREATE);
	contact_changes_fields(changes, fields);
	contact_changes_tags(changes, tags);
	contact_changes_lists(changes, lists);
	return changes->status;
}

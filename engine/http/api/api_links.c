/* api_links.c - links between records, and a record's change of key. */
#include <string.h>

#include "http/api/api_call.h"
#include "signal/module.h"
#include "signal/record_key.h"
#include "store/store_link.h"

enum { LINKS_MOST = 1000 };

/* --- shown --------------------------------------------------------------- */

static void
add_links(struct json *to, const char *name, const struct store_links *links)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < links->n_rows; i++) {
		const struct store_link *link = &links->rows[i];
		struct json *item = json_new_object();

		json_add_text(item, "relation", link->relation);
		json_add_text(item, "module", link->module);
		json_add_text(item, "key", link->key);
		json_add_time(item, "since", link->since);
		json_push(array, item);
	}
	json_add(to, name, array);
}

enum sg_status
api_links_json(struct api_call *call, uint32_t record_id, struct json *to,
	       struct sg_err *err)
{
	struct store_links links;
	enum sg_status status = store_links_of(
		call->store, record_id, LINKS_MOST, call->pool, &links, err);

	if (status != SG_OK)
		return status;
	add_links(to, "links", &links);
	status = store_links_to(call->store, record_id, LINKS_MOST, call->pool,
				&links, err);
	if (status == SG_OK)
		add_links(to, "linked_from", &links);
	return status;
}

/* --- changed ------------------------------------------------------------- */

struct ends {
	const char *module, *key; /* the link leads from it */
	const char *relation;
	const char *to_module, *to_key;
};

/* A link between a person and a thing is the person's, so that what happens to
 * the person can go along it: a deal's contact is the contact's deal. */
static void
turn(struct ends *ends)
{
	struct ends from = *ends;

	if (module_has_email(ends->module) ||
	    !module_has_email(ends->to_module) ||
	    strcmp(ends->relation, ends->to_module) != 0)
		return;
	ends->module = from.to_module;
	ends->key = from.to_key;
	ends->relation = ends->to_module = from.module;
	ends->to_key = from.key;
}

static enum sg_status
normalise(struct api_call *call, const char *module, const char *key,
	  const char **out, struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status = module_must_be(module, err);

	if (status == SG_OK)
		status = record_key_normalise(module, key, &normal, err);
	if (status == SG_OK)
		*out = pool_strdup(call->pool, buf_text(&normal));
	buf_done(&normal);
	return status;
}

enum sg_status
api_link_fill(struct api_call *call, struct signal *signal,
	      const struct api_link *link, struct sg_err *err)
{
	const char *to_module = link->to_module		      ? link->to_module
				: module_find(link->relation) ? link->relation
							      : "contact";
	struct ends ends = {link->module, link->key, link->relation, to_module,
			    ""};
	bool is_link = signal->kind == SIGNAL_LINK;
	enum sg_status status = api_check_name("relation", ends.relation, err);

	if (status == SG_OK)
		status = normalise(call, to_module, link->to_key, &ends.to_key,
				   err);
	if (status != SG_OK)
		return status;
	if (strcmp(ends.module, ends.to_module) == 0 &&
	    strcmp(ends.key, ends.to_key) == 0)
		return err_set(err, SG_REFUSED, "%s cannot be linked to itself",
			       ends.key);
	turn(&ends);
	signal->name = is_link ? "record.linked" : "record.unlinked";
	signal->module = strcmp(ends.module, "contact") == 0 ? "" : ends.module;
	signal->key = ends.key;
	signal->record_key =
		record_key_hash(keys_record_secret(call->api->options.keys),
				ends.module, ends.key);
	status = signal_set(signal, "relation", ends.relation, err);
	if (status == SG_OK)
		status = signal_set(signal, "module", ends.to_module, err);
	if (status == SG_OK)
		status = signal_set(signal, "key", ends.to_key, err);
	return status;
}

static enum sg_status
change(struct api_call *call, enum signal_kind kind, struct sg_err *err)
{
	struct store_record record;
	struct signal signal;
	struct api_link link = {.module = api_module(call),
				.relation = call->args[1],
				.to_module = api_param(call, "to_module"),
				.to_key = call->args[2]};
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status != SG_OK)
		return status;
	link.key = record.key;
	api_change(call, &signal, kind, record.key);
	status = api_link_fill(call, &signal, &link, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status == SG_OK)
		status = api_contact(call, record.key, &record, NULL, err);
	if (status != SG_OK)
		return status;
	return api_show_contact(call, &record, api_answer(call), err);
}

enum sg_status
api_contacts_link(struct api_call *call, struct sg_err *err)
{
	return change(call, SIGNAL_LINK, err);
}

enum sg_status
api_contacts_unlink(struct api_call *call, struct sg_err *err)
{
	return change(call, SIGNAL_UNLINK, err);
}

/* --- another key --------------------------------------------------------- */

static enum sg_status
must_be_free(struct api_call *call, const char *key,
	     const struct store_record *record, struct sg_err *err)
{
	struct store_record holder;
	enum sg_status status = api_contact(call, key, &holder, NULL, err);

	if (status == SG_NONE || (status == SG_OK && holder.id == record->id))
		return SG_OK;
	if (status != SG_OK)
		return status;
	return err_set(err, SG_REFUSED,
		       "%s is another %s already, and two are not merged: "
		       "delete one of them first, or keep both",
		       holder.key, record->module);
}

enum sg_status
api_contacts_rename(struct api_call *call, struct sg_err *err)
{
	struct store_record record;
	struct signal signal;
	const char *to, *normal = "";
	enum sg_status status = api_body_text(call, "to", true, &to, err);

	if (status == SG_OK)
		status = api_contact(call, call->args[0], &record, NULL, err);
	if (status == SG_OK)
		status = normalise(call, record.module, to, &normal, err);
	if (status == SG_OK)
		status = must_be_free(call, normal, &record, err);
	if (status != SG_OK)
		return status;
	api_change(call, &signal, SIGNAL_RENAME, record.key);
	status = signal_set(&signal, "old", record.key, err);
	if (status == SG_OK)
		status = signal_set(&signal, "new", normal, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status == SG_OK)
		status = api_contact(call, normal, &record, NULL, err);
	if (status != SG_OK)
		return status;
	return api_show_contact(call, &record, api_answer(call), err);
}

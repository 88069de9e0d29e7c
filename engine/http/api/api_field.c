/* api_field.c - the fields and modules there are; a field's value as it comes
 * in: of its type, and nobody else's where it is unique. */
#include "signal/field_type.h"

#include <string.h>

#include "http/api/api_call.h"
#include "signal/module.h"
#include "signal/record_ref.h"

static enum sg_status
check_unique(struct api_call *call, const struct signal *whose,
	     const char *name, const char *value, struct sg_err *err)
{
	struct store_record holder;
	uint32_t id;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_field_find(call->store, whose->module, name,
					  value, &id, err);
	if (status == SG_OK)
		status = store_record_get(call->store, id, call->pool, &holder,
					  err);
	if (status == SG_NONE ||
	    (status == SG_OK && holder.record_key == whose->record_key))
		return SG_OK;
	if (status != SG_OK)
		return status;
	return err_set(err, SG_REFUSED,
		       "field %s is unique, and %s has `%s` already", name,
		       holder.key, value);
}

enum sg_status
api_field_value(struct api_call *call, const struct signal *whose,
		const char *name, const char *value, const char **normal_out,
		struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status = api_check_field(name, err);

	if (status == SG_OK)
		status = field_normalise(name, value, &normal, err);
	if (status == SG_OK)
		*normal_out = pool_strdup(call->pool, buf_text(&normal));
	buf_done(&normal);
	if (status == SG_OK && **normal_out && field_is_unique(name))
		status = check_unique(call, whose, name, *normal_out, err);
	return status;
}

static void
push_item(void *arg, const char *item, size_t len)
{
	struct buf text = BUF_INIT;

	buf_append(&text, item, len);
	json_push(arg, json_text(buf_text(&text)));
	buf_done(&text);
}

void
api_add_field(struct json *to, const char *title, const char *name,
	      const char *value)
{
	struct json *array;

	if (!field_is_many(name)) {
		json_add_text(to, title, value);
		return;
	}
	array = json_new_array();
	field_many_each(value, push_item, array);
	json_add(to, title, array);
}

/* --- what there is ------------------------------------------------------- */

enum sg_status
api_modules_all(struct api_call *call, struct sg_err *err)
{
	struct json *items = api_items(call);

	for (size_t i = 0; i < module_count(); i++) {
		const struct module_info *info = module_at(i);
		struct json *item = json_new_object();

		json_add_text(item, "name", info->name);
		json_add_text(item, "title", info->title);
		json_add_text(item, "key",
			      info->key == MODULE_KEY_EMAIL ? "email" : "text");
		json_add_bool(item, "one", info->one);
		json_push(items, item);
	}
	return SG_OK;
}

static struct json *
field_json(const char *name, const struct field_info *info)
{
	struct json *item = json_new_object(), *choices = json_new_array();

	json_add_text(item, "name", name);
	json_add_text(item, "title", info ? info->title : name);
	json_add_text(item, "type",
		      field_type_name(info ? info->type : FIELD_TEXT));
	json_add_bool(item, "unique", field_is_unique(name));
	json_add_text(item, "format", info && info->phone ? "phone" : "plain");
	for (size_t i = 0; info && i < info->n_choices; i++)
		json_push(choices, json_text(info->choices[i]));
	json_add(item, "choices", choices);
	json_add_bool(item, "declared", info != NULL);
	return item;
}

/* Those that are declared, then those that some record has. */
enum sg_status
api_fields_all(struct api_call *call, struct sg_err *err)
{
	struct store_names names = {0};
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status =
			store_field_names(call->store, call->pool, &names, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < field_count(); i++)
		json_push(items, field_json(field_at(i)->name, field_at(i)));
	for (size_t i = 0; i < names.n_names; i++)
		if (!field_find(names.names[i]))
			json_push(items, field_json(names.names[i], NULL));
	return SG_OK;
}

/* api_signals.c - what can happen, what happened, and saying that it did. */
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/suggest.h"
#include "http/api/api_call.h"
#include "http/api/api_many.h"
#include "http/api/api_rows.h"
#include "signal/field_type.h"
#include "signal/module.h"
#include "signal/record_key.h"
#include "signal/record_ref.h"
#include "store/store_history.h"

static void
push_kind(struct json *items, const struct signal_kind_info *info, bool on)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", info->name);
	json_add_text(item, "plugin", info->plugin);
	json_add_text(item, "properties",
		      info->properties ? info->properties : "");
	json_add_text(item, "summary", info->summary ? info->summary : "");
	json_add_bool(item, "on", on);
	json_push(items, item);
}

enum sg_status
api_signals_kinds(struct api_call *call, struct sg_err *err)
{
	struct signal_kinds *kinds = call->api->options.kinds;
	struct json *items = api_items(call);
	struct signal_kind_info info;

	(void)err;
	for (size_t i = 0; i < signal_kinds_count(kinds); i++) {
		info = signal_kinds_at(kinds, i);
		push_kind(items, &info, true);
	}
	for (size_t i = 0; signal_kinds_off_at(kinds, i, &info) == SG_OK; i++)
		push_kind(items, &info, false);
	return SG_OK;
}

/* Whose it is, for people: a record without a key is one known by its token
 * only. */
static void
add_key(struct api_call *call, struct json *item, uint32_t record_id)
{
	struct store_record record;

	if (!record_id || store_record_get(call->store, record_id, call->pool,
					   &record, NULL) != SG_OK)
		return;
	json_add_text(item, "module", record.module);
	json_add_text(item, "key", record.key);
}

enum sg_status
api_signals_recent(struct api_call *call, struct sg_err *err)
{
	const char *contact = api_param(call, "contact");
	struct store_history_filter filter = {0};
	struct store_history_rows rows;
	struct store_record record;
	struct record_set *set;
	struct json *items;
	int64_t limit;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX,
				       &filter.before_id, err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK && contact) {
		status = api_contact(call, contact, &record, NULL, err);
		filter.record_id = status == SG_OK ? record.id : 0;
	}
	filter.name = api_param(call, "name");
	filter.most = (size_t)limit;
	if (status == SG_OK)
		status = store_history_recent(call->store, &filter, call->pool,
					      &rows, err);
	if (status != SG_OK)
		return status;
	status = api_where(call, &set, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item;

		if (!api_where_has(set, rows.rows[i].record_id))
			continue;
		item = api_history_json(&rows.rows[i]);
		json_add_int(item, "record", rows.rows[i].record_id);
		add_key(call, item, rows.rows[i].record_id);
		json_push(items, item);
	}
	record_set_free(set);
	api_next_id(call, rows.n_rows, limit,
		    rows.n_rows ? rows.rows[rows.n_rows - 1].id : 0);
	return SG_OK;
}

/* --- emitting ------------------------------------------------------------ */

struct properties {
	struct api_call *call;
	struct signal *signal;
	enum sg_status status;
	struct sg_err *err;
};

static bool
add_property(void *arg, const char *name, struct json *value)
{
	struct properties *properties = arg;
	struct pool *pool = properties->call->pool;
	struct buf text = BUF_INIT;

	if (value && !json_scalar(value, &text))
		properties->status = err_set(
			properties->err, SG_REFUSED,
			"the property `%s` must be a string, a number, true or "
			"false",
			name);
	else if (value)
		properties->status = signal_set(
			properties->signal, pool_strdup(pool, name),
			pool_strdup(pool, buf_text(&text)), properties->err);
	buf_done(&text);
	return properties->status == SG_OK;
}

enum sg_status
api_check_signal_name(struct api_call *call, const char *name,
		      struct sg_err *err)
{
	struct signal_kinds *kinds = call->api->options.kinds;
	size_t len = strlen(name);

	if (len == 0 || len > SIGNAL_NAME_MOST || !strchr(name, '.') ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-:") != len)
		return err_set(err, SG_REFUSED,
			       "`%s` is not a signal's name: expected "
			       "source.verb, as in order.paid",
			       name);
	for (size_t i = 0; i < signal_kinds_count(kinds); i++) {
		struct signal_kind_info info = signal_kinds_at(kinds, i);

		if (strcmp(info.name, name) == 0 &&
		    strcmp(info.plugin, "engine") == 0)
			return err_set(err, SG_REFUSED,
				       "%s is the engine's own: it follows "
				       "from changes to the record",
				       name);
	}
	return SG_OK;
}

/* {"field": "phone", "value": "+49 30 …"}, or the id of another system. */
static enum sg_status
read_match(struct api_call *call, const char **reference_out,
	   struct sg_err *err)
{
	const struct json *match = json_get(call->body, "match");
	const struct json *external = json_get(call->body, "external_id");
	const struct json *by = match ? match : external;
	const char *field = json_get_text(by, match ? "field" : "source");
	struct buf value = BUF_INIT, reference = BUF_INIT;
	enum sg_status status;

	if (!by)
		return SG_OK;
	if (!json_is_object(by) || !field ||
	    !json_scalar(json_get(by, match ? "value" : "id"), &value)) {
		buf_done(&value);
		return err_set(err, SG_REFUSED,
			       "expected \"match\": {\"field\", \"value\"} or "
			       "\"external_id\": {\"source\", \"id\"}");
	}
	if (external)
		field = pool_printf(call->pool, FIELD_EXTERNAL_ID "%s", field);
	status = api_check_field(field, err);
	if (status == SG_OK)
		status = record_ref_write(field, buf_text(&value), &reference,
					  err);
	if (status == SG_OK)
		*reference_out = pool_strdup(call->pool, buf_text(&reference));
	buf_done(&value);
	buf_done(&reference);
	return status;
}

static enum sg_status
read_key(struct api_call *call, struct signal *signal, const char *key,
	 const char *module, struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status = record_key_normalise(module, key, &normal, err);

	if (status == SG_OK) {
		signal->key = pool_strdup(call->pool, buf_text(&normal));
		signal->record_key = record_key_hash(
			keys_record_secret(call->api->options.keys), module,
			signal->key);
	}
	buf_done(&normal);
	return status;
}

/* Whose it is: `email` for contacts, `key` with `module` for others; or by a
 * unique field, or an id of another system. */
static enum sg_status
read_subject(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	const char *email, *key, *module, *reference = NULL;
	enum sg_status status = read_match(call, &reference, err);

	if (status == SG_OK)
		status = api_body_text(call, "email", false, &email, err);
	if (status == SG_OK)
		status = api_body_text(call, "key", !email && !reference, &key,
				       err);
	if (status == SG_OK)
		status = api_body_text(call, "module", false, &module, err);
	if (status == SG_OK && module)
		status = module_must_be(module, err);
	if (status != SG_OK)
		return status;
	if (!module || !*module)
		module = "contact";
	signal->module = strcmp(module, "contact") == 0 ? "" : module;
	if (email || key)
		return read_key(call, signal, email ? email : key, module, err);
	signal->key = reference;
	return SG_OK;
}

static enum sg_status
read_moment(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	const char *text;
	int64_t at;
	enum sg_status status =
		api_body_text(call, "happened_at", false, &text, err);

	if (status != SG_OK || !text)
		return status;
	status = clock_parse(text, call->api->options.timezone, &at, err);
	if (status != SG_OK) {
		err_prefix(err, "`happened_at`");
		return status;
	}
	/* Later than its receipt becomes its receipt (scoring §1). */
	signal->happened_at = at < call->now ? at : call->now;
	return SG_OK;
}

static enum sg_status
read_id(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	struct buf id = BUF_INIT;
	struct json *member = json_get(call->body, "id");
	const char *text;

	if (!member)
		return SG_OK;
	if (!json_scalar(member, &id) || id.len == 0) {
		buf_done(&id);
		return err_set(err, SG_REFUSED, "`id` must be a string");
	}
	text = pool_printf(call->pool, "api\n%s", buf_text(&id));
	signal->external_id = crypto_hash64(text, strlen(text));
	buf_done(&id);
	return SG_OK;
}

/* What the body says happened. */
static enum sg_status
read_signal(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	struct properties properties = {call, signal, SG_OK, err};
	const struct json *given;
	const char *name;
	enum sg_status status = api_body_text(call, "name", true, &name, err);

	if (status == SG_OK)
		status = api_check_signal_name(call, name, err);
	if (status != SG_OK)
		return status;
	signal_init(signal, name, call->now);
	signal->source = call->principal.source;
	signal->actor = call->principal.name;
	status = read_subject(call, signal, err);
	if (status == SG_OK)
		status = read_moment(call, signal, err);
	if (status == SG_OK)
		status = read_id(call, signal, err);
	given = json_get(call->body, "properties");
	if (status == SG_OK && given && !json_is_object(given))
		return err_set(err, SG_REFUSED,
			       "`properties` must be an object");
	if (status == SG_OK && given)
		json_each(given, add_property, &properties);
	return status == SG_OK ? properties.status : status;
}

static const char *
declarer_of(struct signal_kinds *kinds, const char *name)
{
	size_t i;

	for (i = 0; i < signal_kinds_count(kinds); i++)
		if (strcmp(signal_kinds_at(kinds, i).name, name) == 0)
			return signal_kinds_at(kinds, i).plugin;
	return "";
}

/* What nobody declares is kept, and no rule can name it. */
static void
add_hint(struct api_call *call, const char *name)
{
	struct signal_kinds *kinds = call->api->options.kinds;
	const char *plugin = signal_kinds_who_would(name);
	struct suggestion near = {.wanted = name};
	struct buf hint = BUF_INIT;
	size_t i;

	if (signal_kinds_has(kinds, name))
		return;
	buf_printf(&hint,
		   "`%s` is declared by no loaded plugin, and not in "
		   "`signals { … }`: it is kept, and no rule can name it",
		   name);
	for (i = 0; i < signal_kinds_count(kinds); i++)
		suggest_offer(&near, signal_kinds_at(kinds, i).name);
	if (plugin)
		buf_printf(&hint, "; the plugin `%s` would declare it", plugin);
	else if (*near.name)
		buf_printf(&hint, "; did you mean `%s`%s%s?", near.name,
			   *declarer_of(kinds, near.name) ? ", of " : "",
			   declarer_of(kinds, near.name));
	json_add_text(call->answer, "hint", buf_text(&hint));
	buf_done(&hint);
}

enum sg_status
api_signals_emit(struct api_call *call, struct sg_err *err)
{
	struct signal signal = {.name = ""};
	enum sg_status status = read_signal(call, &signal, err);

	call->object = status == SG_OK ? signal.key : "";
	call->about = status == SG_OK ? signal.name : "";
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status != SG_OK)
		return status;
	json_add_bool(api_answer(call), "kept", true);
	json_add_bool(api_answer(call), "applied", true);
	add_hint(call, signal.name);
	call->status = 202;
	return SG_OK;
}

/* --- many of them -------------------------------------------------------- */

static enum sg_status
take_signal(struct api_many *many, struct api_many_result *result,
	    struct sg_err *err)
{
	struct api_call *call = many->call;
	struct signal signal = {.name = ""};
	struct buf id = BUF_INIT;
	enum sg_status status = read_signal(call, &signal, err);

	if (json_scalar(json_get(call->body, "id"), &id))
		result->name = pool_strdup(many->pool, buf_text(&id));
	buf_done(&id);
	result->status = 202;
	return status == SG_OK ? api_many_add(many, &signal, err) : status;
}

enum sg_status
api_signals_bulk(struct api_call *call, struct sg_err *err)
{
	struct api_many *many = pool_alloc(call->pool, sizeof(*many));

	*many = (struct api_many){
		.call = call, .item = take_signal, .in_order_of_time = true};
	return api_many_run(many, err);
}

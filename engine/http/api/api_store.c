/* api_store.c - reading through a reader, writing through the applier. */
#include <string.h>

#include "apply/apply_feed.h"
#include "http/api/api_call.h"
#include "signal/record_key.h"
#include "store/store_audit.h"
#include "store/store_list.h"

enum sg_status
api_store(struct api_call *call, struct sg_err *err)
{
	if (call->store)
		return SG_OK;
	return store_readers_take(call->api->options.readers, &call->store,
				  err);
}

const char *
api_module(const struct api_call *call)
{
	const char *module = api_param(call, "module");

	return module && *module ? module : "contact";
}

const char *
api_module_or_all(const struct api_call *call)
{
	const char *module = api_module(call);

	return strcmp(module, "*") == 0 ? NULL : module;
}

enum sg_status
api_contact(struct api_call *call, const char *key,
	    struct store_record *record_out, const char **normal_out,
	    struct sg_err *err)
{
	const char *module = api_module(call), *normal;
	struct buf text = BUF_INIT;
	enum sg_status status = record_key_normalise(module, key, &text, err);

	normal = pool_strdup(call->pool, buf_text(&text));
	buf_done(&text);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status != SG_OK)
		return status;
	if (normal_out)
		*normal_out = normal;
	status = store_record_find(
		call->store,
		record_key_hash(keys_record_secret(call->api->options.keys),
				module, normal),
		call->pool, record_out, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no %s %s", module, normal);
	return status;
}

enum sg_status
api_score(struct api_call *call, const char *name,
	  struct score_settings *settings_out, struct sg_err *err)
{
	if (scoreboard_find_score(call->api->options.scoreboard, name,
				  settings_out) == SG_OK)
		return SG_OK;
	return err_set(err, SG_NONE,
		       "no score `%s`; scores are made in the configuration: "
		       "score \"%s\" { }",
		       name, name);
}

enum sg_status
api_list_exists(struct api_call *call, const char *name, struct sg_err *err)
{
	struct store_list list;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_list_get(call->store, name, call->pool, &list,
					err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE,
			       "no list `%s`; make it first (scoregate list "
			       "create '%s')",
			       name, name);
	return status;
}

/* The engine's own signal for each kind of change (signal.h). */
static const char *
name_of(enum signal_kind kind)
{
	static const char *const names[] = {
		[SIGNAL_RECORD_CREATE] = "record.created",
		[SIGNAL_RECORD_DELETE] = "record.deleted",
		[SIGNAL_FIELD_SET] = "field.changed",
		[SIGNAL_TAG_ADD] = "tag.added",
		[SIGNAL_TAG_REMOVE] = "tag.removed",
		[SIGNAL_LIST_JOIN] = "list.joined",
		[SIGNAL_LIST_LEAVE] = "list.left",
		[SIGNAL_SCORE_ADD] = "score.added",
		[SIGNAL_SCORE_SET] = "score.set",
		[SIGNAL_SCORE_ERASE] = "score.erased",
		[SIGNAL_SUPPRESS] = "record.suppressed",
		[SIGNAL_UNSUPPRESS] = "record.unsuppressed",
		[SIGNAL_FORGET] = "record.forgotten",
		[SIGNAL_CONSENT] = "consent.changed",
		[SIGNAL_LINK] = "record.linked",
		[SIGNAL_UNLINK] = "record.unlinked",
		[SIGNAL_RENAME] = "record.renamed",
		[SIGNAL_SEQUENCE] = "sequence.started",
	};

	return names[kind];
}

void
api_change(const struct api_call *call, struct signal *signal,
	   enum signal_kind kind, const char *key)
{
	const char *module = api_module(call);

	signal_init(signal, name_of(kind), call->now);
	signal->kind = kind;
	signal->module = strcmp(module, "contact") == 0 ? "" : module;
	signal->key = key;
	signal->record_key = record_key_hash(
		keys_record_secret(call->api->options.keys), module, key);
	signal->source = call->principal.source;
	signal->actor = call->principal.name;
}

static void
set_external_ids(struct api_call *call, struct signal *signals,
		 size_t n_signals)
{
	for (size_t i = 0; i < n_signals; i++) {
		uint64_t id = api_retry_id(call, 0, call->n_submitted++);

		if (!signals[i].external_id)
			signals[i].external_id = id;
	}
}

/* Straight to the applier, who sees whether the record is still as If-Match
 * says: through the spool somebody else's change might come in between. */
struct matching {
	struct api_call *call;
	const struct signal *signals;
};

static enum sg_status
check_match(void *arg, struct store *store, struct sg_err *err)
{
	const struct matching *matching = arg;
	struct api_call *call = matching->call;
	struct store_record record;
	const char *version = "";
	enum sg_status status =
		store_record_find(store, matching->signals[0].record_key,
				  call->pool, &record, err);

	if (status == SG_OK)
		status = api_version_of_record(call, store, record.id, &version,
					       err);
	else if (status == SG_NONE)
		status = SG_OK;
	return status == SG_OK ? api_if_match(call, version, err) : status;
}

static enum sg_status
next_signal(void *arg, size_t i, struct pool *pool, struct signal *signal_out,
	    struct sg_err *err)
{
	*signal_out = ((struct matching *)arg)->signals[i];
	return SG_OK;
}

static enum sg_status
submit_matching(struct api_call *call, const struct signal *signals,
		size_t n_signals, struct sg_err *err)
{
	struct matching matching = {call, signals};
	struct apply_feed feed = {.arg = &matching,
				  .begin = check_match,
				  .signal = next_signal,
				  .n_signals = n_signals};
	struct apply_fed fed;

	return apply_feed(call->api->options.apply, &feed, &fed, err);
}

static enum sg_status
submit_all(struct api_call *call, struct signal *signals, size_t n_signals,
	   struct sg_err *err)
{
	enum sg_status status = SG_OK;

	set_external_ids(call, signals, n_signals);
	for (size_t i = 0; i < n_signals && status == SG_OK; i++)
		status = signal_check(&signals[i], err);
	if (status != SG_OK)
		return status;
	/* Of a list that is deleted the match is the list's. */
	if (api_if_match_asked(call) && call->resource->versioned &&
	    strcmp(call->resource->path, "/lists/{name}") != 0)
		return submit_matching(call, signals, n_signals, err);
	return apply_submit(call->api->options.apply, signals, n_signals,
			    call->api->options.submit_wait_ms, &call->kept,
			    err);
}

enum sg_status
api_submit(struct api_call *call, struct signal *signals, size_t n_signals,
	   struct sg_err *err)
{
	struct signal *all;
	enum sg_status status;

	if (call->audited)
		return submit_all(call, signals, n_signals, err);
	all = pool_alloc(call->pool, (n_signals + 1) * sizeof(*all));
	memcpy(all, signals, n_signals * sizeof(*all));
	status = api_audit_signal(call, &all[n_signals], err);
	call->audited = true;
	if (status == SG_OK)
		status = submit_all(call, all, n_signals + 1, err);
	if (status != SG_OK && !call->kept)
		call->audited = false;
	return status;
}

static enum sg_status
fill_answer(const struct api_filling *filling, struct store *store,
	    struct sg_err *err)
{
	struct api_call *call = filling->call;
	struct store *reader = call->store;
	enum sg_status status;

	call->store = store;
	status = filling->fill(call, filling->fill_arg, err);
	call->store = reader;
	return status == SG_OK ? api_idempotency_keep(call, store, err)
			       : status;
}

enum sg_status
api_define_in(void *arg, struct store *store, struct sg_err *err)
{
	const struct api_filling *filling = arg;
	const struct api_definition *definition = filling->definition;
	struct store_audit row = {0};
	enum sg_status status = SG_OK;

	if (!filling->call->audited) {
		api_audit_row(filling->call, &row);
		row.action = definition->action;
		row.object = definition->object ? definition->object : "";
		row.detail = definition->detail ? definition->detail : "";
		status = store_audit_append(store, &row, err);
	}
	return status == SG_OK && filling->fill
		       ? fill_answer(filling, store, err)
		       : status;
}

void
api_defined(const struct api_filling *filling)
{
	filling->call->audited = true;
	filling->call->answer_kept = filling->fill != NULL;
}

enum sg_status
api_define_answered(struct api_call *call,
		    const struct api_definition *definition, api_fill_fn *fill,
		    void *fill_arg, struct sg_err *err)
{
	struct api_filling filling = {call, definition, fill, fill_arg};
	struct apply_also also = {api_define_in, &filling};
	enum sg_status status =
		apply_call_also(call->api->options.apply, definition->fn,
				definition->arg, &also, err);

	if (status == SG_OK)
		api_defined(&filling);
	return status;
}

enum sg_status
api_define(struct api_call *call, const struct api_definition *definition,
	   struct sg_err *err)
{
	return api_define_answered(call, definition, NULL, NULL, err);
}

/* host_signal.c - from a plugin's signals to the spool's. */
#include "base/crypto.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "gate/plugin_file.h"
#include "signal/field_type.h"
#include "signal/record_key.h"
#include "signal/record_ref.h"
#include "signal/signal.h"

enum { EMIT_SIGNALS_MOST = 256 };

static const struct {
	enum sg_signal_kind kind;
	enum signal_kind kept_as;
	const char *name; /* the engine's own signal for a change */
} kinds[] = {
	{SG_SIGNAL_HAPPENED, SIGNAL_HAPPENED, NULL},
	{SG_FIELD_SET, SIGNAL_FIELD_SET, "field.changed"},
	{SG_TAG_ADD, SIGNAL_TAG_ADD, "tag.added"},
	{SG_TAG_REMOVE, SIGNAL_TAG_REMOVE, "tag.removed"},
	{SG_LIST_JOIN, SIGNAL_LIST_JOIN, "list.joined"},
	{SG_LIST_CONFIRM, SIGNAL_LIST_CONFIRM, "list.confirmed"},
	{SG_LIST_LEAVE, SIGNAL_LIST_LEAVE, "list.left"},
	{SG_SCORE_ADD, SIGNAL_SCORE_ADD, "score.added"},
	{SG_SCORE_SET, SIGNAL_SCORE_SET, "score.set"},
	{SG_SUPPRESS, SIGNAL_SUPPRESS, "record.suppressed"},
	{SG_UNSUPPRESS, SIGNAL_UNSUPPRESS, "record.unsuppressed"},
	{SG_JUDGE, SIGNAL_JUDGE, "signal.judged"},
	{SG_CONSENT, SIGNAL_CONSENT, "consent.changed"},
	{SG_MAIL, SIGNAL_MAIL, "mail.requested"},
};

static bool
is_declared(const struct gate_plugin *plugin, const char *name)
{
	for (size_t i = 0; i < plugin->n_signals; i++)
		if (strcmp(plugin->signals[i], name) == 0)
			return true;
	return false;
}

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

static enum sg_status
fill_kind(const struct gate_plugin *plugin, const struct sg_signal *from,
	  struct signal *to, struct sg_err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind != from->kind)
			continue;
		to->kind = kinds[i].kept_as;
		if (kinds[i].name) {
			to->name = kinds[i].name;
			return SG_OK;
		}
		to->name = or_empty(from->name);
		if (is_declared(plugin, to->name))
			return SG_OK;
		return err_set(err, SG_REFUSED,
			       "plugin %s did not declare the signal `%s`",
			       plugin->descriptor.name, to->name);
	}
	return err_set(err, SG_REFUSED, "plugin %s: no signal is of kind %d",
		       plugin->descriptor.name, (int)from->kind);
}

enum sg_status
host_record_key(const struct sg_call *call, const char *module, const char *key,
		uint64_t *record_key_out, struct sg_text *normal_out,
		struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	struct sg_text *normal = gate_call_text(ours, RECORD_KEY_TEXT_MOST + 1);
	const char *of = module && module[0] ? module : "contact";
	enum sg_status status =
		record_key_normalise(of, key, &normal->buf, err);

	if (status != SG_OK)
		return status;
	*record_key_out =
		record_key_hash(keys_record_secret(ours->plugin->gate->keys),
				of, buf_text(&normal->buf));
	if (normal_out)
		buf_append(&normal_out->buf, normal->buf.data, normal->buf.len);
	return SG_OK;
}

/* "field.phone=+49 30 …": the record whose unique field has it. SG_NONE: it is
 * a key. */
static enum sg_status
fill_reference(struct gate_call *call, const char *key, struct signal *to,
	       struct sg_err *err)
{
	size_t len = strcspn(key, "=");
	struct sg_text *reference;
	enum sg_status status;

	if (strncmp(key, "field.", 6) != 0 || !key[len])
		return SG_NONE;
	reference = gate_call_text(call, RECORD_KEY_TEXT_MOST + 1);
	status = record_ref_write(
		pool_memdup(gate_call_pool(call), key + 6, len - 6),
		key + len + 1, &reference->buf, err);
	to->key = buf_text(&reference->buf);
	return status;
}

/* Whose signal it is: the record key of a token, or a key in normal form. */
static enum sg_status
fill_record(const struct sg_call *call, const struct sg_signal *from,
	    struct signal *to, struct sg_err *err)
{
	struct sg_text *normal;
	enum sg_status status;

	to->record_key = from->record_key;
	to->module = or_empty(from->module);
	if (!from->key || !from->key[0])
		return SG_OK;
	status = fill_reference(gate_call_of(call), from->key, to, err);
	if (status != SG_NONE)
		return status;
	normal = gate_call_text(gate_call_of(call), RECORD_KEY_TEXT_MOST + 1);
	status = host_record_key(call, to->module, from->key, &to->record_key,
				 normal, err);
	to->key = buf_text(&normal->buf);
	return status;
}

/* What a form or a webhook fills in is of the field's type, or refused. */
static enum sg_status
check_value(struct gate_call *call, struct signal *to, struct sg_err *err)
{
	const char *name = signal_get(to, "name");
	const char *value = signal_get(to, "value");
	struct buf normal = BUF_INIT;
	enum sg_status status;

	if (to->kind != SIGNAL_FIELD_SET || !name || !value)
		return SG_OK;
	status = field_normalise(name, value, &normal, err);
	if (status == SG_OK)
		status = signal_set(
			to, "value",
			pool_strdup(gate_call_pool(call), buf_text(&normal)),
			err);
	buf_done(&normal);
	return status;
}

/* Who fetched it, as far as that may be kept. What has no room for it, and no
 * plugin's has so many properties, is kept without. */
static void
add_facts(const struct hit_facts *hit, struct signal *to)
{
	const struct signal_prop props[] = {
		{SIGNAL_HIT_SOURCE, hit->source},
		{SIGNAL_HIT_ADDRESS, hit->address},
		{SIGNAL_HIT_AGENT, hit->agent},
		{SIGNAL_UNSCORED, hit->unscored ? "do-not-track" : ""},
	};

	for (size_t i = 0; i < sizeof(props) / sizeof(props[0]); i++)
		if (*props[i].value &&
		    signal_set(to, props[i].name, props[i].value, NULL) !=
			    SG_OK)
			return;
}

/* The same id of two senders is two events. */
static uint64_t
external_id_hash(struct gate_call *call, const char *id)
{
	const char *name = call->plugin->descriptor.name;
	char *both = pool_printf(gate_call_pool(call), "%s\n%s", name, id);

	return crypto_hash64(both, strlen(both));
}

static int64_t
settle_of(const struct sg_gate *gate)
{
	int64_t settle_ms = verdict_book_get(gate->verdicts)->windows.settle_ms;

	return settle_ms < 0 ? gate->settle_ms : settle_ms;
}

static enum sg_status
fill_signal(const struct sg_call *call, const struct sg_signal *from,
	    struct signal *to, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	int64_t settle_ms;
	enum sg_status status;

	signal_init(to, "", call->now);
	status = fill_kind(ours->plugin, from, to, err);
	if (status == SG_OK)
		status = fill_record(call, from, to, err);
	for (size_t i = 0; status == SG_OK && i < from->n_props; i++)
		status = signal_set(to, from->props[i].name,
				    or_empty(from->props[i].value), err);
	if (status == SG_OK)
		status = check_value(ours, to, err);
	if (status != SG_OK)
		return status;
	to->message_id = from->message_id;
	if (from->happened_at > 0 && from->happened_at < call->now)
		to->happened_at = from->happened_at;
	to->source = ours->plugin->descriptor.name;
	to->because = or_empty(from->because);
	to->verdict = (enum verdict)from->verdict;
	to->verdict_reason = or_empty(from->verdict_reason);
	if (ours->hit && to->kind == SIGNAL_HAPPENED)
		add_facts(ours->hit, to);
	settle_ms = from->settle_ms < 0 ? settle_of(ours->plugin->gate)
					: from->settle_ms;
	if (settle_ms > 0)
		to->settle_until = to->received_at + settle_ms;
	if (from->external_id && from->external_id[0])
		to->external_id = external_id_hash(ours, from->external_id);
	return SG_OK; /* the spool checks the bounds */
}

static enum sg_status
keep_signals(struct gate_call *call, const struct signal *signals,
	     size_t n_signals, enum sg_keep keep, struct sg_err *err)
{
	if (call->batch && keep == SG_WRITTEN)
		return spool_batch_add(call->batch, signals, n_signals, err);
	return spool_append_many(
		call->plugin->gate->spool, signals, n_signals,
		keep == SG_SYNCED ? SPOOL_SYNCED : SPOOL_WRITTEN, NULL, err);
}

/* Of who said no, nothing of that kind is kept: not even in the spool. */
static size_t
drop_denied(struct sg_gate *gate, struct signal *signals, size_t n)
{
	enum consent_what what;
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		if (consent_covers(signals[i].name, &what) &&
		    consent_set_get(gate->consent.set, signals[i].record_key,
				    what) == CONSENT_DENIED)
			continue;
		if (left != i)
			signals[left] = signals[i];
		left++;
	}
	return left;
}

bool
host_denies(const struct sg_call *call, uint64_t record_key, const char *signal)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;
	enum consent_what what;

	return consent_covers(signal, &what) &&
	       consent_set_get(gate->consent.set, record_key, what) ==
		       CONSENT_DENIED;
}

enum sg_status
host_emit(const struct sg_call *call, const struct sg_signal *signals,
	  size_t n_signals, enum sg_keep keep, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	const unsigned char *at = (const unsigned char *)signals;
	enum sg_status status = SG_OK;
	struct signal one_kept, *kept = &one_kept;

	if (n_signals == 0)
		return SG_OK;
	if (n_signals > EMIT_SIGNALS_MOST)
		return err_set(err, SG_REFUSED,
			       "%zu signals at once, at most %d can be",
			       n_signals, EMIT_SIGNALS_MOST);
	if (n_signals > 1)
		kept = pool_alloc(gate_call_pool(ours),
				  sizeof(*kept) * n_signals);
	/* The plugin's struct may be shorter than ours, of an older minor. */
	for (size_t i = 0; status == SG_OK && i < n_signals; i++) {
		struct sg_signal one = {0};
		size_t size = signals->size;

		memcpy(&one, at + i * size,
		       size < sizeof(one) ? size : sizeof(one));
		status = fill_signal(call, &one, &kept[i], err);
	}
	if (status == SG_OK)
		n_signals = drop_denied(ours->plugin->gate, kept, n_signals);
	if (status != SG_OK || !n_signals)
		return status;
	return keep_signals(ours, kept, n_signals, keep, err);
}

/* The kinds' catalogue and the plugin's own list, which emit() reads. */
enum sg_status
host_declare(const struct sg_call *call,
	     const struct sg_signal_declaration *signal, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	struct gate_plugin *plugin = ours->plugin;
	struct signal_kind_info info = {
		.name = signal->name,
		.plugin = plugin->descriptor.name,
		.properties = or_empty(signal->properties),
		.summary = or_empty(signal->summary),
	};
	enum sg_status status;

	if (!plugin->starting)
		return err_set(err, SG_FAILED,
			       "plugin %s declares `%s` after its start",
			       info.plugin, info.name);
	if (is_declared(plugin, signal->name))
		return SG_OK;
	if (plugin->n_signals == PLUGIN_SIGNALS_MOST)
		return err_set(err, SG_REFUSED,
			       "plugin %s declares more than %d signals",
			       info.plugin, PLUGIN_SIGNALS_MOST);
	status = plugin->named
			 ? signal_kinds_name(plugin->gate->kinds, &info, err)
			 : signal_kinds_add(plugin->gate->kinds, &info, err);
	if (status == SG_OK)
		plugin->signals[plugin->n_signals++] =
			pool_strdup(gate_call_pool(ours), signal->name);
	return status;
}

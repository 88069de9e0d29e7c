/*
 * webhook_emit.c - from outcomes to signals. What a relay says of our mail are
 * the signals of our own bounces, complaints and unsubscribes, a bounce with
 * the same class: the engine does with them what it does with those.
 */
#include "webhook.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 80, VALUE_MOST = 8000 };

/* Where the signals of one outcome go. */
struct maker {
	const struct sg_call *call;
	const struct webhook_outcome *outcome;
	struct sg_signal *signals;
	size_t n;
	struct sg_signal like; /* whose, when */
};

static const char *
key_of(const struct sg_call *call, const struct webhook_outcome *outcome)
{
	struct sg_text *key;

	if (strncmp(outcome->record_by, "field.", 6) != 0)
		return outcome->record;
	key = call->host->text(call);
	call->host->print(key, "%s=%s", outcome->record_by, outcome->record);
	return call->host->text_value(key);
}

/* A further one of the same event: its id is one of its own, so that both are
 * dropped when it comes again. */
static void
add(struct maker *maker, enum sg_signal_kind kind, const struct sg_prop *props,
    size_t n_props)
{
	const struct sg_host *host = maker->call->host;
	struct sg_signal *signal = &maker->signals[maker->n];
	struct sg_text *id = host->text(maker->call);
	struct sg_prop *copy;

	if (maker->n == WEBHOOK_SIGNALS_MOST)
		return;
	copy = host->alloc(maker->call, (n_props + 1) * sizeof(*copy));
	memcpy(copy, props, n_props * sizeof(*copy));
	*signal = maker->like;
	signal->kind = kind;
	signal->name = NULL;
	signal->verdict = SG_HUMAN;
	signal->props = copy;
	signal->n_props = n_props;
	if (maker->outcome->id) {
		host->print(id, "%s\n%d %s", maker->outcome->id, (int)kind,
			    props[0].value);
		signal->external_id = host->text_value(id);
	}
	maker->n++;
}

static const char *
value_of(const struct webhook_outcome *outcome, const char *name)
{
	for (size_t i = 0; i < outcome->event->n_props; i++)
		if (strcmp(outcome->event->props[i].name, name) == 0 &&
		    outcome->values[i])
			return outcome->values[i];
	return "";
}

/* --- mail ---------------------------------------------------------------- */

static void
set_prop(struct sg_signal *signal, const char *name, const char *value)
{
	/* Made by add_main(), with room for these. */
	struct sg_prop *props = (struct sg_prop *)(uintptr_t)signal->props;

	for (size_t i = 0; i < signal->n_props; i++)
		if (strcmp(props[i].name, name) == 0) {
			props[i].value = value;
			return;
		}
	props[signal->n_props++] = (struct sg_prop){name, value};
}

/* The relay's own class where it says one, else by its status and words; the
 * engine suppresses, or counts, by it. */
static void
complete_bounce(struct maker *maker, struct sg_signal *bounce)
{
	const struct webhook_outcome *outcome = maker->outcome;
	const char *said = value_of(outcome, "class"), *reason = "other";
	bool is_hard =
		maker->call->host->bounce_class(value_of(outcome, "status"),
						value_of(outcome, "diagnostic"),
						&reason) == SG_BOUNCE_HARD;

	if (strcmp(said, "hard") == 0 || strcmp(said, "soft") == 0)
		is_hard = said[0] == 'h';
	set_prop(bounce, "class", is_hard ? "hard" : "soft");
	if (!value_of(outcome, "reason")[0])
		set_prop(bounce, "reason", reason);
}

/* --- changes ------------------------------------------------------------- */

static void
add_fields(struct maker *maker)
{
	const struct webhook_outcome *outcome = maker->outcome;

	for (size_t i = 0; i < outcome->event->n_fields; i++) {
		struct sg_prop props[] = {
			{"name", outcome->event->fields[i].name},
			{"value", outcome->field_values[i]}};

		if (outcome->field_values[i])
			add(maker, SG_FIELD_SET, props, 2);
	}
}

static void
add_listed(struct maker *maker, const char *option, enum sg_signal_kind kind,
	   const char *name)
{
	const struct sg_host *host = maker->call->host;
	const struct sg_settings *settings = maker->outcome->event->settings;
	size_t n = host->setting_list_count(settings, option);

	for (size_t i = 0; i < n; i++) {
		const char *value = host->setting_list_at(settings, option, i);
		struct sg_prop props[] = {{name, value}, {"how", "webhook"}};

		if (strcmp(value, "*") == 0)
			props[0].value = "";
		add(maker, kind, props, strcmp(name, "list") == 0 ? 2 : 1);
	}
}

/* --- all of one outcome -------------------------------------------------- */

/* A long text is cut rather than the event refused; what is none is left
 * out: a header may have any bytes. */
static const char *
usable(const struct sg_call *call, const char *value)
{
	size_t len = value ? strlen(value) : 0;
	char *cut;

	if (!value || !call->host->is_text(value, len))
		return NULL;
	if (len <= VALUE_MOST)
		return value;
	cut = call->host->copy(call, value);
	for (len = VALUE_MOST; ((unsigned char)cut[len] & 0xc0) == 0x80; len--)
		;
	cut[len] = '\0';
	return cut;
}

static struct sg_signal *
add_main(struct maker *maker)
{
	const struct webhook_outcome *outcome = maker->outcome;
	const struct webhook_event *event = outcome->event;
	struct sg_signal *signal = &maker->signals[maker->n++];
	struct sg_prop *props = maker->call->host->alloc(
		maker->call, (event->n_props + 4) * sizeof(*props));
	size_t n = 0;

	for (size_t i = 0; i < event->n_props; i++) {
		const char *value = usable(maker->call, outcome->values[i]);

		if (value)
			props[n++] =
				(struct sg_prop){event->props[i].name, value};
	}
	*signal = maker->like;
	signal->kind = SG_SIGNAL_HAPPENED;
	signal->name = event->signal;
	signal->verdict = outcome->verdict;
	if (outcome->verdict != SG_HUMAN)
		signal->verdict_reason = "said-by-sender";
	signal->external_id = outcome->id;
	signal->props = props;
	signal->n_props = n;
	return signal;
}

size_t
webhook_signals(const struct sg_call *call, const struct webhook *hook,
		const struct webhook_outcome *outcome,
		struct sg_signal *signals)
{
	struct maker maker = {
		.call = call,
		.outcome = outcome,
		.signals = signals,
		.like = {.size = sizeof(struct sg_signal),
			 .module = outcome->event->module,
			 .key = key_of(call, outcome),
			 .happened_at = outcome->at},
	};
	struct sg_signal *main_one = add_main(&maker);

	(void)hook;
	if (strcmp(main_one->name, "email.bounced") == 0)
		complete_bounce(&maker, main_one);
	add_fields(&maker);
	add_listed(&maker, "tags", SG_TAG_ADD, "tag");
	add_listed(&maker, "remove_tags", SG_TAG_REMOVE, "tag");
	add_listed(&maker, "join", SG_LIST_JOIN, "list");
	add_listed(&maker, "leave", SG_LIST_LEAVE, "list");
	return maker.n;
}

/* --- emitting ------------------------------------------------------------ */

struct batch {
	struct sg_signal signals[WEBHOOK_EMIT_MOST + WEBHOOK_SIGNALS_MOST];
	size_t n, first, end; /* the outcomes it is made of */
	size_t n_kept;
};

static enum sg_status
flush(const struct sg_call *call, struct batch *batch, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (batch->n)
		status = call->host->emit(call, batch->signals, batch->n,
					  SG_SYNCED, err);
	if (status == SG_OK)
		batch->n_kept += batch->n;
	batch->n = 0;
	return status;
}

/* One of many that cannot be used does not keep the others: each by itself. */
static enum sg_status
emit_alone(const struct sg_call *call, const struct webhook *hook,
	   const struct webhook_outcomes *outcomes, struct batch *batch,
	   struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = batch->first; i < batch->end; i++) {
		if (!outcomes->all[i].record)
			continue;
		batch->n = webhook_signals(call, hook, &outcomes->all[i],
					   batch->signals);
		status = flush(call, batch, err);
		if (status != SG_OK && status != SG_REFUSED)
			return status;
	}
	return SG_OK;
}

static enum sg_status
flush_all(const struct sg_call *call, const struct webhook *hook,
	  const struct webhook_outcomes *outcomes, struct batch *batch,
	  struct sg_err *err)
{
	enum sg_status status = flush(call, batch, err);

	if (status == SG_REFUSED)
		status = emit_alone(call, hook, outcomes, batch, err);
	batch->first = batch->end;
	return status;
}

enum sg_status
webhook_emit(const struct sg_call *call, const struct webhook *hook,
	     const struct webhook_outcomes *outcomes, struct sg_err *err)
{
	struct batch *batch = call->host->alloc(call, sizeof(*batch));
	enum sg_status status = SG_OK;

	if (outcomes->n_fitting == 0)
		return SG_NONE;
	if (outcomes->n_unusable == outcomes->n_fitting)
		return call->host->fail(err, SG_REFUSED,
					"event %.*s: it does not say whose it "
					"is",
					SHOWN, outcomes->all[0].event->title);
	for (size_t i = 0; status == SG_OK && i < outcomes->n; i++) {
		if (outcomes->all[i].record)
			batch->n +=
				webhook_signals(call, hook, &outcomes->all[i],
						batch->signals + batch->n);
		batch->end = i + 1;
		if (batch->n >= WEBHOOK_EMIT_MOST || i + 1 == outcomes->n)
			status = flush_all(call, hook, outcomes, batch, err);
	}
	if (status != SG_OK)
		return status;
	return batch->n_kept ? SG_OK : SG_REFUSED;
}

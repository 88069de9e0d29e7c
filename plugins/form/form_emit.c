/*
 * form_emit.c - what is kept of a filled form: the changes to the record and
 * form.submitted, all in one write, so that a rule on the signal sees the
 * fields.
 *
 * Nobody confirmed that the address is the sender's own. So each change says
 * `only_if`: a field is set only where it is empty, a list joined only by who
 * never left it and is not suppressed. The applier, which sees the record,
 * holds to that.
 */
#include "form.h"

enum { FORM_SIGNALS_MOST = FORM_FIELDS_MOST + 2 * FORM_LISTS_MOST + 1 };

struct emission {
	const struct sg_call *call;
	uint64_t record_key;
	const char *email;
	struct sg_signal *signals;
	size_t n_signals;
};

static void
add(struct emission *emission, enum sg_signal_kind kind,
    const struct sg_prop *props, size_t n_props)
{
	struct sg_signal *signal = &emission->signals[emission->n_signals++];

	signal->size = sizeof(*signal);
	signal->kind = kind;
	signal->record_key = emission->record_key;
	signal->key = emission->email;
	signal->props = props;
	signal->n_props = n_props;
}

static void
add_change(struct emission *emission, enum sg_signal_kind kind,
	   const struct sg_prop *three)
{
	const struct sg_host *host = emission->call->host;
	struct sg_prop *props = host->alloc(emission->call, 3 * sizeof(*props));

	for (size_t i = 0; i < 3; i++)
		props[i] = three[i];
	add(emission, kind, props, three[2].name ? 3 : 1);
}

static void
add_changes(struct emission *emission, const struct form *form,
	    const struct sg_form *given)
{
	const struct sg_host *host = emission->call->host;
	const char *value;

	for (size_t i = 0; i < form->n_fields; i++) {
		value = host->form_get(given, form->fields[i].name);
		if (value && value[0])
			add_change(emission, SG_FIELD_SET,
				   (const struct sg_prop[3]){
					   {"name", form->fields[i].record},
					   {"value", value},
					   {"only_if", "empty"}});
	}
	for (size_t i = 0; i < form->n_lists; i++)
		add_change(emission, SG_LIST_JOIN,
			   (const struct sg_prop[3]){{"list", form->lists[i]},
						     {"how", "form"},
						     {"only_if", "not_left"}});
	for (size_t i = 0; i < form->n_tags; i++)
		add_change(emission, SG_TAG_ADD,
			   (const struct sg_prop[3]){{"tag", form->tags[i]},
						     {NULL, NULL},
						     {NULL, NULL}});
}

static void
add_submitted(struct emission *emission, const struct form *form,
	      const struct sg_form *given)
{
	const struct sg_host *host = emission->call->host;
	struct sg_prop *props = host->alloc(
		emission->call, (form->n_fields + 1) * sizeof(*props));
	size_t n = 0;
	const char *value;

	props[n++] = (struct sg_prop){"form", form->name};
	for (size_t i = 0; i < form->n_fields; i++) {
		value = host->form_get(given, form->fields[i].name);
		if (value && value[0])
			props[n++] =
				(struct sg_prop){form->fields[i].record, value};
	}
	add(emission, SG_SIGNAL_HAPPENED, props, n);
	emission->signals[emission->n_signals - 1].name = "form.submitted";
}

enum sg_status
form_emit(const struct sg_call *call, const struct form *form,
	  const struct sg_form *given, const char *email, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct emission emission = {.call = call, .email = email};
	enum sg_status status = host->record_key(
		call, "", email, &emission.record_key, NULL, err);

	if (status != SG_OK)
		return status;
	emission.signals =
		host->alloc(call, FORM_SIGNALS_MOST * sizeof(struct sg_signal));
	add_changes(&emission, form, given);
	add_submitted(&emission, form, given);
	return host->emit(call, emission.signals, emission.n_signals, SG_SYNCED,
			  err);
}

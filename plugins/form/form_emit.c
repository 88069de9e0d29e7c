/*
 * form_emit.c - what is kept of a filled form: the changes to the record,
 * form.submitted, what its options say, and the mail that asks for a
 * confirmation, all in one write, so that a rule on the signal sees the fields,
 * and no mail goes out for what is not kept.
 *
 * Nobody confirmed that the address is the sender's own. So each change says
 * `only_if`: a field is set only where it is empty, a list joined only by who
 * never left it and is not suppressed. The applier, which sees the record,
 * holds to that. What a confirmation brings is in form_confirm.c.
 */
#include <string.h>

#include "../write_once.h"
#include "form.h"

enum { PROPS_MOST = 8, VISITOR_LEN = 32 };

struct emission {
	const struct sg_call *call;
	struct form_filled *filled;
	struct write_once write;
};

/* --- the same twice --------------------------------------------------------
 */

/* All that was filled in. Whoever sends it again within a minute sends the
 * same. */
static const char *
all_of(const struct sg_call *call, const struct form_filled *filled)
{
	const struct sg_host *host = call->host;
	const struct form *form = filled->form;
	struct sg_text *text = host->text(call);

	host->print(text, "%s", form->name);
	for (size_t i = 0; i < form->n_fields; i++) {
		host->print(text, "\n%s=", form->fields[i].name);
		host->append_url(text, filled->answers[i].value);
		if (filled->answers[i].file)
			host->print(text, " %zu", filled->answers[i].file->len);
	}
	return host->text_value(text);
}

/* --- signals ---------------------------------------------------------------
 */

static void
add_fields(struct emission *emission)
{
	const struct form *form = emission->filled->form;

	for (size_t i = 0; i < form->n_fields; i++) {
		const char *value = emission->filled->answers[i].value;

		if (value[0] && form->fields[i].record[0])
			write_once_add(&emission->write, SG_FIELD_SET,
				       (const struct sg_prop[]){
					       {"name", form->fields[i].record},
					       {"value", value},
					       {"only_if", "empty"}},
				       3);
	}
}

/* t.js of the page says whose visits these were: those that wait under that
 * number become the record's. */
static void
add_visitor(struct emission *emission)
{
	const struct form_filled *filled = emission->filled;
	const char *visitor =
		emission->call->host->form_get(filled->given, "sg_visitor");

	if (!visitor || strlen(visitor) != VISITOR_LEN ||
	    strspn(visitor, "0123456789abcdef") != VISITOR_LEN)
		return;
	write_once_add(&emission->write, SG_FIELD_SET,
		       (const struct sg_prop[]){{"name", "external_id_visitor"},
						{"value", visitor},
						{"only_if", "empty"}},
		       3);
}

static void
add_lists(struct emission *emission)
{
	const struct form *form = emission->filled->form;
	struct sg_text *source = emission->call->host->text(emission->call);

	emission->call->host->print(source, "form %s", form->name);
	for (size_t i = 0; i < form->n_lists; i++) {
		const struct sg_prop props[PROPS_MOST] = {
			{"list", form->lists[i]},
			{"how", "form"},
			{"only_if", "not_left"},
			{"source", emission->call->host->text_value(source)},
			{"wording", form->wording ? form->wording : ""},
			{"state", "unconfirmed"},
		};

		write_once_add(&emission->write, SG_LIST_JOIN, props,
			       form->confirm ? 6 : 5);
	}
}

static void
add_tag(struct emission *emission, const char *tag)
{
	write_once_add(&emission->write, SG_TAG_ADD,
		       (const struct sg_prop[]){{"tag", tag}}, 1);
}

static void
add_submitted(struct emission *emission)
{
	const struct sg_host *host = emission->call->host;
	const struct form_filled *filled = emission->filled;
	const struct form *form = filled->form;
	struct sg_prop *props = host->alloc(
		emission->call, (form->n_fields + 3) * sizeof(*props));
	size_t n = 0;

	props[n++] = (struct sg_prop){"form", form->name};
	for (size_t i = 0; i < form->n_fields; i++)
		if (filled->answers[i].value[0] && form->fields[i].record[0])
			props[n++] = (struct sg_prop){form->fields[i].record,
						      filled->answers[i].value};
	props[n++] = (struct sg_prop){"submission", filled->submission};
	if (form->confirm)
		props[n++] = (struct sg_prop){"confirmed", "no"};
	write_once_add(&emission->write, SG_SIGNAL_HAPPENED, props, n)->name =
		"form.submitted";
}

/* --- what the answers say ---------------------------------------------------
 */

static void
add_signal(struct emission *emission, const struct form_field *field,
	   const char *value, const char *name)
{
	const struct sg_prop props[] = {{"form", emission->filled->form->name},
					{"field", field->name},
					{"value", value}};

	if (name)
		write_once_add(&emission->write, SG_SIGNAL_HAPPENED, props, 3)
			->name = name;
}

static void
add_points(struct emission *emission, const struct form_field *field,
	   const char *label, double points)
{
	const struct sg_host *host = emission->call->host;
	const struct form *form = emission->filled->form;
	struct sg_text *because = host->text(emission->call);

	if (points == 0)
		return;
	host->print(because, "form %s: %s", form->name,
		    field->label ? field->label : field->name);
	if (label)
		host->print(because, " = %s", label);
	write_once_add(&emission->write, SG_SCORE_ADD,
		       (const struct sg_prop[]){
			       {"score", form->score},
			       {"points",
				write_once_number(&emission->write, points)}},
		       2)
		->because = host->text_value(because);
}

static void
add_option(struct emission *emission, const struct form_field *field,
	   const struct form_option *option)
{
	const struct sg_host *host = emission->call->host;
	size_t n = option->settings
			   ? host->setting_list_count(option->settings, "tags")
			   : 0;

	add_signal(emission, field, option->value, option->signal);
	add_points(emission, field, option->label, option->points);
	for (size_t i = 0; i < n; i++)
		add_tag(emission,
			host->setting_list_at(option->settings, "tags", i));
}

static void
add_answers(struct emission *emission)
{
	const struct form *form = emission->filled->form;

	for (size_t i = 0; i < form->n_fields; i++) {
		const struct form_field *field = &form->fields[i];
		const struct form_answer *answer =
			&emission->filled->answers[i];

		if (!answer->value[0])
			continue;
		add_signal(emission, field, answer->value, field->signal);
		add_points(emission, field, NULL, field->points);
		for (size_t k = 0; k < field->n_options; k++)
			if (answer->chosen[k])
				add_option(emission, field, &field->options[k]);
	}
}

/* --- the mail that asks -----------------------------------------------------
 */

static void
add_mail(struct emission *emission)
{
	const struct sg_host *host = emission->call->host;
	const struct form *form = emission->filled->form;
	struct sg_text *path = host->text(emission->call);
	const struct sg_prop props[] = {
		{"template", form->template ? form->template : ""},
		{"title", form->title},
		{"language", emission->filled->language},
		{"path", NULL},
		{"id", emission->filled->submission},
		{"payload", form->name}};
	struct sg_prop with_path[6];

	host->print(path, "/f/%s/", form->name);
	memcpy(with_path, props, sizeof(props));
	with_path[3].value = host->text_value(path);
	write_once_add(&emission->write, SG_MAIL, with_path, 6);
}

/* --- files ------------------------------------------------------------------
 */

static void
drop_files(const struct emission *emission, const char **names)
{
	for (size_t i = 0; i < emission->filled->form->n_fields; i++)
		if (names[i])
			emission->call->host->drop_file(emission->call,
							names[i]);
}

/* On disk before anything says that they are there. The name that is kept is
 * ours: what the sender calls it stands behind it, for people. */
static enum sg_status
keep_files(struct emission *emission, const char **names, struct sg_err *err)
{
	const struct sg_host *host = emission->call->host;
	struct form_filled *filled = emission->filled;
	enum sg_status status;

	for (size_t i = 0; i < filled->form->n_fields; i++) {
		const struct sg_file *file = filled->answers[i].file;
		struct sg_text *name, *value;

		if (!file)
			continue;
		name = host->text(emission->call);
		value = host->text(emission->call);
		status = host->keep_file(emission->call, filled->record_key,
					 file->bytes, file->len, name, err);
		if (status != SG_OK)
			return status;
		names[i] = host->text_value(name);
		host->print(value, "%s %s", names[i], file->filename);
		filled->answers[i].value = host->text_value(value);
	}
	return SG_OK;
}

/* --- all --------------------------------------------------------------------
 */

static enum sg_status
emit(struct emission *emission, struct sg_err *err)
{
	const struct form *form = emission->filled->form;

	add_fields(emission);
	add_visitor(emission);
	add_lists(emission);
	for (size_t i = 0; i < form->n_tags; i++)
		add_tag(emission, form->tags[i]);
	add_submitted(emission);
	add_answers(emission);
	if (form->confirm)
		add_mail(emission);
	return write_once_emit(&emission->write, err);
}

enum sg_status
form_emit(const struct sg_call *call, struct form_filled *filled,
	  struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct emission emission = {
		.call = call,
		.filled = filled,
		.write = {.call = call,
			  .text = all_of(call, filled),
			  .same_ms = FORM_SAME_MS,
			  .record_key = filled->record_key,
			  .key = filled->email},
	};
	const char *names[FORM_FIELDS_MOST] = {NULL};
	enum sg_status status =
		host->once_begin(call, emission.write.text, FORM_SAME_MS, err);

	if (status == SG_NONE)
		return SG_OK; /* it is kept already */
	if (status != SG_OK)
		return status;
	if (!form_address_may(call, filled)) {
		host->once_end(call, emission.write.text, false);
		return SG_NONE;
	}
	status = keep_files(&emission, names, err);
	if (status == SG_OK)
		status = emit(&emission, err);
	if (status != SG_OK)
		drop_files(&emission, names);
	host->once_end(call, emission.write.text, status == SG_OK);
	return status;
}

/* form_field.c - the fields of a form: `fields = { … }` for plain text, and
 * `field "size" { … }` for all else. */
#include "form.h"

#include <string.h>

static const char *const types[] = {
	"text", "multiline", "email",	"number",   "date",   "phone",
	"url",	"choice",    "choices", "checkbox", "hidden", "file",
};

const char *
form_type_name(enum form_type type)
{
	return types[type];
}

static const struct sg_option option_options[] = {
	{.name = "label", .type = SG_OPTION_TEXT, .help = "what people read"},
	{.name = "signal",
	 .type = SG_OPTION_TEXT,
	 .help = "emitted when it is chosen: \"budget.large\""},
	{.name = "points",
	 .type = SG_OPTION_NUMBER,
	 .help = "added to the form's score when it is chosen"},
	{.name = "tags",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "tags for whoever chooses it"},
	{0},
};

const struct sg_option form_field_options[] = {
	{.name = "label", .type = SG_OPTION_TEXT, .help = "what people read"},
	{.name = "help", .type = SG_OPTION_TEXT, .help = "a line below it"},
	{.name = "type",
	 .type = SG_OPTION_TEXT,
	 .fallback = "text",
	 .help = "text, multiline, email, number, date, phone, url, choice, "
		 "choices, checkbox, hidden or file"},
	{.name = "to",
	 .type = SG_OPTION_TEXT,
	 .help = "the record's field; its own name unless set, \"\" = none"},
	{.name = "required",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "must be filled"},
	{.name = "shortest",
	 .type = SG_OPTION_INT,
	 .fallback = "0",
	 .most = 16000,
	 .help = "characters, at least"},
	{.name = "longest",
	 .type = SG_OPTION_INT,
	 .least = 1,
	 .most = 16000,
	 .help = "characters, at most; 4000 in several lines, else 200"},
	{.name = "least", .type = SG_OPTION_NUMBER, .help = "of a number"},
	{.name = "most", .type = SG_OPTION_NUMBER, .help = "of a number"},
	{.name = "country",
	 .type = SG_OPTION_TEXT,
	 .help = "of a phone number without one: \"49\""},
	{.name = "autocomplete",
	 .type = SG_OPTION_TEXT,
	 .help = "what browsers may fill in: \"given-name\""},
	{.name = "value",
	 .type = SG_OPTION_TEXT,
	 .help = "what stands in it at first"},
	{.name = "choices",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "options that only have a name"},
	{.name = "option",
	 .type = SG_OPTION_TITLED,
	 .options = option_options,
	 .help = "one option of choice or choices"},
	{.name = "signal",
	 .type = SG_OPTION_TEXT,
	 .help = "emitted when the field is filled: \"phone.given\""},
	{.name = "points",
	 .type = SG_OPTION_NUMBER,
	 .help = "added to the form's score when the field is filled"},
	{.name = "largest",
	 .type = SG_OPTION_SIZE,
	 .fallback = "1M",
	 .least = 1,
	 .most = FORM_FILES_BYTES_MOST,
	 .help = "of a file"},
	{.name = "kinds",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "endings a file may have: \"pdf\""},
	{0},
};

static char *
trimmed(const struct sg_call *call, const char *text, size_t len)
{
	char *copy;

	while (len && (*text == ' ' || *text == '\t'))
		text++, len--;
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	copy = call->host->alloc(call, len + 1);
	memcpy(copy, text, len);
	return copy;
}

/* What a submission's own properties are called. */
static bool
is_reserved(const char *name)
{
	static const char *const names[] = {"form", "submission", "confirmed"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool
is_record_field(const char *name)
{
	return name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					     "0123456789_.")];
}

/* "first_name" reads "First name". */
static const char *
readable(const struct sg_call *call, const char *name)
{
	char *label = call->host->copy(call, name);

	for (char *c = label; *c; c++)
		if (*c == '_' || *c == '-')
			*c = ' ';
	if (*label >= 'a' && *label <= 'z')
		*label = (char)(*label - 'a' + 'A');
	return label;
}

static struct form_field *
add_field(const struct sg_call *call, struct form *form, const char *name,
	  struct sg_err *err)
{
	struct form_field *field = &form->fields[form->n_fields];

	for (size_t i = 0; i < form->n_fields; i++)
		if (strcmp(form->fields[i].name, name) == 0) {
			call->host->setting_refuse(
				form->settings, "fields", err,
				"form \"%s\" has two fields %s", form->name,
				name);
			return NULL;
		}
	if (form->n_fields == FORM_FIELDS_MOST) {
		call->host->setting_refuse(form->settings, "fields", err,
					   "more than %d fields",
					   FORM_FIELDS_MOST);
		return NULL;
	}
	form->n_fields++;
	field->name = name;
	field->label = readable(call, name);
	field->longest = 200;
	return field;
}

static enum sg_status
check_record_field(const struct sg_call *call, const struct form *form,
		   const struct sg_settings *of, const char *option,
		   const char *record, struct sg_err *err)
{
	(void)form;
	if (!is_record_field(record))
		return call->host->setting_refuse(
			of, option, err,
			"a record's field is made of a-z, 0-9, _ and ., not "
			"`%s`",
			record);
	if (is_reserved(record))
		return call->host->setting_refuse(
			of, option, err,
			"`%s` is what a form's own signal says; choose another "
			"name for the record's field",
			record);
	return SG_OK;
}

/* "company", or "organisation = company". */
static enum sg_status
read_short(const struct sg_call *call, struct form *form, const char *text,
	   struct sg_err *err)
{
	const char *equals = strchr(text, '=');
	const char *record = trimmed(
		call, text, equals ? (size_t)(equals - text) : strlen(text));
	const char *name =
		equals ? trimmed(call, equals + 1, strlen(equals + 1)) : record;
	enum sg_status status = check_record_field(call, form, form->settings,
						   "fields", record, err);
	struct form_field *field;

	if (status != SG_OK)
		return status;
	field = add_field(call, form, name, err);
	if (!field)
		return SG_REFUSED;
	field->record = record;
	return SG_OK;
}

/* --- `field "size" { … }` ------------------------------------------------ */

static enum sg_status
read_type(const struct sg_call *call, struct form_field *field,
	  struct sg_err *err)
{
	const char *name = call->host->setting_text(field->settings, "type");
	struct sg_text *known = call->host->text(call);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i], name) == 0) {
			field->type = (enum form_type)i;
			return SG_OK;
		}
		call->host->print(known, "%s%s", i ? ", " : "", types[i]);
	}
	return call->host->setting_refuse(field->settings, "type", err,
					  "expected one of %s, not `%s`",
					  call->host->text_value(known), name);
}

/* Emitted later: so it is declared now. */
static enum sg_status
declare(const struct sg_call *call, const struct form_field *field,
	const char *signal, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_signal_declaration declaration = {
		.name = signal,
		.properties = "form, field, value",
		.summary = "A form's field was filled so",
	};

	if (!signal)
		return SG_OK;
	if (!strchr(signal, '.') ||
	    signal[strspn(signal, "abcdefghijklmnopqrstuvwxyz0123456789_.-")])
		return host->setting_refuse(field->settings, "signal", err,
					    "expected a name like "
					    "source.verb, not `%s`",
					    signal);
	return host->declare(call, &declaration, err);
}

static enum sg_status
read_option(const struct sg_call *call, struct form_field *field, size_t i,
	    struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct form_option *option = &field->options[field->n_options++];
	const struct sg_settings *settings =
		host->setting_section_at(field->settings, "option", i);

	option->settings = settings;
	option->value = host->setting_title(settings);
	option->label = host->setting_text(settings, "label");
	if (!option->label)
		option->label = option->value;
	option->signal = host->setting_text(settings, "signal");
	if (host->setting_is_set(settings, "points"))
		option->points = host->setting_number(settings, "points");
	return declare(call, field, option->signal, err);
}

static enum sg_status
check_options(const struct sg_call *call, const struct form_field *field,
	      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	bool chooses =
		field->type == FORM_CHOICE || field->type == FORM_CHOICES;

	if (chooses && !field->n_options)
		return host->setting_refuse(field->settings, "type", err,
					    "field \"%s\" needs `choices` or "
					    "`option`",
					    field->name);
	if (!chooses && field->n_options)
		return host->setting_refuse(field->settings, "type", err,
					    "only choice and choices have "
					    "options");
	for (size_t i = 0; i < field->n_options; i++)
		if (!field->options[i].value[0] ||
		    strchr(field->options[i].value, ';'))
			return host->setting_refuse(
				field->settings, NULL, err,
				"an option's name is not empty and has no ;");
	return SG_OK;
}

static enum sg_status
read_options(const struct sg_call *call, struct form_field *field,
	     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n_short = host->setting_list_count(field->settings, "choices");
	size_t n_long = host->setting_section_count(field->settings, "option");
	enum sg_status status = SG_OK;

	if (n_short + n_long > FORM_OPTIONS_MOST)
		return host->setting_refuse(field->settings, "choices", err,
					    "more than %d options",
					    FORM_OPTIONS_MOST);
	field->options = host->alloc(call, (n_short + n_long + 1) *
						   sizeof(*field->options));
	for (size_t i = 0; i < n_short; i++) {
		struct form_option *option =
			&field->options[field->n_options++];

		option->value = option->label =
			host->setting_list_at(field->settings, "choices", i);
	}
	for (size_t i = 0; status == SG_OK && i < n_long; i++)
		status = read_option(call, field, i, err);
	return status == SG_OK ? check_options(call, field, err) : status;
}

static void
read_bounds(const struct sg_call *call, struct form_field *field)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = field->settings;

	field->required = host->setting_bool(of, "required");
	field->shortest = host->setting_int(of, "shortest");
	field->longest = host->setting_is_set(of, "longest")
				 ? host->setting_int(of, "longest")
			 : field->type == FORM_MULTILINE ? 4000
							 : 200;
	field->has_least = host->setting_is_set(of, "least");
	field->has_most = host->setting_is_set(of, "most");
	if (field->has_least)
		field->least = host->setting_number(of, "least");
	if (field->has_most)
		field->most = host->setting_number(of, "most");
	field->largest = host->setting_int(of, "largest");
	if (host->setting_is_set(of, "points"))
		field->points = host->setting_number(of, "points");
}

static void
read_words(const struct sg_call *call, struct form_field *field)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = field->settings;

	if (host->setting_text(of, "label"))
		field->label = host->setting_text(of, "label");
	field->help = host->setting_text(of, "help");
	field->autocomplete = host->setting_text(of, "autocomplete");
	field->country = host->setting_text(of, "country");
	field->fallback = host->setting_text(of, "value");
	field->signal = host->setting_text(of, "signal");
}

static enum sg_status
read_long(const struct sg_call *call, struct form *form, size_t i,
	  struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of =
		host->setting_section_at(form->settings, "field", i);
	struct form_field *field =
		add_field(call, form, host->setting_title(of), err);
	enum sg_status status = SG_OK;
	const char *to;

	if (!field)
		return SG_REFUSED;
	field->settings = of;
	to = host->setting_text(of, "to");
	field->record = to ? to : field->name;
	if (field->name[0] == '_' || !field->name[0])
		return host->setting_refuse(of, NULL, err,
					    "a field's name does not begin "
					    "with _");
	status = read_type(call, field, err);
	if (status == SG_OK && field->record[0])
		status = check_record_field(call, form, of, "to", field->record,
					    err);
	if (status != SG_OK)
		return status;
	read_bounds(call, field);
	read_words(call, field);
	form->takes_files |= field->type == FORM_FILE;
	status = declare(call, field, field->signal, err);
	return status == SG_OK ? read_options(call, field, err) : status;
}

/* --- all of them ---------------------------------------------------------- */

static struct form_field *
find(struct form *form, const char *name)
{
	for (size_t i = 0; i < form->n_fields; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return &form->fields[i];
	return NULL;
}

/* Who it is: first, unless the configuration has it as a field. */
static void
put_email_first(struct form *form)
{
	struct form_field *first = &form->fields[0];

	memmove(first + 1, first, form->n_fields * sizeof(*first));
	memset(first, 0, sizeof(*first));
	form->n_fields++;
	first->name = form->email;
	first->record = "";
	first->type = FORM_EMAIL;
	first->longest = 254;
}

static enum sg_status
see_to_email(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	struct form_field *email = find(form, form->email);

	if (!email && form->n_fields == FORM_FIELDS_MOST)
		return call->host->setting_refuse(form->settings, "fields", err,
						  "more than %d fields",
						  FORM_FIELDS_MOST);
	if (!email) {
		put_email_first(form);
		email = &form->fields[0];
	}
	/* In `fields` it is kept as a field, too. */
	if (!email->settings)
		email->type = FORM_EMAIL;
	if (email->type != FORM_EMAIL)
		return call->host->setting_refuse(
			email->settings, "type", err,
			"field \"%s\" is the address: its type is email",
			email->name);
	if (email->settings && email->record == email->name)
		email->record = ""; /* it is the record's key */
	email->required = true;
	email->autocomplete =
		email->autocomplete ? email->autocomplete : "email";
	return SG_OK;
}

static enum sg_status
read_required(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_list_count(form->settings, "required");
	struct form_field *field;
	const char *name;

	for (size_t i = 0; i < n; i++) {
		name = host->setting_list_at(form->settings, "required", i);
		field = find(form, name);
		if (!field)
			return host->setting_refuse(form->settings, "required",
						    err,
						    "form \"%s\" has no field "
						    "%s",
						    form->name, name);
		field->required = true;
	}
	return SG_OK;
}

enum sg_status
form_read_fields(const struct sg_call *call, struct form *form,
		 struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = form->settings;
	size_t n_short = host->setting_list_count(of, "fields");
	size_t n_long = host->setting_section_count(of, "field");
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < n_short; i++)
		status =
			read_short(call, form,
				   host->setting_list_at(of, "fields", i), err);
	for (size_t i = 0; status == SG_OK && i < n_long; i++)
		status = read_long(call, form, i, err);
	if (status == SG_OK)
		status = see_to_email(call, form, err);
	return status == SG_OK ? read_required(call, form, err) : status;
}

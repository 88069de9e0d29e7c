/* form_sense.c - what can be read and cannot be meant: a trap that every person
 * falls into, a number that is too small for itself, names of nothing. Said at
 * start, with its line. */
#include "form.h"

#include <string.h>

struct sense {
	const struct sg_call *call;
	const struct form *form;
	struct sg_err *err;
};

#define REFUSE(sense, of, option, ...)                                \
	(sense)->call->host->setting_refuse(of, option, (sense)->err, \
					    __VA_ARGS__)

/* --- a field -------------------------------------------------------------- */

/* What says something of one type alone: least, longest, country. */
static enum sg_status
check_types(const struct sense *sense, const struct form_field *field)
{
	static const struct {
		const char *option, *type;
		unsigned types; /* bits */
	} rows[] = {
		{"least", "number", 1u << FORM_NUMBER},
		{"most", "number", 1u << FORM_NUMBER},
		{"country", "phone", 1u << FORM_PHONE},
		{"kinds", "file", 1u << FORM_FILE},
		{"largest", "file", 1u << FORM_FILE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!(rows[i].types & 1u << field->type) &&
		    sense->call->host->setting_is_set(field->settings,
						      rows[i].option))
			return REFUSE(sense, field->settings, rows[i].option,
				      "is of a field with type = %s, and `%s` "
				      "is %s",
				      rows[i].type, field->name,
				      form_type_name(field->type));
	return SG_OK;
}

static enum sg_status
check_bounds(const struct sense *sense, const struct form_field *field)
{
	const char *country = field->country;

	if (field->has_least && field->has_most && field->least > field->most)
		return REFUSE(sense, field->settings, "most",
			      "is smaller than `least`");
	if (field->shortest > field->longest)
		return REFUSE(sense, field->settings, "shortest",
			      "is more than `longest`, %lld",
			      (long long)field->longest);
	if (country && (!country[0] || country[strspn(country, "0123456789")]))
		return REFUSE(sense, field->settings, "country",
			      "expected its number, as 49, not `%s`", country);
	return SG_OK;
}

static enum sg_status
check_kinds(const struct sense *sense, const struct form_field *field)
{
	const struct sg_host *host = sense->call->host;
	size_t n = host->setting_list_count(field->settings, "kinds");
	const char *kind;

	for (size_t i = 0; i < n; i++) {
		kind = host->setting_list_at(field->settings, "kinds", i);
		if (!kind[0] || strpbrk(kind, "./* "))
			return REFUSE(sense, field->settings, "kinds",
				      "expected an ending, as pdf, not `%s`",
				      kind);
	}
	return SG_OK;
}

static enum sg_status
check_options(const struct sense *sense, const struct form_field *field)
{
	bool is_one = !field->fallback || !field->n_options;

	for (size_t i = 0; i < field->n_options; i++) {
		const struct form_option *one = &field->options[i];

		for (size_t k = 0; k < i; k++)
			if (strcmp(field->options[k].value, one->value) == 0)
				return REFUSE(sense,
					      one->settings ? one->settings
							    : field->settings,
					      one->settings ? NULL : "choices",
					      "field \"%s\" has two options %s",
					      field->name, one->value);
		is_one |= field->fallback &&
			  strcmp(field->fallback, one->value) == 0;
	}
	return is_one ? SG_OK
		      : REFUSE(sense, field->settings, "value",
			       "`%s` is none of its options", field->fallback);
}

/* Two that are kept as one: only one of them would be. */
static enum sg_status
check_record(const struct sense *sense, size_t i)
{
	const struct form_field *field = &sense->form->fields[i];

	for (size_t k = 0; field->record[0] && k < i; k++)
		if (strcmp(sense->form->fields[k].record, field->record) == 0)
			return REFUSE(sense,
				      field->settings ? field->settings
						      : sense->form->settings,
				      field->settings ? NULL : "fields",
				      "`%s` and `%s` are both kept as %s",
				      sense->form->fields[k].name, field->name,
				      field->record);
	return SG_OK;
}

static enum sg_status
check_field(const struct sense *sense, size_t i)
{
	const struct form_field *field = &sense->form->fields[i];
	enum sg_status status = check_record(sense, i);

	if (status != SG_OK || !field->settings)
		return status;
	status = check_types(sense, field);
	if (status == SG_OK)
		status = check_bounds(sense, field);
	if (status == SG_OK)
		status = check_kinds(sense, field);
	return status == SG_OK ? check_options(sense, field) : status;
}

/* --- the whole ------------------------------------------------------------ */

static enum sg_status
check_honeypot(const struct sense *sense)
{
	const struct form *form = sense->form;

	if (!form->honeypot)
		return SG_OK;
	if (!form->honeypot[0] || form->honeypot[0] == '_')
		return REFUSE(sense, form->settings, "honeypot",
			      "expected a name that does not begin with _");
	for (size_t i = 0; i < form->n_fields; i++)
		if (strcmp(form->fields[i].name, form->honeypot) == 0)
			return REFUSE(sense, form->settings, "honeypot",
				      "`%s` is a field that people fill in",
				      form->honeypot);
	return SG_OK;
}

/* As browsers say it: no path, no slash at the end. */
static enum sg_status
check_origins(const struct sense *sense)
{
	const struct sg_host *host = sense->call->host;
	const struct sg_settings *of = sense->form->settings;
	size_t n = host->setting_list_count(of, "origins");
	const char *origin, *name;

	for (size_t i = 0; i < n; i++) {
		origin = host->setting_list_at(of, "origins", i);
		name = strstr(origin, "://");
		if (!form_is_address(origin) || strpbrk(name + 3, "/?#*@"))
			return REFUSE(sense, of, "origins",
				      "expected a site, as "
				      "https://www.example.com, not `%s`",
				      origin);
	}
	return SG_OK;
}

static enum sg_status
check_names(const struct sense *sense)
{
	const struct sg_host *host = sense->call->host;
	const struct form *form = sense->form;

	if (!host->is_named(sense->call, SG_NAMED_SCORE, form->score))
		return REFUSE(sense, form->settings, "score",
			      "there is no score \"%s\" { }", form->score);
	if (!form->template)
		return SG_OK;
	if (!form->confirm)
		return REFUSE(sense, form->settings, "template",
			      "is of the mail that `confirm = yes` sends");
	if (!host->is_named(sense->call, SG_NAMED_TEMPLATE, form->template))
		return REFUSE(sense, form->settings, "template",
			      "there is no template \"%s\" { }",
			      form->template);
	return SG_OK;
}

enum sg_status
form_make_sense(const struct sg_call *call, const struct form *form,
		struct sg_err *err)
{
	struct sense sense = {call, form, err};
	enum sg_status status = check_honeypot(&sense);

	if (status == SG_OK)
		status = check_origins(&sense);
	if (status == SG_OK)
		status = check_names(&sense);
	for (size_t i = 0; status == SG_OK && i < form->n_fields; i++)
		status = check_field(&sense, i);
	return status;
}

/* form_settings.c - the forms of the configuration, read and checked once. */
#include "form.h"

#include <string.h>

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

/* "company", or "organisation = company". */
static enum sg_status
read_field(const struct sg_call *call, struct form *form, const char *text,
	   struct sg_err *err)
{
	struct form_field *field = &form->fields[form->n_fields];
	const char *equals = strchr(text, '=');
	const char *record = trimmed(
		call, text, equals ? (size_t)(equals - text) : strlen(text));
	const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";

	if (form->n_fields == FORM_FIELDS_MOST)
		return call->host->setting_refuse(form->settings, "fields", err,
						  "more than %d fields",
						  FORM_FIELDS_MOST);
	if (!record[0] || record[strspn(record, allowed)])
		return call->host->setting_refuse(
			form->settings, "fields", err,
			"a record's field is made of a-z, 0-9, _ and ., not "
			"`%s`",
			record);
	field->record = record;
	field->name =
		equals ? trimmed(call, equals + 1, strlen(equals + 1)) : record;
	form->n_fields++;
	return SG_OK;
}

static enum sg_status
read_names(const struct sg_call *call, const struct form *form,
	   const char *option, const char **names_out, size_t *n_out,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_list_count(form->settings, option);

	if (n > FORM_LISTS_MOST)
		return host->setting_refuse(form->settings, option, err,
					    "more than %d", FORM_LISTS_MOST);
	for (size_t i = 0; i < n; i++)
		names_out[i] = host->setting_list_at(form->settings, option, i);
	*n_out = n;
	return SG_OK;
}

static enum sg_status
read_redirect(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	const struct sg_host *host = call->host;

	form->redirect = host->setting_text(form->settings, "redirect");
	if (form->redirect && strncmp(form->redirect, "https://", 8) != 0 &&
	    strncmp(form->redirect, "http://", 7) != 0)
		return host->setting_refuse(form->settings, "redirect", err,
					    "not an http(s) address: %s",
					    form->redirect);
	return SG_OK;
}

static enum sg_status
read_form(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = form->settings;
	size_t n = host->setting_list_count(settings, "fields");
	enum sg_status status;

	form->name = host->setting_title(settings);
	form->title = host->setting_text(settings, "title");
	if (!form->title)
		form->title = form->name;
	form->email = host->setting_text(settings, "email");
	form->honeypot = host->setting_text(settings, "honeypot");
	if (!form->name[0] ||
	    form->name[strspn(form->name, "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_")])
		return host->setting_refuse(settings, NULL, err,
					    "form \"%s\": a name is made of "
					    "a-z, A-Z, 0-9, - and _",
					    form->name);
	status = read_redirect(call, form, err);
	for (size_t i = 0; status == SG_OK && i < n; i++)
		status = read_field(
			call, form,
			host->setting_list_at(settings, "fields", i), err);
	if (status == SG_OK)
		status = read_names(call, form, "lists", form->lists,
				    &form->n_lists, err);
	if (status == SG_OK)
		status = read_names(call, form, "tags", form->tags,
				    &form->n_tags, err);
	return status;
}

enum sg_status
form_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_section_count(settings, "form");
	struct forms *forms = host->alloc(call, sizeof(*forms));
	enum sg_status status = SG_OK;

	if (n > FORM_FORMS_MOST)
		return host->setting_refuse(settings, NULL, err,
					    "more than %d forms",
					    FORM_FORMS_MOST);
	for (size_t i = 0; status == SG_OK && i < n; i++) {
		forms->forms[i].settings =
			host->setting_section_at(settings, "form", i);
		status = read_form(call, &forms->forms[i], err);
	}
	forms->n_forms = n;
	*state_out = forms;
	return status;
}

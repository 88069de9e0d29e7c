/* form_settings.c - the forms of the configuration, read and checked once. */
#include "form.h"

#include <string.h>

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

/* With a host, and nothing that could end a header. */
bool
form_is_address(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
			   : strncmp(url, "http://", 7) == 0 ? url + 7
							     : "";

	if (!*host || strchr("/?#:", *host))
		return false;
	for (; *host; host++)
		if ((unsigned char)*host <= ' ' || *host == 127)
			return false;
	return true;
}

static enum sg_status
read_redirects(const struct sg_call *call, struct form *form,
	       struct sg_err *err)
{
	const struct sg_host *host = call->host;
	enum sg_status status;

	form->redirect = host->setting_text(form->settings, "redirect");
	if (form->redirect && !form_is_address(form->redirect))
		return host->setting_refuse(form->settings, "redirect", err,
					    "not an http(s) address: %s",
					    form->redirect);
	status = read_names(call, form, "redirects", form->redirects,
			    &form->n_redirects, err);
	for (size_t i = 0; status == SG_OK && i < form->n_redirects; i++)
		if (!form_is_address(form->redirects[i]))
			status = host->setting_refuse(
				form->settings, "redirects", err,
				"not an http(s) address: %s",
				form->redirects[i]);
	return status;
}

/* Consent is that of the person: so the address has to be confirmed first. */
static enum sg_status
read_confirmation(const struct sg_call *call, struct form *form,
		  struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = form->settings;
	enum sg_status status = read_names(call, form, "consent", form->consent,
					   &form->n_consent, err);

	form->confirm = host->setting_bool(of, "confirm");
	form->confirm_ms = host->setting_int(of, "confirm_within");
	form->template = host->setting_text(of, "template");
	form->wording = host->setting_text(of, "wording");
	for (size_t i = 0; status == SG_OK && i < form->n_consent; i++)
		if (strcmp(form->consent[i], "opens") != 0 &&
		    strcmp(form->consent[i], "clicks") != 0)
			status = host->setting_refuse(
				of, "consent", err,
				"expected opens or clicks, not `%s`",
				form->consent[i]);
	if (status == SG_OK && form->n_consent && !form->confirm)
		status = host->setting_refuse(of, "consent", err,
					      "consent needs `confirm = yes`: "
					      "anybody can type an address");
	if (status == SG_OK && form->n_consent && !form->wording)
		status = host->setting_refuse(of, "consent", err,
					      "consent needs `wording`: what "
					      "they agree to");
	return status;
}

static enum sg_status
read_guards(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = form->settings;
	enum sg_status status = form_read_limit(call, of, "per_address",
						&form->per_address, err);

	form->honeypot = host->setting_text(of, "honeypot");
	form->minimum_ms = host->setting_int(of, "minimum_time");
	return status == SG_OK ? form_read_limit(call, of, "per_network",
						 &form->per_network, err)
			       : status;
}

static void
read_words(const struct sg_call *call, struct form *form)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = form->settings;

	form->title = host->setting_text(of, "title");
	if (!form->title)
		form->title = form->name;
	form->email = host->setting_text(of, "email");
	form->intro = host->setting_text(of, "intro");
	form->button = host->setting_text(of, "button");
	form->thanks = host->setting_text(of, "thanks");
	form->score = host->setting_text(of, "score");
}

static enum sg_status
read_form(const struct sg_call *call, struct form *form, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = form->settings;
	enum sg_status status;

	form->name = host->setting_title(settings);
	if (!form->name[0] ||
	    form->name[strspn(form->name, "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_")])
		return host->setting_refuse(settings, NULL, err,
					    "form \"%s\": a name is made of "
					    "a-z, A-Z, 0-9, - and _",
					    form->name);
	read_words(call, form);
	status = read_redirects(call, form, err);
	if (status == SG_OK)
		status = form_read_fields(call, form, err);
	if (status == SG_OK)
		status = read_names(call, form, "lists", form->lists,
				    &form->n_lists, err);
	if (status == SG_OK)
		status = read_names(call, form, "tags", form->tags,
				    &form->n_tags, err);
	if (status == SG_OK)
		status = read_confirmation(call, form, err);
	if (status == SG_OK)
		status = read_guards(call, form, err);
	return status == SG_OK ? form_make_sense(call, form, err) : status;
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

const struct form *
form_find(const struct forms *forms, const char *name, size_t len)
{
	for (size_t i = 0; i < forms->n_forms; i++)
		if (strlen(forms->forms[i].name) == len &&
		    strncmp(forms->forms[i].name, name, len) == 0)
			return &forms->forms[i];
	return NULL;
}

/* form_page.c - the form as a page of our own (form.html), empty or as it was
 * filled, with what is wrong over it and beside each field. */
#include "form.h"

#include <stdio.h>
#include <string.h>

struct showing {
	const struct sg_call *call;
	const struct sg_request *request;
	const struct form_filled *filled;
	struct sg_page *page;
};

const char *
form_input_type(const struct form_field *field)
{
	static const char *const types[] = {
		[FORM_EMAIL] = "email", [FORM_NUMBER] = "number",
		[FORM_DATE] = "date",	[FORM_PHONE] = "tel",
		[FORM_URL] = "url",
	};

	return field->type < sizeof(types) / sizeof(types[0]) &&
			       types[field->type]
		       ? types[field->type]
		       : "text";
}

const char *
form_label(const struct sg_call *call, struct sg_page *page,
	   const struct form_field *field)
{
	return field->label ? field->label
			    : call->host->page_say(page, "form.email");
}

const char *
form_fault_text(const struct sg_call *call, struct sg_page *page,
		const struct form_field *field,
		const struct form_answer *answer)
{
	const struct sg_host *host = call->host;
	char shortest[24], longest[24], least[32], most[32], largest[24];

	snprintf(shortest, sizeof(shortest), "%lld",
		 (long long)field->shortest);
	snprintf(longest, sizeof(longest), "%lld", (long long)field->longest);
	snprintf(least, sizeof(least), "%.12g", field->least);
	snprintf(most, sizeof(most), "%.12g", field->most);
	snprintf(largest, sizeof(largest), "%lld kB",
		 (long long)(field->largest + 1023) / 1024);
	host->page_set(page, "shortest", shortest);
	host->page_set(page, "longest", longest);
	host->page_set(page, "least", least);
	host->page_set(page, "most", most);
	host->page_set(page, "largest", largest);
	return host->page_say(page, answer->fault);
}

static const char *
id_of(const struct showing *showing, size_t i)
{
	struct sg_text *id = showing->call->host->text(showing->call);

	showing->call->host->print(id, "field-%zu", i);
	return showing->call->host->text_value(id);
}

/* What stands in it: what they typed, what the link says, what the
 * configuration says. */
static const char *
content(const struct showing *showing, size_t i)
{
	const struct sg_host *host = showing->call->host;
	const struct form_field *field = &showing->filled->form->fields[i];
	const char *value;

	if (showing->filled->given)
		return showing->filled->answers[i].typed;
	value = host->request_param(showing->call, showing->request,
				    field->name);
	if (!value)
		value = field->fallback;
	return value ? value : "";
}

static bool
is_chosen(const struct showing *showing, size_t i, size_t option)
{
	const struct form_field *field = &showing->filled->form->fields[i];

	if (showing->filled->given)
		return showing->filled->answers[i].chosen[option];
	return strcmp(content(showing, i), field->options[option].value) == 0;
}

static void
set_options(const struct showing *showing, struct sg_page *row, size_t i)
{
	const struct sg_host *host = showing->call->host;
	const struct form_field *field = &showing->filled->form->fields[i];
	struct sg_page *option;
	struct sg_text *id;

	for (size_t k = 0; k < field->n_options; k++) {
		option = host->page_row(row, "options");
		/* A link of the summary leads to the first of them. */
		id = host->text(showing->call);
		host->print(id, k ? "field-%zu-%zu" : "field-%zu", i, k);
		host->page_set(option, "option_id", host->text_value(id));
		host->page_set(option, "option_value", field->options[k].value);
		host->page_set(option, "option_label", field->options[k].label);
		host->page_set(option, "checked",
			       is_chosen(showing, i, k) ? "yes" : "");
	}
}

/* Which part of the template shows it. */
static const char *
shape(const struct form_field *field)
{
	switch (field->type) {
	case FORM_MULTILINE:
		return "is_multiline";
	case FORM_CHOICE:
		return field->n_options > 7 ? "is_select" : "is_choice";
	case FORM_CHOICES:
		return "is_choices";
	case FORM_CHECKBOX:
		return "is_checkbox";
	case FORM_FILE:
		return "is_file";
	default:
		return "is_input";
	}
}

static void
set_file(const struct showing *showing, struct sg_page *row,
	 const struct form_field *field)
{
	const struct sg_host *host = showing->call->host;
	struct sg_text *accept = host->text(showing->call);
	size_t n = host->setting_list_count(field->settings, "kinds");

	for (size_t i = 0; i < n; i++)
		host->print(accept, "%s.%s", i ? "," : "",
			    host->setting_list_at(field->settings, "kinds", i));
	host->page_set(row, "accept", host->text_value(accept));
}

static void
set_fault(const struct showing *showing, struct sg_page *row, size_t i)
{
	const struct sg_host *host = showing->call->host;
	const struct form_field *field = &showing->filled->form->fields[i];
	const struct form_answer *answer =
		showing->filled->given ? &showing->filled->answers[i] : NULL;
	struct sg_page *fault;
	const char *text = "";

	if (answer && answer->fault) {
		text = form_fault_text(showing->call, row, field, answer);
		fault = host->page_row(showing->page, "faults");
		host->page_set(fault, "fault_id", id_of(showing, i));
		host->page_set(fault, "fault_label",
			       form_label(showing->call, row, field));
		host->page_set(fault, "fault_text", text);
	}
	host->page_set(row, "fault", text);
}

static void
set_described(const struct showing *showing, struct sg_page *row, size_t i,
	      bool has_help, bool has_fault)
{
	const struct sg_host *host = showing->call->host;
	struct sg_text *ids = host->text(showing->call);

	if (has_help)
		host->print(ids, "field-%zu-help", i);
	if (has_fault)
		host->print(ids, "%sfield-%zu-fault", has_help ? " " : "", i);
	host->page_set(row, "described_by", host->text_value(ids));
}

static void
set_field(const struct showing *showing, size_t i)
{
	const struct sg_host *host = showing->call->host;
	const struct form_field *field = &showing->filled->form->fields[i];
	struct sg_page *row;
	const char *typed = content(showing, i);

	if (field->type == FORM_HIDDEN) {
		row = host->page_row(showing->page, "hidden");
		host->page_set(row, "name", field->name);
		host->page_set(row, "value", typed);
		return;
	}
	row = host->page_row(showing->page, "fields");
	host->page_set(row, shape(field), "yes");
	host->page_set(row, "id", id_of(showing, i));
	host->page_set(row, "name", field->name);
	host->page_set(row, "label", form_label(showing->call, row, field));
	host->page_set(row, "help", field->help ? field->help : "");
	host->page_set(row, "type", form_input_type(field));
	host->page_set(row, "value", typed);
	host->page_set(row, "checked",
		       field->type == FORM_CHECKBOX && typed[0] ? "yes" : "");
	host->page_set(row, "autocomplete",
		       field->autocomplete ? field->autocomplete : "");
	host->page_set(row, "required", field->required ? "yes" : "");
	if (field->type == FORM_FILE)
		set_file(showing, row, field);
	set_options(showing, row, i);
	set_fault(showing, row, i);
	set_described(showing, row, i, field->help != NULL,
		      showing->filled->given &&
			      showing->filled->answers[i].fault);
}

/* "https://example.com" of "https://example.com/thanks" */
static const char *
origin_of(const struct sg_call *call, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	struct sg_text *origin = call->host->text(call);

	call->host->append(origin, url,
			   (size_t)(host - url) + strcspn(host, "/?#"));
	return call->host->text_value(origin);
}

/* Browsers hold a redirect after a POST to the page's policy, too. */
static void
allow_targets(const struct showing *showing)
{
	const struct sg_host *host = showing->call->host;
	const struct form *form = showing->filled->form;
	size_t n = host->setting_list_count(form->settings, "origins");

	if (form->redirect)
		host->page_allow(showing->page, "form-action",
				 origin_of(showing->call, form->redirect));
	for (size_t i = 0; i < form->n_redirects; i++)
		host->page_allow(showing->page, "form-action",
				 origin_of(showing->call, form->redirects[i]));
	for (size_t i = 0; i < n; i++)
		host->page_allow(
			showing->page, "frame-ancestors",
			host->setting_list_at(form->settings, "origins", i));
}

/* Whoever corrects what they typed need not wait anew. */
static const char *
stamp(const struct showing *showing)
{
	const struct form_filled *filled = showing->filled;

	if (!filled->form->minimum_ms)
		return "";
	if (filled->given && form_took_time(showing->call, filled))
		return showing->call->host->form_get(filled->given, "_stamp");
	return form_stamp(showing->call, filled->form);
}

static void
set_whole(const struct showing *showing)
{
	const struct sg_host *host = showing->call->host;
	const struct form *form = showing->filled->form;
	struct sg_page *page = showing->page;

	host->page_set(page, "heading", form->title);
	host->page_set(page, "intro", form->intro ? form->intro : "");
	host->page_set(page, "wording", form->wording ? form->wording : "");
	host->page_set(page, "honeypot", form->honeypot ? form->honeypot : "");
	host->page_set(page, "stamp", stamp(showing));
	host->page_set(page, "files", form->takes_files ? "yes" : "");
	host->page_set(page, "action", form->name);
	host->page_set(page, "button",
		       form->button ? form->button
				    : host->page_say(page, "form.send"));
	host->page_set(page, "trouble",
		       showing->filled->trouble
			       ? host->page_say(page, showing->filled->trouble)
			       : "");
}

void
form_page(const struct sg_call *call, const struct sg_request *request,
	  const struct form_filled *filled, struct sg_reply *reply)
{
	struct showing showing = {call, request, filled,
				  call->host->page(call, request, "form")};

	set_whole(&showing);
	for (size_t i = 0; i < filled->form->n_fields; i++)
		set_field(&showing, i);
	allow_targets(&showing);
	call->host->reply_with(reply, 200, showing.page);
}

void
form_notice(const struct sg_call *call, const struct sg_request *request,
	    const struct form *form, int status, const char *key,
	    struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "form-notice");
	struct sg_text *text_key = host->text(call);
	bool thanks = strcmp(key, "form.thanks") == 0 ||
		      strcmp(key, "form.look_at_mail") == 0;

	host->page_set(page, "form", form->title);
	host->print(text_key, "%s_text", key);
	host->page_set(page, "heading", host->page_say(page, key));
	host->page_set(
		page, "text",
		thanks && form->thanks
			? form->thanks
			: host->page_say(page, host->text_value(text_key)));
	host->reply_with(reply, status, page);
}

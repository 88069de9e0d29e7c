/*
 * form_snippet.c - a form for a page of somebody's own: HTML that works as it
 * stands, without a script. Where the form wants a minimum time, a small script
 * of ours puts in when the page was made; without it people press once more.
 */
#include "form.h"

#include <string.h>

struct snippet {
	const struct sg_call *call;
	struct sg_page *page; /* knows the language */
	const struct form *form;
	struct sg_text *to;
};

static void
attribute(const struct snippet *snippet, const char *name, const char *value)
{
	const struct sg_host *host = snippet->call->host;

	host->print(snippet->to, " %s=\"", name);
	host->append_html(snippet->to, value);
	host->print(snippet->to, "\"");
}

static void
label(const struct snippet *snippet, const struct form_field *field)
{
	snippet->call->host->append_html(
		snippet->to, form_label(snippet->call, snippet->page, field));
}

static void
write_options(const struct snippet *snippet, const struct form_field *field)
{
	const struct sg_host *host = snippet->call->host;

	if (field->type == FORM_CHOICE && !field->required)
		host->print(snippet->to,
			    "      <option value=\"\"></option>\n");
	for (size_t i = 0; i < field->n_options; i++) {
		host->print(snippet->to, field->type == FORM_CHOICE
						 ? "      <option"
						 : "      <label><input"
						   " type=\"checkbox\"");
		if (field->type == FORM_CHOICES)
			attribute(snippet, "name", field->name);
		attribute(snippet, "value", field->options[i].value);
		host->print(snippet->to,
			    field->type == FORM_CHOICE ? ">" : "> ");
		host->append_html(snippet->to, field->options[i].label);
		host->print(snippet->to, field->type == FORM_CHOICE
						 ? "</option>\n"
						 : "</label>\n");
	}
}

/* "12.5" is a number, too: without a step it is none to a browser. */
static void
write_bounds(const struct snippet *snippet, const struct form_field *field)
{
	const struct sg_host *host = snippet->call->host;

	if (field->type != FORM_NUMBER)
		return;
	host->print(snippet->to, " step=\"any\"");
	if (field->has_least)
		host->print(snippet->to, " min=\"%.12g\"", field->least);
	if (field->has_most)
		host->print(snippet->to, " max=\"%.12g\"", field->most);
}

static void
write_input(const struct snippet *snippet, const struct form_field *field,
	    const char *element, const char *type)
{
	const struct sg_host *host = snippet->call->host;

	host->print(snippet->to, "<%s", element);
	if (type)
		attribute(snippet, "type", type);
	attribute(snippet, "name", field->name);
	if (field->autocomplete)
		attribute(snippet, "autocomplete", field->autocomplete);
	if (field->type == FORM_CHECKBOX)
		attribute(snippet, "value", "true");
	else if (field->fallback && strcmp(element, "input") == 0)
		attribute(snippet, "value", field->fallback);
	write_bounds(snippet, field);
	if (field->required)
		host->print(snippet->to, " required");
	host->print(snippet->to, ">");
}

static void
write_field(const struct snippet *snippet, const struct form_field *field)
{
	const struct sg_host *host = snippet->call->host;

	if (field->type == FORM_HIDDEN) {
		host->print(snippet->to, "  ");
		write_input(snippet, field, "input", "hidden");
		host->print(snippet->to, "\n");
		return;
	}
	if (field->type == FORM_CHOICES) {
		host->print(snippet->to, "  <fieldset>\n    <legend>");
		label(snippet, field);
		host->print(snippet->to, "</legend>\n");
		write_options(snippet, field);
		host->print(snippet->to, "  </fieldset>\n");
		return;
	}
	host->print(snippet->to, "  <p><label>");
	if (field->type == FORM_CHECKBOX) {
		write_input(snippet, field, "input", "checkbox");
		host->print(snippet->to, " ");
	}
	label(snippet, field);
	if (field->type != FORM_CHECKBOX)
		host->print(snippet->to, "<br>\n    ");
	if (field->type == FORM_MULTILINE) {
		write_input(snippet, field, "textarea", NULL);
		host->print(snippet->to, "</textarea>");
	} else if (field->type == FORM_CHOICE) {
		write_input(snippet, field, "select", NULL);
		host->print(snippet->to, "\n");
		write_options(snippet, field);
		host->print(snippet->to, "    </select>");
	} else if (field->type != FORM_CHECKBOX) {
		write_input(snippet, field, "input",
			    field->type == FORM_FILE ? "file"
						     : form_input_type(field));
	}
	if (field->help) {
		host->print(snippet->to, "<br>\n    <small>");
		host->append_html(snippet->to, field->help);
		host->print(snippet->to, "</small>");
	}
	host->print(snippet->to, "</label></p>\n");
}

static void
write_begin(const struct snippet *snippet, const char *url)
{
	const struct sg_host *host = snippet->call->host;
	struct sg_text *action = host->text(snippet->call);

	host->print(action, "%s/f/%s", url, snippet->form->name);
	host->print(snippet->to, "<form method=\"post\"");
	attribute(snippet, "action", host->text_value(action));
	attribute(snippet, "accept-charset", "utf-8");
	if (snippet->form->takes_files)
		attribute(snippet, "enctype", "multipart/form-data");
	attribute(snippet, "data-scoregate", snippet->form->name);
	host->print(snippet->to, ">\n");
}

static void
write_end(const struct snippet *snippet, const char *url)
{
	const struct sg_host *host = snippet->call->host;
	const struct form *form = snippet->form;

	if (form->honeypot) {
		host->print(snippet->to,
			    "  <div style=\"position:absolute;left:-99rem\" "
			    "aria-hidden=\"true\"><label>");
		host->append_html(
			snippet->to,
			host->page_say(snippet->page, "form.leave_empty"));
		host->print(snippet->to, " <input");
		attribute(snippet, "name", form->honeypot);
		host->print(snippet->to,
			    " tabindex=\"-1\" "
			    "autocomplete=\"off\"></label></div>\n");
	}
	if (form->wording) {
		host->print(snippet->to, "  <p><small>");
		host->append_html(snippet->to, form->wording);
		host->print(snippet->to, "</small></p>\n");
	}
	host->print(snippet->to, "  <p><button>");
	host->append_html(snippet->to,
			  form->button
				  ? form->button
				  : host->page_say(snippet->page, "form.send"));
	host->print(snippet->to, "</button></p>\n</form>\n");
	if (form->minimum_ms)
		host->print(snippet->to,
			    "<script src=\"%s/f/%s.js\" defer></script>\n", url,
			    form->name);
}

void
form_snippet(const struct sg_call *call, struct sg_page *page,
	     const struct form *form, struct sg_text *to)
{
	struct snippet snippet = {call, page, form, to};
	const char *url = call->host->site(call, SG_SITE_PUBLIC_URL);

	write_begin(&snippet, url);
	for (size_t i = 0; i < form->n_fields; i++)
		write_field(&snippet, &form->fields[i]);
	write_end(&snippet, url);
}

/* No request, no cookie: the stamp comes with it. */
void
form_script(const struct sg_call *call, const struct form *form,
	    struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *to = host->text(call);

	host->print(to,
		    "(function(){'use strict';var f=document."
		    "querySelectorAll('form[data-scoregate=\"%s\"]'),i,e;"
		    "for(i=0;i<f.length;i++){e=document.createElement("
		    "'input');e.type='hidden';e.name='_stamp';e.value='%s';"
		    "f[i].appendChild(e)}})();\n",
		    form->name, form_stamp(call, form));
	host->reply_header(reply, "Content-Type",
			   "text/javascript; charset=utf-8");
	host->reply_header(reply, "X-Content-Type-Options", "nosniff");
	host->reply_header(reply, "Cross-Origin-Resource-Policy",
			   "cross-origin");
	host->reply_body(reply, host->text_value(to), host->text_len(to));
}

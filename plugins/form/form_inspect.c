/*
 * form_inspect.c - what the operator is told: `forms`, `forms/NAME`,
 * `forms/NAME/snippet`. The same description is what a script of somebody's own
 * gets at /f/NAME when it asks for JSON.
 */
#include "form.h"

#include <string.h>

static void
member(const struct sg_call *call, struct sg_text *to, const char *name,
       const char *value)
{
	const struct sg_host *host = call->host;

	host->print(to, ",\"%s\":", name);
	if (value)
		host->append_json(to, value);
	else
		host->print(to, "null");
}

static void
member_bool(const struct sg_call *call, struct sg_text *to, const char *name,
	    bool value)
{
	call->host->print(to, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
list(const struct sg_call *call, struct sg_text *to, const char *name,
     const char *const *values, size_t n)
{
	const struct sg_host *host = call->host;

	host->print(to, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		if (i)
			host->print(to, ",");
		host->append_json(to, values[i]);
	}
	host->print(to, "]");
}

static void
describe_options(const struct sg_call *call, const struct form_field *field,
		 struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, ",\"options\":[");
	for (size_t i = 0; i < field->n_options; i++) {
		host->print(to, "%s{\"value\":", i ? "," : "");
		host->append_json(to, field->options[i].value);
		member(call, to, "label", field->options[i].label);
		host->print(to, "}");
	}
	host->print(to, "]");
}

static void
describe_field(const struct sg_call *call, struct sg_page *page,
	       const struct form_field *field, struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, "{\"name\":");
	host->append_json(to, field->name);
	member(call, to, "label", form_label(call, page, field));
	member(call, to, "type", form_type_name(field->type));
	member_bool(call, to, "required", field->required);
	host->print(to, ",\"longest\":%lld", (long long)field->longest);
	if (field->n_options)
		describe_options(call, field, to);
	if (field->help)
		member(call, to, "help", field->help);
	host->print(to, "}");
}

/* For anybody: nothing here that the page does not show. */
void
form_describe(const struct sg_call *call, struct sg_page *page,
	      const struct form *form, struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, "{\"name\":");
	host->append_json(to, form->name);
	member(call, to, "title", form->title);
	member_bool(call, to, "confirm", form->confirm);
	if (form->minimum_ms)
		member(call, to, "stamp", form_stamp(call, form));
	host->print(to, ",\"fields\":[");
	for (size_t i = 0; i < form->n_fields; i++) {
		if (i)
			host->print(to, ",");
		describe_field(call, page, &form->fields[i], to);
	}
	host->print(to, "]");
}

static void
write_url(const struct sg_call *call, const struct form *form,
	  struct sg_text *to)
{
	const struct sg_host *host = call->host;
	struct sg_text *url = host->text(call);

	host->print(url, "%s/f/%s", host->site(call, SG_SITE_PUBLIC_URL),
		    form->name);
	member(call, to, "url", host->text_value(url));
}

/* For the operator: what becomes of it, too. */
static void
describe_all(const struct sg_call *call, struct sg_page *page,
	     const struct form *form, struct sg_text *to)
{
	const struct sg_host *host = call->host;

	form_describe(call, page, form, to);
	write_url(call, form, to);
	list(call, to, "lists", form->lists, form->n_lists);
	list(call, to, "tags", form->tags, form->n_tags);
	list(call, to, "consent", form->consent, form->n_consent);
	member(call, to, "wording", form->wording);
	member(call, to, "redirect", form->redirect);
	member(call, to, "honeypot", form->honeypot);
	host->print(to, ",\"minimum_time_ms\":%lld",
		    (long long)form->minimum_ms);
	member(call, to, "per_address",
	       host->setting_text(form->settings, "per_address"));
	member(call, to, "per_network",
	       host->setting_text(form->settings, "per_network"));
	host->print(to, "}");
}

static void
describe_list(const struct sg_call *call, const struct forms *forms,
	      struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, "{\"items\":[");
	for (size_t i = 0; i < forms->n_forms; i++) {
		const struct form *form = &forms->forms[i];

		host->print(to, "%s{\"name\":", i ? "," : "");
		host->append_json(to, form->name);
		member(call, to, "title", form->title);
		host->print(to, ",\"n_fields\":%zu", form->n_fields);
		member_bool(call, to, "confirm", form->confirm);
		list(call, to, "lists", form->lists, form->n_lists);
		write_url(call, form, to);
		host->print(to, "}");
	}
	host->print(to, "],\"next\":null}");
}

static enum sg_status
inspect_one(const struct sg_call *call, const struct sg_request *request,
	    const char *path, struct sg_text *to, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t len = strcspn(path, "/");
	const struct form *form = form_find(call->state, path, len);
	struct sg_text *snippet;
	struct sg_page *page;

	if (!form)
		return host->fail(err, SG_NONE, "no form `%.*s`",
				  (int)(len > 64 ? 64 : len), path);
	page = host->page(call, request, "form");
	host->page_set(page, "heading", form->title);
	if (!path[len]) {
		describe_all(call, page, form, to);
		return SG_OK;
	}
	if (strcmp(path + len, "/snippet") != 0)
		return host->fail(err, SG_NONE, "no such thing of a form");
	snippet = host->text(call);
	form_snippet(call, page, form, snippet);
	host->print(to, "{\"name\":");
	host->append_json(to, form->name);
	member(call, to, "html", host->text_value(snippet));
	host->print(to, "}");
	return SG_OK;
}

enum sg_status
form_inspect(const struct sg_call *call, const struct sg_request *request,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_text *to = host->text(call);
	enum sg_status status = SG_OK;

	if (strcmp(request->path, "forms") == 0)
		describe_list(call, call->state, to);
	else if (strncmp(request->path, "forms/", 6) == 0)
		status = inspect_one(call, request, request->path + 6, to, err);
	else
		status = host->fail(err, SG_NONE, "forms, forms/NAME");
	if (status == SG_OK)
		host->reply_body(reply, host->text_value(to),
				 host->text_len(to));
	return status;
}

/* form.c - the descriptor of `form`: who filled which form. */
#include "form.h"

#include <string.h>

static const struct sg_signal_declaration signals[] = {
	{"form.submitted", "form, and each mapped field",
	 "A form was filled and sent"},
	{0},
};

static const struct sg_option form_options[] = {
	{.name = "title",
	 .type = SG_OPTION_TEXT,
	 .help = "heading of the hosted page; its name unless set"},
	{.name = "email",
	 .type = SG_OPTION_TEXT,
	 .fallback = "email",
	 .help = "the form's field with the address"},
	{.name = "fields",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "what is kept: \"field\" or \"record field = form field\""},
	{.name = "required",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "form fields that must be filled, beside the address"},
	{.name = "lists",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "lists that the record joins"},
	{.name = "tags",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "tags that the record gets"},
	{.name = "redirect",
	 .type = SG_OPTION_TEXT,
	 .help = "where the browser goes afterwards; a page of ours unless "
		 "set"},
	{.name = "honeypot",
	 .type = SG_OPTION_TEXT,
	 .help = "a field no person sees: filled, nothing is kept"},
	{.name = "origins",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "sites whose scripts may send it: \"https://example.com\""},
	{0},
};

static const struct sg_option options[] = {
	{.name = "form",
	 .type = SG_OPTION_TITLED,
	 .options = form_options,
	 .help = "one form, at /f/NAME"},
	{0},
};

static const struct sg_route routes[] = {
	{"/f/", form_answer, "a form's page and its POST"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_form = {
	SG_PLUGIN_HEAD,
	.name = "form",
	.version = "1.0",
	.summary = "Forms: fields, lists, tags and a signal from a POST",
	.signals = signals,
	.options = options,
	.routes = routes,
	.start = form_start,
};

static const struct form *
find_form(const struct forms *forms, const char *name)
{
	for (size_t i = 0; i < forms->n_forms; i++)
		if (strcmp(forms->forms[i].name, name) == 0)
			return &forms->forms[i];
	return NULL;
}

/* Only the listed sites: `*` would let any page send in its reader's name. */
static void
allow_origin(const struct sg_call *call, const struct form *form,
	     const struct sg_request *request, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const char *origin = host->request_header(call, request, "Origin");
	size_t n = host->setting_list_count(form->settings, "origins");

	for (size_t i = 0; origin && i < n; i++) {
		if (strcmp(origin, host->setting_list_at(form->settings,
							 "origins", i)) != 0)
			continue;
		host->reply_header(reply, "Access-Control-Allow-Origin",
				   origin);
		host->reply_header(reply, "Access-Control-Allow-Methods",
				   "POST");
		host->reply_header(reply, "Access-Control-Allow-Headers",
				   "Content-Type");
	}
	if (n)
		host->reply_header(reply, "Vary", "Origin");
}

enum sg_status
form_answer(const struct sg_call *call, const struct sg_request *request,
	    struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct form *form = find_form(call->state, request->path);

	if (!form) {
		host->reply_text(reply, 404, "no such form\n");
		return SG_OK;
	}
	host->reply_header(reply, "Cache-Control", "no-store");
	allow_origin(call, form, request, reply);
	if (strcmp(request->method, "POST") == 0)
		return form_post(call, form, request, reply, err);
	if (strcmp(request->method, "OPTIONS") == 0) {
		host->reply_status(reply, 204);
		return SG_OK;
	}
	form_page(call, form, reply);
	return SG_OK;
}

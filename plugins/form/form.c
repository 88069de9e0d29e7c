/* form.c - the descriptor of `form`: who filled which form. */
#include "form.h"

#include <string.h>
#include <strings.h>

#define DAY_MS 86400000.0

static const struct sg_signal_declaration signals[] = {
	{"form.submitted", "form, submission, confirmed, and each mapped field",
	 "A form was filled and sent"},
	{"form.confirmed", "form, submission, fields",
	 "The address in a form was confirmed by mail"},
	{0},
};

static const struct sg_option form_options[] = {
	{.name = "title",
	 .type = SG_OPTION_TEXT,
	 .help = "heading of the hosted page; its name unless set"},
	{.name = "intro", .type = SG_OPTION_TEXT, .help = "text over the form"},
	{.name = "wording",
	 .type = SG_OPTION_TEXT,
	 .help = "what people agree to, over the button; kept with lists and "
		 "consent"},
	{.name = "button",
	 .type = SG_OPTION_TEXT,
	 .help = "on the button; \"Send\" in their language unless set"},
	{.name = "thanks",
	 .type = SG_OPTION_TEXT,
	 .help = "text of the page afterwards"},
	{.name = "email",
	 .type = SG_OPTION_TEXT,
	 .fallback = "email",
	 .help = "the form's field with the address"},
	{.name = "fields",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "what is kept: \"field\" or \"record field = form field\""},
	{.name = "field",
	 .type = SG_OPTION_TITLED,
	 .options = form_field_options,
	 .help = "one field, with its type and all else"},
	{.name = "required",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "form fields that must be filled, beside the address"},
	{.name = "lists",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "lists that the record joins"},
	{.name = "tags",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "tags that the record gets"},
	{.name = "score",
	 .type = SG_OPTION_TEXT,
	 .fallback = "lead",
	 .help = "the score that points of fields and options are added to"},
	{.name = "confirm",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "double opt-in: a mail asks whether the address is theirs"},
	{.name = "confirm_within",
	 .type = SG_OPTION_DURATION,
	 .fallback = "7d",
	 .least = 60000,
	 .most = 29 * DAY_MS,
	 .help = "how long the mail's link is good"},
	{.name = "template",
	 .type = SG_OPTION_TEXT,
	 .help = "a `template` for that mail, with {{confirm_url}}; ours "
		 "unless set"},
	{.name = "consent",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "what a confirmation grants: opens, clicks"},
	{.name = "redirect",
	 .type = SG_OPTION_TEXT,
	 .help = "where the browser goes afterwards; a page of ours unless "
		 "set"},
	{.name = "redirects",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "others that the form's field _redirect may choose"},
	{.name = "honeypot",
	 .type = SG_OPTION_TEXT,
	 .help = "a field no person sees: filled, nothing is kept"},
	{.name = "minimum_time",
	 .type = SG_OPTION_DURATION,
	 .fallback = "0s",
	 .most = 600000,
	 .help = "nobody fills it in less"},
	{.name = "per_address",
	 .type = SG_OPTION_TEXT,
	 .fallback = "10/1h",
	 .help = "so often for one address, or off"},
	{.name = "per_network",
	 .type = SG_OPTION_TEXT,
	 .fallback = "60/10m",
	 .help = "so often from one network (a /24, a /48), or off"},
	{.name = "origins",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "the sites it may be sent from, beside our own: "
		 "\"https://example.com\"; their scripts may read the answer"},
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

extern const struct sg_asset form_assets[];

SG_PLUGIN const struct sg_plugin sg_plugin_form = {
	SG_PLUGIN_HEAD,
	.name = "form",
	.version = "2.0",
	.summary = "Forms: fields, lists, tags and a signal from a POST",
	.signals = signals,
	.options = options,
	.routes = routes,
	.start = form_start,
	.inspect = form_inspect,
	.assets = form_assets,
};

static void
show(const struct sg_call *call, const struct form *form,
     const struct sg_request *request, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const char *accept = host->request_header(call, request, "Accept");
	struct form_filled empty = {.form = form};
	struct sg_text *to;

	if (!accept || strncasecmp(accept, "application/json", 16) != 0) {
		form_page(call, request, &empty, reply);
		return;
	}
	to = host->text(call);
	form_describe(call, host->page(call, request, "form"), form, to);
	host->print(to, "}\n");
	host->reply_header(reply, "Content-Type", "application/json");
	host->reply_body(reply, host->text_value(to), host->text_len(to));
}

static enum sg_status
answer(const struct sg_call *call, const struct form *form,
       const struct sg_request *request, struct sg_reply *reply,
       struct sg_err *err)
{
	const struct sg_host *host = call->host;

	if (!form_allow_origin(call, form, request, reply)) {
		form_notice(call, request, form, 403, "form.other_site", reply);
	} else if (strcmp(request->method, "POST") == 0) {
		return form_post(call, form, request, reply, err);
	} else if (strcmp(request->method, "OPTIONS") == 0) {
		host->reply_status(reply, 204);
		host->reply_header(reply, "Allow", "GET, HEAD, POST, OPTIONS");
	} else if (strcmp(request->method, "GET") == 0 ||
		   strcmp(request->method, "HEAD") == 0) {
		show(call, form, request, reply);
	} else {
		host->reply_header(reply, "Allow", "GET, HEAD, POST, OPTIONS");
		host->reply_text(reply, 405,
				 "GET and POST are answered here\n");
	}
	return SG_OK;
}

enum sg_status
form_answer(const struct sg_call *call, const struct sg_request *request,
	    struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t len = strcspn(request->path, "/.");
	const struct form *form = form_find(call->state, request->path, len);
	const char *rest = request->path + len;

	host->reply_header(reply, "Cache-Control", "no-store");
	if (!form || (*rest == '.' && strcmp(rest, ".js") != 0)) {
		host->reply_text(reply, 404, "no such form\n");
		return SG_OK;
	}
	if (*rest == '/')
		return form_confirm(call, form, request, rest + 1, reply, err);
	if (*rest == '.') {
		form_script(call, form, reply);
		return SG_OK;
	}
	return answer(call, form, request, reply, err);
}

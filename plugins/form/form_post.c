/*
 * form_post.c - POST /f/NAME: urlencoded, multipart or JSON. A browser is sent
 * to `redirect` or sees a page; a script that sent JSON gets JSON.
 */
#include "form.h"

#include <string.h>
#include <strings.h>

struct post {
	const struct sg_call *call;
	const struct form *form;
	struct sg_reply *reply;
	bool wants_json;
};

static bool
wants_json(const struct sg_call *call, const struct sg_request *request)
{
	const char *type =
		call->host->request_header(call, request, "Content-Type");
	const char *accept =
		call->host->request_header(call, request, "Accept");

	return (type && strncasecmp(type, "application/json", 16) == 0) ||
	       (accept && strncasecmp(accept, "application/json", 16) == 0);
}

static void
answer(struct post *post, int code, const char *title, const char *text)
{
	const struct sg_host *host = post->call->host;
	struct sg_text *body = host->text(post->call);

	if (post->wants_json) {
		host->print(body, "{\"ok\":%s,\"message\":",
			    code < 300 ? "true" : "false");
		host->append_json(body, text);
		host->print(body, "}\n");
		host->reply_status(post->reply, code);
		host->reply_header(post->reply, "Content-Type",
				   "application/json");
		host->reply_body(post->reply, host->text_value(body),
				 host->text_len(body));
		return;
	}
	host->print(body,
		    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width\">"
		    "<title>%s</title><body style=\"font:16px sans-serif;"
		    "margin:3em auto;max-width:30em;padding:0 1em\">"
		    "<h1>%s</h1><p>",
		    title, title);
	host->append_html(body, text);
	host->print(body, "</p></body></html>\n");
	host->reply_page(post->reply, code, host->text_value(body));
}

static void
answer_thanks(struct post *post)
{
	const struct sg_host *host = post->call->host;

	if (!post->form->redirect || post->wants_json) {
		answer(post, 200, "Thank you", "Your form has arrived.");
		return;
	}
	/* 303: the browser goes on by GET, and a reload posts nothing. */
	host->reply_status(post->reply, 303);
	host->reply_header(post->reply, "Location", post->form->redirect);
}

/* The first field that must be filled and is not; NULL = all are. */
static const char *
missing(const struct post *post, const struct sg_form *given)
{
	const struct sg_host *host = post->call->host;
	const struct sg_settings *settings = post->form->settings;
	const char *name = post->form->email, *value;
	size_t n = host->setting_list_count(settings, "required");

	for (size_t i = 0;; i++) {
		value = host->form_get(given, name);
		if (!value || !value[0])
			return name;
		if (i == n)
			return NULL;
		name = host->setting_list_at(settings, "required", i);
	}
}

/* A program that fills every field gives itself away, and need not know. */
static bool
is_trapped(const struct post *post, const struct sg_form *given)
{
	const char *value;

	if (!post->form->honeypot)
		return false;
	value = post->call->host->form_get(given, post->form->honeypot);
	return value && value[0];
}

static enum sg_status
keep(struct post *post, const struct sg_form *given, struct sg_err *err)
{
	const struct sg_host *host = post->call->host;
	enum sg_status status =
		form_emit(post->call, post->form, given,
			  host->form_get(given, post->form->email), err);

	if (status == SG_OK) {
		answer_thanks(post);
	} else if (status == SG_REFUSED) {
		/* The sentence of what is wrong: about what they wrote. */
		answer(post, 400, "Please look again", host->reason(err));
		return SG_OK;
	} else {
		host->reply_header(post->reply, "Retry-After", "60");
		answer(post, 503, "Not now",
		       "This could not be kept. Please try again in a minute.");
	}
	return status;
}

enum sg_status
form_post(const struct sg_call *call, const struct form *form,
	  const struct sg_request *request, struct sg_reply *reply,
	  struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct post post = {call, form, reply, wants_json(call, request)};
	struct sg_text *text = host->text(call);
	struct sg_form *given;
	const char *name;

	if (host->form_parse(call, request, &given, err) != SG_OK) {
		answer(&post, 400, "Please look again",
		       "The form could not be read.");
		return SG_OK;
	}
	if (is_trapped(&post, given)) {
		answer_thanks(&post);
		return SG_OK;
	}
	name = missing(&post, given);
	if (name) {
		host->print(text, "The field %s is empty.", name);
		answer(&post, 400, "Please look again", host->text_value(text));
		return SG_OK;
	}
	return keep(&post, given, err);
}

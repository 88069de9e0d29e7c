/*
 * form_post.c - POST /f/NAME: urlencoded, multipart or JSON. A browser is sent
 * to `redirect` or sees a page, with all it typed when something is wrong; a
 * script that sent JSON gets JSON, and RFC 9457 when something is wrong.
 */
#include "form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct post {
	const struct sg_call *call;
	const struct form *form;
	const struct sg_request *request;
	struct sg_reply *reply;
	struct form_filled filled;
	bool wants_json;
};

static bool
is_json(const struct sg_call *call, const struct sg_request *request,
	const char *header)
{
	const char *type = call->host->request_header(call, request, header);

	return type && strncasecmp(type, "application/json", 16) == 0;
}

/* One after the other: a header's text is good until the next is asked for. */
static bool
wants_json(const struct sg_call *call, const struct sg_request *request)
{
	return is_json(call, request, "Content-Type") ||
	       is_json(call, request, "Accept");
}

/* --- JSON -------------------------------------------------------------------
 */

static struct sg_page *
words(const struct post *post)
{
	struct sg_page *page =
		post->call->host->page(post->call, post->request, "form");

	post->call->host->page_set(page, "heading", post->form->title);
	return page;
}

static void
reply_json(const struct post *post, int code, const char *type,
	   const struct sg_text *body)
{
	const struct sg_host *host = post->call->host;

	host->reply_status(post->reply, code);
	host->reply_header(post->reply, "Content-Type", type);
	host->reply_header(post->reply, "X-Content-Type-Options", "nosniff");
	host->reply_body(post->reply, host->text_value(body),
			 host->text_len(body));
}

/* {"field": "email", "code": "missing", "message": "…"} */
static void
append_faults(const struct post *post, struct sg_page *page,
	      struct sg_text *body)
{
	const struct sg_host *host = post->call->host;
	const struct form *form = post->form;
	bool any = false;

	host->print(body, ",\"errors\":[");
	for (size_t i = 0; post->filled.answers && i < form->n_fields; i++) {
		const struct form_answer *answer = &post->filled.answers[i];

		if (!answer->fault)
			continue;
		host->print(body, "%s{\"field\":", any ? "," : "");
		host->append_json(body, form->fields[i].name);
		host->print(body, ",\"code\":");
		host->append_json(body, answer->fault + strlen("form."));
		host->print(body, ",\"message\":");
		host->append_json(body,
				  form_fault_text(post->call, page,
						  &form->fields[i], answer));
		host->print(body, "}");
		any = true;
	}
	host->print(body, "]");
}

static void
reply_problem(const struct post *post, int code, const char *key)
{
	const struct sg_host *host = post->call->host;
	struct sg_text *body = host->text(post->call);
	struct sg_page *page = words(post);

	host->print(body,
		    "{\"type\":\"about:blank\",\"status\":%d,\"title\":", code);
	host->append_json(body, host->page_say(page, key));
	host->print(body, ",\"code\":");
	host->append_json(body, key + strlen("form."));
	append_faults(post, page, body);
	host->print(body, "}\n");
	reply_json(post, code, "application/problem+json", body);
}

/* --- answers ----------------------------------------------------------------
 */

/* The form again, with what is wrong. */
static void
answer_again(struct post *post, int code, const char *key)
{
	post->filled.trouble = key;
	if (post->wants_json) {
		reply_problem(post, code, key);
		return;
	}
	form_page(post->call, post->request, &post->filled, post->reply);
	post->call->host->reply_status(post->reply, code);
}

/* Nothing of the form: nobody has filled one. */
static void
answer_notice(struct post *post, int code, const char *key)
{
	if (post->wants_json)
		reply_problem(post, code, key);
	else
		form_notice(post->call, post->request, post->form, code, key,
			    post->reply);
}

/* Where to? Only where the configuration says. */
static const char *
target(const struct post *post)
{
	const struct sg_host *host = post->call->host;
	const char *wanted = host->form_get(post->filled.given, "_redirect");

	for (size_t i = 0; wanted && i < post->form->n_redirects; i++)
		if (strcmp(wanted, post->form->redirects[i]) == 0)
			return post->form->redirects[i];
	return post->form->redirect;
}

static void
answer_thanks_json(struct post *post)
{
	const struct sg_host *host = post->call->host;
	struct sg_text *body = host->text(post->call);
	struct sg_page *page = words(post);
	const char *to = target(post);

	host->print(body, "{\"ok\":true,\"message\":");
	host->append_json(
		body, post->form->thanks ? post->form->thanks
		      : post->form->confirm
			      ? host->page_say(page, "form.look_at_mail_text")
			      : host->page_say(page, "form.thanks_text"));
	host->print(body, ",\"confirm\":%s",
		    post->form->confirm ? "true" : "false");
	if (to) {
		host->print(body, ",\"redirect\":");
		host->append_json(body, to);
	}
	host->print(body, "}\n");
	reply_json(post, 200, "application/json", body);
}

static void
answer_thanks(struct post *post)
{
	const struct sg_host *host = post->call->host;
	const char *to = target(post);

	if (post->wants_json) {
		answer_thanks_json(post);
	} else if (to) {
		/* 303: the browser goes on by GET; a reload posts nothing. */
		host->reply_status(post->reply, 303);
		host->reply_header(post->reply, "Location", to);
	} else {
		form_notice(post->call, post->request, post->form, 200,
			    post->form->confirm ? "form.look_at_mail"
						: "form.thanks",
			    post->reply);
	}
}

/* --- keeping it -------------------------------------------------------------
 */

static enum sg_status
keep(struct post *post, struct sg_err *err)
{
	const struct sg_host *host = post->call->host;
	enum sg_status status = form_emit(post->call, &post->filled, err);

	if (status == SG_OK) {
		answer_thanks(post);
	} else if (status == SG_NONE) {
		host->reply_header(post->reply, "Retry-After", "3600");
		answer_again(post, 429,
			     post->wants_json ? "form.too_often"
					      : "form.too_often_text");
		return SG_OK;
	} else if (status == SG_REFUSED) {
		host->log(post->call, SG_LOG_WARN, "form=%s refused: %s",
			  post->form->name, host->reason(err));
		answer_again(post, 422, "form.too_much");
		return SG_OK;
	} else {
		host->reply_header(post->reply, "Retry-After", "60");
		answer_again(post, 503, "form.not_now");
	}
	return status;
}

static void
prepare(struct post *post)
{
	const struct sg_host *host = post->call->host;

	post->filled.form = post->form;
	post->filled.answers = host->alloc(
		post->call, post->form->n_fields * sizeof(struct form_answer));
	for (size_t i = 0; i < post->form->n_fields; i++)
		post->filled.answers[i].typed = post->filled.answers[i].value =
			"";
	snprintf(post->filled.submission, sizeof(post->filled.submission),
		 "%016" PRIx64, host->new_id(post->call));
	post->filled.language = host->page_language(words(post));
}

/* What it is, and whether there is any sense in looking at it. */
static int
unreadable(const struct sg_call *call, const struct sg_request *request)
{
	static const char *const types[] = {"application/x-www-form-urlencoded",
					    "multipart/form-data",
					    "application/json"};
	const char *type =
		call->host->request_header(call, request, "Content-Type");

	for (size_t i = 0; type && i < 3; i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return 400;
	return 415;
}

enum sg_status
form_post(const struct sg_call *call, const struct form *form,
	  const struct sg_request *request, struct sg_reply *reply,
	  struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct post post = {.call = call,
			    .form = form,
			    .request = request,
			    .reply = reply,
			    .wants_json = wants_json(call, request)};
	struct sg_form *given;

	prepare(&post);
	if (!form_network_may(call, form, request)) {
		host->reply_header(reply, "Retry-After", "600");
		answer_notice(&post, 429, "form.too_often");
		return SG_OK;
	}
	if (host->form_parse(call, request, &given, err) != SG_OK) {
		answer_notice(&post, unreadable(call, request),
			      "form.unreadable");
		return SG_OK;
	}
	post.filled.given = given;
	if (form_is_trapped(call, &post.filled)) {
		answer_thanks(&post); /* a program need not know */
		return SG_OK;
	}
	form_check(call, &post.filled);
	if (post.filled.n_faults)
		answer_again(&post, 422, post.filled.trouble);
	else if (!form_took_time(call, &post.filled))
		answer_again(&post, 422, "form.once_more");
	else
		return keep(&post, err);
	return SG_OK;
}

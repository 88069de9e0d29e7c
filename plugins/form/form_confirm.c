/*
 * form_confirm.c - /f/NAME/TOKEN: the link of the mail that asks. GET shows a
 * page with a button and changes nothing: links are fetched by scanners. POST
 * acts: now it is known that the address is theirs, so lists are joined, also
 * by who had left or was suppressed, the fields are as they were filled, and
 * consent is kept with its time, source and wording.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../write_once.h"
#include "form.h"

struct confirmation {
	const struct sg_call *call;
	const struct form *form;
	const struct sg_request *request;
	struct sg_reply *reply;
	struct sg_token token;
	char submission[FORM_SUBMISSION_SIZE];
	const char *source;
	struct write_once write;
};

/* "first_name company": what form.submitted has under these names. */
static const char *
field_names(const struct confirmation *one)
{
	const struct sg_host *host = one->call->host;
	struct sg_text *names = host->text(one->call);

	for (size_t i = 0; i < one->form->n_fields; i++)
		if (one->form->fields[i].record[0])
			host->print(names, "%s%s",
				    host->text_len(names) ? " " : "",
				    one->form->fields[i].record);
	return host->text_value(names);
}

static void
add_all(struct confirmation *one)
{
	const struct form *form = one->form;
	const char *wording = form->wording ? form->wording : "";

	write_once_add(
		&one->write, SG_UNSUPPRESS,
		(const struct sg_prop[]){{"reason", "confirmed by mail"}}, 1);
	for (size_t i = 0; i < form->n_lists; i++)
		write_once_add(
			&one->write, SG_LIST_CONFIRM,
			(const struct sg_prop[]){{"list", form->lists[i]},
						 {"how", "double opt-in"},
						 {"source", one->source},
						 {"wording", wording}},
			4);
	for (size_t i = 0; i < form->n_consent; i++)
		write_once_add(
			&one->write, SG_CONSENT,
			(const struct sg_prop[]){{"what", form->consent[i]},
						 {"state", "granted"},
						 {"source", one->source},
						 {"wording", wording}},
			4);
	write_once_add(&one->write, SG_SIGNAL_HAPPENED,
		       (const struct sg_prop[]){{"form", form->name},
						{"submission", one->submission},
						{"fields", field_names(one)}},
		       3)
		->name = "form.confirmed";
}

static enum sg_status
act(struct confirmation *one, struct sg_err *err)
{
	const struct sg_host *host = one->call->host;
	struct sg_text *source = host->text(one->call);
	struct sg_text *once = host->text(one->call);
	enum sg_status status;

	/* Pressed twice is pressed once. */
	host->print(once, "confirm %s", one->submission);
	one->write = (struct write_once){.call = one->call,
					 .text = host->text_value(once),
					 .record_key = one->token.record_key};
	host->print(source, "form %s, confirmed by mail", one->form->name);
	one->source = host->text_value(source);
	add_all(one);
	status = write_once_emit(&one->write, err);
	if (status == SG_OK) {
		form_notice(one->call, one->request, one->form, 200,
			    "form.confirmed", one->reply);
		return SG_OK;
	}
	host->reply_header(one->reply, "Retry-After", "60");
	form_notice(one->call, one->request, one->form, 503, "form.not_now",
		    one->reply);
	return status;
}

static void
show_question(struct confirmation *one)
{
	const struct sg_host *host = one->call->host;
	struct sg_page *page =
		host->page(one->call, one->request, "form-confirm");

	host->page_set(page, "form", one->form->title);
	host->page_set(page, "wording",
		       one->form->wording ? one->form->wording : "");
	host->reply_with(one->reply, 200, page);
}

/* By the button of our page, and no program that says what it is. */
static bool
is_pressed(struct confirmation *one)
{
	const struct sg_host *host = one->call->host;
	enum sg_verdict verdict;
	const char *reason, *how;
	struct sg_form *given;

	if (strcmp(one->request->method, "POST") != 0 ||
	    host->form_parse(one->call, one->request, &given, NULL) != SG_OK)
		return false;
	how = host->form_get(given, "how");
	return how && strcmp(how, "page") == 0 &&
	       host->judge(one->call, one->request, &verdict, &reason) &&
	       verdict != SG_MACHINE;
}

static bool
is_ours(const struct confirmation *one)
{
	const char *name = one->form->name;

	return one->form->confirm && one->token.payload_len == strlen(name) &&
	       memcmp(one->token.payload, name, strlen(name)) == 0;
}

enum sg_status
form_confirm(const struct sg_call *call, const struct form *form,
	     const struct sg_request *request, const char *token,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct confirmation one = {
		.call = call, .form = form, .request = request, .reply = reply};

	if (host->token_read(call, SG_TOKEN_CONFIRM, SG_TOKEN_URL, token,
			     strlen(token), &one.token, err) != SG_OK ||
	    !is_ours(&one)) {
		form_notice(call, request, form, 404, "form.bad_link", reply);
		return SG_OK;
	}
	if (call->now - host->message_time(one.token.message_id) >
	    form->confirm_ms) {
		form_notice(call, request, form, 410, "form.old_link", reply);
		return SG_OK;
	}
	snprintf(one.submission, sizeof(one.submission), "%016" PRIx64,
		 one.token.message_id);
	if (is_pressed(&one))
		return act(&one, err);
	show_question(&one);
	return SG_OK;
}

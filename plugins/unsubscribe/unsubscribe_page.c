/*
 * unsubscribe_page.c - /u/TOKEN. GET shows a page with buttons and changes
 * nothing: links are fetched by scanners. POST acts: the buttons', and
 * List-Unsubscribe=One-Click of a mail program (RFC 8058), answered by 200
 * without redirect or cookie.
 */
#include "unsubscribe.h"

#include <string.h>

static void
answer_notice(const struct sg_call *call, const struct sg_request *request,
	      int status, const char *key, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "notice");
	struct sg_text *text = host->text(call);

	host->print(text, "%s_text", key);
	host->page_set(page, "heading", host->page_say(page, key));
	host->page_set(page, "text",
		       host->page_say(page, host->text_value(text)));
	host->reply_with(reply, status, page);
}

/* Already so on the page that is shown; in the store in a moment. */
static void
mark_left(const struct sg_token *token, struct wishes *wishes)
{
	for (size_t i = 0; i < wishes->n_lists; i++) {
		struct wish_list *list = &wishes->lists[i];

		if (!token->payload_len ||
		    (strlen(list->name) == token->payload_len &&
		     memcmp(list->name, token->payload, token->payload_len) ==
			     0))
			list->joined = false;
	}
}

static enum sg_status
leave(const struct sg_call *call, const struct sg_request *request,
      const struct sg_token *token, const char *how, const char *reason,
      struct sg_reply *reply, struct sg_err *err)
{
	struct wishes_said said = {.left = true};
	struct wishes wishes;
	enum sg_status status = unsubscribe_emit(call, token, how, reason, err);

	if (status != SG_OK)
		return status;
	wishes_read(call, token, &wishes);
	mark_left(token, &wishes);
	said.done = token->payload_len ? "unsubscribe.left_list"
				       : "unsubscribe.left";
	wishes_show(call, request, token, &wishes, &said, 200, reply);
	return SG_OK;
}

static enum sg_status
change(const struct sg_call *call, const struct sg_request *request,
       const struct sg_token *token, const struct sg_form *form,
       struct sg_reply *reply, struct sg_err *err)
{
	struct wishes_said said = {.done = "unsubscribe.saved"};
	struct wishes wishes;
	enum sg_status status;

	wishes_read(call, token, &wishes);
	status = wishes_change(call, request, token, form, &wishes, err);
	if (status == SG_REFUSED)
		said = (struct wishes_said){.trouble = "unsubscribe.too_old"};
	else if (status != SG_OK)
		return status;
	wishes_show(call, request, token, &wishes, &said,
		    status == SG_OK ? 200 : 400, reply);
	return SG_OK;
}

static enum sg_status
act_on(const struct sg_call *call, const struct sg_request *request,
       const struct sg_token *token, const struct sg_form *form,
       struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *one_click = host->form_get(form, "List-Unsubscribe");
	const char *how = host->form_get(form, "how");
	const char *reason = wishes_reason(host->form_get(form, "reason"));
	struct sg_token all = *token;

	if (one_click && strcmp(one_click, "One-Click") == 0)
		return leave(call, request, token, "one-click", "", reply, err);
	if (how && strcmp(how, "page") == 0)
		return leave(call, request, token, "page", reason, reply, err);
	all.payload_len = 0;
	if (how && strcmp(how, "everything") == 0)
		return leave(call, request, &all, "page", reason, reply, err);
	if (how && strcmp(how, "preferences") == 0)
		return change(call, request, token, form, reply, err);
	answer_notice(call, request, 400, "unsubscribe.nothing", reply);
	return SG_OK;
}

static enum sg_status
act(const struct sg_call *call, const struct sg_request *request,
    const struct sg_token *token, struct sg_reply *reply, struct sg_err *err)
{
	struct sg_form *form;
	enum sg_status status;

	if (call->host->form_parse(call, request, &form, NULL) != SG_OK) {
		answer_notice(call, request, 400, "unsubscribe.nothing", reply);
		return SG_OK;
	}
	status = act_on(call, request, token, form, reply, err);
	if (status == SG_OK)
		return SG_OK;
	call->host->reply_header(reply, "Retry-After", "60");
	answer_notice(call, request, 503, "page.not_now", reply);
	return status;
}

static void
answer_question(const struct sg_call *call, const struct sg_request *request,
		const struct sg_token *token, struct sg_reply *reply)
{
	const struct wishes_said said = {0};
	struct wishes wishes;

	wishes_read(call, token, &wishes);
	wishes_show(call, request, token, &wishes, &said, 200, reply);
}

enum sg_status
unsubscribe_page(const struct sg_call *call, const struct sg_request *request,
		 struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_token token;

	host->reply_header(reply, "Cache-Control", "private, no-store");
	if (host->token_read(call, SG_TOKEN_UNSUBSCRIBE, SG_TOKEN_URL,
			     request->path, strlen(request->path), &token,
			     err) != SG_OK) {
		answer_notice(call, request, 404, "page.not_valid", reply);
		return SG_OK;
	}
	if (strcmp(request->method, "POST") == 0)
		return act(call, request, &token, reply, err);
	if (strcmp(request->method, "GET") == 0 ||
	    strcmp(request->method, "HEAD") == 0) {
		answer_question(call, request, &token, reply);
		return SG_OK;
	}
	host->reply_header(reply, "Allow", "GET, HEAD, POST");
	answer_notice(call, request, 405, "page.not_like_this", reply);
	return SG_OK;
}

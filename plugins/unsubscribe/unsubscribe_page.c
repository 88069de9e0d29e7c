/*
 * unsubscribe_page.c - /u/TOKEN. GET shows a page with a button and changes
 * nothing: links are fetched by scanners. POST acts: the button's, and
 * List-Unsubscribe=One-Click of a mail program (RFC 8058), answered by 200
 * without redirect or cookie.
 */
#include "unsubscribe.h"

#include <string.h>

static void
append_head(const struct sg_host *host, struct sg_text *page, const char *title)
{
	host->print(page,
		    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width\">"
		    "<meta name=\"robots\" content=\"noindex\">"
		    "<title>%s</title><body style=\"font:16px sans-serif;"
		    "margin:3em auto;max-width:30em;padding:0 1em\">"
		    "<h1>%s</h1>",
		    title, title);
}

static void
append_list(const struct sg_call *call, struct sg_text *page,
	    const struct sg_token *token)
{
	const struct sg_host *host = call->host;
	struct sg_text *list = host->text(call);

	if (!token->payload_len) {
		host->print(page, "our mailings");
		return;
	}
	host->append(list, token->payload, token->payload_len);
	host->print(page, "the list <b>");
	host->append_html(page, host->text_value(list));
	host->print(page, "</b>");
}

static void
answer_question(const struct sg_call *call, const struct sg_token *token,
		struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	append_head(host, page, "Unsubscribe");
	host->print(page, "<p>You will get no more mail from ");
	append_list(call, page, token);
	host->print(page, ".</p><form method=\"post\">"
			  "<input type=\"hidden\" name=\"how\" value=\"page\">"
			  "<button style=\"font:inherit;padding:.5em 1em\">"
			  "Unsubscribe</button></form></body></html>\n");
	host->reply_page(reply, 200, host->text_value(page));
}

static void
answer_done(const struct sg_call *call, const struct sg_token *token,
	    struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	append_head(host, page, "You are unsubscribed");
	host->print(page, "<p>You will get no more mail from ");
	append_list(call, page, token);
	host->print(page, ".</p></body></html>\n");
	host->reply_page(reply, 200, host->text_value(page));
}

static void
answer_short(const struct sg_call *call, struct sg_reply *reply, int status,
	     const char *title, const char *text)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	append_head(host, page, title);
	host->print(page, "<p>%s</p></body></html>\n", text);
	host->reply_page(reply, status, host->text_value(page));
}

/* NULL: this POST asks for nothing we know. */
static const char *
how_of(const struct sg_call *call, const struct sg_request *request)
{
	const struct sg_host *host = call->host;
	struct sg_form *form;
	const char *value;

	if (host->form_parse(call, request, &form, NULL) != SG_OK)
		return NULL;
	value = host->form_get(form, "List-Unsubscribe");
	if (value && strcmp(value, "One-Click") == 0)
		return "one-click";
	value = host->form_get(form, "how");
	return value && strcmp(value, "page") == 0 ? "page" : NULL;
}

static enum sg_status
act(const struct sg_call *call, const struct sg_request *request,
    const struct sg_token *token, struct sg_reply *reply, struct sg_err *err)
{
	const char *how = how_of(call, request);
	enum sg_status status;

	if (!how) {
		answer_short(call, reply, 400, "Nothing was changed",
			     "The request did not say List-Unsubscribe="
			     "One-Click.");
		return SG_OK;
	}
	status = unsubscribe_emit(call, token, how, err);
	if (status == SG_OK) {
		answer_done(call, token, reply);
		return SG_OK;
	}
	call->host->reply_header(reply, "Retry-After", "60");
	answer_short(call, reply, 503, "Not now",
		     "This could not be kept. Please try again in a minute.");
	return status;
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
		answer_short(call, reply, 404, "This link is not valid",
			     "Please use the link in the mail itself.");
		return SG_OK;
	}
	if (strcmp(request->method, "POST") == 0)
		return act(call, request, &token, reply, err);
	if (strcmp(request->method, "GET") == 0 ||
	    strcmp(request->method, "HEAD") == 0) {
		answer_question(call, &token, reply);
		return SG_OK;
	}
	host->reply_header(reply, "Allow", "GET, HEAD, POST");
	answer_short(call, reply, 405, "Not like this",
		     "Only GET and POST are answered here.");
	return SG_OK;
}

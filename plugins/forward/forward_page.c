/*
 * forward_page.c - /w/TOKEN; the token's payload is the campaign. GET shows
 * what would be passed on and changes nothing: links are fetched by scanners.
 * POST says that it is being passed on, and hands it over as a link that opens
 * the reader's mail program and as a text to copy. The friend's address is
 * asked for by neither; whatever else a form carries is not looked at.
 */
#include "forward.h"

#include <inttypes.h>
#include <string.h>

/* No person sees it; what fills it is a machine. */
static const char honeypot[] = "website";

static const struct forward_offer *
offer_of(const struct sg_call *call, const struct sg_token *token)
{
	const struct forward *forward = call->state;
	const struct forward_offer *offer;

	for (size_t i = 1; i < forward->n_offers; i++) {
		offer = &forward->offers[i];
		if (strlen(offer->campaign) == token->payload_len &&
		    memcmp(offer->campaign, token->payload,
			   token->payload_len) == 0)
			return offer;
	}
	return &forward->offers[0];
}

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
answer_question(const struct sg_call *call, const struct forward_offer *offer,
		struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	append_head(host, page, "Pass it on to a friend");
	host->print(page, "<p>Your friend will read:</p><blockquote><p><b>");
	host->append_html(page, offer->subject);
	host->print(page, "</b></p><p style=\"white-space:pre-wrap\">");
	host->append_html(page, offer->text);
	host->print(page, "</p><p>");
	host->append_html(page, offer->link);
	host->print(page,
		    "</p></blockquote><p>The mail is written by your own mail "
		    "program. We learn that you passed this on, and not to "
		    "whom.</p><form method=\"post\">"
		    "<input type=\"hidden\" name=\"how\" value=\"page\">"
		    "<div style=\"position:absolute;left:-99em\" "
		    "aria-hidden=\"true\"><input name=\"%s\" tabindex=\"-1\" "
		    "autocomplete=\"off\"></div>"
		    "<button style=\"font:inherit;padding:.5em 1em\">"
		    "Write to a friend</button></form></body></html>\n",
		    honeypot);
	host->reply_page(reply, 200, host->text_value(page));
}

static void
answer_done(const struct sg_call *call, const struct forward_offer *offer,
	    struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	append_head(host, page, "Now to your friend");
	/* RFC 6068 §5: a line ends with %0D%0A. */
	host->print(page, "<p><a href=\"mailto:?subject=");
	host->append_url(page, offer->subject);
	host->print(page, "&amp;body=");
	host->append_url(page, offer->text);
	host->print(page, "%%0D%%0A%%0D%%0A");
	host->append_url(page, offer->link);
	host->print(page, "%%0D%%0A\">Open my mail program</a></p>"
			  "<p>Or copy this into a message:</p>"
			  "<textarea readonly rows=\"8\" "
			  "style=\"font:inherit;width:100%%\">");
	host->append_html(page, offer->text);
	host->print(page, "\n\n");
	host->append_html(page, offer->link);
	host->print(page, "\n</textarea></body></html>\n");
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

/* Once a mail and recipient, however often the button is pressed: the external
 * id is that of the mail, and the same one is dropped. */
static enum sg_status
emit(const struct sg_call *call, const struct sg_request *request,
     const struct sg_token *token, bool filled, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_prop props[] = {{"how", "page"}};
	struct sg_text *id = host->text(call);
	struct sg_signal signal = {.size = sizeof(signal),
				   .kind = SG_SIGNAL_HAPPENED,
				   .name = "email.forwarded",
				   .record_key = token->record_key,
				   .message_id = token->message_id,
				   .props = props,
				   .n_props = 1};

	if (!host->judge(call, request, &signal.verdict,
			 &signal.verdict_reason))
		return SG_OK;
	if (filled) {
		signal.verdict = SG_MACHINE;
		signal.verdict_reason = "filled a hidden field";
	}
	/* A machine's press must not swallow the person's. */
	host->print(id, "%d %016" PRIx64 " %016" PRIx64, (int)signal.verdict,
		    token->message_id, token->record_key);
	signal.external_id = host->text_value(id);
	return host->emit(call, &signal, 1, SG_SYNCED, err);
}

static enum sg_status
act(const struct sg_call *call, const struct sg_request *request,
    const struct sg_token *token, struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *how = NULL, *filled = NULL;
	struct sg_form *form;
	enum sg_status status;

	if (host->form_parse(call, request, &form, NULL) == SG_OK) {
		how = host->form_get(form, "how");
		filled = host->form_get(form, honeypot);
	}
	if (!how || strcmp(how, "page") != 0) {
		answer_short(call, reply, 400, "Nothing was passed on",
			     "Please use the button of the page.");
		return SG_OK;
	}
	status = emit(call, request, token, filled && *filled, err);
	if (status == SG_OK) {
		answer_done(call, offer_of(call, token), reply);
		return SG_OK;
	}
	host->reply_header(reply, "Retry-After", "60");
	answer_short(call, reply, 503, "Not now",
		     "This could not be kept. Please try again in a minute.");
	return status;
}

enum sg_status
forward_page(const struct sg_call *call, const struct sg_request *request,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_token token;

	host->reply_header(reply, "Cache-Control", "private, no-store");
	if (host->token_read(call, SG_TOKEN_FORWARD, SG_TOKEN_URL,
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
		answer_question(call, offer_of(call, &token), reply);
		return SG_OK;
	}
	host->reply_header(reply, "Allow", "GET, HEAD, POST");
	answer_short(call, reply, 405, "Not like this",
		     "Only GET and POST are answered here.");
	return SG_OK;
}

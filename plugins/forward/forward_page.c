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

/* The same page before and after the button. */
static void
answer(const struct sg_call *call, const struct sg_request *request,
       const struct forward_offer *offer, bool passed, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "forward");
	struct sg_text *body = host->text(call);
	const char *subject = offer->subject
				      ? offer->subject
				      : host->page_say(page, "forward.subject");
	const char *text = offer->text ? offer->text
				       : host->page_say(page, "forward.text");

	/* RFC 6068 §5: a line ends with %0D%0A. */
	host->print(body, "%s\r\n\r\n%s\r\n", text, offer->link);
	host->page_set(page, "passed", passed ? "1" : "");
	host->page_set(page, "subject", subject);
	host->page_set(page, "text", text);
	host->page_set(page, "link", offer->link);
	host->page_set(page, "body", host->text_value(body));
	host->page_set(page, "honeypot", honeypot);
	host->reply_with(reply, 200, page);
}

static void
answer_short(const struct sg_call *call, const struct sg_request *request,
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
		answer_short(call, request, 400, "forward.nothing", reply);
		return SG_OK;
	}
	status = emit(call, request, token, filled && *filled, err);
	if (status == SG_OK) {
		answer(call, request, offer_of(call, token), true, reply);
		return SG_OK;
	}
	host->reply_header(reply, "Retry-After", "60");
	answer_short(call, request, 503, "page.not_now", reply);
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
		answer_short(call, request, 404, "page.not_valid", reply);
		return SG_OK;
	}
	if (strcmp(request->method, "POST") == 0)
		return act(call, request, &token, reply, err);
	if (strcmp(request->method, "GET") == 0 ||
	    strcmp(request->method, "HEAD") == 0) {
		answer(call, request, offer_of(call, &token), false, reply);
		return SG_OK;
	}
	host->reply_header(reply, "Allow", "GET, HEAD, POST");
	answer_short(call, request, 405, "page.not_like_this", reply);
	return SG_OK;
}

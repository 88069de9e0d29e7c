/*
 * page_visitor.c - whose browser it is. Two tokens of kind VISITOR say it:
 * "click TIME" stands in the address for minutes after a link of a mail was
 * followed, "seen TIME VISITOR" is what the browser then keeps.
 */
#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool
is_visitor(const char *id)
{
	return id && strlen(id) == VISITOR_LEN &&
	       strspn(id, "0123456789abcdef") == VISITOR_LEN;
}

static enum sg_status
make_token(const struct sg_call *call, struct page_visitor *visitor,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_text *text = host->text(call), *payload = host->text(call);
	struct sg_token token = {.kind = SG_TOKEN_VISITOR,
				 .record_key = visitor->record_key};
	enum sg_status status;

	host->print(payload, "seen %" PRId64 " %s", call->now, visitor->id);
	token.payload = host->text_value(payload);
	token.payload_len = host->text_len(payload);
	status = host->token_make(call, &token, SG_TOKEN_URL, text, err);
	visitor->token = host->text_value(text);
	return status;
}

/* A token that another browser keeps is no good here: who passes on an address
 * passes on no identity. */
static enum sg_status
read_token(const struct sg_call *call, const char *who,
	   struct page_visitor *visitor, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	struct sg_text *text = host->text(call);
	struct sg_token token;
	const char *payload;
	char *rest;
	int64_t at;
	bool click;

	if (host->token_read(call, SG_TOKEN_VISITOR, SG_TOKEN_URL, who,
			     strlen(who), &token, err) != SG_OK)
		return SG_REFUSED;
	host->append(text, token.payload, token.payload_len);
	payload = host->text_value(text);
	click = strncmp(payload, "click ", 6) == 0;
	if (!token.record_key || (!click && strncmp(payload, "seen ", 5) != 0))
		return host->fail(err, SG_REFUSED, "not a visitor's token");
	at = strtoll(payload + (click ? 6 : 5), &rest, 10);
	if (at > call->now + 60000 ||
	    at + host->setting_int(settings,
				   click ? "identify_for" : "remember") <
		    call->now)
		return host->fail(err, SG_REFUSED, "this token is too old");
	if (!click && (*rest != ' ' || strcmp(rest + 1, visitor->id) != 0))
		return host->fail(err, SG_REFUSED, "another browser's token");
	visitor->record_key = token.record_key;
	visitor->how = click ? "click" : NULL;
	return click ? make_token(call, visitor, err) : SG_OK;
}

enum sg_status
page_visitor_read(const struct sg_call *call, const char *id, const char *who,
		  struct page_visitor *out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	enum sg_status status = SG_OK;

	*out = (struct page_visitor){.id = id};
	if (!is_visitor(id))
		return host->fail(err, SG_REFUSED, "no visitor's number");
	if (who && *who)
		status = read_token(call, who, out, err);
	if (status == SG_OK && out->record_key &&
	    host->denies(call, out->record_key, "email.clicked"))
		return SG_NONE;
	return status;
}

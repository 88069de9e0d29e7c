/*
 * page_hit.c - POST /e: what t.js tells, from the operator's own sites alone.
 * The answer says who came, for the browser to keep, or that what it keeps is
 * no good.
 */
#include "page.h"

#include <string.h>

static const int64_t minute_ms = 60000;

/* CORS: the pages of these sites may send and read. No credentials. */
static void
let_read(const struct sg_call *call, struct sg_reply *reply, const char *origin)
{
	const struct sg_host *host = call->host;

	host->reply_header(reply, "Vary", "Origin");
	host->reply_header(reply, "Access-Control-Allow-Origin", origin);
	host->reply_header(reply, "Access-Control-Allow-Methods", "POST");
	host->reply_header(reply, "Access-Control-Allow-Headers",
			   "Content-Type");
	host->reply_header(reply, "Access-Control-Max-Age", "86400");
}

static void
answer_json(const struct sg_call *call, struct sg_reply *reply, int status,
	    const char *json)
{
	const struct sg_host *host = call->host;

	host->reply_status(reply, status);
	host->reply_header(reply, "Content-Type", "application/json");
	host->reply_header(reply, "X-Content-Type-Options", "nosniff");
	host->reply_body(reply, json, strlen(json));
}

/* RFC 9457. `forget`: what the browser keeps is no good. */
static void
answer_problem(const struct sg_call *call, struct sg_reply *reply, int status,
	       const char *title, bool forget)
{
	const struct sg_host *host = call->host;
	struct sg_text *json = host->text(call);

	host->print(json, "{\"type\":\"about:blank\",\"status\":%d,\"title\":",
		    status);
	host->append_json(json, title);
	host->print(json, "%s}", forget ? ",\"forget\":true" : "");
	answer_json(call, reply, status, host->text_value(json));
	host->reply_header(reply, "Content-Type", "application/problem+json");
}

static const char *
text_at(const struct sg_call *call, const struct sg_json *json,
	const char *pointer)
{
	const struct sg_host *host = call->host;
	const char *text =
		host->json_text(call, host->json_pointer(json, pointer));

	return text ? text : "";
}

/* --- scoregate('score', …) --------------------------------------------------
 */

static bool
may_ask(const struct sg_call *call, const char *name)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, "scores");

	for (size_t i = 0; i < n; i++)
		if (strcmp(host->setting_list_at(settings, "scores", i),
			   name) == 0)
			return true;
	return false;
}

/* Their own, of the browser that holds their token. */
static enum sg_status
answer_score(const struct sg_call *call, const struct page_visitor *visitor,
	     const char *name, struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_json *look, *scores;
	struct sg_text *json = host->text(call);
	const char *points = "null";
	enum sg_status status =
		host->look(call, visitor->record_key, &look, err);

	if (status != SG_OK)
		return status;
	scores = host->json_pointer(look, "/contact/scores");
	for (size_t i = 0; i < host->json_count(scores); i++) {
		const struct sg_json *one = host->json_at(scores, i);

		if (strcmp(text_at(call, one, "/name"), name) == 0)
			points = text_at(call, one, "/score");
	}
	host->print(json, "{\"score\":%s}", points[0] ? points : "null");
	answer_json(call, reply, 200, host->text_value(json));
	return SG_OK;
}

/* --- events ------------------------------------------------------------------
 */

static enum sg_status
take(const struct sg_call *call, const struct sg_request *request,
     const struct sg_json *body, const char *origin, struct sg_reply *reply,
     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *name = text_at(call, body, "/ask");
	struct page_visitor visitor;
	struct sg_text *json = host->text(call);
	enum sg_status status =
		page_visitor_read(call, text_at(call, body, "/id"),
				  text_at(call, body, "/who"), &visitor, err);

	if (status == SG_NONE) {
		answer_json(call, reply, 200, "{\"forget\":true}");
		return SG_OK;
	}
	if (status != SG_OK) {
		answer_problem(call, reply, 403, "`who` is no token of ours",
			       true);
		return SG_OK;
	}
	if (name[0]) {
		if (!page_origin_is(call, "score_origins", origin) ||
		    !may_ask(call, name) || !visitor.record_key) {
			answer_problem(call, reply, 403,
				       "this score is not told to this site, "
				       "or it is not known who asks",
				       false);
			return SG_OK;
		}
		return answer_score(call, &visitor, name, reply, err);
	}
	status = page_events_emit(call, request, body, &visitor, err);
	if (status != SG_OK)
		return status;
	host->print(json, "{");
	if (visitor.token)
		host->print(json, "\"who\":\"%s\"", visitor.token);
	host->print(json, "}");
	answer_json(call, reply, 200, host->text_value(json));
	return SG_OK;
}

static enum sg_status
take_body(const struct sg_call *call, const struct sg_request *request,
	  const char *origin, struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	const struct sg_json *body;

	if (request->body_len > PAGE_BODY_MOST) {
		answer_problem(call, reply, 413, "too much at once", false);
		return SG_OK;
	}
	if (!host->is_text(request->body, request->body_len) ||
	    host->json_parse(call, request->body, request->body_len, &body,
			     err) != SG_OK) {
		answer_problem(call, reply, 400, "the body is no JSON", false);
		return SG_OK;
	}
	/* Who has not agreed is not kept, whatever the page's script does. */
	if (host->setting_bool(settings, "consent") &&
	    strcmp(text_at(call, body, "/consent"), "true") != 0) {
		answer_json(call, reply, 200, "{}");
		return SG_OK;
	}
	return take(call, request, body, origin, reply, err);
}

static enum sg_status
act(const struct sg_call *call, const struct sg_request *request,
    const char *origin, struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	enum sg_status status;

	if (!host->rate(
		    call, "page", request->peer,
		    (unsigned)host->setting_int(host->settings(call), "rate"),
		    minute_ms)) {
		host->reply_header(reply, "Retry-After", "60");
		answer_problem(call, reply, 429, "too often", false);
		return SG_OK;
	}
	status = take_body(call, request, origin, reply, err);
	if (status == SG_REFUSED) {
		host->log(call, SG_LOG_DEBUG, "an event was refused: %s",
			  host->reason(err));
		answer_problem(call, reply, 400, host->reason(err), false);
		return SG_OK;
	}
	if (status == SG_BUSY) {
		host->reply_header(reply, "Retry-After", "60");
		answer_problem(call, reply, 503, "not kept, send it again",
			       false);
	}
	return status;
}

enum sg_status
page_hit(const struct sg_call *call, const struct sg_request *request,
	 struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *origin = host->request_header(call, request, "Origin");

	host->reply_header(reply, "Cache-Control", "no-store");
	if (!page_origin_is(call, "origins", origin)) {
		answer_problem(call, reply, 403,
			       "this site is not one of the origins", false);
		return SG_OK;
	}
	let_read(call, reply, origin);
	if (strcmp(request->method, "OPTIONS") == 0) {
		host->reply_status(reply, 204);
		return SG_OK;
	}
	if (strcmp(request->method, "POST") == 0)
		return act(call, request, origin, reply, err);
	host->reply_header(reply, "Allow", "POST, OPTIONS");
	answer_problem(call, reply, 405, "only POST", false);
	return SG_OK;
}

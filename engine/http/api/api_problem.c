/* api_problem.c - what went wrong, as RFC 9457 has it. */
#include "http/api/api_call.h"

static const char *
title_of(int status)
{
	switch (status) {
	case 400:
		return "That cannot be";
	case 401:
		return "Who are you?";
	case 403:
		return "Not allowed";
	case 404:
		return "Not found";
	case 405:
		return "Not that way";
	case 406:
		return "Not in that form";
	case 409:
		return "Under way";
	case 412:
		return "Changed since";
	case 413:
		return "Too large";
	case 415:
		return "Not of that type";
	case 422:
		return "Not the same";
	case 429:
		return "Too often";
	case 503:
		return "Not now";
	default:
		return "Broken here";
	}
}

void
api_problem(struct sg_reply *reply, int status, const char *detail)
{
	struct json *problem = json_new_object();

	json_add_text(problem, "type", "about:blank");
	json_add_text(problem, "title", title_of(status));
	json_add_int(problem, "status", status);
	json_add_text(problem, "detail", detail);
	reply_status(reply, status);
	reply_header(reply, "Content-Type", "application/problem+json");
	buf_reset(&reply->body);
	json_write(problem, &reply->body);
	if (status == 503)
		reply_header(reply, "Retry-After", "1");
	json_free(problem);
}

int
api_problem_status(enum sg_status status)
{
	switch (status) {
	case SG_NONE:
		return 404;
	case SG_REFUSED:
		return 400;
	case SG_BUSY:
		return 503;
	default:
		return 500;
	}
}

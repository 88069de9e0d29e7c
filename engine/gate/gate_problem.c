/* gate_problem.c - see gate_problem.h. */
#include "gate/gate_problem.h"

#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "http/reply.h"
#include "page/page.h"

static bool
is_json(const char *type)
{
	return type && (strncasecmp(type, "application/json", 16) == 0 ||
			strncasecmp(type, "application/problem+json", 24) == 0);
}

static bool
is_wanted(const struct sg_request *request,
	  const char *(*header)(const void *handle, const char *name))
{
	return header && (is_json(header(request->handle, "Accept")) ||
			  (request->body_len &&
			   is_json(header(request->handle, "Content-Type"))));
}

static void
append_member(struct buf *to, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_printf(to, ",\"%s\":", name);
	escape_json(to, value);
}

static void
append_faults(struct buf *to, const struct sg_page *page)
{
	const struct sg_page *row = NULL;
	const char *before = ",\"errors\":[{\"field\":";

	while ((row = page_next_row(page, "faults", row))) {
		buf_append_text(to, before);
		escape_json(to, page_get(row, "fault_name"));
		append_member(to, "code", page_get(row, "fault_code"));
		append_member(to, "message", page_get(row, "fault_text"));
		before = "},{\"field\":";
	}
	if (*before == '}')
		buf_append_text(to, "}]");
}

static const char *
first_of(const char *a, const char *b)
{
	return *a ? a : b;
}

static void
make_problem(struct buf *to, int status, const struct sg_page *page,
	     const char *text)
{
	const char *title = page ? page_get(page, "heading") : text;
	const char *detail = page ? first_of(page_get(page, "trouble"),
					     page_get(page, "text"))
				  : "";

	buf_printf(to, "{\"type\":\"about:blank\",\"status\":%d", status);
	append_member(to, "title", first_of(title, detail));
	append_member(to, "detail", detail);
	if (page)
		append_faults(to, page);
	buf_append_text(to, "}\n");
}

static void
make_done(struct buf *to, const struct sg_page *page)
{
	buf_append_text(to, "{\"ok\":true");
	append_member(
		to, "message",
		first_of(page_get(page, "done"), page_get(page, "heading")));
	buf_append_text(to, "}\n");
}

void
gate_problem_instead(const struct sg_request *request,
		     const char *(*header)(const void *handle,
					   const char *name),
		     const struct sg_page *page, struct sg_reply *reply)
{
	const char *type = reply_get_header(reply, "Content-Type");
	bool is_page = type && strncmp(type, "text/html", 9) == 0;
	bool is_bad = reply->status >= 400;
	struct buf said = BUF_INIT, body = BUF_INIT;

	if (!is_page && !(is_bad && type && strncmp(type, "text/", 5) == 0))
		return;
	if ((!is_bad && strcmp(request->method, "POST") != 0) ||
	    (is_page && !page) || !is_wanted(request, header))
		return;
	buf_append(&said, buf_text(&reply->body),
		   strcspn(buf_text(&reply->body), "\n"));
	if (is_bad)
		make_problem(&body, reply->status, is_page ? page : NULL,
			     buf_text(&said));
	else
		make_done(&body, page);
	reply_header(reply, "Content-Type",
		     is_bad ? "application/problem+json" : "application/json");
	buf_reset(&reply->body);
	reply_body(reply, body.data, body.len);
	buf_done(&body);
	buf_done(&said);
}

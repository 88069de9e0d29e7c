/*
 * console.c - the descriptor of `console`, and the way of a request: static
 * files, who is it, which page, is the form ours. Only the private listener
 * and the Unix socket have it.
 */
#include "upload.h"

#include <string.h>

static const struct sg_option options[] = {
	{.name = "url",
	 .type = SG_OPTION_TEXT,
	 .help = "as browsers reach it: \"https://score.example.com\"; forms "
		 "of other addresses are refused. Unset: the address that "
		 "the request was for"},
	{.name = "idle",
	 .type = SG_OPTION_DURATION,
	 .fallback = "12h",
	 .least = 60000,
	 .most = 2678400000,
	 .help = "who does nothing for so long signs in again"},
	{.name = "session",
	 .type = SG_OPTION_DURATION,
	 .fallback = "7d",
	 .least = 60000,
	 .most = 2678400000,
	 .help = "and everybody after so long"},
	{0},
};

static int
role_of(const char *name)
{
	if (strcmp(name, "manager") == 0)
		return ROLE_MANAGER;
	return strcmp(name, "operator") == 0 ? ROLE_OPERATOR : ROLE_READER;
}

bool
page_may(const struct page *page, enum console_role role)
{
	return page->user && role_of(page->user->role) >= (int)role;
}

/* --- which page ---------------------------------------------------------- */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL: no text that could be one. */
const char *
page_decode(struct page *page, const char *from, size_t len, bool plus)
{
	char *to = page->host->alloc(page->call, len + 1), *at = to;

	for (size_t i = 0; i < len; i++) {
		if (from[i] == '%') {
			if (len - i < 3 || hex(from[i + 1]) < 0 ||
			    hex(from[i + 2]) < 0)
				return NULL;
			*at++ = (char)(hex(from[i + 1]) * 16 +
				       hex(from[i + 2]));
			i += 2;
		} else {
			*at++ = plus && from[i] == '+' ? ' ' : from[i];
		}
	}
	return page->host->is_text(to, (size_t)(at - to)) ? to : NULL;
}

/* "/contacts/{}" and "/contacts/bob%40example.com". */
static bool
is_path(struct page *page, const char *pattern, const char *path)
{
	size_t n = 0;

	while (*pattern && *path) {
		size_t len = strcspn(path, "/");

		if (pattern[0] != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		if (len == 0 || n == PAGE_ARGS_MOST)
			return false;
		page->args[n] = page_decode(page, path, len, false);
		if (!page->args[n++])
			return false;
		pattern += 2;
		path += len;
	}
	return !*pattern && !*path;
}

static enum sg_status
refuse_method(struct page *page, const char *allow)
{
	if (!*allow)
		return page_problem(page, 404, "There is no such page",
				    "Nothing is at this address.");
	page->host->reply_header(page->reply, "Allow", allow);
	return page_problem(page, 405, "This page does not take that",
			    "It was asked for in a way that it is not made "
			    "for. Go there by the navigation.");
}

static const struct console_page *
find_page(struct page *page, const char *path, const char **allow_out)
{
	const char *method = page->request->method;

	*allow_out = "";
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (const struct console_page *of = console_pages; of->method; of++) {
		if (!is_path(page, of->path, path))
			continue;
		if (strcmp(of->method, method) == 0)
			return of;
		*allow_out = of->method;
	}
	return NULL;
}

bool
page_is_there(struct page *page, const char *path)
{
	const char *args[PAGE_ARGS_MOST];
	bool is_there = false;

	memcpy(args, page->args, sizeof(args));
	for (const struct console_page *of = console_pages; of->method; of++)
		if (strcmp(of->method, "GET") == 0 &&
		    is_path(page, of->path, path))
			is_there = true;
	memcpy(page->args, args, sizeof(args));
	return is_there;
}

static enum sg_status
answer_page(struct page *page)
{
	const char *allow;
	const struct console_page *of = find_page(page, page->path, &allow);

	if (!of)
		return refuse_method(page, allow);
	page->of = of;
	if (strcmp(of->method, "POST") == 0 && !session_check_form(page))
		return SG_OK;
	if (!page_may(page, of->role))
		return page_problem(page, 403, "This is not for you",
				    "Your role does not allow it. A manager "
				    "can give you another.");
	return of->fn(page);
}

/* --- the way of a request ------------------------------------------------ */

static enum sg_status
ask_to_sign_in(struct page *page)
{
	const struct sg_host *host = page->host;
	bool is_get = strcmp(page->request->method, "GET") == 0;

	if (strcmp(page->path, "/sign-in") == 0)
		return is_get ? session_sign_in_page(page)
			      : session_sign_in(page);
	host->reply_status(page->reply, 303);
	host->reply_header(
		page->reply, "Location",
		is_get ? text_of(page, "/console/sign-in?to=%u",
				 text_of(page, "/console%s%s%s", page->path,
					 *page->request->query ? "?" : "",
					 page->request->query))
		       : "/console/sign-in");
	return SG_OK;
}

static void
page_headers(struct page *page)
{
	static const char policy[] =
		"default-src 'none'; style-src 'self'; script-src 'self'; "
		"img-src 'self' data:; form-action 'self'; "
		"frame-ancestors 'none'; base-uri 'none'";
	const struct sg_host *host = page->host;

	host->reply_header(page->reply, "Content-Security-Policy", policy);
	host->reply_header(page->reply, "X-Content-Type-Options", "nosniff");
	/* Our own forms say where they come from, others hear nothing. */
	host->reply_header(page->reply, "Referrer-Policy", "same-origin");
	host->reply_header(page->reply, "Cross-Origin-Opener-Policy",
			   "same-origin");
	host->reply_header(page->reply, "Cache-Control", "no-store");
}

static enum sg_status
answer(const struct sg_call *call, const struct sg_request *request,
       struct sg_reply *reply, struct sg_err *err)
{
	struct page page = {.call = call,
			    .host = call->host,
			    .request = request,
			    .reply = reply,
			    .err = err};
	enum sg_status status;

	page.path = text_of(&page, "/%s", request->path);
	if (strncmp(page.path, "/static/", 8) == 0)
		return static_answer(&page, page.path + 8);
	page_headers(&page);
	status = session_find(&page);
	if (status == SG_NONE)
		return ask_to_sign_in(&page);
	if (status != SG_OK)
		return status;
	if (strcmp(page.path, "/sign-in") == 0)
		return page_go(&page, "/console/", NULL);
	return answer_page(&page);
}

/* "/console" without a slash. */
static enum sg_status
to_start(const struct sg_call *call, const struct sg_request *request,
	 struct sg_reply *reply, struct sg_err *err)
{
	(void)request;
	(void)err;
	call->host->reply_status(reply, 308);
	call->host->reply_header(reply, "Location", "/console/");
	return SG_OK;
}

static enum sg_status
start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *url = host->setting_text(host->settings(call), "url");

	static_start(call);
	if (url && strncmp(url, "https://", 8) != 0 &&
	    strncmp(url, "http://", 7) != 0)
		return host->setting_refuse(host->settings(call), "url", err,
					    "expected https://HOST or "
					    "http://HOST");
	*state_out = uploads_new(call);
	return SG_OK;
}

static void
stop(const struct sg_call *call)
{
	uploads_free(call->state);
}

static enum sg_status
tick(const struct sg_call *call, struct sg_err *err)
{
	(void)err;
	uploads_tick(call);
	return SG_OK;
}

static const struct sg_route routes[] = {
	{"/console", to_start, "to the console"},
	{"/console/", answer, "the web console, for people"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_console = {
	SG_PLUGIN_HEAD,
	.name = "console",
	.version = "1.0",
	.summary = "The web console, for people, on the private listener",
	.options = options,
	.start = start,
	.stop = stop,
	.tick = tick,
	.private_routes = routes,
};

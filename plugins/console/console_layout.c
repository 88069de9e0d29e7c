/* console_layout.c - what is around each page: head, navigation, the line that
 * says what was done, the line at the end that says how all is. */
#include "console.h"

#include <string.h>

/* What a page that comes after a POST says of it. */
static const struct {
	const char *word, *text;
} said[] = {
	{"saved", "Saved."},
	{"made", "Made."},
	{"removed", "Removed."},
	{"applied", "Applied. New signals score by these rules from now on."},
	{"started", "Started. It goes on in the background."},
	{"cancelled", "Cancelled."},
	{"queued", "Put back into the queue."},
	{"signed-out", "You are signed out."},
	{"password", "The password is changed. Please sign in with it."},
	{"sent", "Sending has begun."},
	{"planned", "It begins at that time."},
	{"tested", "The test mail is on its way."},
	{"rotated", "New mail is signed with a new key. Links in older mail go "
		    "on working."},
	{"retired", "Retired. Links of that key are dead."},
	{"backed-up", "The backup is made: it is the first in the list."},
	{"confirmed", "Confirmed: what this sender has to say comes here now."},
	{0},
};

static void
write_said(struct page *page)
{
	const char *word = query_text(page, "said");

	for (size_t i = 0; said[i].word; i++)
		if (strcmp(said[i].word, word) == 0)
			html(page, "<p class=\"done\" role=\"status\">%s</p>\n",
			     said[i].text);
}

static void
write_who(struct page *page)
{
	html(page,
	     "<div class=\"who\"><a href=\"/console/password\">%s</a> "
	     "<span class=\"quiet\">%s</span>\n",
	     page->user->name, page->user->role);
	form_begin(page, "/console/sign-out", "inline");
	html(page, "<button class=\"plain\">Sign out</button></form></div>\n");
}

void
page_begin(struct page *page, const char *title)
{
	const char *section = page->user ? sections_title(page) : "";

	page->html = page->host->text(page->call);
	if (strcmp(section, title) == 0)
		section = "";
	html(page,
	     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	     "<meta charset=\"utf-8\">\n"
	     "<meta name=\"viewport\" "
	     "content=\"width=device-width, initial-scale=1\">\n"
	     "<meta name=\"color-scheme\" content=\"light dark\">\n"
	     "<meta name=\"robots\" content=\"noindex\">\n"
	     "<title>%s%s%s · Scoregate</title>\n"
	     "<link rel=\"stylesheet\" "
	     "href=\"/console/static/console.css?v=%u\">\n"
	     "<link rel=\"icon\" type=\"image/svg+xml\" "
	     "href=\"/console/static/icon.svg?v=%u\">\n"
	     "<script defer src=\"/console/static/console.js?v=%u\">"
	     "</script>\n</head>\n<body>\n"
	     "<a class=\"skip\" href=\"#main\">To the content</a>\n"
	     "<header class=\"top\">\n"
	     "<a class=\"brand\" href=\"/console/\">Scoregate</a>\n",
	     title, *section ? " · " : "", section, static_version(),
	     static_version(), static_version());
	if (page->user) {
		sections_search(page);
		write_who(page);
		sections_navigation(page);
	}
	html(page, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
	if (page->user)
		sections_above(page, title);
	html(page, "<h1>%s</h1>\n", title);
	write_said(page);
}

/* Whoever signs in learns whether all is well, on each page. */
static void
write_status(struct page *page)
{
	struct sg_told told;

	if (!page->user || !ask_get(page, "/status", &told))
		return;
	html(page,
	     "<p><a href=\"/console/system\" class=\"%s\">%s</a> "
	     "<span class=\"quiet\">· Scoregate %s · times of "
	     "%s</span></p>\n",
	     is_at(page, told.json, "healthy") ? "well" : "unwell",
	     text_at(page, told.json, "status"),
	     text_at(page, told.json, "version"),
	     page->host->site(page->call, SG_SITE_TIMEZONE));
}

enum sg_status
page_end(struct page *page, int status)
{
	const struct sg_host *host = page->host;

	html(page, "</main>\n<footer>\n");
	write_status(page);
	html(page, "</footer>\n</body>\n</html>\n");
	if (host->text_len(page->html) == 0) {
		host->reply_text(page->reply, 500,
				 "This page would be too large.\n");
		return SG_OK;
	}
	host->reply_status(page->reply, status);
	host->reply_header(page->reply, "Content-Type",
			   "text/html; charset=utf-8");
	host->reply_body(page->reply, host->text_value(page->html),
			 host->text_len(page->html));
	return SG_OK;
}

enum sg_status
page_go(struct page *page, const char *to, const char *say)
{
	const char *mark = strchr(to, '#');
	const char *path =
		mark ? page_slice(page, to, (size_t)(mark - to)) : to;

	page->host->reply_status(page->reply, 303);
	page->host->reply_header(page->reply, "Location",
				 say ? text_of(page, "%s%ssaid=%u%s", path,
					       strchr(path, '?') ? "&" : "?",
					       say, mark ? mark : "")
				     : to);
	return SG_OK;
}

/* A sentence may be broken where the window ends; what stands below it, a line
 * with a caret under the place, may not. */
static void
write_detail(struct page *page, const char *detail)
{
	const char *end = strstr(detail, "\n  ");
	size_t len = end ? (size_t)(end + 1 - detail) : strlen(detail);

	html(page,
	     "<pre class=\"problem\" role=\"alert\"><span>%s</span>%s</pre>\n",
	     page_slice(page, detail, len), detail + len);
}

/* The nearest page from where this was asked: the one with the form, or the
 * one above. With a script it is the page before, as it was filled in. */
static const char *
way_back(struct page *page)
{
	const char *path = page->path;
	bool is_post = strcmp(page->request->method, "POST") == 0;
	const char *end = path + strlen(path);

	while (end > path) {
		const char *at = page_slice(page, path, (size_t)(end - path));

		if ((is_post || *end) && page_is_there(page, at))
			return at;
		while (end > path && *--end != '/')
			;
	}
	return "/";
}

enum sg_status
page_problem(struct page *page, int status, const char *title,
	     const char *detail)
{
	const char *module = query_text(page, "module");

	page_begin(page, title);
	write_detail(page, detail);
	html(page, "<p><a href=\"/console%s%s%u\" data-back>Go back</a></p>\n",
	     page->user ? way_back(page) : "/", *module ? "?module=" : "",
	     module);
	return page_end(page, status);
}

enum sg_status
page_told(struct page *page, const struct sg_told *told)
{
	const char *title = text_at(page, told->json, "title");

	if (told->status == 401)
		return page_go(page, "/console/sign-in", NULL);
	return page_problem(page, told->status,
			    *title ? title : "That did not work",
			    told_detail(page, told));
}

void
page_trouble(struct page *page, const struct sg_told *told)
{
	if (told->status >= 400)
		write_detail(page, told_detail(page, told));
}

void
form_begin(struct page *page, const char *action, const char *class)
{
	html(page,
	     "<form method=\"post\" action=\"%s\" class=\"%s\">"
	     "<input type=\"hidden\" name=\"form_token\" value=\"%s\">\n",
	     action, class, page->user->form_token);
}

void
form_begin_files(struct page *page, const char *action, const char *class)
{
	html(page,
	     "<form method=\"post\" action=\"%s\" class=\"%s\" "
	     "enctype=\"multipart/form-data\">"
	     "<input type=\"hidden\" name=\"form_token\" value=\"%s\">\n",
	     action, class, page->user->form_token);
}

void
page_empty(struct page *page, const char *text)
{
	html(page, "<p class=\"empty\">%s</p>\n", text);
}

/* The same query with another cursor. */
void
page_next(struct page *page, const char *next)
{
	const char *at = page->request->query;
	struct sg_text *query = page->host->text(page->call);

	if (!next || !*next)
		return;
	for (; *at; at += strspn(at, "&")) {
		size_t len = strcspn(at, "&");

		if (strncmp(at, "cursor=", 7) != 0 &&
		    strncmp(at, "said=", 5) != 0) {
			page->host->append(query, at, len);
			page->host->append(query, "&", 1);
		}
		at += len;
	}
	html(page, "<p class=\"pages\"><a rel=\"next\" href=\"?%scursor=%u\">",
	     page->host->text_value(query), next);
	html(page, "More</a></p>\n");
}

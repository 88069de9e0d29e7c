/* system_page.c - for who runs it: status, plugins, audit, users, tokens. */
#include "console.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 100 };

/* --- status -------------------------------------------------------------- */

/* What a figure is, where its name alone does not say it. */
static const char *const figures[][3] = {
	{"apply", "applied", "signals applied"},
	{"apply", "batches", "in batches"},
	{"apply", "refolds", "records computed anew"},
	{"apply", "lag_ms", "behind by, ms"},
	{"apply", "ruleset", "version of the rules"},
	{"apply", "store_down", "store cannot be reached"},
	{"apply", "fired", "automations fired"},
	{"spool", "bytes", "waits to be applied"},
	{"spool", "segments", "files"},
	{"spool", "appended", "signals taken in"},
	{"spool", "sync_failures", "failed writes"},
	{"spool", "full", "disk full"},
	{"mail", "messages_out", "mails out"},
	{"mail", "instrumented", "with links and image"},
	{"mail", "messages_in", "mails in"},
	{"mail", "passed_on_trouble", "passed untouched, by trouble"},
	{"mail", "split_waiting", "private copies that wait"},
	{"mail", "split_dead", "private copies refused"},
	{"mail", "split_sent", "private copies sent"},
	{"web", "refused", "requests refused"},
	{"web", "connections", "connections now"},
	{"web", "unkept", "hits that could not be kept"},
	{"web", "limited", "over an address\xe2\x80\x99s limit"},
	{"web", "crowded", "over the limit of connections"},
	{"outbox", "dead", "given up"},
	{"outbox", "oldest_at", "the oldest waits since"},
};

/* "messages_out" as people write it. */
static const char *
words_of(struct page *page, const char *part, const char *name)
{
	char *words = page->host->copy(page->call, name);
	size_t len = strlen(words);

	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		if (strcmp(figures[i][0], part) == 0 &&
		    strcmp(figures[i][1], name) == 0)
			return figures[i][2];

	for (char *c = words; *c; c++)
		if (*c == '_')
			*c = ' ';
	if (len > 3 && strcmp(words + len - 3, " at") == 0)
		words[len - 3] = '\0';
	return words;
}

static void
write_part_value(struct page *page, const char *name,
		 const struct sg_json *value)
{
	const char *text = page->host->json_text(page->call, value);
	size_t len = strlen(name);

	if (!text)
		html(page, "–");
	else if (len > 3 && strcmp(name + len - 3, "_at") == 0)
		show_time(page, text);
	else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		html(page, "%s", *text == 't' ? "yes" : "no");
	else if (strcmp(name, "bytes") == 0)
		show_bytes(page, strtod(text, NULL));
	else if (strspn(text, "0123456789") == strlen(text))
		show_count(page, strtod(text, NULL));
	else
		html(page, "%s", text);
}

static void
write_part(struct page *page, const struct sg_json *status, const char *of,
	   const char *title)
{
	const struct sg_json *part = json_of(page, status, of);
	const char *name;

	html(page, "<section class=\"card\"><h2>%s</h2><dl>\n", title);
	for (size_t i = 0; i < page->host->json_members(part); i++) {
		const struct sg_json *value =
			page->host->json_member(part, i, &name);

		html(page, "<dt>%s</dt><dd>", words_of(page, of, name));
		write_part_value(page, name, value);
		html(page, "</dd>\n");
	}
	html(page, "</dl></section>\n");
}

enum sg_status
system_page(struct page *page)
{
	static const char *const parts[][2] = {
		{"apply", "Applying"}, {"spool", "Spool"},
		{"mail", "Mail"},      {"web", "Web"},
		{"outbox", "Outbox"},  {"split", "Split"}};
	struct sg_told told;

	if (!ask_get(page, "/status", &told))
		return page_told(page, &told);
	page_begin(page, "Status");
	html(page, "<p id=\"health\" class=\"big %s\">%s</p>\n",
	     is_at(page, told.json, "healthy") ? "well" : "unwell",
	     text_at(page, told.json, "status"));
	html(page, "<p class=\"quiet\">Scoregate %s, running since ",
	     text_at(page, told.json, "version"));
	show_time(page, text_at(page, told.json, "started_at"));
	html(page, "</p>\n<div class=\"cards\">\n");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (page->host->json_members(
			    json_of(page, told.json, parts[i][0])))
			write_part(page, told.json, parts[i][0], parts[i][1]);
	html(page, "</div>\n<p class=\"quiet\">Counted since the start. What "
		   "was given up: <a href=\"/console/automations/outbox\">the "
		   "outbox</a>, <a href=\"/console/system/split\">split "
		   "copies</a>.</p>\n");
	return page_end(page, 200);
}

/* --- tables ----------------------------------------------------------------
 */

static bool
is_count(const char *column)
{
	return strcmp(column, "signals") == 0 || strcmp(column, "calls") == 0 ||
	       strcmp(column, "failures") == 0;
}

/* Columns by name: one that ends with "_at", or is "at", is a time. */
static void
write_table(struct page *page, const struct sg_json *items,
	    const char *const *columns, const char *label)
{
	html(page,
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"%s\"><table><thead><tr>",
	     label);
	for (size_t i = 0; columns[i]; i++)
		html(page, "<th scope=\"col\" class=\"%s\">%s</th>",
		     is_count(columns[i]) ? "n" : "", columns[i]);
	html(page, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		html(page, "<tr>");
		for (size_t j = 0; columns[j]; j++) {
			html(page, "<td class=\"%s\">",
			     is_count(columns[j]) ? "n" : "");
			if (is_count(columns[j]))
				show_count(page,
					   number_at(page, item, columns[j]));
			else if (strcmp(columns[j], "at") == 0)
				show_time(page, text_at(page, item, "at"));
			else
				show_value(page,
					   json_of(page, item, columns[j]));
			html(page, "</td>");
		}
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
}

enum sg_status
plugins_page(struct page *page)
{
	static const char *const columns[] = {"name",	 "state",    "summary",
					      "version", "abi",	     "signals",
					      "calls",	 "failures", NULL};
	struct sg_told told;

	if (!ask_get(page, "/plugins", &told))
		return page_told(page, &told);
	page_begin(page, "Plugins");
	write_table(page, items_of(page, &told), columns, "Plugins");
	return page_end(page, 200);
}

static void
write_audit_filter(struct page *page)
{
	static const char *const fields[][3] = {
		{"actor", "Who", "maria"},
		{"action", "Did", "rules"},
		{"object", "To", ""},
		{"origin", "From", "127.0.0.1"},
	};

	html(page, "<form class=\"row\">");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		html(page,
		     "<label>%s <input name=\"%s\" placeholder=\"%s\" "
		     "size=\"14\" value=\"%s\"></label>\n",
		     fields[i][1], fields[i][0], fields[i][2],
		     query_text(page, fields[i][0]));
	html(page,
	     "<label>Since <input type=\"datetime-local\" name=\"since\" "
	     "value=\"%s\"></label>\n<label>Until <input "
	     "type=\"datetime-local\" name=\"until\" value=\"%s\"></label>\n"
	     "<button>Show</button></form>\n",
	     query_text(page, "since"), query_text(page, "until"));
}

static const char *
audit_path(struct page *page)
{
	static const char *const names[] = {"actor",  "action", "object",
					    "origin", "cursor", "since",
					    "until"};
	struct sg_text *path = page->host->text(page->call);

	write_to(page->host, path, "/audit?limit=%d", ROWS);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = query_text(page, names[i]);

		if (*value)
			write_to(page->host, path, "&%s=%u", names[i],
				 i < 5 ? value : time_typed(page, value));
	}
	return page->host->text_value(path);
}

enum sg_status
audit_page(struct page *page)
{
	static const char *const columns[] = {
		"at", "actor", "action", "object", "detail", "origin", NULL};
	struct sg_told told;

	if (!ask_get(page, audit_path(page), &told))
		return page_told(page, &told);
	page_begin(page, "Who did what");
	write_audit_filter(page);
	if (page->host->json_count(items_of(page, &told)))
		write_table(page, items_of(page, &told), columns, "Audit");
	else
		page_empty(page, "Nobody did anything like that.");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

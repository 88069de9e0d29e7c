/* contact_history.c - what happened to a record, newest first, each with its
 * verdict. */
#include "contact.h"

#include <string.h>

enum { RECENT = 20, ROWS = 100, LATE_MS = 3600 * 1000 };

/* What only the engine itself reads. */
static bool
is_inner(const char *signal, const char *name)
{
	static const char *const inner[][2] = {
		{"email.sent", "rfc_id"},    {"record.linked", "to"},
		{"record.linked", "end"},    {"record.linked", "one"},
		{"record.unlinked", "to"},   {"record.unlinked", "end"},
		{"signal.judged", "history"}};

	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
		if (strcmp(inner[i][0], signal) == 0 &&
		    strcmp(inner[i][1], name) == 0)
			return true;
	return false;
}

static void
write_properties(struct page *page, const char *signal,
		 const struct sg_json *properties)
{
	const char *name;

	for (size_t i = 0; i < page->host->json_members(properties); i++) {
		const struct sg_json *value =
			page->host->json_member(properties, i, &name);

		if (is_inner(signal, name))
			continue;
		html(page, "<span class=\"property\">%s = ", name);
		show_value(page, value);
		html(page, "</span> ");
	}
}

/* What people and the engine itself did is nobody's guess. */
static bool
is_judged(struct page *page, const struct sg_json *entry)
{
	static const char *const sure[] = {"cli",    "api",	   "console",
					   "engine", "automation", "sequence",
					   "import", "broadcast"};

	for (size_t i = 0; i < sizeof(sure) / sizeof(*sure); i++)
		if (strcmp(sure[i], text_at(page, entry, "source")) == 0)
			return false;
	return true;
}

static void
write_verdict(struct page *page, const struct sg_json *entry)
{
	const char *verdict = text_at(page, entry, "verdict");
	const char *settles = text_at(page, entry, "settles_at");

	if (is_judged(page, entry))
		html(page, "<span class=\"verdict %s\">%s</span> %s", verdict,
		     verdict, text_at(page, entry, "verdict_reason"));
	if (*settles)
		html(page, " <span class=\"quiet\">settling</span>");
	if (!is_at(page, entry, "effective"))
		html(page, " <span class=\"quiet\">without effect</span>");
}

/* "automation Hot lead" says what it was by itself. */
static const char *
by(struct page *page, const struct sg_json *entry)
{
	const char *source = text_at(page, entry, "source");
	const char *actor = text_at(page, entry, "actor");

	return strncmp(actor, source, strlen(source)) == 0
		       ? actor
		       : text_of(page, "%s %s", source, actor);
}

/* They stand in the order in which they were told. */
static bool
came_late(struct page *page, const struct sg_json *entry)
{
	const struct sg_host *host = page->host;
	int64_t happened, received;

	return host->time_parse(text_at(page, entry, "happened_at"), NULL,
				&happened, page->err) == SG_OK &&
	       host->time_parse(text_at(page, entry, "received_at"), NULL,
				&received, page->err) == SG_OK &&
	       received - happened > LATE_MS;
}

static void
write_entry(struct page *page, const struct sg_json *entry)
{
	html(page, "<tr><td>");
	show_time(page, text_at(page, entry, "happened_at"));
	if (came_late(page, entry)) {
		html(page, "<br><span class=\"quiet\">told ");
		show_time(page, text_at(page, entry, "received_at"));
		html(page, "</span>");
	}
	html(page, "</td><th scope=\"row\">%s</th><td>",
	     text_at(page, entry, "name"));
	write_properties(page, text_at(page, entry, "name"),
			 json_of(page, entry, "properties"));
	html(page, "%s</td><td>", text_at(page, entry, "because"));
	write_verdict(page, entry);
	html(page, "</td><td class=\"quiet\">%s</td></tr>\n", by(page, entry));
}

static void
write_entries(struct page *page, const struct sg_json *items)
{
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"History\"><table class=\"history\"><thead><tr>"
		   "<th scope=\"col\">when</th><th scope=\"col\">what</th>"
		   "<th scope=\"col\">with</th><th scope=\"col\">verdict</th>"
		   "<th scope=\"col\">by</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_entry(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
}

static const char *
history_path(struct page *page, int limit)
{
	const char *path = contact_path(page, "/history");
	const char *cursor = query_text(page, "cursor");

	return text_of(page, "%s%slimit=%d%s%u", path,
		       strchr(path, '?') ? "&" : "?", limit,
		       *cursor ? "&cursor=" : "", cursor);
}

void
contact_recent(struct page *page)
{
	struct sg_told told;

	html(page, "<section id=\"history\"><h2>What happened</h2>\n");
	if (ask_get(page, history_path(page, RECENT), &told)) {
		write_entries(page, items_of(page, &told));
		if (*text_at(page, told.json, "next"))
			html(page,
			     "<p><a href=\"/console%s\">All of it</a></p>\n",
			     contact_path(page, "/history"));
	}
	page_trouble(page, &told);
	html(page, "</section>\n");
}

enum sg_status
contact_history(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, history_path(page, ROWS), &told))
		return page_told(page, &told);
	page_begin(page, text_of(page, "What happened to %s", page->args[0]));
	html(page, "<p><a href=\"/console%s\">%s</a></p>\n",
	     contact_path(page, ""), page->args[0]);
	write_entries(page, items_of(page, &told));
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

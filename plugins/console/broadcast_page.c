/* broadcast_page.c - one broadcast: how far it is, what came of it, by link
 * and by person. What is done to it: broadcast_change.c. */
#include "broadcast.h"

#include <string.h>

enum { ROWS = 50 };

const char *
broadcast_path(struct page *page, const char *more)
{
	return text_of(page, "/console/broadcasts/%u%s", page->args[0], more);
}

/* --- how far ------------------------------------------------------------- */

static void
write_times(struct page *page, const struct sg_json *broadcast)
{
	static const char *const times[][2] = {
		{"created_at", "Made"},
		{"scheduled_at", "Begins"},
		{"started_at", "Begun"},
		{"finished_at", "Ended"},
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		const char *at = text_at(page, broadcast, times[i][0]);

		if (!*at)
			continue;
		html(page, "<dt>%s</dt><dd>", times[i][1]);
		show_time(page, at);
		html(page, "</dd>");
	}
}

static void
write_facts(struct page *page, const struct sg_json *broadcast)
{
	const char *state = text_at(page, broadcast, "state");
	const char *where = text_at(page, broadcast, "where");

	html(page,
	     "<dl><dt>State</dt><dd class=\"state %s\">%s</dd>"
	     "<dt>To</dt><dd><a href=\"/console/contacts?where=%u\"><code>%s"
	     "</code></a></dd>",
	     state, state, where, where);
	write_times(page, broadcast);
	html(page, "<dt>By</dt><dd>%s</dd></dl>\n",
	     text_at(page, broadcast, "author"));
	if (*text_at(page, broadcast, "trouble"))
		html(page, "<pre class=\"problem\" role=\"alert\">%s</pre>\n",
		     text_at(page, broadcast, "trouble"));
}

static void
write_recipients(struct page *page, const struct sg_json *broadcast)
{
	static const char *const states[] = {
		"sent",	  "queued",   "waiting",     "skipped",
		"failed", "doubtful", "handing-over"};
	const struct sg_json *counts = json_of(page, broadcast, "recipients");
	double total = number_at(page, counts, "total");

	if (total == 0)
		return;
	html(page, "<h2>How far</h2>\n<p>");
	show_meter(page,
		   total - number_at(page, counts, "queued") -
			   number_at(page, counts, "waiting"),
		   total, "how far it is");
	show_count(page, total - number_at(page, counts, "queued") -
				 number_at(page, counts, "waiting"));
	html(page, " of ");
	show_count(page, total);
	if (number_at(page, broadcast, "rate") > 0) {
		html(page, ", ");
		show_count(page, number_at(page, broadcast, "rate"));
		html(page, " a second");
	}
	html(page, "</p>\n<ul class=\"chips\">");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		double n = number_at(page, counts, states[i]);

		if (n == 0)
			continue;
		html(page, "<li class=\"chip\"><a href=\"%s\">%s</a> ",
		     broadcast_path(page, text_of(page, "/recipients?state=%u",
						  states[i])),
		     states[i]);
		show_count(page, n);
		html(page, "</li>");
	}
	html(page, "</ul>\n");
}

/* --- what came of it ----------------------------------------------------- */

static void
write_versions(struct page *page, const struct sg_json *split)
{
	const struct sg_json *versions = json_of(page, split, "versions");
	const char *winner = text_at(page, split, "winner");
	size_t n = page->host->json_count(versions);

	if (n == 0)
		return;
	html(page,
	     "<h2>Two versions</h2>\n<table class=\"parts\"><caption>Decided "
	     "by human %s</caption><thead><tr><th scope=\"col\">Version</th>"
	     "<th scope=\"col\" class=\"n\">Percent</th>"
	     "<th scope=\"col\" class=\"n\">Sent</th>"
	     "<th scope=\"col\" class=\"n\">Opened</th>"
	     "<th scope=\"col\" class=\"n\">Clicked</th></tr></thead>\n<tbody>",
	     text_at(page, split, "by"));
	for (size_t i = 0; i < n; i++) {
		static const char *const numbers[] = {"percent", "sent",
						      "opened", "clicked"};
		const struct sg_json *item = page->host->json_at(versions, i);
		const char *name = text_at(page, item, "version");

		html(page, "<tr><th scope=\"row\">%s%s</th>", name,
		     strcmp(name, winner) == 0 ? " (the better)" : "");
		for (size_t k = 0; k < sizeof(numbers) / sizeof(*numbers);
		     k++) {
			html(page, "<td class=\"n\">");
			show_count(page, number_at(page, item, numbers[k]));
			html(page, "</td>");
		}
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table>\n");
}

static void
write_links(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;
	size_t n;

	if (!ask_get(page, text_of(page, "/broadcasts/%u/links", page->args[0]),
		     &told))
		return;
	items = items_of(page, &told);
	n = page->host->json_count(items);
	if (n == 0)
		return;
	html(page, "<h2>Links</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		   "role=\"region\" aria-label=\"Links\"><table><thead><tr>"
		   "<th scope=\"col\">Link</th>"
		   "<th scope=\"col\" class=\"n\">People</th>"
		   "<th scope=\"col\" class=\"n\">Their clicks</th>"
		   "<th scope=\"col\" class=\"n\">Clicks of machines</th></tr>"
		   "</thead>"
		   "\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *url = text_at(page, item, "url");

		html(page,
		     "<tr><th scope=\"row\"><a href=\"%s\">%s</a></th>"
		     "<td class=\"n\">",
		     broadcast_path(page,
				    text_of(page, "/clicks?link=%u", url)),
		     url);
		show_count(page, number_at(page, item, "people"));
		html(page, "</td><td class=\"n\">");
		show_count(page, number_at(page, item, "hits"));
		html(page, "</td><td class=\"n\">");
		show_count(page, number_at(page, item, "machine_hits"));
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table></div>\n");
}

enum sg_status
broadcast_page(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/broadcasts/%u", page->args[0]),
		     &told))
		return page_told(page, &told);
	page_begin(page, page->args[0]);
	write_facts(page, told.json);
	broadcast_controls(page, told.json);
	write_recipients(page, told.json);
	if (*text_at(page, told.json, "started_at"))
		broadcast_results(page);
	write_versions(page, json_of(page, told.json, "split"));
	write_links(page);
	return page_end(page, 200);
}

/* --- by person ----------------------------------------------------------- */

static void
write_person(struct page *page, const struct sg_json *row)
{
	const char *email = text_at(page, row, "email");

	if (*email)
		html(page,
		     "<th scope=\"row\"><a href=\"/console/contacts/%u\">%s</a>"
		     "</th>",
		     email, email);
	else
		html(page,
		     "<th scope=\"row\" class=\"quiet\">nobody known</th>");
}

/* A list of the API's, a row each. */
static enum sg_status
show_rows(struct page *page, const char *title, const char *path,
	  void (*write_row)(struct page *page, const struct sg_json *row),
	  const char *const *headings)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "%s&limit=%d%s%u", path, ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, title);
	html(page,
	     "<p><a href=\"%s\">Back to the broadcast</a></p>\n"
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"People\"><table><thead><tr>",
	     broadcast_path(page, ""));
	for (; *headings; headings++)
		html(page, "<th scope=\"col\">%s</th>", *headings);
	html(page, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		html(page, "<tr>");
		write_row(page, page->host->json_at(items, i));
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "Nobody (yet).");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

static void
write_click(struct page *page, const struct sg_json *row)
{
	const char *verdict = text_at(page, row, "verdict");

	write_person(page, row);
	html(page, "<td>");
	show_time(page, text_at(page, row, "happened_at"));
	html(page,
	     "</td><td class=\"verdict %s\">%s</td><td>%s</td><td>%s</td>",
	     verdict, verdict, text_at(page, row, "reason"),
	     text_at(page, row, "url"));
}

enum sg_status
broadcast_clicks(struct page *page)
{
	static const char *const headings[] = {"Who",	  "When", "Verdict",
					       "Because", "Link", NULL};
	const char *link = query_text(page, "link");

	return show_rows(page, text_of(page, "Clicks: %s", page->args[0]),
			 text_of(page, "/broadcasts/%u/clicks?%s%u",
				 page->args[0], *link ? "link=" : "", link),
			 write_click, headings);
}

static void
write_recipient(struct page *page, const struct sg_json *row)
{
	write_person(page, row);
	html(page, "<td>%s</td><td>%s</td><td>", text_at(page, row, "state"),
	     text_at(page, row, "reason"));
	show_time(page, text_at(page, row, "changed_at"));
	html(page, "</td>");
}

enum sg_status
broadcast_recipients(struct page *page)
{
	static const char *const headings[] = {"Who", "State", "Because",
					       "When", NULL};
	const char *state = query_text(page, "state");

	return show_rows(page, text_of(page, "Recipients: %s", page->args[0]),
			 text_of(page, "/broadcasts/%u/recipients?%s%u",
				 page->args[0], *state ? "state=" : "", state),
			 write_recipient, headings);
}

/* broadcast_results.c - what came of a broadcast, and of several side by side:
 * people and what they did; what machines did stands apart. */
#include "broadcast.h"

#include <math.h>
#include <string.h>

enum { COMPARED_MOST = 10 };

/* What may come of a mail, as the API names it and as people do. */
static const struct {
	const char *name, *title;
} results[] = {
	{"delivered", "Delivered"}, {"opened", "Opened"},
	{"clicked", "Clicked"},	    {"replied", "Replied"},
	{"bounced", "Bounced"},	    {"complained", "Complained"},
	{"unsubscribed", "Left"},
};

enum { N_RESULTS = sizeof(results) / sizeof(results[0]) };

static const char explained[] =
	"People are counted once each, with their part of those it was sent "
	"to; hits are all they did. What machines did (scanners, prefetching) "
	"stands apart and gives no points.";

static void
write_rate(struct page *page, const struct sg_json *result)
{
	if (number_at(page, result, "people") > 0 &&
	    has_number(page, result, "rate"))
		html(page, "%d %%",
		     (int)lround(number_at(page, result, "rate") * 100));
}

static void
write_number(struct page *page, const struct sg_json *result, const char *name)
{
	html(page, "<td class=\"n\">");
	show_count(page, number_at(page, result, name));
	html(page, "</td>");
}

/* Nobody tells what was delivered but the MTA's log. */
static bool
is_unknown(struct page *page, size_t i, const struct sg_json *result)
{
	return i == 0 && number_at(page, result, "hits") == 0;
}

/* Points by score: "+120 lead". */
static void
write_points(struct page *page, const struct sg_json *points)
{
	const char *name;

	for (size_t i = 0; i < page->host->json_members(points); i++) {
		page->host->json_member(points, i, &name);
		if (i)
			html(page, "<br>");
		show_given(page, number_at(page, points, name));
		html(page, " <span class=\"quiet\">%s</span>", name);
	}
}

/* --- one ----------------------------------------------------------------- */

static void
write_sent(struct page *page, const struct sg_json *one)
{
	html(page, "<tr><th scope=\"row\">Sent</th><td class=\"n\">");
	show_count(page, number_at(page, one, "sent"));
	html(page,
	     "</td><td class=\"n\"></td><td></td><td></td><td></td></tr>\n");
}

static void
write_table(struct page *page, const struct sg_json *one)
{
	html(page,
	     "<h2>What came of it</h2>\n<p class=\"quiet\">%s</p>\n"
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"Results\"><table id=\"results\" "
	     "class=\"parts\"><thead><tr><td></td>"
	     "<th scope=\"colgroup\" colspan=\"3\" class=\"n\">Human</th>"
	     "<th scope=\"colgroup\" colspan=\"2\" class=\"n\">Machine</th>"
	     "</tr><tr><td></td><th scope=\"col\" class=\"n\">people</th>"
	     "<th scope=\"col\" class=\"n\">of sent</th>"
	     "<th scope=\"col\" class=\"n\">hits</th>"
	     "<th scope=\"col\" class=\"n\">mails</th>"
	     "<th scope=\"col\" class=\"n\">hits</th></tr></thead>\n<tbody>\n",
	     explained);
	write_sent(page, one);
	for (size_t i = 0; i < N_RESULTS; i++) {
		const struct sg_json *result =
			json_of(page, one, results[i].name);

		html(page, "<tr><th scope=\"row\">%s</th>", results[i].title);
		if (is_unknown(page, i, result)) {
			html(page, "<td class=\"n\">–</td><td></td><td></td>"
				   "<td></td><td></td></tr>\n");
			continue;
		}
		write_number(page, result, "people");
		html(page, "<td class=\"n\">");
		write_rate(page, result);
		html(page, "</td>");
		write_number(page, result, "hits");
		write_number(page, result, "machine_people");
		write_number(page, result, "machine_hits");
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
	if (is_unknown(page, 0, json_of(page, one, results[0].name)))
		html(page,
		     "<p class=\"quiet\">What was delivered is known when "
		     "the plugin maillog reads the MTA’s log.</p>\n");
}

void
broadcast_results(struct page *page)
{
	const struct sg_json *one, *points;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/broadcasts/%u/compare?with=%u",
			     page->args[0], page->args[0]),
		     &told)) {
		page_trouble(page, &told);
		return;
	}
	one = page->host->json_at(items_of(page, &told), 0);
	write_table(page, one);
	points = json_of(page, one, "points");
	if (page->host->json_members(points) == 0)
		return;
	html(page, "<p>Points that came of it: ");
	write_points(page, points);
	html(page, "</p>\n");
}

/* --- side by side -------------------------------------------------------- */

static void
write_cell(struct page *page, const struct sg_json *result)
{
	html(page, "<td class=\"n\">");
	show_count(page, number_at(page, result, "people"));
	if (number_at(page, result, "people") > 0) {
		html(page, " <strong>");
		write_rate(page, result);
		html(page, "</strong>");
	}
	if (number_at(page, result, "hits") > 0) {
		html(page, "<br><span class=\"quiet\">");
		show_count(page, number_at(page, result, "hits"));
		html(page, "%s</span>",
		     number_at(page, result, "hits") == 1 ? " hit" : " hits");
	}
	if (number_at(page, result, "machine_hits") > 0) {
		html(page, "<br><span class=\"quiet\">machine ");
		show_count(page, number_at(page, result, "machine_hits"));
		html(page, "</span>");
	}
	html(page, "</td>");
}

static void
write_row(struct page *page, const struct sg_json *item)
{
	const char *name = text_at(page, item, "name");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/broadcasts/%u\">%s</a>"
	     "</th><td>",
	     name, name);
	show_time(page, text_at(page, item, "started_at"));
	html(page, "</td>");
	write_number(page, item, "sent");
	for (size_t k = 0; k < N_RESULTS; k++) {
		const struct sg_json *result =
			json_of(page, item, results[k].name);

		if (is_unknown(page, k, result))
			html(page, "<td class=\"n\">–</td>");
		else
			write_cell(page, result);
	}
	html(page, "<td class=\"n\">");
	write_points(page, json_of(page, item, "points"));
	html(page, "</td></tr>\n");
}

static void
write_rows(struct page *page, const struct sg_json *items)
{
	html(page,
	     "<p class=\"quiet\">%s</p>\n<div class=\"scroll\" tabindex=\"0\" "
	     "role=\"region\" aria-label=\"Results\">"
	     "<table id=\"compared\"><thead><tr><th "
	     "scope=\"col\">Broadcast</th>"
	     "<th scope=\"col\">Begun</th>"
	     "<th scope=\"col\" class=\"n\">Sent</th>",
	     explained);
	for (size_t k = 0; k < N_RESULTS; k++)
		html(page, "<th scope=\"col\" class=\"n\">%s</th>",
		     results[k].title);
	html(page, "<th scope=\"col\" class=\"n\">Points</th></tr></thead>\n"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_row(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
}

enum sg_status
broadcasts_compare(struct page *page)
{
	struct sg_text *path = page->host->text(page->call);
	const char *name = query_each(page, "name", 0);
	struct sg_told told;

	if (!name)
		return page_go(page, "/console/broadcasts", NULL);
	if (!query_each(page, "name", 1))
		return page_go(page,
			       text_of(page, "/console/broadcasts/%u", name),
			       NULL);
	write_to(page->host, path, "/broadcasts/%u/compare?with=", name);
	for (size_t i = 1; i < COMPARED_MOST; i++) {
		name = query_each(page, "name", i);
		if (name)
			write_to(page->host, path, "%s%u", i > 1 ? "%2C" : "",
				 name);
	}
	if (!ask_get(page, page->host->text_value(path), &told))
		return page_told(page, &told);
	page_begin(page, "Broadcasts side by side");
	write_rows(page, items_of(page, &told));
	return page_end(page, 200);
}

/*
 * start_page.c - today: is all well, who is hot and why, who crossed a
 * threshold, what is being sent, what came in, how the score is spread. From
 * here it is one click to why somebody has a score.
 */
#include "console.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 10, CROSSINGS = 8, SENDING = 5, BINS = 16 };

/* --- is all well -----------------------------------------------------------
 */

static void
write_wrong(struct page *page, const struct sg_json *status)
{
	double dead = number_at(page, status, "/outbox/dead");
	double split = number_at(page, status, "/mail/split_dead");

	if (!is_at(page, status, "healthy"))
		html(page,
		     "<p class=\"problem\" role=\"alert\"><a "
		     "href=\"/console/system\">%s</a></p>\n",
		     text_at(page, status, "status"));
	if (split > 0) {
		html(page, "<p class=\"problem\"><a "
			   "href=\"/console/system/split\">");
		show_count(page, split);
		html(page,
		     " private %s</a> of mail to several %s refused by "
		     "the MTA.</p>\n",
		     split == 1 ? "copy" : "copies",
		     split == 1 ? "was" : "were");
	}
	if (dead <= 0)
		return;
	html(page, "<p class=\"problem\"><a "
		   "href=\"/console/automations/outbox\">");
	show_count(page, dead);
	html(page, "%s</a> of automations could not be made.</p>\n",
	     dead == 1 ? " delivery" : " deliveries");
}

static void
write_figure(struct page *page, const struct sg_json *of, const char *name,
	     const char *title)
{
	html(page, "<div><dt>%s</dt><dd class=\"points\">", title);
	if (has_number(page, of, name))
		show_points(page, number_at(page, of, name));
	else
		html(page, "–");
	html(page, "</dd></div>\n");
}

/* The line of numbers that people look at first. */
static void
write_figures(struct page *page, const struct sg_json *status)
{
	bool well = is_at(page, status, "healthy");
	struct sg_told told;

	html(page,
	     "<dl class=\"tiles\"><div><dt>daemon</dt><dd class=\"%s\"><a "
	     "href=\"/console/system\">%s</a></dd></div>\n",
	     well ? "well" : "unwell", well ? "All is well." : "not well");
	if (ask_get(page, "/scores/lead/summary", &told)) {
		write_figure(page, told.json, "records", "contacts");
		write_figure(page, told.json, "scored", "with a score");
		write_figure(page, told.json, "median", "median score");
		write_figure(page, told.json, "top", "highest score");
	}
	write_figure(page, status, "/outbox/waiting", "in the outbox");
	html(page, "</dl>\n");
}

static void
write_health(struct page *page)
{
	struct sg_told status;

	if (!ask_get(page, "/status", &status))
		return;
	write_wrong(page, status.json);
	write_figures(page, status.json);
}

/* Nothing is here yet: how does one begin? */
static void
write_first_steps(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, "/contacts?limit=1&columns=email", &told) ||
	    page->host->json_count(items_of(page, &told)) > 0)
		return;
	html(page, "<section class=\"empty\"><h2>Begin here</h2><ol>\n"
		   "<li><a href=\"/console/import\">Import contacts</a>, or "
		   "let mail go out through the milter: who it is to comes "
		   "here by itself.</li>\n"
		   "<li>Read the <a href=\"/console/rules\">rules</a>: they "
		   "say what gives points.</li>\n"
		   "<li>Send a <a href=\"/console/broadcasts/new\">broadcast"
		   "</a> and come back here to see who opens it.</li>\n"
		   "</ol></section>\n");
}

/* --- who is hot ------------------------------------------------------------
 */

static void
write_top(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/scores/lead/top?n=%d", TOP), &told))
		return;
	items = items_of(page, &told);
	html(page, "<section><h2>Hot contacts</h2>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "Nobody has a score yet.");
	else
		html(page, "<table id=\"top\"><thead><tr><th scope=\"col\">who"
			   "</th><th scope=\"col\" class=\"n\">score</th>"
			   "<th scope=\"col\">percent</th><td></td></tr>"
			   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *key = text_at(page, item, "email");

		html(page,
		     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">"
		     "%s</a></th><td class=\"n\">",
		     key, key);
		show_points(page, number_at(page, item, "score"));
		html(page, "</td><td>");
		show_meter(page, number_at(page, item, "percent"), 100,
			   "percent");
		show_points(page, number_at(page, item, "percent"));
		html(page,
		     " %%</td><td><a href=\"/console/contacts/%u/why/lead\">"
		     "why?</a></td></tr>\n",
		     key);
	}
	if (page->host->json_count(items) > 0)
		html(page, "</tbody></table>\n");
	html(page, "<p><a href=\"/console/contacts\">All contacts</a></p>"
		   "</section>\n");
}

static void
write_spread(struct page *page)
{
	struct chart chart = {.label = "How the score is spread",
			      .names = {"contacts"}};
	const struct sg_json *bins, *first;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/scores/lead/histogram?bins=%d", BINS),
		     &told))
		return;
	bins = json_of(page, told.json, "histogram");
	first = page->host->json_at(bins, 0);
	if (!first)
		return;
	chart.n = page->host->json_count(bins);
	chart.from = number_at(page, first, "from");
	chart.step = number_at(page, first, "to") - chart.from;
	chart.values[0] = chart_values(page, bins, "count");
	html(page, "<section><h2>How the score is spread</h2>\n");
	chart_bars(page, &chart);
	html(page, "<p><a href=\"/console/scores\">More about scores</a></p>"
		   "</section>\n");
}

/* --- who crossed a threshold -----------------------------------------------
 */

static void
write_crossing(struct page *page, const struct sg_json *one)
{
	const char *key = text_at(page, one, "key");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">%s</a>"
	     "</th><td>%s: %s<br><span class=\"quiet\">",
	     key, key, text_at(page, one, "automation"),
	     text_at(page, one, "cause"));
	show_time(page, text_at(page, one, "at"));
	html(page, "</span>");
	if (*text_at(page, one, "trouble"))
		html(page, " <span class=\"unwell\">%s</span>",
		     text_at(page, one, "trouble"));
	html(page, "</td></tr>\n");
}

static void
write_crossings(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/firings?limit=%d", CROSSINGS),
		     &told))
		return;
	items = items_of(page, &told);
	html(page, "<section><h2>Thresholds crossed, and what was done</h2>\n");
	if (page->host->json_count(items) == 0) {
		page_empty(page, "Nothing yet. An automation in the rules "
				 "says what is done when a score rises to, or "
				 "falls below, a number.");
	} else {
		html(page, "<table id=\"crossed\"><thead><tr>"
			   "<th scope=\"col\">who</th>"
			   "<th scope=\"col\">automation, cause, when</th></tr>"
			   "</thead><tbody>\n");
		for (size_t i = 0; i < page->host->json_count(items); i++)
			write_crossing(page, page->host->json_at(items, i));
		html(page, "</tbody></table>\n<p><a "
			   "href=\"/console/automations/firings\">All of them"
			   "</a></p>\n");
	}
	html(page, "</section>\n");
}

/* --- what is being sent ----------------------------------------------------
 */

static bool
is_under_way(const char *state)
{
	static const char *const states[] = {"sending", "testing", "paused",
					     "scheduled", "failed"};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i], state) == 0)
			return true;
	return false;
}

static void
write_broadcast(struct page *page, const char *name)
{
	struct sg_told told;
	double total, left;

	if (!ask_get(page, text_of(page, "/broadcasts/%u", name), &told))
		return;
	total = number_at(page, told.json, "/recipients/total");
	left = number_at(page, told.json, "/recipients/queued") +
	       number_at(page, told.json, "/recipients/waiting");
	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/broadcasts/%u\">%s</a>"
	     "</th><td class=\"state\">%s</td><td>",
	     name, name, text_at(page, told.json, "state"));
	show_meter(page, total - left, total, "how far it is");
	html(page, "</td><td class=\"n\">");
	show_count(page, total - left);
	html(page, " of ");
	show_count(page, total);
	html(page, "</td></tr>\n");
}

static void
write_sending(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;
	size_t n = 0;

	if (!ask_get(page, "/broadcasts?limit=30", &told))
		return;
	items = items_of(page, &told);
	for (size_t i = 0; i < page->host->json_count(items) && n < SENDING;
	     i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		if (!is_under_way(text_at(page, item, "state")))
			continue;
		if (n++ == 0)
			html(page, "<section><h2>Broadcasts under way</h2>"
				   "<table id=\"sending\"><tbody>\n");
		write_broadcast(page, text_at(page, item, "name"));
	}
	if (n)
		html(page, "</tbody></table></section>\n");
}

/* --- what came
 * ---------------------------------------------------------------- */

static void
write_kinds(struct page *page, const struct sg_json *kinds)
{
	double most = 1;

	for (size_t i = 0; i < page->host->json_count(kinds); i++) {
		double n = number_at(page, page->host->json_at(kinds, i), "n");

		most = n > most ? n : most;
	}
	if (page->host->json_count(kinds) == 0) {
		page_empty(page, "Nothing yet.");
		return;
	}
	html(page, "<table id=\"signals\"><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(kinds); i++) {
		const struct sg_json *kind = page->host->json_at(kinds, i);
		double n = number_at(page, kind, "n");

		html(page, "<tr><th scope=\"row\">%s</th><td class=\"n\">",
		     text_at(page, kind, "name"));
		show_count(page, n);
		html(page, "</td><td>");
		show_meter(page, n, most, text_of(page, "%f", n));
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table>\n");
}

static void
write_movers(struct page *page, const struct sg_json *movers)
{
	if (page->host->json_count(movers) == 0) {
		page_empty(page, "Nobody in the last day.");
		return;
	}
	html(page, "<table id=\"moved\"><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(movers); i++) {
		const struct sg_json *one = page->host->json_at(movers, i);
		const char *key = text_at(page, one, "key");
		const char *module = text_at(page, one, "module");

		html(page,
		     "<tr><th scope=\"row\"><a "
		     "href=\"/console/contacts/%u?module=%u\">%s</a></th>"
		     "<td class=\"n\">",
		     key, module, key);
		show_given(page, number_at(page, one, "points"));
		html(page,
		     " <span class=\"quiet\">%s</span></td><td><a "
		     "href=\"/console/contacts/%u/why/%u?module=%u\">why?</a>"
		     "</td></tr>\n",
		     text_at(page, one, "score"), key,
		     text_at(page, one, "score"), module);
	}
	html(page, "</tbody></table>\n");
}

static void
write_hits(struct page *page)
{
	const struct sg_json *total;
	struct sg_told told;

	if (!ask_get(page, "/verdicts?by=reason&since=1d", &told))
		return;
	total = json_of(page, told.json, "total");
	if (number_at(page, total, "hits") == 0)
		return;
	html(page, "<p>");
	show_count(page, number_at(page, total, "hits"));
	html(page, " opens and clicks: ");
	show_count(page, number_at(page, total, "human"));
	html(page, " of people, ");
	show_count(page, number_at(page, total, "proxy"));
	html(page, " of proxies, ");
	show_count(page, number_at(page, total, "machine"));
	html(page, " of machines. <a href=\"/console/verdicts\">Why</a></p>\n");
}

static void
write_today(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, "/recent", &told)) {
		page_trouble(page, &told);
		return;
	}
	html(page, "<section><h2>What happened in the last day</h2>\n");
	write_kinds(page, json_of(page, told.json, "signals"));
	write_hits(page);
	html(page, "</section>\n<section><h2>Whom it moved most</h2>\n");
	write_movers(page, json_of(page, told.json, "movers"));
	html(page, "</section>\n");
}

enum sg_status
start_page(struct page *page)
{
	page_begin(page, "Today");
	write_health(page);
	write_first_steps(page);
	html(page, "<div class=\"flow\">\n");
	write_top(page);
	write_crossings(page);
	write_sending(page);
	write_spread(page);
	write_today(page);
	html(page, "</div>\n");
	return page_end(page, 200);
}

/* rules_run.c - today's rules over all history, and what rules would do
 * without doing it. */
#include "rules.h"

#include <string.h>

enum { MOVERS = 20, REFRESH_S = 2 };

/* --- rules run -------------------------------------------------------------
 */

static void
write_progress(struct page *page, const struct sg_json *run)
{
	double done = number_at(page, run, "done");
	double records = number_at(page, run, "records");

	html(page, "<p id=\"running\" role=\"status\">");
	show_meter(page, done, records, "progress");
	show_count(page, done);
	html(page, " of ");
	show_count(page, records);
	html(page, " records. Until it is finished everybody sees the scores "
		   "that were there before. This page looks again by "
		   "itself.</p>\n");
	if (!page_may(page, ROLE_MANAGER))
		return;
	form_begin(page, "/console/rules/run", "row");
	html(page, "<button name=\"do\" value=\"cancel\">Give it up</button>"
		   "</form>\n");
}

static void
write_begin(struct page *page)
{
	html(page,
	     "<p>Rules that are new or changed count from now on. A run "
	     "applies today's rules to all records and everything that ever "
	     "happened, as if they had always been there. What people did by "
	     "hand keeps its place in time. No automation fires. It can be "
	     "given up, and goes on after a restart; everybody sees the old "
	     "scores until it is finished.</p>\n");
	if (!page_may(page, ROLE_MANAGER)) {
		html(page, "<p class=\"quiet\">A manager can start one.</p>\n");
		return;
	}
	form_begin(page, "/console/rules/run", "row");
	html(page, "<button class=\"main\" name=\"do\" value=\"begin\">Run "
		   "today's rules over all history</button></form>\n");
}

enum sg_status
rules_run_page(struct page *page)
{
	struct sg_told told;
	bool running;

	if (!ask_get(page, "/rules/run", &told))
		return page_told(page, &told);
	running = is_at(page, told.json, "running");
	if (running)
		page->host->reply_header(page->reply, "Refresh",
					 text_of(page, "%d", REFRESH_S));
	page_begin(page, "Run the rules");
	if (running)
		write_progress(page, told.json);
	else
		write_begin(page);
	if (*text_at(page, told.json, "ruleset"))
		html(page,
		     "<p class=\"quiet\">The scores in force are of run %s, "
		     "with the rules of version %s.</p>\n",
		     text_at(page, told.json, "generation"),
		     text_at(page, told.json, "ruleset"));
	return page_end(page, 200);
}

enum sg_status
rules_run(struct page *page)
{
	bool cancels = strcmp(form_text(page, "do"), "cancel") == 0;
	struct sg_told told;

	if (!ask(page, cancels ? "DELETE" : "POST", "/rules/run", NULL, &told))
		return page_told(page, &told);
	return page_go(page, "/console/rules/run",
		       cancels ? "cancelled" : "started");
}

/* --- simulate ---------------------------------------------------------------
 */

static void
write_spread_row(struct page *page, const char *title, const char *name,
		 const struct sg_json *told)
{
	html(page, "<tr><th scope=\"row\">%s</th><td class=\"n\">", title);
	show_points(page, number_at(page, json_of(page, told, "before"), name));
	html(page, "</td><td class=\"n\">");
	show_points(page, number_at(page, json_of(page, told, "after"), name));
	html(page, "</td></tr>\n");
}

static void
write_spread(struct page *page, const struct sg_json *told)
{
	html(page,
	     "<table class=\"parts\"><caption>The score %s</caption>"
	     "<thead><tr><td></td><th scope=\"col\" class=\"n\">before"
	     "</th><th scope=\"col\" class=\"n\">after</th></tr></thead>"
	     "<tbody>\n",
	     text_at(page, told, "score"));
	write_spread_row(page, "with a score", "scored", told);
	write_spread_row(page, "in all", "total", told);
	write_spread_row(page, "mean", "mean", told);
	write_spread_row(page, "median", "median", told);
	write_spread_row(page, "lowest", "lowest", told);
	write_spread_row(page, "highest", "top", told);
	html(page, "</tbody></table>\n");
}

static void
write_bins(struct page *page, const struct chart *chart)
{
	html(page, "<details><summary>As numbers</summary><table "
		   "id=\"spread\" class=\"parts\"><thead><tr>"
		   "<th scope=\"col\" class=\"n\">from</th>"
		   "<th scope=\"col\" class=\"n\">before</th>"
		   "<th scope=\"col\" class=\"n\">after</th></tr></thead>"
		   "<tbody>\n");
	for (size_t i = 0; i < chart->n; i++) {
		html(page, "<tr><th scope=\"row\" class=\"n\">");
		show_points(page, chart->from + chart->step * (double)i);
		html(page, "</th><td class=\"n\">");
		show_count(page, chart->values[0][i]);
		html(page, "</td><td class=\"n\">");
		show_count(page, chart->values[1][i]);
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table></details>\n");
}

static void
write_histograms(struct page *page, const struct sg_json *told)
{
	const struct sg_json *before = json_of(page, told, "/before/histogram");
	const struct sg_json *after = json_of(page, told, "/after/histogram");
	size_t n = page->host->json_count(before);
	double from = number_at(page, told, "from");
	struct chart chart = {
		.label = "How the score is spread before and after; the table "
			 "below has the numbers",
		.n = n,
		.from = from,
		.step = (number_at(page, told, "to") - from) /
			(n ? (double)n : 1),
		.values = {chart_values(page, before, NULL),
			   chart_values(page, after, NULL)},
		.names = {"before", "after"}};

	if (n == 0 || page->host->json_count(after) != n)
		return;
	html(page, "<h2>How it is spread</h2>\n");
	chart_bars(page, &chart);
	write_bins(page, &chart);
}

static void
write_threshold(struct page *page, const struct sg_json *one)
{
	const char *automation = text_at(page, one, "automation");
	const char *band = text_at(page, one, "band");

	html(page, "<tr><th scope=\"row\">%s%s%s</th><td class=\"n\">",
	     *automation ? automation
	     : *band	 ? "band "
			 : "",
	     band, "");
	show_points(page, number_at(page, one, "at"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, one, "before"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, one, "after"));
	html(page, "</td><td class=\"n\">");
	show_given(page, number_at(page, one, "rise"));
	html(page, "</td><td class=\"n\">");
	show_given(page, -number_at(page, one, "fall"));
	html(page, "</td></tr>\n");
}

static void
write_thresholds(struct page *page, const struct sg_json *all)
{
	if (page->host->json_count(all) == 0)
		return;
	html(page,
	     "<div class=\"scroll\"><table><caption>Who crosses a threshold"
	     "</caption><thead><tr><td></td>"
	     "<th scope=\"col\" class=\"n\">at</th>"
	     "<th scope=\"col\" class=\"n\">before</th>"
	     "<th scope=\"col\" class=\"n\">after</th>"
	     "<th scope=\"col\" class=\"n\">rise</th>"
	     "<th scope=\"col\" class=\"n\">fall</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(all); i++)
		write_threshold(page, page->host->json_at(all, i));
	html(page, "</tbody></table></div>\n");
}

static void
write_score_or_none(struct page *page, const struct sg_json *one,
		    const char *name)
{
	if (has_number(page, one, name))
		show_points(page, number_at(page, one, name));
	else
		html(page, "<span class=\"quiet\">none</span>");
}

static void
write_mover(struct page *page, const struct sg_json *one)
{
	const struct sg_json *reasons = json_of(page, one, "reasons");
	const char *key = text_at(page, one, "email");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">%s</a>"
	     "</th><td class=\"n\">",
	     key, key);
	write_score_or_none(page, one, "before");
	html(page, "</td><td class=\"n\">");
	write_score_or_none(page, one, "after");
	html(page, "</td><td>");
	for (size_t i = 0; i < page->host->json_count(reasons); i++) {
		const struct sg_json *why = page->host->json_at(reasons, i);

		html(page, "%s%s: ", i ? ", " : "", text_at(page, why, "rule"));
		show_points(page, number_at(page, why, "before"));
		html(page, " → ");
		show_points(page, number_at(page, why, "after"));
	}
	html(page, "</td></tr>\n");
}

static void
write_movers(struct page *page, const struct sg_json *all)
{
	html(page,
	     "<div class=\"scroll\"><table id=\"movers\"><caption>Who moves "
	     "most, and why</caption><thead><tr><th scope=\"col\">who</th>"
	     "<th scope=\"col\" class=\"n\">before</th>"
	     "<th scope=\"col\" class=\"n\">after</th>"
	     "<th scope=\"col\">rules</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(all); i++)
		write_mover(page, page->host->json_at(all, i));
	html(page, "</tbody></table></div>\n");
}

static void
write_simulation(struct page *page, const struct sg_json *told)
{
	html(page, "<p>With these rules from the beginning on, ");
	show_count(page, number_at(page, told, "changed"));
	html(page, " of ");
	show_count(page, number_at(page, told, "records"));
	html(page, " records would have another score. Nothing was "
		   "changed.</p>\n<div class=\"columns\"><div>\n");
	write_spread(page, told);
	html(page, "</div><div>\n");
	write_histograms(page, told);
	html(page, "</div></div>\n");
	write_thresholds(page, json_of(page, told, "thresholds"));
	write_movers(page, json_of(page, told, "movers"));
}

enum sg_status
rules_simulate_page(struct page *page)
{
	struct rules_text text;
	struct sg_told told;
	struct sg_ask ask = {
		.method = "POST",
		.path = text_of(page, "/rules/simulate?movers=%d&file=rules",
				MOVERS),
		.type = "text/plain"};
	bool good;

	if (!rules_read(page, &text, &told))
		return page_told(page, &told);
	ask.body = text.text;
	good = ask_with(page, &ask, &told);
	if (told.status == 401)
		return page_told(page, &told);
	page_begin(page, "What the scores would be");
	page_trouble(page, &told);
	if (good)
		write_simulation(page, told.json);
	rules_editor(page, &text);
	return page_end(page, good ? 200 : told.status);
}

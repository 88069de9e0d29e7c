/* scores_page.c - how a score is spread, who is at the top of it, and two
 * records side by side. */
#include "console.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 25, BINS = 24 };

static const char *const parts[] = {
	"score",	"percent",
	"positive",	"negative",
	"touchpoint",	"positive_touchpoint",
	"manual",	"negative_touchpoint",
	"field_points", "automatic",
};

struct scores {
	struct page *page;
	const char *name, *module, *by;
};

static const char *
module_query(const struct scores *self, const char *sign)
{
	return *self->module
		       ? text_of(self->page, "%smodule=%u", sign, self->module)
		       : "";
}

/* --- what is asked for ------------------------------------------------------
 */

static void
write_names(struct scores *self, const char *resource, const char *label,
	    const char *parameter, const char *chosen)
{
	struct page *page = self->page;
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, resource, &told))
		return;
	items = items_of(page, &told);
	html(page, "<label>%s <select name=\"%s\">", label, parameter);
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const char *name =
			text_at(page, page->host->json_at(items, i), "name");

		show_option(page, name, name, chosen);
	}
	html(page, "</select></label>\n");
}

static void
write_choice(struct scores *self)
{
	struct page *page = self->page;

	html(page, "<form class=\"filter\" action=\"/console/scores\">\n");
	write_names(self, "/scores", "Score", "score", self->name);
	write_names(self, "/modules", "Records", "module",
		    *self->module ? self->module : "contact");
	html(page, "<label>Top by <select name=\"by\">");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		show_option(page, parts[i], parts[i], self->by);
	html(page, "</select></label>\n<button class=\"main\">Show</button>"
		   "</form>\n");
}

/* --- summary -----------------------------------------------------------------
 */

static void
write_figure(struct page *page, const struct sg_json *summary, const char *name,
	     const char *title)
{
	if (!has_number(page, summary, name))
		return;
	html(page, "<dt>%s</dt><dd>", title);
	show_points(page, number_at(page, summary, name));
	html(page, "</dd>\n");
}

static void
write_summary(struct page *page, const struct sg_json *summary)
{
	html(page, "<section><h2>Summary</h2><dl id=\"summary\">\n");
	write_figure(page, summary, "records", "records");
	write_figure(page, summary, "scored", "with a score");
	write_figure(page, summary, "counted", "with 1 point or more");
	write_figure(page, summary, "top", "highest: 100 %");
	write_figure(page, summary, "median", "median: 50 %");
	write_figure(page, summary, "mean", "mean");
	write_figure(page, summary, "lowest", "lowest");
	html(page, "</dl></section>\n");
}

/* --- histogram
 * ---------------------------------------------------------------- */

static void
write_bins(struct page *page, const struct sg_json *bins)
{
	html(page, "<details><summary>As numbers</summary><table "
		   "class=\"parts\"><thead><tr>"
		   "<th scope=\"col\" class=\"n\">from</th>"
		   "<th scope=\"col\" class=\"n\">to</th>"
		   "<th scope=\"col\" class=\"n\">records</th></tr></thead>"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(bins); i++) {
		const struct sg_json *bin = page->host->json_at(bins, i);

		html(page,
		     "<tr><td class=\"n\">%s</td><td class=\"n\">%s</td>"
		     "<td class=\"n\">",
		     text_at(page, bin, "from"), text_at(page, bin, "to"));
		show_count(page, number_at(page, bin, "count"));
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table></details>\n");
}

static void
write_histogram(struct scores *self)
{
	struct page *page = self->page;
	struct chart chart = {.label = "How the score is spread; the table "
				       "below has the numbers",
			      .names = {"records"}};
	const struct sg_json *bins;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/scores/%u/histogram?bins=%d%s", self->name,
			     BINS, module_query(self, "&")),
		     &told))
		return;
	bins = json_of(page, told.json, "histogram");
	html(page, "<section><h2>How it is spread</h2>\n");
	if (page->host->json_count(bins) == 0) {
		page_empty(page, "Nobody has this score yet. Rules give "
				 "points, and people do on a contact's "
				 "page.");
		html(page, "</section>\n");
		return;
	}
	chart.n = page->host->json_count(bins);
	chart.from = number_at(page, page->host->json_at(bins, 0), "from");
	chart.step = number_at(page, page->host->json_at(bins, 0), "to") -
		     chart.from;
	chart.values[0] = chart_values(page, bins, "count");
	chart_bars(page, &chart);
	write_bins(page, bins);
	html(page, "</section>\n");
}

/* --- top
 * ------------------------------------------------------------------------ */

static void
write_top_row(struct scores *self, const struct sg_json *item)
{
	struct page *page = self->page;
	const char *key = text_at(page, item, "email");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u%s\">"
	     "%s</a></th><td class=\"n\">",
	     key, module_query(self, "?"), key);
	show_points(page, number_at(page, item, "score"));
	html(page, "</td><td class=\"n\">");
	show_points(page, number_at(page, item, "percent"));
	html(page, " %%</td>");
	if (strcmp(self->by, "score") != 0 &&
	    strcmp(self->by, "percent") != 0) {
		html(page, "<td class=\"n\">");
		show_points(page, number_at(page, item, self->by));
		html(page, "</td>");
	}
	html(page,
	     "<td><a href=\"/console/contacts/%u/why/%u%s\">why</a></td>"
	     "</tr>\n",
	     key, self->name, module_query(self, "?"));
}

static void
write_top(struct scores *self)
{
	struct page *page = self->page;
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/scores/%u/top?n=%d&by=%u%s", self->name,
			     TOP, self->by, module_query(self, "&")),
		     &told)) {
		page_trouble(page, &told);
		return;
	}
	items = items_of(page, &told);
	html(page, "<section><h2>At the top</h2><div class=\"scroll\"><table "
		   "id=\"top\"><thead><tr><th scope=\"col\">who</th>"
		   "<th scope=\"col\" class=\"n\">score</th>"
		   "<th scope=\"col\" class=\"n\">percent</th>");
	if (strcmp(self->by, "score") != 0 && strcmp(self->by, "percent") != 0)
		html(page, "<th scope=\"col\" class=\"n\">%s</th>", self->by);
	html(page, "<td></td></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_top_row(self, page->host->json_at(items, i));
	html(page, "</tbody></table></div></section>\n");
}

static void
write_compare_form(struct page *page, const char *score, const char *a,
		   const char *b)
{
	html(page,
	     "<section><h2>Compare two</h2>\n<form class=\"row\" "
	     "action=\"/console/scores/compare\">"
	     "<input type=\"hidden\" name=\"score\" value=\"%s\">"
	     "<label>One <input name=\"a\" required value=\"%s\"></label>"
	     "<label>The other <input name=\"b\" required value=\"%s\"></label>"
	     "<button>Compare</button></form></section>\n",
	     score, a, b);
}

static void
read_query(struct scores *self, struct page *page)
{
	self->page = page;
	self->name = query_text(page, "score");
	self->module = query_text(page, "module");
	self->by = query_text(page, "by");
	if (!*self->name)
		self->name = "lead";
	if (!*self->by)
		self->by = "score";
}

enum sg_status
scores_page(struct page *page)
{
	struct scores self;
	struct sg_told told;

	read_query(&self, page);
	if (!ask_get(page,
		     text_of(page, "/scores/%u/summary%s", self.name,
			     module_query(&self, "?")),
		     &told))
		return page_told(page, &told);
	page_begin(page, "Scores");
	write_choice(&self);
	html(page, "<div class=\"columns\">\n");
	write_summary(page, told.json);
	write_histogram(&self);
	html(page, "</div>\n");
	write_top(&self);
	write_compare_form(page, self.name, "", "");
	return page_end(page, 200);
}

/* --- compare
 * ---------------------------------------------------------------------- */

static void
write_cell(struct page *page, const struct sg_json *row, const char *name,
	   const char *times)
{
	html(page, "<td class=\"n\">");
	if (has_number(page, row, name))
		show_points(page, number_at(page, row, name));
	else
		html(page, "<span class=\"quiet\">–</span>");
	if (number_at(page, row, times) > 0)
		html(page, " <span class=\"quiet\">(%s ×)</span>",
		     text_at(page, row, times));
	html(page, "</td>");
}

static const char *
part_title(const char *part)
{
	static const char *const titles[][2] = {
		{"percent", "percent (the highest has 100)"},
		{"raw", "before limits"},
		{"manual", "by hand"},
		{"field_points", "field points"},
		{"automatic", "automatic (all but by hand)"},
		{"touchpoint", "touch points"},
		{"positive_touchpoint", "positive touch points"},
		{"negative_touchpoint", "negative touch points"},
	};

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (strcmp(titles[i][0], part) == 0)
			return titles[i][1];
	return part;
}

static void
write_comparison(struct page *page, const struct sg_json *told,
		 const char *member, const char *title)
{
	const struct sg_json *rows = json_of(page, told, member);
	const char *name = strcmp(member, "parts") == 0	  ? "part"
			   : strcmp(member, "rules") == 0 ? "rule"
							  : "signal";

	html(page,
	     "<div class=\"scroll\"><table id=\"%s\"><caption>%s</caption>"
	     "<thead><tr><td></td><th scope=\"col\" class=\"n\">%s</th>"
	     "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>\n",
	     member, title, text_at(page, told, "a"), text_at(page, told, "b"));
	for (size_t i = 0; i < page->host->json_count(rows); i++) {
		const struct sg_json *row = page->host->json_at(rows, i);

		html(page, "<tr><th scope=\"row\">%s</th>",
		     strcmp(name, "part") == 0
			     ? part_title(text_at(page, row, name))
			     : text_at(page, row, name));
		write_cell(page, row, "a", "a_times");
		write_cell(page, row, "b", "b_times");
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
}

enum sg_status
compare_page(struct page *page)
{
	const char *a = query_text(page, "a"), *b = query_text(page, "b");
	struct scores self;
	struct sg_told told;
	bool good;

	read_query(&self, page);
	if (!*a && !*b) { /* nobody is named yet */
		page_begin(page, "Compare two");
		html(page, "<p>Two of the same total may have come to it in "
			   "quite different ways.</p>\n");
		write_compare_form(page, self.name, "", "");
		return page_end(page, 200);
	}
	good = ask_get(page,
		       text_of(page, "/scores/%u/compare?a=%u&b=%u%s",
			       self.name, a, b, module_query(&self, "&")),
		       &told);
	if (told.status == 401)
		return page_told(page, &told);
	page_begin(page, "Compare two");
	page_trouble(page, &told);
	if (good) {
		write_comparison(page, told.json, "parts", "Parts");
		write_comparison(page, told.json, "rules", "Points by rule");
		write_comparison(page, told.json, "signals", "What happened");
	}
	write_compare_form(page, self.name, a, b);
	return page_end(page, good ? 200 : told.status);
}

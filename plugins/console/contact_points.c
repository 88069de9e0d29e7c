/*
 * contact_points.c - a score over time: every change of it with the score
 * after it, as a line and as a table; where it goes if nothing happens, and how
 * far it is to the next threshold.
 */
#include "contact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 50, DRAWN = 500, GUIDES_MOST = 8, CROSSINGS_SHOWN = 2 };

#define DAY_MS 86400000.0

/* --- the next threshold ----------------------------------------------------
 */

/* Of the score of that name, in the answer of /scores. */
static const struct sg_json *
bands_of(struct page *page, const char *name)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/scores", &told))
		return NULL;
	items = items_of(page, &told);
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		if (strcmp(text_at(page, item, "name"), name) == 0)
			return json_of(page, item, "bands");
	}
	return NULL;
}

/* The band that begins next above the score. */
static void
write_next_band(struct page *page, const char *name, double score)
{
	const struct sg_json *bands = bands_of(page, name), *next = NULL;
	double least = 0;

	for (size_t i = 0; i < page->host->json_count(bands); i++) {
		const struct sg_json *band = page->host->json_at(bands, i);
		double from = number_at(page, band, "from");

		if (!has_number(page, band, "from") || from <= score ||
		    (next && from >= least))
			continue;
		next = band;
		least = from;
	}
	if (!next)
		return;
	html(page, "<li>");
	show_points(page, ceil(least - score));
	html(page, " more to <span class=\"band\">%s</span> (",
	     text_at(page, next, "name"));
	show_points(page, least);
	html(page, ")</li>\n");
}

void
contact_ahead(struct page *page, const struct sg_json *why, const char *name)
{
	const struct sg_json *crossings = json_of(page, why, "crossings");

	if (!has_number(page, why, "in_7_days"))
		return;
	html(page, "<ul class=\"plain ahead-of-it\">\n");
	write_next_band(page, name, number_at(page, why, "/summary/score"));
	html(page, "<li>if nothing happens: ");
	show_points(page, number_at(page, why, "in_7_days"));
	html(page, " in 7 days, ");
	show_points(page, number_at(page, why, "in_30_days"));
	html(page, " in 30</li>\n");
	for (size_t i = 0;
	     i < page->host->json_count(crossings) && i < CROSSINGS_SHOWN;
	     i++) {
		const struct sg_json *one = page->host->json_at(crossings, i);

		html(page, "<li>%s %s on ", text_at(page, one, "how"),
		     text_at(page, one, "threshold"));
		show_time(page, text_at(page, one, "at"));
		html(page, "</li>\n");
	}
	html(page, "</ul>\n");
}

/* --- the line --------------------------------------------------------------
 */

struct drawing {
	struct page *page;
	struct chart_point *points;
	size_t n;
};

static double
moment_at(struct page *page, const struct sg_json *json, const char *name)
{
	int64_t at;

	return page->host->time_parse(text_at(page, json, name), NULL, &at,
				      page->err) == SG_OK
		       ? (double)at
		       : 0;
}

static void
add_point(struct drawing *to, double at, double value, bool ahead)
{
	to->points[to->n++] =
		(struct chart_point){.at = at, .value = value, .ahead = ahead};
}

static int
by_time(const void *a, const void *b)
{
	const struct chart_point *one = a, *other = b;

	return (one->at > other->at) - (one->at < other->at);
}

/* Just before each change it was less by what was given. */
static void
add_entries(struct drawing *to, const struct sg_json *items)
{
	struct page *page = to->page;
	size_t n = page->host->json_count(items);

	for (size_t i = n; i > 0; i--) {
		const struct sg_json *item = page->host->json_at(items, i - 1);
		double balance = number_at(page, item, "balance");
		double at = moment_at(page, item, "at");

		add_point(to, at, balance - number_at(page, item, "points"),
			  false);
		add_point(to, at, balance, false);
	}
	for (size_t i = 1; i < to->n; i++)
		if (to->points[i].at < to->points[i - 1].at) {
			qsort(to->points, to->n, sizeof(*to->points), by_time);
			break;
		}
}

static size_t
read_guides(struct page *page, const char *name, double guides[GUIDES_MOST])
{
	const struct sg_json *bands = bands_of(page, name);
	size_t n = 0;

	for (size_t i = 0; i < page->host->json_count(bands); i++) {
		const struct sg_json *band = page->host->json_at(bands, i);

		if (has_number(page, band, "from") && n < GUIDES_MOST)
			guides[n++] = number_at(page, band, "from");
	}
	return n;
}

static const char *
day_of(struct page *page, double at)
{
	return page_slice(page, page->host->time_local(page->call, (int64_t)at),
			  strlen("2026-01-31"));
}

static void
write_line(struct page *page, const struct sg_json *why,
	   const struct sg_json *items)
{
	size_t n = page->host->json_count(items);
	double guides[GUIDES_MOST], now = (double)page->call->now;
	struct drawing drawing = {.page = page};
	struct chart_line chart = {.guides = guides};

	drawing.points = page->host->alloc(
		page->call, (2 * n + 3) * sizeof(*drawing.points));
	add_entries(&drawing, items);
	if (has_number(page, why, "in_7_days")) {
		add_point(&drawing, now, number_at(page, why, "/summary/score"),
			  false);
		add_point(&drawing, now + 7 * DAY_MS,
			  number_at(page, why, "in_7_days"), true);
		add_point(&drawing, now + 30 * DAY_MS,
			  number_at(page, why, "in_30_days"), true);
	}
	if (drawing.n < 2)
		return;
	chart.points = drawing.points;
	chart.n_points = drawing.n;
	chart.from = day_of(page, drawing.points[0].at);
	chart.to = day_of(page, drawing.points[drawing.n - 1].at);
	chart.n_guides = read_guides(page, page->args[1], guides);
	chart.label = "The score over time; dashed: if nothing happens";
	chart_line(page, &chart);
	html(page, "<p class=\"quiet\">Dashed: if nothing happens. Dotted: "
		   "where bands begin.</p>\n");
}

/* --- the table -------------------------------------------------------------
 */

/* What people would wonder about, else "". */
static const char *
remark(struct page *page, const struct sg_json *item)
{
	const char *kind = text_at(page, item, "kind");

	if (strcmp(kind, "given") == 0)
		return "";
	if (strcmp(kind, "corrected") == 0)
		return number_at(page, item, "points") > 0 ? "came late"
							   : "taken back";
	return kind;
}

static void
write_row(struct page *page, const struct sg_json *item)
{
	const char *rule = text_at(page, item, "rule");
	const char *because = text_at(page, item, "explanation");

	html(page, "<tr><td>");
	show_time(page, text_at(page, item, "at"));
	html(page, "</td><th scope=\"row\">%s", rule);
	if (!*rule && strcmp(text_at(page, item, "class"), "manual") == 0)
		html(page, "by hand");
	html(page,
	     "</th><td>%s <span class=\"quiet\">%s</span></td>"
	     "<td class=\"n\">",
	     strcmp(because, rule) == 0 ? "" : because, remark(page, item));
	show_given(page, number_at(page, item, "points"));
	html(page, "</td><td class=\"n\">");
	show_points(page, number_at(page, item, "balance"));
	html(page, "</td></tr>\n");
}

static void
write_table(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);

	if (page->host->json_count(items) == 0) {
		page_empty(page, "Nothing has given points yet.");
		return;
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Points\"><table id=\"points\"><thead><tr>"
		   "<th scope=\"col\">when</th><th scope=\"col\">rule</th>"
		   "<th scope=\"col\">because</th>"
		   "<th scope=\"col\" class=\"n\">points</th>"
		   "<th scope=\"col\" class=\"n\">score after</th></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_row(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told->json, "next"));
}

static const char *
points_path(struct page *page, const char *what, int limit)
{
	const char *cursor = query_text(page, "cursor");
	const char *path = contact_path(
		page, text_of(page, "/scores/%u/%s", page->args[1], what));

	if (!limit)
		return path;
	return text_of(page, "%s%slimit=%d%s%u", path,
		       strchr(path, '?') ? "&" : "?", limit,
		       *cursor ? "&cursor=" : "", cursor);
}

enum sg_status
contact_points(struct page *page)
{
	bool is_first = !*query_text(page, "cursor");
	struct sg_told told, why, all;

	if (!ask_get(page, points_path(page, "history", ROWS), &told))
		return page_told(page, &told);
	if (!ask_get(page, points_path(page, "why", 0), &why))
		return page_told(page, &why);
	page_begin(page, text_of(page, "%s of %s over time", page->args[1],
				 page->args[0]));
	if (is_first) {
		if (ask_get(page, points_path(page, "history", DRAWN), &all))
			write_line(page, why.json, items_of(page, &all));
		contact_ahead(page, why.json, page->args[1]);
	}
	write_table(page, &told);
	html(page,
	     "<p><a class=\"button\" href=\"/console%s\">Why this score?</a>"
	     "</p>\n",
	     contact_path(page, text_of(page, "/why/%u", page->args[1])));
	return page_end(page, 200);
}

/* surveys_page.c - the surveys: how often each answer and each outcome, and how
 * the scores are spread. */
#include "console.h"

#include <string.h>

static void
write_survey(struct page *page, const struct sg_json *survey)
{
	const char *name = text_at(page, survey, "name");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/surveys/%u\">%s</a>"
	     "</th><td>%s</td><td class=\"n\">%s</td><td><a "
	     "href=\"/console/scores?score=%u\">%s</a></td>"
	     "<td class=\"n\">%s to %s</td><td><a href=\"%s\">%s</a></td>"
	     "</tr>\n",
	     name, name, text_at(page, survey, "title"),
	     text_at(page, survey, "n_questions"),
	     text_at(page, survey, "score"), text_at(page, survey, "score"),
	     text_at(page, survey, "least"), text_at(page, survey, "most"),
	     text_at(page, survey, "url"), text_at(page, survey, "url"));
}

enum sg_status
surveys_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/surveys", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Surveys");
	if (page->host->json_count(items) == 0) {
		page_empty(page, "There is none yet. A survey or quiz is "
				 "configured in scoregate.conf, in plugin "
				 "\"survey\": scoregate-survey(5) begins with "
				 "one to copy.");
		return page_end(page, 200);
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Surveys\"><table id=\"surveys\"><thead><tr>"
		   "<th scope=\"col\">Survey</th><th scope=\"col\">Title</th>"
		   "<th scope=\"col\" class=\"n\">Questions</th>"
		   "<th scope=\"col\">Score</th>"
		   "<th scope=\"col\" class=\"n\">Points</th>"
		   "<th scope=\"col\">Page</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_survey(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

/* --- results -------------------------------------------------------------- */

static void
write_figures(struct page *page, const struct sg_json *results)
{
	static const char *const figures[][2] = {
		{"completed", "times completed"},
		{"people", "by people we know"},
		{"anonymous", "by others"},
	};
	static const char *const points[][2] = {
		{"mean", "mean"}, {"lowest", "lowest"}, {"highest", "highest"}};

	html(page, "<dl class=\"figures\" id=\"results\">\n");
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		html(page, "<dt>%s</dt><dd class=\"points\">", figures[i][1]);
		show_count(page, number_at(page, results, figures[i][0]));
		html(page, "</dd>\n");
	}
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		if (!has_number(page, results, points[i][0]))
			continue;
		html(page, "<dt>%s</dt><dd>", points[i][1]);
		show_points(page, number_at(page, results, points[i][0]));
		html(page, "</dd>\n");
	}
	html(page, "</dl>\n");
}

static void
write_counts(struct page *page, const struct sg_json *counts, const char *title)
{
	size_t n = page->host->json_count(counts);
	double most = 1, one;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		one = number_at(page, page->host->json_at(counts, i), "n");
		most = one > most ? one : most;
	}
	html(page, "<table class=\"parts\"><caption>%s</caption><tbody>\n",
	     title);
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = page->host->json_at(counts, i);
		const char *label = text_at(page, item, "label");

		one = number_at(page, item, "n");
		html(page, "<tr><th scope=\"row\">%s</th><td class=\"n\">",
		     *label ? label : text_at(page, item, "value"));
		show_count(page, one);
		html(page, "</td><td>");
		show_meter(page, one, most, "how many");
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table>\n");
}

static void
write_question(struct page *page, const struct sg_json *question)
{
	const struct sg_json *texts = json_of(page, question, "texts");

	html(page, "<section><h3>%s</h3>\n", text_at(page, question, "label"));
	write_counts(page, json_of(page, question, "answers"), "answers");
	if (page->host->json_count(texts)) {
		html(page, "<ul class=\"quotes\">\n");
		for (size_t i = 0; i < page->host->json_count(texts); i++)
			html(page, "<li>%s</li>\n",
			     page->host->json_text(
				     page->call,
				     page->host->json_at(texts, i)));
		html(page, "</ul>\n");
	}
	html(page, "</section>\n");
}

static void
write_spread(struct page *page, const struct sg_json *results,
	     const struct sg_json *survey)
{
	const struct sg_json *bins = json_of(page, results, "histogram");
	size_t n = page->host->json_count(bins);
	double least = number_at(page, survey, "least");
	double most = number_at(page, survey, "most");
	struct chart chart = {.label = "How the results are spread",
			      .n = n,
			      .from = least,
			      .step = n ? (most - least) / (double)n : 0,
			      .values = {chart_values(page, bins, "n")},
			      .names = {"results"}};

	if (n == 0 || number_at(page, results, "completed") == 0)
		return;
	html(page, "<section><h2>How the results are spread</h2>\n");
	chart_bars(page, &chart);
	html(page, "</section>\n");
}

enum sg_status
survey_page(struct page *page)
{
	const struct sg_json *questions;
	struct sg_told told, results;

	if (!ask_get(page, text_of(page, "/surveys/%u", page->args[0]), &told))
		return page_told(page, &told);
	if (!ask_get(page, text_of(page, "/surveys/%u/results", page->args[0]),
		     &results))
		return page_told(page, &results);
	page_begin(page, *text_at(page, told.json, "title")
				 ? text_at(page, told.json, "title")
				 : page->args[0]);
	html(page,
	     "<p>At <a href=\"%s\">%s</a>; its points are the score <a "
	     "href=\"/console/scores?score=%u\">%s</a>, apart from the "
	     "others.</p>\n",
	     text_at(page, told.json, "url"), text_at(page, told.json, "url"),
	     text_at(page, told.json, "score"),
	     text_at(page, told.json, "score"));
	if (number_at(page, results.json, "completed") == 0)
		page_empty(page, "Nobody has completed it yet.");
	write_figures(page, results.json);
	html(page, "<div class=\"columns\"><section>\n");
	write_counts(page, json_of(page, results.json, "outcomes"), "outcomes");
	html(page, "</section>\n");
	write_spread(page, results.json, told.json);
	html(page, "</div>\n<h2>Questions</h2>\n<div class=\"columns\">\n");
	questions = json_of(page, results.json, "questions");
	for (size_t i = 0; i < page->host->json_count(questions); i++)
		write_question(page, page->host->json_at(questions, i));
	html(page, "</div>\n");
	return page_end(page, 200);
}

/*
 * contact_why.c - why a score is what it is, as `scoregate score why` says it:
 * each entry still worth something, what is left of it today, what comes of it
 * in time. The numbers shown add up to the score shown.
 */
#include "contact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING 1e-6

/* What is left of each line, in whole units that add up. */
struct sum {
	struct page *page;
	size_t n;
	double *left;
	double *shown; /* in units */
	double unit;   /* 1, or 0.01 when something has a fraction */
};

/*
 * All are rounded down, and the units that are missing then go to those that
 * lost most by it (largest remainder). Whole numbers lose nothing.
 */
static void
round_lines(struct sum *sum)
{
	double total = 0, missing;

	for (size_t i = 0; i < sum->n; i++)
		total += sum->left[i];
	missing = round(total / sum->unit);
	for (size_t i = 0; i < sum->n; i++) {
		sum->shown[i] = floor(sum->left[i] / sum->unit + NOTHING);
		missing -= sum->shown[i];
	}
	for (; missing >= 1; missing--) {
		size_t most = 0;
		double lost, best = -1;

		for (size_t i = 0; i < sum->n; i++) {
			lost = sum->left[i] / sum->unit - sum->shown[i];
			if (lost > best) {
				best = lost;
				most = i;
			}
		}
		if (best < 0)
			return;
		sum->shown[most]++;
	}
}

static void
read_lines(struct sum *sum, const struct sg_json *entries)
{
	const struct sg_host *host = sum->page->host;

	sum->n = host->json_count(entries);
	sum->unit = 1;
	sum->left =
		host->alloc(sum->page->call, (sum->n + 1) * sizeof(*sum->left));
	sum->shown = host->alloc(sum->page->call,
				 (sum->n + 1) * sizeof(*sum->shown));
	for (size_t i = 0; i < sum->n; i++) {
		sum->left[i] =
			number_at(sum->page, host->json_at(entries, i), "left");
		if (fabs(sum->left[i] - round(sum->left[i])) >= 0.005)
			sum->unit = 0.01;
	}
	round_lines(sum);
}

static void
write_units(const struct sum *sum, double exact, double units)
{
	bool whole = sum->unit >= 1;
	double shown = units * sum->unit;

	if (whole)
		show_points(sum->page, shown);
	else
		show_cents(sum->page, exact, shown);
}

static void
write_because(struct page *page, const struct sg_json *entry)
{
	const char *text = text_at(page, entry, "explanation");
	const char *rule = text_at(page, entry, "rule");
	const char *from = text_at(page, entry, "/from/key");

	/* The engine's own name for it says nothing more. */
	if (strcmp(text, rule) != 0 && strcmp(text, "score.added") != 0 &&
	    strcmp(text, "score.set") != 0)
		html(page, "%s", text);
	if (*from)
		html(page,
		     " by <a href=\"/console/contacts/%u?module=%u\">%s</a>",
		     from, text_at(page, entry, "/from/module"), from);
}

static void
write_rule(struct page *page, const struct sg_json *entry)
{
	const char *rule = text_at(page, entry, "rule");

	if (*rule)
		html(page, "<a href=\"/console/rules/%u\">%s</a>", rule, rule);
	else if (strcmp(text_at(page, entry, "class"), "manual") == 0)
		html(page, "by hand");
}

static void
write_line(const struct sum *sum, const struct sg_json *entry, size_t i)
{
	struct page *page = sum->page;

	html(page, "<tr><td class=\"n today\">");
	write_units(sum, sum->left[i], sum->shown[i]);
	html(page, "</td><th scope=\"row\">");
	write_rule(page, entry);
	html(page, "</th><td>");
	write_because(page, entry);
	html(page, "</td><td class=\"n\">");
	show_given(page, number_at(page, entry, "given"));
	html(page, "</td><td>");
	show_time(page, text_at(page, entry, "at"));
	html(page, "</td><td>");
	if (has_number(page, entry, "degrade"))
		html(page, "%s %% a day ", text_at(page, entry, "degrade"));
	if (*text_at(page, entry, "expires_at")) {
		html(page, "ends ");
		show_time(page, text_at(page, entry, "expires_at"));
	}
	html(page, "</td></tr>\n");
}

static void
write_total(const struct sum *sum, const char *title, double value)
{
	html(sum->page, "<tr class=\"total\"><td class=\"n today\">");
	write_units(sum, value, round(value / sum->unit));
	html(sum->page, "</td><th scope=\"row\" colspan=\"5\">%s</th></tr>\n",
	     title);
}

static void
write_entries(struct page *page, const struct sum *sum,
	      const struct sg_json *why)
{
	const struct sg_json *entries = json_of(page, why, "entries");
	const struct sg_json *summary = json_of(page, why, "summary");
	double raw = number_at(page, summary, "raw");
	double score = number_at(page, summary, "score");

	html(page,
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"Entries\"><table id=\"why\"><caption>Everything "
	     "that is still worth something, newest first</caption><thead><tr>"
	     "<th scope=\"col\" class=\"n\">left today</th>"
	     "<th scope=\"col\">rule</th><th scope=\"col\">because</th>"
	     "<th scope=\"col\" class=\"n\">given</th>"
	     "<th scope=\"col\">when</th>"
	     "<th scope=\"col\">fades, ends</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < sum->n; i++)
		write_line(sum, page->host->json_at(entries, i), i);
	html(page, "</tbody><tfoot>\n");
	if (has_number(page, summary, "raw") && fabs(raw - score) > NOTHING) {
		write_total(sum, "Sum", raw);
		write_total(sum, "Limits", score - raw);
	}
	if (has_number(page, summary, "score"))
		write_total(sum, "Score", score);
	html(page, "</tfoot></table></div>\n");
}

/* --- what it comes from, at one glance ------------------------------------ */

enum { SOURCES_MOST = 64, SOURCES_SHOWN = 6, FEW = 3 };

struct source {
	const struct sg_json *entry; /* one of its own, for its name */
	const char *rule;
	size_t times;
	double left;
};

static int
by_weight(const void *a, const void *b)
{
	double one = fabs(((const struct source *)a)->left);
	double other = fabs(((const struct source *)b)->left);

	return (one < other) - (one > other);
}

/* The last place takes whatever finds no other. */
static size_t
gather(const struct sum *sum, const struct sg_json *entries,
       struct source sources[SOURCES_MOST])
{
	struct page *page = sum->page;
	size_t n = 0, k;

	for (size_t i = 0; i < sum->n; i++) {
		const struct sg_json *entry = page->host->json_at(entries, i);
		const char *rule = text_at(page, entry, "rule");

		for (k = 0; k < n; k++)
			if (strcmp(sources[k].rule, rule) == 0)
				break;
		if (k == SOURCES_MOST)
			k--;
		if (k == n)
			sources[n++] = (struct source){entry, rule, 0, 0};
		sources[k].times++;
		sources[k].left += sum->shown[i] * sum->unit;
	}
	qsort(sources, n, sizeof(*sources), by_weight);
	return n;
}

static void
write_source(const struct sum *sum, const struct source *source, double most)
{
	struct page *page = sum->page;

	html(page, "<tr><td class=\"n\">");
	write_units(sum, source->left, round(source->left / sum->unit));
	html(page, "</td><th scope=\"row\">");
	write_rule(page, source->entry);
	html(page, "</th><td>");
	show_meter(page, fabs(source->left), most, "its weight");
	html(page, "%s</td><td class=\"quiet\">",
	     source->left < 0 ? "takes away" : "");
	show_count(page, (double)source->times);
	html(page, " ×</td></tr>\n");
}

/* A long list of entries says little at first sight; few need no summary. */
static void
write_sources(const struct sum *sum, const struct sg_json *why)
{
	struct page *page = sum->page;
	struct source sources[SOURCES_MOST];
	size_t n;

	if (sum->n <= FEW)
		return;
	n = gather(sum, json_of(page, why, "entries"), sources);
	html(page, "<table id=\"sources\" class=\"parts\"><caption>What it "
		   "comes from, the weightiest first</caption><thead "
		   "class=\"unseen\"><tr><th scope=\"col\">left today</th>"
		   "<th scope=\"col\">rule</th><th scope=\"col\">weight</th>"
		   "<th scope=\"col\">times</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < SOURCES_SHOWN; i++)
		write_source(sum, &sources[i], fabs(sources[0].left));
	html(page, "</tbody></table>\n");
	if (n > SOURCES_SHOWN)
		html(page, "<p class=\"quiet\">And %d more rules, below.</p>\n",
		     (int)(n - SOURCES_SHOWN));
}

static void
write_crossing(struct page *page, const struct sg_json *crossing)
{
	html(page, "<li>%s %s on ", text_at(page, crossing, "how"),
	     text_at(page, crossing, "threshold"));
	show_time(page, text_at(page, crossing, "at"));
	html(page, ", in ");
	show_count(page, number_at(page, crossing, "in_days"));
	html(page, " days</li>\n");
}

static void
write_future(struct page *page, const struct sg_json *why)
{
	const struct sg_json *crossings = json_of(page, why, "crossings");

	if (!has_number(page, why, "in_7_days"))
		return;
	html(page, "<h2>If nothing happens</h2>\n<ul><li>in 7 days: ");
	show_points(page, number_at(page, why, "in_7_days"));
	html(page, "</li><li>in 30 days: ");
	show_points(page, number_at(page, why, "in_30_days"));
	html(page, "</li>\n");
	for (size_t i = 0; i < page->host->json_count(crossings); i++)
		write_crossing(page, page->host->json_at(crossings, i));
	html(page, "</ul>\n");
}

/* A number that is shown rounded says what it is. */
static void
write_note(struct page *page, const struct sg_json *why, double score)
{
	const char *note = text_at(page, why, "note");
	char exact[48];

	if (fabs(score - round(score)) >= 0.005) {
		snprintf(exact, sizeof(exact), "%.2f", score);
		html(page,
		     " <span class=\"quiet\">points, rounded from %s; "
		     "conditions "
		     "compare the exact value</span>",
		     exact);
	} else {
		html(page, " <span class=\"quiet\">points %s</span>",
		     strstr(note, " is shown as ") ? "" : note);
	}
}

enum sg_status
contact_why(struct page *page)
{
	const struct sg_json *summary;
	struct sum sum = {.page = page};
	struct sg_told told;

	if (!ask_get(page,
		     contact_path(page, text_of(page, "/scores/%u/why",
						page->args[1])),
		     &told))
		return page_told(page, &told);
	summary = json_of(page, told.json, "summary");
	page_begin(page, text_of(page, "Why %s has this score", page->args[0]));
	html(page,
	     "<p class=\"quiet\">score %s · <a href=\"/console%s\">over time"
	     "</a></p>\n",
	     page->args[1],
	     contact_path(page, text_of(page, "/points/%u", page->args[1])));
	html(page, "<p class=\"big\" id=\"score\">");
	if (has_number(page, summary, "score"))
		show_points(page, number_at(page, summary, "score"));
	else
		html(page, "no score");
	contact_bands(page, summary);
	if (has_number(page, summary, "score"))
		write_note(page, told.json, number_at(page, summary, "score"));
	html(page, "</p>\n");
	read_lines(&sum, json_of(page, told.json, "entries"));
	write_sources(&sum, told.json);
	if (sum.n > 0)
		write_entries(page, &sum, told.json);
	else
		page_empty(page, "Nothing that happened is worth points now. "
				 "The rules say what gives some.");
	write_future(page, told.json);
	contact_summary(page, summary);
	return page_end(page, 200);
}

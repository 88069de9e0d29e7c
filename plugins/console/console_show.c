/* console_show.c - numbers, times and values as people read them. */
#include "console.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 48, TIME_SHOWN = 16 };

/* 1234567 as 1,234,567. */
static const char *
group(struct page *page, double whole)
{
	char digits[NUMBER_SIZE];
	struct sg_text *text = page->host->text(page->call);
	size_t len;

	snprintf(digits, sizeof(digits), "%.0f", fabs(whole));
	len = strlen(digits);
	if (whole < 0)
		page->host->append(text, "\xe2\x88\x92", 3); /* a minus */
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			page->host->append(text, ",", 1);
		page->host->append(text, digits + i, 1);
	}
	return page->host->text_value(text);
}

/* round() goes away from zero at the half, and -0.3 is no minus zero. */
static double
whole_of(double points)
{
	double whole = round(points);

	return whole == 0 ? 0 : whole;
}

void
show_points(struct page *page, double points)
{
	html(page, "<span class=\"points%s\" title=\"%f\">%s</span>",
	     whole_of(points) < 0 ? " minus" : "", points,
	     group(page, whole_of(points)));
}

/* -1234.567 as −1,234.57. */
static const char *
cents(struct page *page, double points)
{
	char text[NUMBER_SIZE];
	double shown;

	snprintf(text, sizeof(text), "%.2f", points);
	shown = strtod(text, NULL);
	return text_of(page, "%s%s%s",
		       shown < 0 && shown > -1 ? "\xe2\x88\x92" : "",
		       group(page, shown > -1 && shown < 0 ? 0 : trunc(shown)),
		       strchr(text, '.'));
}

void
show_cents(struct page *page, double exact, double shown)
{
	html(page, "<span class=\"points%s\" title=\"%f\">%s</span>",
	     shown < 0 ? " minus" : "", exact, cents(page, shown));
}

void
show_given(struct page *page, double points)
{
	const char *sign = points > 0 ? "+" : "";

	if (fabs(points - round(points)) < 0.005)
		html(page, "<span class=\"points%s\" title=\"%f\">%s%s</span>",
		     points < 0 ? " minus" : "", points, sign,
		     group(page, whole_of(points)));
	else
		html(page, "<span class=\"points%s\" title=\"%f\">%s%s</span>",
		     points < 0 ? " minus" : "", points, sign,
		     cents(page, points));
}

void
show_count(struct page *page, double count)
{
	html(page, "%s", group(page, count));
}

void
show_time(struct page *page, const char *iso)
{
	const struct sg_host *host = page->host;
	char shown[TIME_SHOWN + 1];
	const char *local;
	struct sg_err *ignored = page->err;
	int64_t at;

	if (strlen(iso) < TIME_SHOWN ||
	    host->time_parse(iso, NULL, &at, ignored) != SG_OK) {
		html(page, "%s", iso);
		return;
	}
	local = host->time_local(page->call, at);
	snprintf(shown, sizeof(shown), "%s", local);
	shown[10] = ' ';
	html(page, "<time datetime=\"%s\" title=\"%s\">%s</time>", iso, local,
	     shown);
}

const char *
time_typed(struct page *page, const char *text)
{
	const struct sg_host *host = page->host;
	int64_t at;

	if (!*text ||
	    host->time_parse(text, host->site(page->call, SG_SITE_TIMEZONE),
			     &at, page->err) != SG_OK)
		return text;
	return host->time_text(page->call, at);
}

void
show_bytes(struct page *page, double bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	char text[NUMBER_SIZE];
	size_t i = 0;

	for (; bytes >= 1000 && i < sizeof(units) / sizeof(*units) - 1; i++)
		bytes /= 1000;
	snprintf(text, sizeof(text), "%.*f", i > 0 && bytes < 100 ? 1 : 0,
		 bytes);
	html(page, "%s %s", text, units[i]);
}

void
show_value(struct page *page, const struct sg_json *value)
{
	const struct sg_host *host = page->host;
	const char *text = host->json_text(page->call, value);

	if (text)
		html(page, "%s", text);
	for (size_t i = 0; i < host->json_count(value); i++) {
		if (i)
			html(page, ", ");
		show_value(page, host->json_at(value, i));
	}
}

void
show_meter(struct page *page, double part, double whole, const char *label)
{
	int percent = whole > 0 ? (int)(part * 100 / whole + 0.5) : 0;

	percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
	html(page,
	     "<svg class=\"meter\" viewBox=\"0 0 100 8\" "
	     "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">"
	     "<rect class=\"empty\" width=\"100\" height=\"8\"/>"
	     "<rect class=\"full\" width=\"%d\" height=\"8\"/></svg> ",
	     label, percent);
}

void
show_option(struct page *page, const char *value, const char *label,
	    const char *chosen)
{
	html(page, "<option value=\"%s\"%s>%s</option>", value,
	     chosen && strcmp(value, chosen) == 0 ? " selected" : "", label);
}

void
show_modules(struct page *page, const char *label, const char *shown,
	     const char *chosen)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/modules", &told))
		return;
	items = items_of(page, &told);
	if (page->host->json_count(items) < 2)
		return;
	html(page, "<label>%s <select name=\"module\">\n", label);
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		show_option(page, text_at(page, item, "name"),
			    text_at(page, item, shown),
			    *chosen ? chosen : "contact");
	}
	html(page, "</select></label>\n");
}

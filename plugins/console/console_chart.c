/* console_chart.c - pictures of how something is spread, as SVG without a
 * script: whole numbers of a drawing that is scaled to where it stands. */
#include "console.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	WIDTH = 480,
	HEIGHT = 190,
	TOP = 18,
	BASE = 160,
	LABELS_MOST = 7,
	COUNTED_MOST = 16, /* bars that have their number above */
	NUMBER_SIZE = 40
};

const double *
chart_values(struct page *page, const struct sg_json *array, const char *name)
{
	const struct sg_host *host = page->host;
	size_t n = host->json_count(array);
	double *values = host->alloc(page->call, (n + 1) * sizeof(*values));

	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = host->json_at(array, i);
		const char *text = name ? text_at(page, item, name)
					: host->json_text(page->call, item);

		values[i] = text ? strtod(text, NULL) : 0;
	}
	return values;
}

static double
most_of(const struct chart *chart)
{
	double most = 1;

	for (size_t s = 0; s < CHART_SERIES_MOST && chart->names[s]; s++)
		for (size_t i = 0; i < chart->n; i++)
			most = fmax(most, chart->values[s][i]);
	return most;
}

/* 12000 as 12k: there is little room. */
static const char *
short_number(struct page *page, double number)
{
	char text[NUMBER_SIZE];

	if (fabs(number) >= 10)
		number = round(number);
	if (fabs(number) < 0.05)
		number = 0;
	if (fabs(number) >= 1e6)
		snprintf(text, sizeof(text), "%.3gM", number / 1e6);
	else if (fabs(number) >= 1e4)
		snprintf(text, sizeof(text), "%.3gk", number / 1e3);
	else
		snprintf(text, sizeof(text), "%.4g", number);
	return page->host->copy(page->call, text);
}

static void
write_bar(struct page *page, const struct chart *chart, size_t series, size_t i)
{
	double value = chart->values[series][i], slot = WIDTH;
	int n_series = chart->names[1] ? 2 : 1;
	double height = value / most_of(chart) * (BASE - TOP);
	double width, x;

	slot /= (double)chart->n;
	width = fmax((slot - 2) / n_series, 1);
	x = slot * (double)i + 1 + width * (double)series;
	if (value > 0 && height < 2)
		height = 2;
	html(page,
	     "<rect class=\"bar series-%d\" x=\"%f\" y=\"%f\" width=\"%f\" "
	     "height=\"%f\"><title>%s: %s to %s: %s</title></rect>\n",
	     (int)series, x, BASE - height, width, height, chart->names[series],
	     short_number(page, chart->from + chart->step * (double)i),
	     short_number(page, chart->from + chart->step * (double)(i + 1)),
	     short_number(page, value));
	if (value > 0 && n_series == 1 && chart->n <= COUNTED_MOST)
		html(page,
		     "<text x=\"%f\" y=\"%f\" text-anchor=\"middle\">%s"
		     "</text>\n",
		     x + width / 2, BASE - height - 4,
		     short_number(page, value));
}

/* As many as can be read, at the left edge of their bar. */
static void
write_axis(struct page *page, const struct chart *chart)
{
	size_t every = (chart->n + LABELS_MOST - 1) / LABELS_MOST;

	html(page,
	     "<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n",
	     BASE, WIDTH, BASE);
	for (size_t i = 0; i < chart->n; i += every ? every : 1) {
		double x = (double)WIDTH / (double)chart->n * (double)i;

		html(page,
		     "<line class=\"axis\" x1=\"%f\" y1=\"%d\" x2=\"%f\" "
		     "y2=\"%d\"/><text x=\"%f\" y=\"%d\">%s</text>\n",
		     x, BASE, x, BASE + 5, x + 1, BASE + 18,
		     short_number(page, chart->from + chart->step * (double)i));
	}
}

static void
write_legend(struct page *page, const struct chart *chart)
{
	if (!chart->names[1])
		return;
	html(page, "<ul class=\"legend\">");
	for (size_t s = 0; s < CHART_SERIES_MOST; s++)
		html(page, "<li class=\"series-%d\">%s</li>", (int)s,
		     chart->names[s]);
	html(page, "</ul>\n");
}

void
chart_bars(struct page *page, const struct chart *chart)
{
	html(page,
	     "<figure class=\"chart\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
	     "aria-label=\"%s\">\n",
	     WIDTH, HEIGHT, chart->label);
	for (size_t i = 0; i < chart->n; i++)
		for (size_t s = 0; s < CHART_SERIES_MOST && chart->names[s];
		     s++)
			write_bar(page, chart, s, i);
	write_axis(page, chart);
	html(page, "</svg>\n");
	write_legend(page, chart);
	html(page, "</figure>\n");
}

/* --- a value over time -----------------------------------------------------
 */

struct frame {
	double from, to, least, most;
};

static struct frame
frame_of(const struct chart_line *chart)
{
	struct frame frame = {chart->points[0].at, chart->points[0].at + 1, 0,
			      1};

	for (size_t i = 0; i < chart->n_points; i++) {
		const struct chart_point *point = &chart->points[i];

		frame.from = fmin(frame.from, point->at);
		frame.to = fmax(frame.to, point->at);
		frame.least = fmin(frame.least, point->value);
		frame.most = fmax(frame.most, point->value);
	}
	/* A level that is far away would press the line flat. */
	for (size_t i = 0; i < chart->n_guides; i++)
		if (chart->guides[i] < frame.most * 1.5)
			frame.most = fmax(frame.most, chart->guides[i]);
	return frame;
}

static double
x_of(const struct frame *frame, double at)
{
	return (at - frame->from) / (frame->to - frame->from) * WIDTH;
}

static double
y_of(const struct frame *frame, double value)
{
	return BASE - (value - frame->least) / (frame->most - frame->least) *
			      (BASE - TOP);
}

/* Those up to now, or those from the last of them on. */
static void
write_part(struct page *page, const struct chart_line *chart,
	   const struct frame *frame, bool ahead)
{
	html(page, "<polyline class=\"line%s\" points=\"",
	     ahead ? " ahead" : "");
	for (size_t i = 0; i < chart->n_points; i++) {
		const struct chart_point *point = &chart->points[i];
		bool joins = ahead && i + 1 < chart->n_points &&
			     chart->points[i + 1].ahead;

		if (point->ahead == ahead || joins)
			html(page, "%f,%f ", round(x_of(frame, point->at)),
			     round(y_of(frame, point->value) * 10) / 10);
	}
	html(page, "\"/>\n");
}

static void
write_guide(struct page *page, const struct frame *frame, double level)
{
	double y = round(y_of(frame, level));

	if (level > frame->most || level < frame->least)
		return;
	html(page,
	     "<line class=\"guide\" x1=\"0\" y1=\"%f\" x2=\"%d\" y2=\"%f\"/>"
	     "<text x=\"2\" y=\"%f\">%s</text>\n",
	     y, WIDTH, y, y - 3, short_number(page, level));
}

void
chart_line(struct page *page, const struct chart_line *chart)
{
	struct frame frame;

	if (chart->n_points < 2)
		return;
	frame = frame_of(chart);
	html(page,
	     "<figure class=\"chart\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
	     "aria-label=\"%s\">\n",
	     WIDTH, HEIGHT, chart->label);
	for (size_t i = 0; i < chart->n_guides; i++)
		write_guide(page, &frame, chart->guides[i]);
	write_guide(page, &frame, frame.most);
	html(page,
	     "<line class=\"axis\" x1=\"0\" y1=\"%f\" x2=\"%d\" "
	     "y2=\"%f\"/>\n",
	     round(y_of(&frame, 0)), WIDTH, round(y_of(&frame, 0)));
	write_part(page, chart, &frame, false);
	write_part(page, chart, &frame, true);
	html(page,
	     "<text x=\"1\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\" "
	     "text-anchor=\"end\">%s</text></svg></figure>\n",
	     BASE + 18, chart->from, WIDTH - 1, BASE + 18, chart->to);
}

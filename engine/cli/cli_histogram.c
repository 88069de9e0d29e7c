/* cli_histogram.c - see cli_histogram.h. */
#include "cli/cli_histogram.h"

enum { BAR = 40, BESIDE = 40, BAR_MOST = 120 };

static int
bar_width(const struct cli *cli)
{
	size_t width = cli_width(cli);

	if (width <= BESIDE + 10)
		return width ? 10 : BAR;
	return width - BESIDE > BAR_MOST ? BAR_MOST : (int)(width - BESIDE);
}

void
cli_histogram(const struct cli *cli, const struct json *bins)
{
	double count, from, to, most = 1;
	int bar = bar_width(cli), width;
	size_t i;

	for (i = 0; i < json_count(bins); i++)
		if (json_get_number(json_at(bins, i), "count", &count) &&
		    count > most)
			most = count;
	for (i = 0; i < json_count(bins); i++) {
		const struct json *bin = json_at(bins, i);

		if (!json_get_number(bin, "from", &from) ||
		    !json_get_number(bin, "to", &to) ||
		    !json_get_number(bin, "count", &count))
			continue;
		printf("  %10.6g … %-10.6g %9.0f%s", from, to, count,
		       count > 0 ? " " : "");
		/* Few are not none. */
		width = (int)(count / most * bar);
		for (width += count > 0 && !width; width > 0; width--)
			fputs("█", stdout);
		putchar('\n');
	}
}

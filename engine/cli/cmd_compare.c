/* cmd_compare.c - scoregate score histogram|compare: how a score is spread,
 * and two records of like totals side by side. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli_histogram.h"
#include "cli/cli_tables.h"

static enum cli_exit
score_histogram(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, 0);
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/scores/%s/histogram", name ? name : "lead");
	cli_query(&path, "bins", cli_value(args, "bins"));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		if (json_count(json_get(answer, "histogram")) == 0)
			puts("Nobody has this score.");
		cli_histogram(cli, json_get(answer, "histogram"));
	}
	json_free(answer);
	return code;
}

/* --- side by side -------------------------------------------------------- */

static const struct {
	const char *part, *title;
} parts[] = {
	{"score", "score"},
	{"positive", "positive"},
	{"negative", "negative"},
	{"touchpoint", "from touch points"},
	{"positive_touchpoint", "  positive"},
	{"negative_touchpoint", "  negative"},
	{"field_points", "from fields"},
	{"manual", "by hand"},
	{"percent", "percent"},
};

static void
copy(struct json *to, const char *name, const struct json *from,
     const char *member, bool exact)
{
	struct buf text = BUF_INIT;

	cli_format(&text, json_get(from, member),
		   exact ? CLI_NUMBER : CLI_POINTS);
	json_add_text(to, name, text.len ? buf_text(&text) : "-");
	buf_done(&text);
}

/* A row of the table: a title, and both sides. */
static void
add_row(struct json *rows, const char *title, const struct json *item,
	bool exact)
{
	struct json *row = json_new_object();

	json_add_text(row, "what", title);
	copy(row, "a", item, "a", exact);
	copy(row, "b", item, "b", exact);
	json_push(rows, row);
}

static void
print_table(const struct cli *cli, const char *title, const struct json *answer,
	    const struct json *rows)
{
	struct cli_column columns[] = {
		{title, "what", CLI_TEXT},
		{json_get_text(answer, "a"), "a", CLI_TEXT},
		{json_get_text(answer, "b"), "b", CLI_TEXT},
		{0},
	};

	if (json_count(rows))
		cli_table(cli, rows, columns);
}

static void
print_parts(const struct cli *cli, const struct json *answer, bool exact)
{
	const struct json *items = json_get(answer, "parts");
	struct json *rows = json_new_array();

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t k = 0; k < json_count(items); k++) {
			const struct json *item = json_at(items, k);
			const char *part = json_get_text(item, "part");

			if (part && strcmp(part, parts[i].part) == 0)
				add_row(rows, parts[i].title, item, exact);
		}
	print_table(cli, "part", answer, rows);
	json_free(rows);
}

static void
print_list(const struct cli *cli, const struct json *answer, const char *list,
	   const char *member, bool exact)
{
	const struct json *items = json_get(answer, list);
	struct json *rows = json_new_array();

	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *title = json_get_text(item, member);

		add_row(rows, title ? title : "", item, exact);
	}
	if (json_count(rows))
		putchar('\n');
	print_table(cli, member, answer, rows);
	json_free(rows);
}

static enum cli_exit
score_compare(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_value(args, "score");
	bool exact = cli_value(args, "exact") != NULL;
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/scores/%s/compare", name ? name : "lead");
	cli_query(&path, "a", cli_arg(args, 0));
	cli_query(&path, "b", cli_arg(args, 1));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		print_parts(cli, answer, exact);
		print_list(cli, answer, "rules", "rule", exact);
		print_list(cli, answer, "signals", "signal", exact);
	}
	json_free(answer);
	return code;
}

static const struct cli_option histogram_options[] = {
	{"bins", "N", "about so many bars (10)"},
	CLI_MODULE_OPTION,
	{0},
};
static const struct cli_option compare_options[] = {
	{"score", "NAME", "which score (lead)"},
	{"exact", NULL, "real numbers, not rounded"},
	CLI_MODULE_OPTION,
	{0},
};

const struct cli_command cli_compare_commands[] = {
	{"score histogram", "[NAME]", "how a score is spread",
	 histogram_options, 0, 1, score_histogram},
	{"score compare", "KEY KEY", "two records side by side",
	 compare_options, 2, 2, score_compare},
	{0},
};

/* cmd_score.c - scoregate score …: points, why, who is on top. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli_histogram.h"
#include "cli/cli_rows.h"
#include "cli/cli_tables.h"
#include "cli/cli_why.h"

#define NOTHING 1e-6

static const char *
score_name(const struct cli_args *args)
{
	const char *name = cli_value(args, "score");

	return name ? name : "lead";
}

static void
print_number(const char *title, const struct json *object, const char *name,
	     bool exact)
{
	struct buf text = BUF_INIT;

	cli_format(&text, json_get(object, name),
		   exact ? CLI_NUMBER : CLI_POINTS);
	if (text.len)
		printf("  %-24s %10s\n", title, buf_text(&text));
	buf_done(&text);
}

static void
print_bands(const struct json *bands)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < json_count(bands); i++) {
		printf(i ? ", " : "  %-24s ", "bands");
		buf_reset(&text);
		cli_format(&text, json_at(bands, i), CLI_TEXT);
		cli_print(buf_text(&text));
	}
	buf_done(&text);
	if (i)
		putchar('\n');
}

/* What stands between positive and negative, and the score. */
static void
print_limit(const struct json *summary, bool exact)
{
	struct json *by = json_new_object();
	double score, raw, positive, negative;

	if (json_get_number(summary, "score", &score) &&
	    json_get_number(summary, "raw", &raw) &&
	    json_get_number(summary, "positive", &positive) &&
	    json_get_number(summary, "negative", &negative) &&
	    fabs(score - raw) > NOTHING) {
		json_add_number(by, "by", score - raw);
		print_number(positive == 0 && negative == 0 ? "the default"
			     : score < raw ? "limited by ceiling"
					   : "raised by floor",
			     by, "by", exact);
	}
	json_free(by);
}

static void
print_summary(const struct json *summary, bool exact)
{
	static const char *const rows[][2] = {
		{"score", "score"},
		{"positive", "positive"},
		{"negative", "negative"},
		{"from touch points", "touchpoint"},
		{"  positive", "positive_touchpoint"},
		{"  negative", "negative_touchpoint"},
		{"from fields", "field_points"},
		{"by hand", "manual"},
		{"automatic", "automatic"},
		{"percent", "percent"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		print_number(rows[i][0], summary, rows[i][1], exact);
	print_limit(summary, exact);
	print_bands(json_get(summary, "bands"));
}

static enum cli_exit
change(struct cli *cli, const struct cli_args *args, const char *op)
{
	struct json *body = json_new_object(), *answer = NULL;
	const char *points = cli_arg(args, 1);
	struct buf path = BUF_INIT, now = BUF_INIT;
	enum cli_exit code = CLI_DONE;
	double number;

	json_add_text(body, "op", op);
	if (points && !text_to_number(points, &number))
		code = cli_fail(CLI_USAGE, "\"%s\" is not a number of points",
				points);
	else if (points)
		json_add_number(body, "points", number);
	if (cli_value(args, "because"))
		json_add_text(body, "because", cli_value(args, "because"));
	cli_path(&path, "/contacts/%s/scores/%s", cli_arg(args, 0),
		 score_name(args));
	cli_query(&path, "module", cli_value(args, "module"));
	if (code == CLI_DONE)
		code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_format(&now, json_get(answer, "score"), CLI_POINTS);
		printf("%s: %s is %s\n", cli_arg(args, 0), score_name(args),
		       now.len ? buf_text(&now) : "no score");
	}
	buf_done(&now);
	buf_done(&path);
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
score_add(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, "add");
}

static enum cli_exit
score_subtract(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, "subtract");
}

static enum cli_exit
score_set(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, "set");
}

static enum cli_exit
score_erase(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, "erase");
}

static enum cli_exit
score_show(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	const struct json *items;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	size_t i;

	cli_path(&path, "/contacts/%s/scores", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code != CLI_DONE)
		return code;
	items = json_get(answer, "items");
	if (!cli_print_json(cli, answer)) {
		if (json_count(items) == 0)
			printf("%s has no score.\n", cli_arg(args, 0));
		for (i = 0; i < json_count(items); i++) {
			const struct json *score = json_at(items, i);

			cli_print(json_get_text(score, "name"));
			putchar('\n');
			print_summary(score, cli_value(args, "exact") != NULL);
		}
	}
	json_free(answer);
	return code;
}

static enum cli_exit
score_why(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s/scores/%s/why", cli_arg(args, 0),
		 score_name(args));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "threshold", cli_value(args, "threshold"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		bool exact = cli_value(args, "exact") != NULL;

		printf("%s, score %s\n", cli_arg(args, 0), score_name(args));
		print_summary(json_get(answer, "summary"), exact);
		cli_why(cli, answer, exact);
	}
	json_free(answer);
	return code;
}

static enum cli_exit
score_top(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/scores/%s/top", score_name(args));
	cli_query(&path, "n", cli_arg(args, 0) ? cli_arg(args, 0) : "20");
	cli_query(&path, "by", cli_value(args, "by"));
	cli_query(&path, "columns", cli_value(args, "columns"));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table_any(cli, json_get(answer, "items"));
	json_free(answer);
	return code;
}

static void
print_statistics(const struct json *answer)
{
	static const char *const rows[][2] = {
		{"records", "records"},
		{"with a score", "scored"},
		{"of 1 or more", "counted"}, /* as shown: 0.5 counts */
		{"highest", "top"},
		{"median of these", "median"},
		{"mean of all scores", "mean"},
		{"lowest", "lowest"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		print_number(rows[i][0], answer, rows[i][1], false);
}

static enum cli_exit
score_summary(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/scores/%s/summary", score_name(args));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		printf("score %s\n", score_name(args));
		print_statistics(answer);
		cli_histogram(cli, json_get(answer, "histogram"));
	}
	json_free(answer);
	return code;
}

#define SCORE_OPTION                                  \
	{                                             \
		"score", "NAME", "which score (lead)" \
	}

static const struct cli_option change_options[] = {
	SCORE_OPTION,
	CLI_MODULE_OPTION,
	{"because", "TEXT", "the explanation in the ledger"},
	{0},
};
static const struct cli_option exact_options[] = {
	SCORE_OPTION,
	CLI_MODULE_OPTION,
	{"exact", NULL, "real numbers, not rounded"},
	{0},
};
static const struct cli_option why_options[] = {
	SCORE_OPTION,
	CLI_MODULE_OPTION,
	{"exact", NULL, "real numbers, not rounded"},
	{"threshold", "N,…", "when does it cross these, if nothing happens?"},
	{0},
};
static const struct cli_option top_options[] = {
	SCORE_OPTION,
	CLI_MODULE_OPTION,
	{"by", "PART", "score percent positive negative touchpoint …"},
	{"columns", "A,B", "as for contact list"},
	{0},
};
static const struct cli_option score_option[] = {
	SCORE_OPTION, CLI_MODULE_OPTION, {0}};

const struct cli_command cli_score_commands[] = {
	{"score show", "ADDRESS", "all scores of a contact, with their parts",
	 exact_options, 1, 1, score_show},
	{"score why", "ADDRESS", "every entry a score is made of", why_options,
	 1, 1, score_why},
	{"score add", "ADDRESS POINTS", "add points", change_options, 2, 2,
	 score_add},
	{"score subtract", "ADDRESS POINTS", "subtract points", change_options,
	 2, 2, score_subtract},
	{"score set", "ADDRESS POINTS", "make the score exactly this",
	 change_options, 2, 2, score_set},
	{"score erase", "ADDRESS", "as if never scored", change_options, 1, 1,
	 score_erase},
	{"score top", "[N]", "the N highest (20)", top_options, 0, 1,
	 score_top},
	{"score summary", "", "how many, median, distribution", score_option, 0,
	 0, score_summary},
	{0},
};

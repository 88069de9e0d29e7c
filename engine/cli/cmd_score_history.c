/* cmd_score_history.c - scoregate score history: every change of a score. */
#include <stdio.h>

#include "cli/cli_tables.h"

static void
print_entries(struct cli *cli, const struct json *items, bool exact)
{
	const enum cli_form number = exact ? CLI_NUMBER : CLI_POINTS;
	const struct cli_column columns[] = {
		{"when", "at", CLI_TIME},
		{"points", "points", number},
		{"score after", "balance", number},
		{"", "kind", CLI_TEXT},
		{"rule", "rule", CLI_TEXT},
		{"because", "explanation", CLI_TEXT},
		{0},
	};

	cli_table(cli, items, columns);
}

static enum cli_exit
score_history(struct cli *cli, const struct cli_args *args)
{
	const char *score = cli_value(args, "score");
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s/scores/%s/history", cli_arg(args, 0),
		 score ? score : "lead");
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_entries(cli, json_get(answer, "items"),
			      cli_value(args, "exact") != NULL);
	json_free(answer);
	return code;
}

static const struct cli_option options[] = {
	{"score", "NAME", "which score (lead)"},
	CLI_MODULE_OPTION,
	{"limit", "N", "at most N entries (100)"},
	{"exact", NULL, "real numbers, not rounded"},
	{0},
};

const struct cli_command cli_score_history_commands[] = {
	{"score history", "ADDRESS", "every change of a score", options, 1, 1,
	 score_history},
	{0},
};

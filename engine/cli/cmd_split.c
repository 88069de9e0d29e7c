/* cmd_split.c - scoregate split …: private copies of mail to several. */
#include <stdio.h>

#include "cli/cli_tables.h"

static enum cli_exit
split_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"id", "id", CLI_TEXT},	      {"to", "recipient", CLI_TEXT},
		{"state", "state", CLI_TEXT}, {"since", "since", CLI_TIME},
		{"tries", "tries", CLI_TEXT}, {"next", "next_at", CLI_TIME},
		{"why", "reason", CLI_TEXT},  {0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/split");
	if (cli_value(args, "dead"))
		cli_query(&path, "state", "dead");
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	buf_done(&path);
	return code;
}

static enum cli_exit
split_redo(struct cli *cli, const struct cli_args *args)
{
	struct json *body = NULL, *answer = NULL;
	enum cli_exit code;

	if (cli_count(args)) {
		body = json_new_object();
		json_add_text(body, "id", cli_arg(args, 0));
	}
	code = cli_call(cli, "POST", "/split/redo", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts(body ? "It is tried again."
			  : "Whatever was given up is tried again.");
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
split_drop(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/split/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Dropped: nobody gets it.");
	json_free(answer);
	buf_done(&path);
	return code;
}

static const struct cli_option list_options[] = {
	{"dead", NULL, "only those that were given up"},
	{"limit", "N", "at most N (100), the oldest first"},
	{0},
};

const struct cli_command cli_split_commands[] = {
	{"split list", "", "private copies that the MTA has not got",
	 list_options, 0, 0, split_list},
	{"split redo", "[ID]", "try one that was given up again, or all", NULL,
	 0, 1, split_redo},
	{"split drop", "ID", "forget one that was given up", NULL, 1, 1,
	 split_drop},
	{0},
};

/* cmd_sequence.c - scoregate sequence …: which there are, who is in them. */
#include <stdio.h>

#include "cli/cli_rules.h"
#include "cli/cli_tables.h"

static enum cli_exit
sequence_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"sequence", "name", CLI_TEXT},
		{"start", "start", CLI_TEXT},
		{"active", "active", CLI_NUMBER},
		{"finished", "finished", CLI_NUMBER},
		{"stopped", "stopped", CLI_NUMBER},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/sequences", columns);
}

static enum cli_exit
sequence_show(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"step", "name", CLI_TEXT},
		{"template", "template", CLI_TEXT},
		{"sent", "sent", CLI_NUMBER},
		{"opened", "opened", CLI_NUMBER},
		{"clicked", "clicked", CLI_NUMBER},
		{"queued", "queued", CLI_NUMBER},
		{"failed", "failed", CLI_NUMBER},
		{"dropped", "dropped", CLI_NUMBER},
		{"skipped", "skipped", CLI_NUMBER},
		{"asked again", "waits", CLI_NUMBER},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	const char *source;

	cli_path(&path, "/sequences/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		source = json_get_text(answer, "source");
		cli_print_lines(stdout, source ? source : "");
		putchar('\n');
		cli_table(cli, json_get(answer, "steps"), columns);
		if (cli_value(args, "versions"))
			cli_print_versions(json_get(answer, "versions"));
	}
	buf_done(&path);
	json_free(answer);
	return code;
}

static const struct cli_column member_columns[] = {
	{"record", "key", CLI_TEXT},	     {"state", "state", CLI_TEXT},
	{"since", "since", CLI_TIME},	     {"next step", "step", CLI_TEXT},
	{"failed step", "failed", CLI_TEXT}, {"due", "due_at", CLI_TIME},
	{"because", "reason", CLI_TEXT},     {0},
};

static void
print_rows(const struct cli *cli, const struct json *answer,
	   const struct cli_column *columns)
{
	cli_table(cli, json_get(answer, "items"), columns);
	if (json_get_text(answer, "next"))
		printf("There are more: --cursor %s\n",
		       json_get_text(answer, "next"));
}

static enum cli_exit
sequence_members(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/sequences/%s/records", cli_arg(args, 0));
	cli_query(&path, "state", cli_value(args, "state"));
	cli_query(&path, "where", cli_value(args, "where"));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	cli_query(&path, "cursor", cli_value(args, "cursor"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_rows(cli, answer, member_columns);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
sequence_clicks(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"when", "happened_at", CLI_TIME},
		{"contact", "email", CLI_TEXT},
		{"step", "step", CLI_TEXT},
		{"verdict", "verdict", CLI_TEXT},
		{"link", "url", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/sequences/%s/clicks", cli_arg(args, 0));
	cli_query(&path, "step", cli_value(args, "step"));
	cli_query(&path, "link", cli_value(args, "link"));
	cli_query(&path, "where", cli_value(args, "where"));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "limit",
		  cli_value(args, "limit") ? cli_value(args, "limit") : "1000");
	cli_query(&path, "cursor", cli_value(args, "cursor"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_rows(cli, answer, columns);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
turn(struct cli *cli, const struct cli_args *args, const char *method,
     const char *done)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s", cli_arg(args, 1));
	cli_path(&path, "/sequences/%s", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, method, buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print(cli_arg(args, 1));
		printf(" %s ", done);
		cli_print(cli_arg(args, 0));
		putchar('\n');
	}
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
sequence_start(struct cli *cli, const struct cli_args *args)
{
	return turn(cli, args, "PUT", "starts");
}

static enum cli_exit
sequence_stop(struct cli *cli, const struct cli_args *args)
{
	return turn(cli, args, "DELETE", "leaves");
}

static const struct cli_option member_options[] = {
	{"state", "STATE", "only active, finished or stopped"},
	{"where", "EXPR", "only those for whom the condition holds"},
	CLI_MODULE_OPTION,
	{"limit", "N", "at most N (100)"},
	{"cursor", "CURSOR", "go on where a longer answer ended"},
	{0},
};
static const struct cli_option click_options[] = {
	{"step", "STEP", "only in the mails of this step"},
	{"link", "URL", "only clicks on this one"},
	{"where", "EXPR", "only of those for whom the condition holds"},
	CLI_MODULE_OPTION,
	{"limit", "N", "at most N (1000)"},
	{"cursor", "CURSOR", "go on where a longer answer ended"},
	{0},
};
static const struct cli_option versions_option[] = {
	{"versions", NULL, "all that it was, and who changed it when"},
	{0},
};
static const struct cli_option module_option[] = {
	CLI_MODULE_OPTION,
	{0},
};

const struct cli_command cli_sequence_commands[] = {
	{"sequence list", "", "the sequences, and how many are in each", NULL,
	 0, 0, sequence_list},
	{"sequence show", "NAME", "one with what came of its steps",
	 versions_option, 1, 1, sequence_show},
	{"sequence members", "NAME", "who is in it, and what is next",
	 member_options, 1, 1, sequence_members},
	{"sequence clicks", "NAME", "who clicked what in its mails, and when",
	 click_options, 1, 1, sequence_clicks},
	{"sequence start", "NAME ADDRESS", "put a contact into it",
	 module_option, 2, 2, sequence_start},
	{"sequence stop", "NAME ADDRESS", "take a contact out of it",
	 module_option, 2, 2, sequence_stop},
	{0},
};

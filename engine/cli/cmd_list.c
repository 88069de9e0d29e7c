/* cmd_list.c - scoregate list …: mailing lists. */
#include <stdio.h>

#include "cli/cli_tables.h"

static enum cli_exit
list_create(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	enum cli_exit code;

	json_add_text(body, "name", cli_arg(args, 0));
	if (cli_value(args, "title"))
		json_add_text(body, "title", cli_value(args, "title"));
	code = cli_call(cli, "POST", "/lists", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("List %s is there.\n", cli_arg(args, 0));
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
list_show(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"list", "name", CLI_TEXT},
		{"title", "title", CLI_TEXT},
		{"joined", "joined", CLI_NUMBER},
		{"unconfirmed", "unconfirmed", CLI_NUMBER},
		{"left", "left", CLI_NUMBER},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	if (cli_count(args))
		cli_path(&path, "/lists/%s", cli_arg(args, 0));
	else
		cli_path(&path, "/lists");
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		if (cli_count(args))
			cli_details(answer, "");
		else
			cli_table(cli, json_get(answer, "items"), columns);
	}
	json_free(answer);
	return code;
}

static enum cli_exit
list_delete(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	char question[200];

	snprintf(question, sizeof(question),
		 "Delete the list %s? Everybody on it leaves it.",
		 cli_arg(args, 0));
	if (!cli_value(args, "yes") && !cli_ask(question))
		return cli_fail(CLI_USAGE,
				"nothing deleted (say --yes to not be asked)");
	cli_path(&path, "/lists/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Deleted.");
	json_free(answer);
	return code;
}

static const struct cli_option title_option[] = {
	{"title", "TEXT", "the name that recipients see"},
	{0},
};
static const struct cli_option yes_option[] = {
	{"yes", NULL, "do not ask"},
	{0},
};

const struct cli_command cli_list_commands[] = {
	{"list create", "NAME", "make a list", title_option, 1, 1, list_create},
	{"list show", "[NAME]", "all lists, or one with its counts", NULL, 0, 1,
	 list_show},
	{"list delete", "NAME", "delete a list", yes_option, 1, 1, list_delete},
	{0},
};

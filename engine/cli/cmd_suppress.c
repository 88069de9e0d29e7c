/* cmd_suppress.c - scoregate contact suppress …: addresses that get no mail.
 * They need not be contacts. */
#include <stdio.h>

#include "cli/cli_tables.h"

static enum cli_exit
contact_suppress(struct cli *cli, const struct cli_args *args)
{
	static const struct {
		const char *option, *name;
	} said[] = {
		{"reason", "reason"},
		{"evidence", "evidence"},
		{"until", "expires_at"},
	};
	struct json *body = json_new_object(), *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (cli_value(args, said[i].option))
			json_add_text(body, said[i].name,
				      cli_value(args, said[i].option));
	cli_path(&path, "/contacts/%s/suppression", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "PUT", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print(cli_arg(args, 0));
		puts(" gets no mail.");
	}
	json_free(answer);
	json_free(body);
	buf_done(&path);
	return code;
}

static enum cli_exit
contact_unsuppress(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/contacts/%s/suppression", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print(cli_arg(args, 0));
		puts(" may get mail again.");
	}
	json_free(answer);
	buf_done(&path);
	return code;
}

static enum cli_exit
contact_suppressions(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"address", "email", CLI_TEXT},
		{"reason", "reason", CLI_TEXT},
		{"from", "source", CLI_TEXT},
		{"since", "since", CLI_TIME},
		{"until", "until", CLI_TIME},
		{"evidence", "evidence", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/suppressions");
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	buf_done(&path);
	return code;
}

static const struct cli_option module_option[] = {CLI_MODULE_OPTION, {0}};
static const struct cli_option suppress_options[] = {
	{"reason", "TEXT", "why; manual unless said"},
	{"evidence", "TEXT", "what shows it, as the number of a ticket"},
	{"until", "TIME", "then mail may go there again, as 2030-01-31"},
	CLI_MODULE_OPTION,
	{0},
};
static const struct cli_option limit_option[] = {
	{"limit", "N", "at most N (100), the newest first"},
	{0},
};

const struct cli_command cli_suppress_commands[] = {
	{"contact suppress", "ADDRESS", "no mail to an address, contact or not",
	 suppress_options, 1, 1, contact_suppress},
	{"contact unsuppress", "ADDRESS", "mail to it again", module_option, 1,
	 1, contact_unsuppress},
	{"contact suppressions", "", "the addresses that get no mail, and why",
	 limit_option, 0, 0, contact_suppressions},
	{0},
};

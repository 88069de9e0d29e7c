/* cmd_token.c - scoregate token …: who may use the API over TCP. */
#include <stdio.h>

#include "cli/cli_tables.h"

static enum cli_exit
token_create(struct cli *cli, const struct cli_args *args)
{
	const char *role = cli_value(args, "role");
	struct json *body = json_new_object(), *answer = NULL;
	enum cli_exit code;

	json_add_text(body, "name", cli_arg(args, 0));
	json_add_text(body, "role", role ? role : "reader");
	if (cli_value(args, "expires"))
		json_add_text(body, "expires_at", cli_value(args, "expires"));
	code = cli_call(cli, "POST", "/tokens", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		const char *token = json_get_text(answer, "token");

		/* Alone on standard output, so that it can be piped away. */
		puts(token ? token : "");
		fputs("This is shown once; only its hash is kept.\n", stderr);
	}
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
token_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"token", "name", CLI_TEXT},
		{"role", "role", CLI_TEXT},
		{"state", "state", CLI_TEXT},
		{"created", "created_at", CLI_TIME},
		{"expires", "expires_at", CLI_TIME},
		{"last used", "last_used_at", CLI_TIME},
		{0},
	};
	const char *all = cli_value(args, "all") ? "all" : NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/tokens");
	cli_query(&path, "state", all);
	code = cli_show_list(cli, buf_text(&path), columns);
	buf_done(&path);
	return code;
}

static enum cli_exit
token_revoke(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/tokens/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Revoked.");
	json_free(answer);
	return code;
}

static const struct cli_option create_options[] = {
	{"role", "ROLE", "reader (default), operator or manager"},
	{"expires", "TIME", "ISO 8601; without it, never"},
	{0},
};

static const struct cli_option list_options[] = {
	{"all", NULL, "those that were revoked, too"},
	{0},
};

const struct cli_command cli_token_commands[] = {
	{"token create", "NAME", "a bearer token for the API", create_options,
	 1, 1, token_create},
	{"token list", "", "the tokens there are", list_options, 0, 0,
	 token_list},
	{"token revoke", "NAME", "make a token worthless", NULL, 1, 1,
	 token_revoke},
	{0},
};

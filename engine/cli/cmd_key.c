/* cmd_key.c - scoregate key …: the keys that links in mail are signed with. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli_tables.h"

static enum cli_exit
key_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"key", "id", CLI_NUMBER},
		{"current", "current", CLI_TEXT},
		{"made", "made_at", CLI_TIME},
		{"mails", "mails", CLI_NUMBER},
		{"last mail", "last_mail_at", CLI_TIME},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/keys", columns);
}

static enum cli_exit
key_rotate(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code = cli_call(cli, "POST", "/keys", NULL, &answer);

	(void)args;
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		int64_t id = 0;

		json_get_int(answer, "id", &id);
		printf("Links in new mail are made with key %" PRId64
		       "; the old ones go on working.\n"
		       "Back the file of keys up now, and copy it to the other "
		       "nodes (then: scoregate reload).\n",
		       id);
	}
	json_free(answer);
	return code;
}

/* What would die: said on standard error, before the question. */
static enum cli_exit
say_what_dies(struct cli *cli, const char *id)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	int64_t mails = 0;

	cli_path(&path, "/keys/%s?dry_run=1", id);
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE) {
		const char *last = json_get_text(answer, "last_mail_at");

		json_get_int(answer, "mails", &mails);
		fprintf(stderr,
			"%" PRId64
			" mails lose their links, opens, bounces and "
			"unsubscriptions%s%s.\n",
			mails, last ? "; the last is of " : "",
			last ? last : "");
	}
	json_free(answer);
	return code;
}

static enum cli_exit
key_retire(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code = say_what_dies(cli, cli_arg(args, 0));

	if (code != CLI_DONE)
		return code;
	if (!cli_value(args, "yes") && !cli_ask("Retire the key for ever?"))
		return cli_fail(CLI_USAGE,
				"nothing retired (say --yes to not be asked)");
	cli_path(&path, "/keys/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Retired.");
	json_free(answer);
	return code;
}

static const struct cli_option retire_options[] = {
	{"yes", NULL, "do not ask"},
	{0},
};

const struct cli_command cli_key_commands[] = {
	{"key list", "", "the keys that links are signed with", NULL, 0, 0,
	 key_list},
	{"key rotate", "", "a new key for new mail; old links go on working",
	 NULL, 0, 0, key_rotate},
	{"key retire", "ID", "an old key's links are dead from now on",
	 retire_options, 1, 1, key_retire},
	{0},
};

/* cmd_signal.c - scoregate signal …: what can happen, and making it happen. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

static enum cli_exit
properties_of(const struct cli_args *args, struct json *body)
{
	struct json *properties = json_new_object();
	size_t i;

	json_add(body, "properties", properties);
	for (i = 1; i < cli_count(args); i++) {
		const char *word = cli_arg(args, i);
		size_t len = strcspn(word, "=");
		char name[128];

		if (!word[len] || len == 0 || len >= sizeof(name))
			return cli_fail(CLI_USAGE,
					"\"%s\" is not PROPERTY=VALUE", word);
		memcpy(name, word, len);
		name[len] = '\0';
		json_add_text(properties, name, word + len + 1);
	}
	return CLI_DONE;
}

static enum cli_exit
signal_emit(struct cli *cli, const struct cli_args *args)
{
	struct json *body, *answer = NULL;
	enum cli_exit code;

	if (!cli_value(args, "contact"))
		return cli_fail(CLI_USAGE,
				"signal emit needs --contact ADDRESS");
	body = json_new_object();
	json_add_text(body, "name", cli_arg(args, 0));
	json_add_text(body, "email", cli_value(args, "contact"));
	if (cli_value(args, "at"))
		json_add_text(body, "happened_at", cli_value(args, "at"));
	if (cli_value(args, "id"))
		json_add_text(body, "id", cli_value(args, "id"));
	code = properties_of(args, body);
	if (code == CLI_DONE)
		code = cli_call(cli, "POST", "/signals", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Kept.");
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
signal_kinds(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"signal", "name", CLI_TEXT},
		{"from", "plugin", CLI_TEXT},
		{"properties", "properties", CLI_TEXT},
		{"what it is", "summary", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code =
		cli_call(cli, "GET", "/signals/kinds", NULL, &answer);

	(void)args;
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	return code;
}

static enum cli_exit
signal_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"id", "id", CLI_TEXT},
		{"when", "happened_at", CLI_TIME},
		{"signal", "name", CLI_TEXT},
		{"verdict", "verdict", CLI_TEXT},
		{"reason", "verdict_reason", CLI_TEXT},
		{"counts from", "settles_at", CLI_TIME},
		{0},
	};
	static const char *const params[] = {"contact", "name", "limit"};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	size_t i;

	buf_append_text(&path, "/signals");
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		cli_query(&path, params[i], cli_value(args, params[i]));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
signal_judge(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	json_add_text(body, "verdict", cli_arg(args, 1));
	if (cli_value(args, "because"))
		json_add_text(body, "because", cli_value(args, "because"));
	cli_path(&path, "/signals/%s/verdict", cli_arg(args, 0));
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("%s is %s now.\n", cli_arg(args, 0), cli_arg(args, 1));
	buf_done(&path);
	json_free(answer);
	json_free(body);
	return code;
}

static const struct cli_option list_options[] = {
	{"contact", "ADDRESS", "of this contact"},
	{"name", "NAME", "of this kind"},
	{"limit", "N", "so many (100)"},
	{0},
};

static const struct cli_option judge_options[] = {
	{"because", "TEXT", "why"},
	{0},
};

static const struct cli_option emit_options[] = {
	{"contact", "ADDRESS", "who it happened to"},
	{"at", "TIME", "when it happened (now)"},
	{"id", "ID", "your own id: the same one again is dropped"},
	{0},
};

const struct cli_command cli_signal_commands[] = {
	{"signal emit", "NAME --contact ADDRESS [PROPERTY=VALUE…]",
	 "say that something happened", emit_options, 1, -1, signal_emit},
	{"signal list", "", "what happened, newest first", list_options, 0, 0,
	 signal_list},
	{"signal judge", "ID human|proxy|machine",
	 "a later verdict on one signal", judge_options, 2, 2, signal_judge},
	{"signal kinds", "", "every signal that rules may name", NULL, 0, 0,
	 signal_kinds},
	{0},
};

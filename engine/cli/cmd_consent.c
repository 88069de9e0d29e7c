/* cmd_consent.c - scoregate contact consent: what a person said about being
 * tracked. They need not be a contact. */
#include <stdio.h>

#include "cli/cli_tables.h"

static void
print_consent(const struct cli *cli, const struct json *answer)
{
	static const char *const whats[] = {"opens", "clicks"};
	static const struct cli_column columns[] = {
		{"of", "of", CLI_TEXT},
		{"consent", "state", CLI_TEXT},
		{"since", "since", CLI_TIME},
		{"source", "source", CLI_TEXT},
		{"wording", "wording", CLI_TEXT},
		{0},
	};
	struct json *rows = json_new_array();
	size_t i;

	for (i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		const struct json *one = json_get(answer, whats[i]);
		struct json *row = json_new_object();
		const char *since = json_get_text(one, "since");

		json_add_text(row, "of", whats[i]);
		json_add_text(row, "state", json_get_text(one, "state"));
		if (since)
			json_add_text(row, "since", since);
		json_add_text(row, "source", json_get_text(one, "source"));
		json_add_text(row, "wording", json_get_text(one, "wording"));
		json_push(rows, row);
	}
	cli_table(cli, rows, columns);
	json_free(rows);
}

static enum cli_exit
contact_consent(struct cli *cli, const struct cli_args *args)
{
	static const char *const said[] = {"source", "wording", "at"};
	struct json *body = NULL, *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;
	size_t i;

	if (cli_count(args) == 2)
		return cli_fail(CLI_USAGE, "say granted, denied or unknown");
	cli_path(&path, "/contacts/%s/consent", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	if (cli_count(args) == 3) {
		body = json_new_object();
		json_add_text(body, "state", cli_arg(args, 2));
		for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
			if (cli_value(args, said[i]))
				json_add_text(body, said[i],
					      cli_value(args, said[i]));
		buf_reset(&path);
		cli_path(&path, "/contacts/%s/consent/%s", cli_arg(args, 0),
			 cli_arg(args, 1));
		cli_query(&path, "module", cli_value(args, "module"));
	}
	code = cli_call(cli, body ? "PUT" : "GET", buf_text(&path), body,
			&answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_consent(cli, answer);
	json_free(answer);
	json_free(body);
	buf_done(&path);
	return code;
}

static const struct cli_option consent_options[] = {
	{"source", "TEXT", "where it was said, as the form or the letter"},
	{"wording", "TEXT", "what was agreed to, word for word"},
	{"at", "TIME", "when, if not now"},
	CLI_MODULE_OPTION,
	{0},
};

const struct cli_command cli_consent_commands[] = {
	{"contact consent", "ADDRESS [opens|clicks granted|denied|unknown]",
	 "whether opens and clicks may be tracked", consent_options, 1, 3,
	 contact_consent},
	{0},
};

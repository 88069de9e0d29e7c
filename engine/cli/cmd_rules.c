/* cmd_rules.c - scoregate rules …: check, apply, export. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

enum { RULES_MOST = 16 << 20 };

/* The file's text to the API, its name along for the messages. */
static enum cli_exit
send_rules(struct cli *cli, const char *method, const char *path,
	   const char *file, struct json **answer_out)
{
	struct buf text = BUF_INIT, full = BUF_INIT, answer = BUF_INIT;
	enum cli_exit code = cli_read_file(file, RULES_MOST, &text);

	if (code != CLI_DONE)
		return code;
	buf_append_text(&full, path);
	cli_query(&full, "file", file);
	struct cli_call call = {
		.method = method,
		.path = buf_text(&full),
		.content_type = "text/plain; charset=utf-8",
		.body = buf_text(&text),
		.body_len = text.len,
	};
	code = cli_call_raw(cli, &call, &answer);
	if (code == CLI_DONE && json_parse(buf_text(&answer), answer.len,
					   answer_out, NULL) != SG_OK)
		code = cli_fail(CLI_FAILED, "the daemon's answer is no JSON");
	buf_done(&answer);
	buf_done(&full);
	buf_done(&text);
	return code;
}

static void
print_differences(const struct json *differences)
{
	size_t i;

	for (i = 0; i < json_count(differences); i++) {
		const struct json *one = json_at(differences, i);
		const char *change = json_get_text(one, "change");
		const char *before = json_get_text(one, "before");
		const char *after = json_get_text(one, "after");

		printf("%s rule \"", change ? change : "?");
		cli_print(json_get_text(one, "name")
				  ? json_get_text(one, "name")
				  : "");
		puts("\"");
		if (before)
			printf("  before:\n%s\n", before);
		if (after)
			printf("  after:\n%s\n", after);
	}
}

static enum cli_exit
rules_check(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf count = BUF_INIT;
	enum cli_exit code = send_rules(cli, "POST", "/rules/check",
					cli_arg(args, 0), &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_format(&count, json_get(answer, "rules"), CLI_NUMBER);
		printf("%s: %s rules, all fine.\n", cli_arg(args, 0),
		       buf_text(&count));
	}
	buf_done(&count);
	json_free(answer);
	return code;
}

static enum cli_exit
put_rules(struct cli *cli, const struct cli_args *args)
{
	bool take_back = cli_value(args, "take-back") != NULL;
	struct json *answer = NULL;
	enum cli_exit code = send_rules(
		cli, "PUT", take_back ? "/rules?take_back=1" : "/rules",
		cli_arg(args, 0), &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Applied.");
	json_free(answer);
	return code;
}

static enum cli_exit
rules_apply(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	const struct json *differences;
	enum cli_exit code;
	size_t n;

	if (cli_value(args, "yes"))
		return put_rules(cli, args);
	code = send_rules(cli, "PUT", "/rules?dry_run=1", cli_arg(args, 0),
			  &answer);
	if (code != CLI_DONE)
		return code;
	differences = json_get(answer, "differences");
	n = json_count(differences);
	print_differences(differences);
	json_free(answer);
	if (n == 0) {
		puts("The rules are as in the file already.");
		return CLI_DONE;
	}
	if (!cli_ask("Apply?"))
		return cli_fail(CLI_USAGE,
				"nothing applied (say --yes to not be asked)");
	return put_rules(cli, args);
}

static enum cli_exit
rules_export(struct cli *cli, const struct cli_args *args)
{
	struct cli_call call = {
		.method = "GET", .path = "/rules", .accept = "text/plain"};
	struct buf text = BUF_INIT;
	FILE *file = stdout;
	enum cli_exit code;

	if (cli->json)
		call.accept = "application/json";
	code = cli_call_raw(cli, &call, &text);
	if (code != CLI_DONE)
		return code;
	if (cli_arg(args, 0))
		file = fopen(cli_arg(args, 0), "w");
	if (!file || fwrite(buf_text(&text), 1, text.len, file) != text.len)
		code = cli_fail(CLI_FAILED, "%s cannot be written: %m",
				cli_arg(args, 0) ? cli_arg(args, 0)
						 : "standard output");
	if (file && file != stdout && fclose(file) != 0)
		code = cli_fail(CLI_FAILED, "%s cannot be written: %m",
				cli_arg(args, 0));
	buf_done(&text);
	return code;
}

static const struct cli_option apply_options[] = {
	{"yes", NULL, "do not show and ask first"},
	{"take-back", NULL, "take back the points of rules that go"},
	{0},
};

const struct cli_command cli_rules_commands[] = {
	{"rules check", "FILE", "is a rules file right?", NULL, 1, 1,
	 rules_check},
	{"rules apply", "FILE", "make the rules equal to a file", apply_options,
	 1, 1, rules_apply},
	{"rules export", "[FILE]", "write the rules as a file", NULL, 0, 1,
	 rules_export},
	{0},
};

/*
 * cmd_mail.c - scoregate mail …: what the engine makes of a mail. Works on
 * files, without a daemon.
 */
#include <stdio.h>
#include <string.h>

#include "classify/classify_json.h"
#include "cli/cli_tables.h"
#include "mail/part_map.h"

enum { MAIL_MOST = 64 << 20 };

static void
print_line(const char *indent, const char *title, const char *text)
{
	if (!*text)
		return;
	printf("%s%-11s ", indent, title);
	cli_print(text);
	putchar('\n');
}

static void
print_result(const char *file, const struct classify_result *result)
{
	const struct classify_recipient *recipient;
	size_t i;

	cli_print(file);
	printf(": %s", classify_kind_name(result->kind));
	if (result->confidence > 0)
		printf(" (%.0f %%)", result->confidence * 100);
	putchar('\n');
	print_line("  ", "evidence", result->evidence);
	print_line("  ", "message", result->message_id);
	for (i = 0; i < result->n_recipients; i++) {
		recipient = &result->recipients[i];
		print_line("  ", "recipient", recipient->address);
		print_line("    ", "kind", classify_kind_name(recipient->kind));
		print_line("    ", "class",
			   bounce_class_name(recipient->class));
		if (recipient->class != BOUNCE_CLASS_NONE)
			print_line("    ", "reason",
				   bounce_reason_name(recipient->reason));
		print_line("    ", "status", recipient->status);
		print_line("    ", "diagnostic", recipient->diagnostic);
	}
}

static enum cli_exit
classify_file(const struct cli *cli, struct pool *pool, const char *file)
{
	struct classify_result result;
	struct buf text = BUF_INIT;
	struct sg_err err;
	struct json *json;
	enum cli_exit code = cli_read_file(file, MAIL_MOST, &text);

	if (code != CLI_DONE)
		return code;
	pool_clear(pool);
	if (classify_text(pool, buf_text(&text), text.len, &result, &err) !=
	    SG_OK) {
		code = cli_fail(CLI_REFUSED, "%s: %s", file, err.text);
	} else if (cli->json) {
		json = json_new_object();
		json_add_clean(json, "file", file);
		classify_json(&result, json);
		buf_reset(&text);
		json_write(json, &text);
		printf("%s\n", buf_text(&text));
		json_free(json);
	} else {
		print_result(file, &result);
	}
	buf_done(&text);
	return code;
}

static enum cli_exit
mail_classify(struct cli *cli, const struct cli_args *args)
{
	enum cli_exit code, worst = CLI_DONE;
	struct pool *pool = pool_new();
	size_t i;

	mail_start();
	for (i = 0; i < cli_count(args); i++) {
		code = classify_file(cli, pool, cli_arg(args, i));
		if (code != CLI_DONE)
			worst = code;
	}
	pool_free(pool);
	return worst;
}

const struct cli_command cli_mail_commands[] = {
	{"mail classify", "FILE…",
	 "what incoming mail is: bounce, reply …; without a daemon", NULL, 1,
	 -1, mail_classify},
	{0},
};

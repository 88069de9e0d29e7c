/*
 * cmd_mail.c - scoregate mail …: what the engine makes of a mail. Works on
 * files, without a daemon.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "classify/classify.h"
#include "cli/cli_tables.h"
#include "mail/part_map.h"

enum { MAIL_MOST = 64 << 20 };

/* What came with a mail is in any charset; JSON is in UTF-8. */
static void
add_clean(struct json *object, const char *name, const char *text)
{
	struct buf clean = BUF_INIT;

	text_append_clean(&clean, text, strlen(text));
	json_add_text(object, name, buf_text(&clean));
	buf_done(&clean);
}

static struct json *
recipient_json(const struct classify_recipient *recipient)
{
	struct json *json = json_new_object();
	bool failed = recipient->kind == CLASSIFY_BOUNCE ||
		      recipient->kind == CLASSIFY_DELAY;

	add_clean(json, "address", recipient->address);
	if (recipient->kind == CLASSIFY_BOUNCE)
		json_add_text(json, "class",
			      bounce_class_name(recipient->class));
	else
		json_add_text(json, "class",
			      classify_kind_name(recipient->kind));
	add_clean(json, "status", recipient->status);
	json_add_text(json, "reason",
		      failed ? bounce_reason_name(recipient->reason) : "");
	add_clean(json, "diagnostic", recipient->diagnostic);
	return json;
}

static struct json *
result_json(const char *file, const struct classify_result *result)
{
	struct json *json = json_new_object(), *recipients = json_new_array();
	size_t i;

	add_clean(json, "file", file);
	json_add_text(json, "kind", classify_kind_name(result->kind));
	json_add_number(json, "confidence", result->confidence);
	add_clean(json, "evidence", result->evidence);
	for (i = 0; i < result->n_recipients; i++)
		json_push(recipients, recipient_json(&result->recipients[i]));
	json_add(json, "recipients", recipients);
	add_clean(json, "message_id", result->message_id);
	return json;
}

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
		json = result_json(file, &result);
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

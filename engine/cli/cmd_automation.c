/* cmd_automation.c - scoregate automation …, outbox …: what is done by itself,
 * and what of it waits to be delivered. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_rules.h"
#include "cli/cli_tables.h"

static enum cli_exit
automation_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"automation", "name", CLI_TEXT},
		{"on", "on", CLI_TEXT},
		{"fired", "fired", CLI_NUMBER},
		{"last", "last_at", CLI_TIME},
		{"changed", "changed_at", CLI_TIME},
		{"by", "author", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/automations", columns);
}

void
cli_print_versions(const struct json *versions)
{
	struct buf at = BUF_INIT;
	size_t i;

	for (i = 0; i < json_count(versions); i++) {
		const struct json *one = json_at(versions, i);
		const char *source = json_get_text(one, "source");

		buf_reset(&at);
		cli_format(&at, json_get(one, "created_at"), CLI_TIME);
		printf("\n# %s, by ", buf_text(&at));
		cli_print(json_get_text(one, "author"));
		if (json_get_text(one, "ended_at")) {
			buf_reset(&at);
			cli_format(&at, json_get(one, "ended_at"), CLI_TIME);
			printf("; until %s", buf_text(&at));
		}
		putchar('\n');
		cli_print_lines(stdout, source ? source : "");
	}
	buf_done(&at);
}

static enum cli_exit
automation_show(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT, fired = BUF_INIT, last = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/automations/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_format(&fired, json_get(answer, "fired"), CLI_NUMBER);
		cli_format(&last, json_get(answer, "last_at"), CLI_TIME);
		cli_print(cli_arg(args, 0));
		printf(": fired %s %s%s%s%s\n", buf_text(&fired),
		       strcmp(buf_text(&fired), "1") == 0 ? "time" : "times",
		       last.len ? ", last " : "", buf_text(&last),
		       json_get(answer, "automation") ? ""
						      : "; no longer there");
		cli_print_versions(json_get(answer, "versions"));
	}
	buf_done(&last);
	buf_done(&fired);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
automation_history(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"at", "at", CLI_TIME},
		{"record", "key", CLI_TEXT},
		{"automation", "automation", CLI_TEXT},
		{"because", "cause", CLI_TEXT},
		{"after", "chain", CLI_TEXT},
		{"trouble", "trouble", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/firings");
	cli_query(&path, "automation", cli_arg(args, 0));
	cli_query(&path, "contact", cli_value(args, "contact"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	buf_done(&path);
	json_free(answer);
	return code;
}

/* --- outbox ------------------------------------------------------------- */

static enum cli_exit
outbox_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"id", "id", CLI_NUMBER},
		{"what", "action", CLI_TEXT},
		{"to", "target", CLI_TEXT},
		{"state", "state", CLI_TEXT},
		{"next", "due_at", CLI_TIME},
		{"trouble", "trouble", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/outbox");
	cli_query(&path, "state", cli_value(args, "state"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
outbox_show(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT, text = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/outbox/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		json_write_pretty(answer, &text);
		cli_print_lines(stdout, buf_text(&text));
		putchar('\n');
	}
	buf_done(&text);
	buf_done(&path);
	json_free(answer);
	return code;
}

/* "all": every dead one. */
static enum cli_exit
redo_all(struct cli *cli)
{
	struct json *answer = NULL, *done;
	size_t n = 0, i;
	enum cli_exit code = cli_call(
		cli, "GET", "/outbox?state=dead&limit=1000", NULL, &answer);

	for (i = 0;
	     code == CLI_DONE && i < json_count(json_get(answer, "items"));
	     i++, n++) {
		struct buf path = BUF_INIT, id = BUF_INIT;

		(void)json_scalar(
			json_get(json_at(json_get(answer, "items"), i), "id"),
			&id);
		cli_path(&path, "/outbox/%s/redo", buf_text(&id));
		done = NULL;
		code = cli_call(cli, "POST", buf_text(&path), NULL, &done);
		json_free(done);
		buf_done(&id);
		buf_done(&path);
	}
	if (code == CLI_DONE)
		printf("%zu are tried again.\n", n);
	json_free(answer);
	return code;
}

static enum cli_exit
turn(struct cli *cli, const char *method, const char *format, const char *id,
     const char *said)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, format, id);
	code = cli_call(cli, method, buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts(said);
	buf_done(&path);
	json_free(answer);
	return code;
}

static enum cli_exit
outbox_redo(struct cli *cli, const struct cli_args *args)
{
	if (cli_value(args, "all"))
		return redo_all(cli);
	if (!cli_arg(args, 0))
		return cli_fail(CLI_USAGE, "outbox redo needs ID or --all");
	return turn(cli, "POST", "/outbox/%s/redo", cli_arg(args, 0),
		    "It is tried again.");
}

static enum cli_exit
outbox_drop(struct cli *cli, const struct cli_args *args)
{
	return turn(cli, "DELETE", "/outbox/%s", cli_arg(args, 0), "Dropped.");
}

static const struct cli_option history_options[] = {
	{"contact", "ADDRESS", "only of this contact"},
	{"limit", "N", "at most N (100), the newest first"},
	{0},
};
static const struct cli_option list_options[] = {
	{"state", "STATE", "only waiting, delivered, dead or dropped"},
	{"limit", "N", "at most N (100), the newest first"},
	{0},
};
static const struct cli_option redo_options[] = {
	{"all", NULL, "every dead one"},
	{0},
};

const struct cli_command cli_automation_commands[] = {
	{"automation list", "", "the automations, and how often each fired",
	 NULL, 0, 0, automation_list},
	{"automation show", "NAME", "one with its versions", NULL, 1, 1,
	 automation_show},
	{"automation history", "[NAME]", "what fired, when and why",
	 history_options, 0, 1, automation_history},
	{"outbox list", "", "deliveries of automations: waiting, done, dead",
	 list_options, 0, 0, outbox_list},
	{"outbox show", "ID", "one delivery with what it carries", NULL, 1, 1,
	 outbox_show},
	{"outbox redo", "[ID]", "try a dead delivery again", redo_options, 0, 1,
	 outbox_redo},
	{"outbox drop", "ID", "give a delivery up", NULL, 1, 1, outbox_drop},
	{0},
};

/* cmd_segment.c - scoregate segment …: conditions, counted, listed, named. */
#include <stdio.h>

#include "cli/cli_rows.h"
#include "cli/cli_tables.h"

static enum cli_exit
segment_count(struct cli *cli, const struct cli_args *args)
{
	struct json *body, *answer = NULL;
	struct buf path = BUF_INIT, count = BUF_INIT, total = BUF_INIT;
	enum cli_exit code;

	if (!cli_value(args, "where"))
		return cli_fail(CLI_USAGE, "segment count needs --where EXPR");
	body = json_new_object();
	json_add_text(body, "where", cli_value(args, "where"));
	buf_append_text(&path, "/segments/count");
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_format(&count, json_get(answer, "count"), CLI_NUMBER);
		cli_format(&total, json_get(answer, "total"), CLI_NUMBER);
		printf("%s of %s\n", buf_text(&count), buf_text(&total));
	}
	buf_done(&total);
	buf_done(&count);
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
segment_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"segment", "name", CLI_TEXT},
		{"where", "where", CLI_TEXT},
		{"by", "author", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code;

	if (cli_value(args, "where"))
		return cli_rows(cli, args);
	code = cli_call(cli, "GET", "/segments", NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	return code;
}

static enum cli_exit
segment_save(struct cli *cli, const struct cli_args *args)
{
	struct json *body, *answer = NULL;
	enum cli_exit code;

	if (!cli_value(args, "where"))
		return cli_fail(CLI_USAGE, "segment save needs --where EXPR");
	body = json_new_object();
	json_add_text(body, "name", cli_arg(args, 0));
	json_add_text(body, "where", cli_value(args, "where"));
	code = cli_call(cli, "POST", "/segments", body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("Saved. Use it anywhere as: segment '%s'\n",
		       cli_arg(args, 0));
	json_free(answer);
	json_free(body);
	return code;
}

static enum cli_exit
segment_delete(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/segments/%s", cli_arg(args, 0));
	code = cli_call(cli, "DELETE", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts("Deleted.");
	json_free(answer);
	return code;
}

static const struct cli_option count_options[] = {
	{"where", "EXPR", "the condition"},
	CLI_MODULE_OPTION,
	{0},
};
static const struct cli_option where_option[] = {
	{"where", "EXPR", "the condition"},
	{0},
};
static const struct cli_option row_options[] = {CLI_ROW_OPTIONS, {0}};

const struct cli_command cli_segment_commands[] = {
	{"segment count", "--where EXPR", "how many the condition holds for",
	 count_options, 0, 0, segment_count},
	{"segment list", "[--where EXPR]",
	 "who it holds for; without it, the saved ones", row_options, 0, 0,
	 segment_list},
	{"segment save", "NAME --where EXPR", "name a condition", where_option,
	 1, 1, segment_save},
	{"segment delete", "NAME", "forget a named condition", NULL, 1, 1,
	 segment_delete},
	{0},
};

/* cmd_segment_do.c - scoregate segment do: actions to all for whom a condition
 * holds. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/cli_tables.h"

enum { LOOK_MS = 200 };

static struct json *
order_of(const struct cli_args *args)
{
	struct json *body = json_new_object(), *actions = json_new_array();
	size_t i;

	json_add_text(body, "where", cli_value(args, "where"));
	for (i = 0; i < cli_count(args); i++)
		json_push(actions, json_text(cli_arg(args, i)));
	json_add(body, "actions", actions);
	return body;
}

static void
path_of(struct buf *path, const struct cli_args *args, const char *dry_run)
{
	buf_append_text(path, "/bulk");
	cli_query(path, "dry_run", dry_run);
	cli_query(path, "module", cli_value(args, "module"));
}

/* How many, and some of them. */
static enum cli_exit
show(struct cli *cli, const struct cli_args *args, const struct json *body,
     int64_t *total_out)
{
	static const struct cli_column columns[] = {
		{"record", "key", CLI_TEXT},
		{"score", "score", CLI_POINTS},
		{0},
	};
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	path_of(&path, args, "1");
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	buf_done(&path);
	if (code == CLI_DONE) {
		(void)json_get_int(answer, "total", total_out);
		printf("%lld record%s", (long long)*total_out,
		       *total_out == 1 ? "" : "s");
		puts(json_count(json_get(answer, "examples")) <
				     (size_t)*total_out
			     ? ", among them:"
		     : *total_out ? ":"
				  : "; nothing to do.");
		if (*total_out)
			cli_table(cli, json_get(answer, "examples"), columns);
	}
	json_free(answer);
	return code;
}

/* Until it is finished; it goes on without us. */
static enum cli_exit
follow(struct cli *cli, int64_t id, struct json **answer_out)
{
	struct buf path = BUF_INIT, number = BUF_INIT;
	enum cli_exit code;
	int64_t done = 0, total = 0;

	buf_printf(&number, "%lld", (long long)id);
	cli_path(&path, "/bulk/%s", buf_text(&number));
	for (;;) {
		code = cli_call(cli, "GET", buf_text(&path), NULL, answer_out);
		if (code != CLI_DONE ||
		    json_get_text(*answer_out, "finished_at"))
			break;
		(void)json_get_int(*answer_out, "done", &done);
		(void)json_get_int(*answer_out, "total", &total);
		cli_progress(done, total, "");
		json_free(*answer_out);
		*answer_out = NULL;
		clock_sleep_ms(LOOK_MS);
	}
	cli_progress_end();
	buf_done(&number);
	buf_done(&path);
	return code;
}

static enum cli_exit
run(struct cli *cli, const struct cli_args *args, const struct json *body)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	int64_t id = 0, done = 0, refused = 0;
	enum cli_exit code;

	path_of(&path, args, NULL);
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	buf_done(&path);
	if (code == CLI_DONE)
		(void)json_get_int(answer, "id", &id);
	json_free(answer);
	answer = NULL;
	if (code == CLI_DONE)
		code = follow(cli, id, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		const char *trouble = json_get_text(answer, "trouble");

		(void)json_get_int(answer, "done", &done);
		(void)json_get_int(answer, "refused", &refused);
		printf("Done: %lld record%s", (long long)done,
		       done == 1 ? "" : "s");
		if (refused)
			printf(", %lld actions refused", (long long)refused);
		puts(".");
		if (trouble && *trouble) {
			cli_print(trouble);
			putchar('\n');
		}
	}
	json_free(answer);
	return code;
}

static enum cli_exit
segment_do(struct cli *cli, const struct cli_args *args)
{
	struct json *body;
	int64_t total = 0;
	enum cli_exit code = CLI_DONE;

	if (!cli_value(args, "where"))
		return cli_fail(CLI_USAGE, "segment do needs --where EXPR");
	body = order_of(args);
	if (!cli_value(args, "yes")) {
		code = show(cli, args, body, &total);
		fflush(stdout);
		if (code == CLI_DONE && total && !cli_ask("Do it?"))
			code = cli_fail(CLI_USAGE, "nothing done (say --yes to "
						   "not be asked)");
	}
	if (code == CLI_DONE && (total || cli_value(args, "yes")))
		code = run(cli, args, body);
	json_free(body);
	return code;
}

static const struct cli_option do_options[] = {
	{"where", "EXPR", "whom"},
	{"module", "MODULE", "records of this module (contact), * = all"},
	{"yes", NULL, "do not show and ask first"},
	{0},
};

const struct cli_command cli_segment_do_commands[] = {
	{"segment do", "--where EXPR ACTION…",
	 "actions on all for whom a condition holds", do_options, 1, 32,
	 segment_do},
	{0},
};

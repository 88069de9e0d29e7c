/* cmd_verdict.c - scoregate verdict: why a hit is a person's or a machine's,
 * and how many are. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

static void
print_explanation(const struct cli *cli, const struct json *answer)
{
	static const struct cli_column tests[] = {
		{"test", "test", CLI_TEXT},
		{"result", "result", CLI_TEXT},
		{"what it saw", "evidence", CLI_TEXT},
		{0},
	};
	static const struct cli_column judged[] = {
		{"later", "received_at", CLI_TIME},
		{"by", "by", CLI_TEXT},
		{"verdict", "verdict", CLI_TEXT},
		{"reason", "reason", CLI_TEXT},
		{0},
	};
	const struct json *signal = json_get(answer, "signal");
	const struct json *hit = json_get(answer, "hit");

	cli_detail("", "signal", json_get(signal, "name"), CLI_TEXT);
	cli_detail("", "when", json_get(signal, "happened_at"), CLI_TIME);
	cli_detail("", "verdict", json_get(signal, "verdict"), CLI_TEXT);
	cli_detail("", "reason", json_get(signal, "verdict_reason"), CLI_TEXT);
	cli_detail("", "counts from", json_get(signal, "settles_at"), CLI_TIME);
	cli_detail("", "from", json_get(hit, "address"), CLI_TEXT);
	cli_detail("", "with", json_get(hit, "agent"), CLI_TEXT);
	putchar('\n');
	cli_table(cli, json_get(answer, "tests"), tests);
	if (!json_count(json_get(answer, "judged")))
		return;
	putchar('\n');
	cli_table(cli, json_get(answer, "judged"), judged);
}

static enum cli_exit
verdict_explain(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/signals/%s/verdict", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_explanation(cli, answer);
	json_free(answer);
	buf_done(&path);
	return code;
}

static enum cli_exit
verdict_report(struct cli *cli, const struct cli_args *args)
{
	static const char *const params[] = {"by", "since", "until"};
	const char *by = cli_value(args, "by");
	struct cli_column columns[] = {
		{by ? by : "reason", "name", CLI_TEXT},
		{"hits", "hits", CLI_NUMBER},
		{"human", "human", CLI_NUMBER},
		{"proxy", "proxy", CLI_NUMBER},
		{"machine", "machine", CLI_NUMBER},
		{0},
	};
	struct json *answer = NULL, *rows;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	buf_append_text(&path, "/verdicts");
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		cli_query(&path, params[i], cli_value(args, params[i]));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		rows = json_get(answer, "items");
		json_push(rows, json_share(json_get(answer, "total")));
		cli_table(cli, rows, columns);
	}
	json_free(answer);
	buf_done(&path);
	return code;
}

static const struct cli_option report_options[] = {
	{"by", "WHAT", "reason (so unless said), campaign, network or day"},
	{"since", "TIME", "hits from then on, or so long ago (30d)"},
	{"until", "TIME", "hits before then"},
	{0},
};

const struct cli_command cli_verdict_commands[] = {
	{"verdict explain", "SIGNAL",
	 "why an open or click is a person's or a machine's", NULL, 1, 1,
	 verdict_explain},
	{"verdict report", "", "how many hits were a machine's, and why",
	 report_options, 0, 0, verdict_report},
	{0},
};

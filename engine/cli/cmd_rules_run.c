/* cmd_rules_run.c - scoregate rules …: over all history, tried out, and what
 * they did. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli_rules.h"
#include "cli/cli_tables.h"

enum { POLL_MS = 200, BAR_WIDTH = 20 };

static double
number(const struct json *object, const char *name)
{
	double value = 0;

	return json_get_number(object, name, &value) ? value : 0;
}

static bool
is_true(const struct json *object, const char *name)
{
	bool yes = false;

	return json_get_bool(object, name, &yes) && yes;
}

/* With a retention, what is older cannot be judged anew. */
static void
print_beginning(const struct json *answer)
{
	struct buf from = BUF_INIT;

	if (json_get(answer, "history_from")) {
		cli_format(&from, json_get(answer, "history_from"), CLI_TIME);
		printf("History before %.10s is folded away: points of that "
		       "time stay as they are.\n",
		       buf_text(&from));
	}
	buf_done(&from);
}

/* --- rules run ------------------------------------------------------------ */

static enum cli_exit
print_run(struct cli *cli, const struct json *run)
{
	if (cli_print_json(cli, run))
		return CLI_DONE;
	print_beginning(run);
	if (is_true(run, "running"))
		printf("Running: %.0f of %.0f records.\n", number(run, "done"),
		       number(run, "records"));
	else if (json_get(run, "ruleset"))
		printf("The scores are those of rules version %.0f over all "
		       "history, and of what happened since.\n",
		       number(run, "ruleset"));
	else
		puts("Each signal was scored with the rules of its time; "
		     "`rules run` has not been used.");
	return CLI_DONE;
}

static enum cli_exit
follow_run(struct cli *cli)
{
	const struct timespec pause = {0, POLL_MS * 1000000L};
	struct json *run = NULL;
	enum cli_exit code;

	while ((code = cli_call(cli, "GET", "/rules/run", NULL, &run)) ==
	       CLI_DONE) {
		if (!is_true(run, "running"))
			break;
		cli_progress((int64_t)number(run, "done"),
			     (int64_t)number(run, "records"), " records");
		json_free(run);
		run = NULL;
		nanosleep(&pause, NULL);
	}
	cli_progress_end();
	if (code == CLI_DONE)
		code = print_run(cli, run);
	json_free(run);
	return code;
}

/* Then to wait for one is to wait for this. */
static bool
runs_already(struct cli *cli)
{
	struct json *run = NULL;
	bool runs =
		cli_call(cli, "GET", "/rules/run", NULL, &run) == CLI_DONE &&
		is_true(run, "running");

	json_free(run);
	return runs;
}

static enum cli_exit
rules_run(struct cli *cli, const struct cli_args *args)
{
	const char *method = "POST";
	struct json *run = NULL;
	enum cli_exit code;

	if (cli_value(args, "cancel"))
		method = "DELETE";
	else if (cli_value(args, "status") ||
		 (cli_value(args, "wait") && runs_already(cli)))
		method = "GET";
	code = cli_call(cli, method, "/rules/run", NULL, &run);
	if (code == CLI_DONE && cli_value(args, "wait"))
		code = follow_run(cli);
	else if (code == CLI_DONE)
		code = print_run(cli, run);
	json_free(run);
	return code;
}

/* --- trials ----------------------------------------------------------------
 */

void
cli_print_parts(const struct json *parts, const char *indent)
{
	size_t i;

	for (i = 0; i < json_count(parts); i++) {
		const struct json *part = json_at(parts, i);
		const char *text = json_get_text(part, "part");
		const char *value = json_get_text(part, "value");

		printf("%s%*s%s  ", indent, (int)(2 * number(part, "depth")),
		       "", is_true(part, "passed") ? "yes" : "no ");
		cli_print(text ? text : "");
		if (value && *value) {
			fputs("   (", stdout);
			cli_print(value);
			putchar(')');
		}
		putchar('\n');
	}
}

static void
print_trial(const struct json *trial)
{
	const char *signal = json_get_text(trial, "signal");
	const char *because = json_get_text(trial, "because");
	struct buf at = BUF_INIT;

	cli_format(&at, json_get(trial, "at"), CLI_TIME);
	printf("  %s  %s", buf_text(&at),
	       is_true(trial, "holds") ? "yes" : "no");
	if (signal) {
		fputs(", at ", stdout);
		cli_print(signal);
	}
	if (because && *because) {
		fputs(": ", stdout);
		cli_print(because);
	}
	putchar('\n');
	cli_print_parts(json_get(trial, "parts"), "    ");
	buf_done(&at);
}

static void
print_trials(const struct json *answer)
{
	const struct json *rules = json_get(answer, "rules");
	size_t i, k;

	for (i = 0; i < json_count(rules); i++) {
		const struct json *rule = json_at(rules, i);
		const struct json *trials = json_get(rule, "trials");
		const char *name = json_get_text(rule, "name");

		printf("%s%+g  ", i ? "\n" : "", number(rule, "points"));
		cli_print(name ? name : "");
		putchar('\n');
		for (k = 0; k < json_count(trials); k++)
			print_trial(json_at(trials, k));
		if (!k)
			puts("  no such signal of this record");
	}
}

static enum cli_exit
rules_test(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	if (!cli_value(args, "record"))
		return cli_fail(CLI_USAGE, "on whom? say --record ADDRESS");
	cli_path(&path, "/rules/%s/test", cli_arg(args, 0));
	cli_query(&path, "record", cli_value(args, "record"));
	cli_query(&path, "signal", cli_value(args, "signal"));
	cli_query(&path, "n", cli_value(args, "n"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_trials(answer);
	json_free(answer);
	return code;
}

/* --- rules simulate ---------------------------------------------------------
 */

/* The room that is left beside it. */
static int
print_bar(double n, double most)
{
	int width = most > 0 ? (int)lround(n / most * BAR_WIDTH) : 0, i;

	if (n > 0 && width == 0)
		width = 1;
	printf(" %8.0f%s", n, width > 0 ? " " : "");
	for (i = 0; i < width; i++)
		putchar('#');
	return BAR_WIDTH - width + (width == 0);
}

static double
bin(const struct json *side, size_t i)
{
	struct buf text = BUF_INIT;
	double n = 0;

	if (json_scalar(json_at(json_get(side, "histogram"), i), &text))
		n = strtod(buf_text(&text), NULL);
	buf_done(&text);
	return n;
}

static void
print_histogram(const struct json *answer)
{
	const struct json *before = json_get(answer, "before");
	const struct json *after = json_get(answer, "after");
	size_t n = json_count(json_get(before, "histogram")), i;
	double from = number(answer, "from"), to = number(answer, "to");
	double most = 0;

	for (i = 0; i < n; i++)
		most = fmax(most, fmax(bin(before, i), bin(after, i)));
	if (to - from < 0.01)
		return; /* all have the same, as far as is shown */
	printf("\n%-20s %8s%*s %8s\n", "score", "before", BAR_WIDTH + 1, "",
	       "after");
	for (i = 0; i < n; i++) {
		double step = (to - from) / (double)n;

		printf("%8.4g to %-8.4g", from + (double)i * step,
		       from + (double)(i + 1) * step);
		printf("%*s", print_bar(bin(before, i), most), "");
		(void)print_bar(bin(after, i), most);
		putchar('\n');
	}
}

static void
print_side(const char *title, const struct json *side)
{
	printf("%-8s %10.0f %14.1f %10.1f %10.1f %10.1f\n", title,
	       number(side, "scored"), number(side, "total"),
	       number(side, "mean"), number(side, "median"),
	       number(side, "top"));
}

/* "Executive +15, Refund -10" */
static void
write_reasons(const struct json *reasons, struct buf *to)
{
	size_t i;

	for (i = 0; i < json_count(reasons); i++) {
		const struct json *reason = json_at(reasons, i);
		const char *rule = json_get_text(reason, "rule");

		buf_printf(to, "%s%s %+.0f", i ? ", " : "", rule ? rule : "",
			   number(reason, "after") - number(reason, "before"));
	}
}

/* An empty cell: no score. */
static void
print_movers(const struct cli *cli, struct json *movers)
{
	static const struct cli_column columns[] = {
		{"who moves most", "email", CLI_TEXT},
		{"before", "before", CLI_POINTS},
		{"after", "after", CLI_POINTS},
		{"by which rules", "because", CLI_TEXT},
		{0},
	};
	size_t i;

	for (i = 0; i < json_count(movers); i++) {
		struct json *mover = json_at(movers, i);
		struct buf text = BUF_INIT;

		write_reasons(json_get(mover, "reasons"), &text);
		json_add_text(mover, "because", buf_text(&text));
		buf_done(&text);
	}
	if (i) {
		putchar('\n');
		cli_table(cli, movers, columns);
	}
}

static void
print_report(const struct cli *cli, const struct json *answer)
{
	const struct json *thresholds = json_get(answer, "thresholds");
	size_t i;

	print_beginning(answer);
	printf("%.0f of %.0f records would have another score, by %.0f "
	       "signal%s.\n\n",
	       number(answer, "changed"), number(answer, "records"),
	       number(answer, "signals"),
	       number(answer, "signals") == 1 ? "" : "s");
	printf("%-8s %10s %14s %10s %10s %10s\n", "", "scored", "total", "mean",
	       "median", "top");
	print_side("before", json_get(answer, "before"));
	print_side("after", json_get(answer, "after"));
	print_histogram(answer);
	for (i = 0; i < json_count(thresholds); i++) {
		const struct json *one = json_at(thresholds, i);
		const char *name = json_get_text(one, "automation");
		const char *band = json_get_text(one, "band");

		if (band)
			name = band;
		printf("%s%g or more%s%s%s: %.0f before, %.0f after; %.0f "
		       "would "
		       "rise to it, %.0f fall below\n",
		       i ? "" : "\n", number(one, "at"),
		       name && *name ? ", " : "", band ? "band " : "",
		       name ? name : "", number(one, "before"),
		       number(one, "after"), number(one, "rise"),
		       number(one, "fall"));
	}
	print_movers(cli, json_get(answer, "movers"));
}

static enum cli_exit
rules_simulate(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT, thresholds = BUF_INIT;
	enum cli_exit code;
	size_t i;

	for (i = 0; cli_value_at(args, "threshold", i); i++)
		buf_printf(&thresholds, "%s%s", i ? "," : "",
			   cli_value_at(args, "threshold", i));
	buf_append_text(&path, "/rules/simulate");
	cli_query(&path, "record", cli_value(args, "record"));
	cli_query(&path, "score", cli_value(args, "score"));
	cli_query(&path, "movers", cli_value(args, "movers"));
	if (thresholds.len)
		cli_query(&path, "threshold", buf_text(&thresholds));
	code = cli_send_rules(cli, "POST", buf_text(&path), cli_arg(args, 0),
			      &answer);
	buf_done(&thresholds);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		if (cli_value(args, "record"))
			print_trials(answer);
		else
			print_report(cli, answer);
	}
	json_free(answer);
	return code;
}

/* --- what they did ----------------------------------------------------------
 */

static enum cli_exit
rules_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"rule", "name", CLI_TEXT},   {"points", "points", CLI_NUMBER},
		{"score", "score", CLI_TEXT}, {"on", "on", CLI_TEXT},
		{"when", "when", CLI_TEXT},   {0},
	};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	buf_append_text(&path, "/rules");
	cli_query(&path, "about", cli_value(args, "about"));
	code = cli_show_list(cli, buf_text(&path), columns);
	buf_done(&path);
	return code;
}

static const struct cli_column version_columns[] = {
	{"rule", "name", CLI_TEXT},	  {"version", "version", CLI_NUMBER},
	{"made", "created_at", CLI_TIME}, {"by", "author", CLI_TEXT},
	{"ended", "ended_at", CLI_TIME},  {"ended by", "ended_by", CLI_TEXT},
	{"note", "note", CLI_TEXT},	  {0},
};

static enum cli_exit
rules_history(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	buf_append_text(&path, "/rules/history");
	cli_query(&path, "name", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), version_columns);
	json_free(answer);
	return code;
}

static enum cli_exit
rules_show(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/rules/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print_lines(stdout, json_get_text(answer, "source"));
		putchar('\n');
		if (!is_true(answer, "in_force"))
			puts("It is in force no more.");
		cli_detail("", "fired", json_get(answer, "fired"), CLI_NUMBER);
		cli_detail("", "points given", json_get(answer, "given"),
			   CLI_NUMBER);
		cli_detail("", "worth today", json_get(answer, "worth_today"),
			   CLI_POINTS);
		cli_detail("", "last", json_get(answer, "last_at"), CLI_TIME);
		putchar('\n');
		cli_table(cli, json_get(answer, "versions"),
			  version_columns + 1);
	}
	json_free(answer);
	return code;
}

static const struct cli_option run_options[] = {
	{"wait", NULL, "show progress until it is over"},
	{"status", NULL, "how far is it?"},
	{"cancel", NULL, "give it up; the scores stay as they are"},
	{0},
};

static const struct cli_option simulate_options[] = {
	{"record", "ADDRESS", "only this contact: each rule and part"},
	{"score", "NAME", "of this score; lead unless said"},
	{"threshold", "N", "how many cross it; may be said again"},
	{"movers", "N", "how many of those who move most (10)"},
	{0},
};

static const struct cli_option test_options[] = {
	{"record", "ADDRESS", "on whom"},
	{"signal", "NAME", "at signals of that name; the rule's unless said"},
	{"n", "N", "at the newest N of them (3)"},
	{0},
};

static const struct cli_option list_options[] = {
	{"about", "OBJECT",
	 "only those bound to \"list 'news'\",\n"
	 "\"form 'demo'\" or \"campaign 'spring'\""},
	{0},
};

const struct cli_command cli_rules_run_commands[] = {
	{"rules list", "", "the rules in force", list_options, 0, 0,
	 rules_list},
	{"rules show", "NAME", "one rule, and what it did", NULL, 1, 1,
	 rules_show},
	{"rules history", "[NAME]", "versions, by whom and when", NULL, 0, 1,
	 rules_history},
	{"rules test", "NAME", "each part of its condition for a contact",
	 test_options, 1, 1, rules_test},
	{"rules simulate", "FILE", "what scores would be with these rules",
	 simulate_options, 1, 1, rules_simulate},
	{"rules run", "", "today's rules over all records and history",
	 run_options, 0, 0, rules_run},
	{0},
};

/* cmd_rules.c - scoregate rules …: check, apply, export. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_rules.h"
#include "cli/cli_tables.h"

enum { RULES_MOST = 16 << 20, LINES_MOST = 200 };

/* The file's text to the API, its name along for the messages. */
enum cli_exit
cli_send_rules(struct cli *cli, const char *method, const char *path,
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

struct lines {
	size_t n;
	char *line[LINES_MOST];
};

/* Of a text, which is cut in place. */
static void
cut_lines(char *text, struct lines *lines)
{
	memset(lines, 0, sizeof(*lines));
	while (*text && lines->n < LINES_MOST) {
		size_t len = strcspn(text, "\n");
		bool last = !text[len];

		lines->line[lines->n++] = text;
		text[len] = '\0';
		text += len + !last;
	}
}

static void
print_line(char mark, const char *line)
{
	printf("%c ", mark);
	cli_print_lines(stdout, line);
	putchar('\n');
}

/* By the longest common subsequence; a rule has some ten lines. */
static void
print_changed(const struct lines *before, const struct lines *after)
{
	static unsigned char common[LINES_MOST + 1][LINES_MOST + 1];
	size_t i, j;

	memset(common, 0, sizeof(common));
	for (i = before->n; i-- > 0;)
		for (j = after->n; j-- > 0;) {
			unsigned char a = common[i + 1][j];
			unsigned char b = common[i][j + 1];
			unsigned char both = common[i + 1][j + 1];

			if (!strcmp(before->line[i], after->line[j]))
				common[i][j] = (unsigned char)(both + 1);
			else
				common[i][j] = a > b ? a : b;
		}
	for (i = j = 0; i < before->n || j < after->n;) {
		if (i < before->n && j < after->n &&
		    !strcmp(before->line[i], after->line[j])) {
			print_line(' ', before->line[i]);
			i++, j++;
		} else if (i < before->n &&
			   (j >= after->n ||
			    common[i + 1][j] >= common[i][j + 1])) {
			print_line('-', before->line[i++]);
		} else {
			print_line('+', after->line[j++]);
		}
	}
}

static void
print_difference(const struct json *one)
{
	const char *before = json_get_text(one, "before");
	const char *after = json_get_text(one, "after");
	char *from = strdup(before ? before : "");
	char *to = strdup(after ? after : "");
	struct lines old, new;

	if (from && to) {
		cut_lines(from, &old);
		cut_lines(to, &new);
		print_changed(&old, &new);
		putchar('\n');
	}
	free(from);
	free(to);
}

static int
count_changes(const struct json *differences, const char *change)
{
	size_t i;
	int n = 0;

	for (i = 0; i < json_count(differences); i++) {
		const char *is =
			json_get_text(json_at(differences, i), "change");

		n += is && !strcmp(is, change);
	}
	return n;
}

/* "1 rule added, 2 changed, 0 removed." */
static void
print_sum(const struct json *differences)
{
	printf("%d added, %d changed, %d removed.\n",
	       count_changes(differences, "added"),
	       count_changes(differences, "changed"),
	       count_changes(differences, "removed"));
}

static enum cli_exit
rules_check(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	struct buf count = BUF_INIT;
	int64_t automations = 0, sequences = 0;
	enum cli_exit code = cli_send_rules(cli, "POST", "/rules/check",
					    cli_arg(args, 0), &answer);

	if (code == CLI_DONE)
		cli_print_warnings(answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_format(&count, json_get(answer, "rules"), CLI_NUMBER);
		printf("%s: %s rule%s", cli_arg(args, 0), buf_text(&count),
		       strcmp(buf_text(&count), "1") == 0 ? "" : "s");
		if (json_get_int(answer, "automations", &automations) &&
		    automations)
			printf(", %lld automation%s", (long long)automations,
			       automations == 1 ? "" : "s");
		if (json_get_int(answer, "sequences", &sequences) && sequences)
			printf(", %lld sequence%s", (long long)sequences,
			       sequences == 1 ? "" : "s");
		puts(", all fine.");
	}
	buf_done(&count);
	json_free(answer);
	return code;
}

/* Where the last rule goes. */
static void
print_hides(const struct json *hides)
{
	size_t i;

	for (i = 0; i < json_count(hides); i++) {
		fputs("No rule is left for the score ", stdout);
		cli_print(json_get_text(json_at(hides, i), "score"));
		fputs(" in the module ", stdout);
		cli_print(json_get_text(json_at(hides, i), "module"));
		puts(": the points that rules gave there are hidden. Points by "
		     "hand stay, and so does the ledger; a new rule brings "
		     "them back only by `rules run`.");
	}
}

static enum cli_exit
put_rules(struct cli *cli, const struct cli_args *args)
{
	bool take_back = cli_value(args, "take-back") != NULL;
	struct json *answer = NULL;
	enum cli_exit code = cli_send_rules(
		cli, "PUT", take_back ? "/rules?take_back=1" : "/rules",
		cli_arg(args, 0), &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		fputs("Applied: ", stdout);
		print_sum(json_get(answer, "differences"));
	}
	json_free(answer);
	return code;
}

/* Shows what would change; how many rules. */
static enum cli_exit
show_differences(struct cli *cli, const struct cli_args *args, size_t *n_out)
{
	struct json *answer = NULL;
	const struct json *differences;
	enum cli_exit code = cli_send_rules(cli, "PUT", "/rules?dry_run=1",
					    cli_arg(args, 0), &answer);
	size_t i;

	if (code != CLI_DONE)
		return code;
	cli_print_warnings(answer);
	differences = json_get(answer, "differences");
	*n_out = json_count(differences);
	if (cli->json && *n_out && isatty(STDIN_FILENO)) {
		; /* one value is printed: what is applied in the end */
	} else if (!cli_print_json(cli, answer)) {
		for (i = 0; i < *n_out; i++)
			print_difference(json_at(differences, i));
		if (*n_out)
			print_sum(differences);
		else
			puts("The rules are as in the file already.");
		print_hides(json_get(answer, "hides"));
		if (count_changes(differences, "removed"))
			puts(cli_value(args, "take-back")
				     ? "The points of rules that go are taken "
				       "back."
				     : "Rules that go leave the points they "
				       "gave (--take-back takes them).");
	}
	json_free(answer);
	return CLI_DONE;
}

static enum cli_exit
rules_apply(struct cli *cli, const struct cli_args *args)
{
	enum cli_exit code;
	size_t n = 0;

	if (cli_value(args, "yes"))
		return put_rules(cli, args);
	code = show_differences(cli, args, &n);
	if (code != CLI_DONE || n == 0)
		return code;
	fflush(stdout);
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
	if (code == CLI_DONE && file != stdout && cli->terminal)
		printf("The rules are in %s.\n", cli_arg(args, 0));
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

/* cmd_form.c - scoregate form …, scoregate survey …: what is configured, the
 * HTML for other sites, and what came. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

enum { BAR_WIDTH = 30 };

static enum cli_exit
get(struct cli *cli, const struct cli_args *args, const char *format,
    struct json **answer_out)
{
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, format, cli_arg(args, 0));
	cli_query(&path, "lang", cli_value(args, "lang"));
	cli_query(&path, "limit", cli_value(args, "limit"));
	code = cli_call(cli, "GET", buf_text(&path), NULL, answer_out);
	buf_done(&path);
	return code;
}

/* --- forms ---------------------------------------------------------------- */

static enum cli_exit
form_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"form", "name", CLI_TEXT},
		{"title", "title", CLI_TEXT},
		{"fields", "n_fields", CLI_NUMBER},
		{"confirm", "confirm", CLI_TEXT},
		{"lists", "lists", CLI_TEXT},
		{"page", "url", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/forms", columns);
}

static enum cli_exit
form_show(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"field", "name", CLI_TEXT},
		{"label", "label", CLI_TEXT},
		{"type", "type", CLI_TEXT},
		{"required", "required", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code = get(cli, args, "/forms/%s", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_details(answer, "");
		puts("");
		cli_table(cli, json_get(answer, "fields"), columns);
	}
	json_free(answer);
	return code;
}

static enum cli_exit
form_snippet(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code = get(cli, args, "/forms/%s/snippet", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_print_lines(stdout, json_get_text(answer, "html"));
	json_free(answer);
	return code;
}

static enum cli_exit
form_submissions(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"at (UTC)", "at", CLI_TIME},
		{"email", "email", CLI_TEXT},
		{"confirmed", "confirmed", CLI_TEXT},
		{"submission", "submission", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code = get(cli, args, "/forms/%s/submissions", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	return code;
}

/* --- surveys ---------------------------------------------------------------
 */

static enum cli_exit
survey_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"survey", "name", CLI_TEXT},
		{"title", "title", CLI_TEXT},
		{"questions", "n_questions", CLI_NUMBER},
		{"score", "score", CLI_TEXT},
		{"most", "most", CLI_NUMBER},
		{"page", "url", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/surveys", columns);
}

static enum cli_exit
survey_show(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"question", "name", CLI_TEXT},
		{"label", "label", CLI_TEXT},
		{"type", "type", CLI_TEXT},
		{"required", "required", CLI_TEXT},
		{"field", "field", CLI_TEXT},
		{0},
	};
	struct json *answer = NULL;
	enum cli_exit code = get(cli, args, "/surveys/%s", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_details(answer, "");
		puts("");
		cli_table(cli, json_get(answer, "questions"), columns);
	}
	json_free(answer);
	return code;
}

/* "  label   12  ########" */
static void
print_counts(const struct json *items, const char *title)
{
	double most = 0, n;

	if (!json_count(items))
		return;
	putchar('\n');
	cli_print(title);
	putchar('\n');
	for (size_t i = 0; i < json_count(items); i++)
		if (json_get_number(json_at(items, i), "n", &n) && n > most)
			most = n;
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		struct buf line = BUF_INIT;

		n = 0;
		json_get_number(item, "n", &n);
		buf_printf(&line, "  %-24s %8.0f  ",
			   json_get_text(item, "label"), n);
		for (int bar = 0; most > 0 && bar < n * BAR_WIDTH / most; bar++)
			buf_append_char(&line, '#');
		cli_print(buf_text(&line));
		putchar('\n');
		buf_done(&line);
	}
}

static enum cli_exit
survey_results(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL, *questions;
	enum cli_exit code = get(cli, args, "/surveys/%s/results", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_details(answer, "");
		print_counts(json_get(answer, "outcomes"), "outcomes");
		questions = json_get(answer, "questions");
		for (size_t i = 0; i < json_count(questions); i++) {
			const struct json *one = json_at(questions, i);

			print_counts(json_get(one, "answers"),
				     json_get_text(one, "label"));
		}
	}
	json_free(answer);
	return code;
}

static const struct cli_option lang_option[] = {
	{"lang", "LANGUAGE", "of labels and buttons: en, de"},
	{0},
};
static const struct cli_option limit_option[] = {
	{"limit", "N", "at most so many (100)"},
	{0},
};

const struct cli_command cli_form_commands[] = {
	{"form list", "", "the forms that are configured", NULL, 0, 0,
	 form_list},
	{"form show", "NAME", "its fields, and what becomes of it", lang_option,
	 1, 1, form_show},
	{"form snippet", "NAME", "HTML for a page of your own", lang_option, 1,
	 1, form_snippet},
	{"form submissions", "NAME", "what was sent, newest first",
	 limit_option, 1, 1, form_submissions},
	{"survey list", "", "the surveys that are configured", NULL, 0, 0,
	 survey_list},
	{"survey show", "NAME", "its questions", NULL, 1, 1, survey_show},
	{"survey results", "NAME", "how often each answer and outcome", NULL, 1,
	 1, survey_results},
	{0},
};

/* cmd_page.c - scoregate page: the JavaScript API for your own web pages. */
#include "cli/cli_tables.h"

static enum cli_exit
page_snippet(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code =
		cli_call(cli, "GET", "/page/snippet", NULL, &answer);
	const char *snippet;

	(void)args;
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		snippet = json_get_text(answer, "snippet");
		cli_print_lines(stdout, snippet ? snippet : "");
		puts("");
	}
	json_free(answer);
	return code;
}

const struct cli_command cli_page_commands[] = {
	{"page snippet", "", "the tag that loads the JavaScript API", NULL, 0,
	 0, page_snippet},
	{0},
};

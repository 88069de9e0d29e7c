/* cmd_plugin.c - scoregate plugin …: what is loaded, and would a file be? */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli_tables.h"
#include "gate/gate.h"

static enum cli_exit
plugin_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"plugin", "name", CLI_TEXT},
		{"version", "version", CLI_TEXT},
		{"abi", "abi", CLI_TEXT},
		{"calls", "calls", CLI_NUMBER},
		{"failures", "failures", CLI_NUMBER},
		{"state", "state", CLI_TEXT},
		{"what it does", "summary", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/plugins", columns);
}

/* Here, not in the daemon: a file is checked before it is let near one. */
static enum cli_exit
plugin_check(struct cli *cli, const struct cli_args *args)
{
	struct buf report = BUF_INIT;
	struct sg_err err;
	enum sg_status status;

	status = gate_check(cli_arg(args, 0), &report, &err);
	if (cli->json) {
		struct json *answer = json_new_object();

		json_add_bool(answer, "loadable", status == SG_OK);
		json_add_text(answer, "report", buf_text(&report));
		if (status != SG_OK)
			json_add_text(answer, "refused", err.text);
		cli_print_json(cli, answer);
		json_free(answer);
	} else {
		cli_print_lines(stdout, buf_text(&report));
	}
	buf_done(&report);
	if (status == SG_OK)
		return CLI_DONE;
	return cli->json ? CLI_REFUSED : cli_fail(CLI_REFUSED, "%s", err.text);
}

const struct cli_command cli_plugin_commands[] = {
	{"plugin list", "", "the loaded plugins", NULL, 0, 0, plugin_list},
	{"plugin check", "FILE.so", "what is in it; would it be loaded?", NULL,
	 1, 1, plugin_check},
	{0},
};

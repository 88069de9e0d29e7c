/* cmd_audit.c - scoregate audit: who changed what, when, and from where. */
#include "cli/cli_tables.h"

static enum cli_exit
audit(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"when", "at", CLI_TIME},
		{"who", "actor", CLI_TEXT},
		{"from", "origin", CLI_TEXT},
		{"did", "action", CLI_TEXT},
		{"to", "object", CLI_TEXT},
		{"what", "detail", CLI_TEXT},
		{0},
	};
	static const char *const filters[] = {"actor",	"action", "object",
					      "origin", "since",  "until",
					      "limit",	"cursor"};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/audit");
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		cli_query(&path, filters[i], cli_value(args, filters[i]));
	code = cli_show_list(cli, buf_text(&path), columns);
	buf_done(&path);
	return code;
}

static const struct cli_option audit_options[] = {
	{"actor", "NAME", "only by this user or token"},
	{"action", "ACTION", "only this, as list.create; list: all of lists"},
	{"object", "NAME", "only to this"},
	{"origin", "FROM", "only from there: an address, or \"uid 1000\""},
	{"since", "TIME", "from this moment on"},
	{"until", "TIME", "before this moment"},
	{"limit", "N", "at most N (100), the newest first"},
	{"cursor", "CURSOR", "go on where a longer answer ended"},
	{0},
};

const struct cli_command cli_audit_commands[] = {
	{"audit", "", "who changed what, when, and from where", audit_options,
	 0, 0, audit},
	{0},
};

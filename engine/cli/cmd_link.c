/* cmd_link.c - scoregate contact link|unlink|rename; what modules and fields
 * there are. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_tables.h"

static enum cli_exit
call_and_say(struct cli *cli, const char *method, struct buf *path,
	     const struct json *body, const char *sentence)
{
	struct json *answer = NULL;
	enum cli_exit code =
		cli_call(cli, method, buf_text(path), body, &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		puts(sentence);
	json_free(answer);
	buf_done(path);
	return code;
}

static enum cli_exit
change_link(struct cli *cli, const struct cli_args *args, const char *method,
	    const char *sentence)
{
	struct buf path = BUF_INIT;

	cli_path(&path, "/contacts/%s/links/%s/%s", cli_arg(args, 0),
		 cli_arg(args, 1), cli_arg(args, 2));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "to_module", cli_value(args, "to-module"));
	return call_and_say(cli, method, &path, NULL, sentence);
}

static enum cli_exit
contact_link(struct cli *cli, const struct cli_args *args)
{
	return change_link(cli, args, "PUT", "Linked.");
}

static enum cli_exit
contact_unlink(struct cli *cli, const struct cli_args *args)
{
	return change_link(cli, args, "DELETE", "Not linked any more.");
}

static enum cli_exit
contact_rename(struct cli *cli, const struct cli_args *args)
{
	struct json *body = json_new_object(), *answer = NULL;
	struct buf path = BUF_INIT;
	const struct json *suppression;
	const char *reason;
	enum cli_exit code;

	json_add_text(body, "to", cli_arg(args, 1));
	cli_path(&path, "/contacts/%s/rename", cli_arg(args, 0));
	cli_query(&path, "module", cli_value(args, "module"));
	code = cli_call(cli, "POST", buf_text(&path), body, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_print(cli_arg(args, 0));
		fputs(" is now ", stdout);
		cli_print(json_get_text(answer, "key"));
		puts("; links in mail that went out still lead there.");
		suppression = json_get(answer, "suppression");
		reason = json_get_text(suppression, "reason");
		if (reason) {
			fputs("Mail is still kept from it (", stdout);
			cli_print(reason);
			puts("): scoregate contact unsuppress.");
		}
	}
	json_free(answer);
	json_free(body);
	buf_done(&path);
	return code;
}

static enum cli_exit
module_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"module", "name", CLI_TEXT},
		{"key", "key", CLI_TEXT},
		{"title", "title", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/modules", columns);
}

static enum cli_exit
field_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"field", "name", CLI_TEXT},
		{"type", "type", CLI_TEXT},
		{"unique", "unique", CLI_TEXT},
		{"format", "format", CLI_TEXT},
		{"declared", "declared", CLI_TEXT},
		{"title", "title", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/fields", columns);
}

static const struct cli_option link_options[] = {
	CLI_MODULE_OPTION,
	{"to-module", "MODULE", "of the other end (as the relation is called)"},
	{0},
};
static const struct cli_option module_option[] = {CLI_MODULE_OPTION, {0}};

const struct cli_command cli_link_commands[] = {
	{"contact link", "KEY RELATION OTHER", "link to another record",
	 link_options, 3, 3, contact_link},
	{"contact unlink", "KEY RELATION OTHER", "end a link", link_options, 3,
	 3, contact_unlink},
	{"contact rename", "OLD NEW", "the address, or other key, changed",
	 module_option, 2, 2, contact_rename},
	{0},
};

const struct cli_command cli_field_commands[] = {
	{"field list", "", "the fields there are, with their types", NULL, 0, 0,
	 field_list},
	{"module list", "", "the modules that records belong to", NULL, 0, 0,
	 module_list},
	{0},
};

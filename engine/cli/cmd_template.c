/* cmd_template.c - scoregate template …: a mail before it is a broadcast, and
 * the mails that automations and sequences send. */
#include <stdio.h>

#include "cli/cli_mail.h"
#include "cli/cli_tables.h"

/* The template, with `to` and `from` when they are given. */
static enum cli_exit
read_body(const struct cli_args *args, struct json **body_out)
{
	struct json *body = json_new_object();
	enum cli_exit code = cli_add_template(args, cli_arg(args, 0), body);

	if (cli_value(args, "to"))
		json_add_text(body, "to", cli_value(args, "to"));
	if (cli_value(args, "from"))
		json_add_text(body, "from", cli_value(args, "from"));
	*body_out = body;
	return code;
}

static enum cli_exit
post(struct cli *cli, const struct cli_args *args, const char *path,
     struct json **answer_out)
{
	struct json *body = NULL;
	enum cli_exit code = read_body(args, &body);

	if (code == CLI_DONE)
		code = cli_call(cli, "POST", path, body, answer_out);
	json_free(body);
	return code;
}

static enum cli_exit
post_raw(struct cli *cli, const struct cli_args *args, const char *path)
{
	struct json *body = NULL;
	struct buf text = BUF_INIT;
	enum cli_exit code = read_body(args, &body);

	if (code == CLI_DONE) {
		struct cli_call call = {.method = "POST",
					.path = path,
					.content_type = "application/json"};

		json_write(body, &text);
		call.body = buf_text(&text);
		call.body_len = text.len;
		code = cli_save_mail(cli, &call);
	}
	buf_done(&text);
	json_free(body);
	return code;
}

static enum cli_exit
template_check(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code = post(cli, args, "/templates/check", &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		printf("%s is right.\n",
		       cli_arg(args, 0) ? cli_arg(args, 0) : "The template");
	json_free(answer);
	return code;
}

static enum cli_exit
template_render(struct cli *cli, const struct cli_args *args)
{
	struct json *answer = NULL;
	enum cli_exit code;

	if (!cli_value(args, "to"))
		return cli_fail(CLI_USAGE,
				"template render needs --to ADDRESS");
	if (cli_value(args, "raw"))
		return post_raw(cli, args, "/templates/render");
	code = post(cli, args, "/templates/render", &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		if (cli_wants_part(args))
			code = cli_print_part(args, answer);
		else
			cli_print_mail(answer);
	}
	json_free(answer);
	return code;
}

static enum cli_exit
template_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"template", "name", CLI_TEXT},
		{"right", "good", CLI_TEXT},
		{"trouble", "trouble", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/templates", columns);
}

static const struct cli_option render_options[] = {
	{"to", "ADDRESS", "the contact whose mail it is"},
	{"from", "ADDRESS", "From; without it, the template's"},
	CLI_MAIL_OPTIONS,
	CLI_PARTS_OPTIONS,
	{0},
};
static const struct cli_option check_options[] = {
	CLI_PARTS_OPTIONS,
	{0},
};

const struct cli_command cli_template_commands[] = {
	{"template list", "",
	 "those that scoregate.conf names, and whether they are right", NULL, 0,
	 0, template_list},
	{"template check", "[FILE.eml]", "are its variables right?",
	 check_options, 0, 1, template_check},
	{"template render", "[FILE.eml] --to ADDRESS",
	 "the mail as one contact gets it", render_options, 0, 1,
	 template_render},
	{0},
};

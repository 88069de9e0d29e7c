/* cli_mail.c - see cli_mail.h. */
#include "cli/cli_mail.h"

#include <stdio.h>
#include <string.h>

enum { TEMPLATE_MOST = 32 << 20 };

static enum cli_exit
add_file(const char *file, const char *name, struct json *body)
{
	struct buf text = BUF_INIT;
	enum cli_exit code = cli_read_file(file, TEMPLATE_MOST, &text);

	if (code == CLI_DONE)
		json_add_text(body, name, buf_text(&text));
	buf_done(&text);
	return code;
}

enum cli_exit
cli_add_template(const struct cli_args *args, const char *file,
		 struct json *body)
{
	static const char *const parts[][2] = {{"text-file", "text"},
					       {"html-file", "html"}};
	enum cli_exit code = CLI_DONE;
	size_t i;

	if (file)
		return add_file(file, "template", body);
	if (!cli_value(args, "subject"))
		return cli_fail(CLI_USAGE,
				"expected an .eml file, or --subject with "
				"--text-file, --html-file or both");
	json_add_text(body, "subject", cli_value(args, "subject"));
	for (i = 0; i < 2 && code == CLI_DONE; i++)
		if (cli_value(args, parts[i][0]))
			code = add_file(cli_value(args, parts[i][0]),
					parts[i][1], body);
	return code;
}

static void
print_field(const char *title, const char *value)
{
	printf("%s: ", title);
	cli_print(value ? value : "");
	putchar('\n');
}

/* With a line end after it, which a part may do without. */
static void
print_text(const char *text)
{
	size_t len = strlen(text);

	cli_print_lines(stdout, text);
	if (len && text[len - 1] != '\n')
		putchar('\n');
}

void
cli_print_mail(const struct json *answer)
{
	const char *text = json_get_text(answer, "text");

	print_field("To", json_get_text(answer, "to"));
	print_field("Subject", json_get_text(answer, "subject"));
	putchar('\n');
	print_text(text ? text : "(no text)");
}

bool
cli_wants_part(const struct cli_args *args)
{
	return cli_value(args, "text") || cli_value(args, "html");
}

enum cli_exit
cli_print_part(const struct cli_args *args, const struct json *answer)
{
	const char *part = cli_value(args, "html") ? "html" : "text";
	const char *text = json_get_text(answer, part);

	if (!json_get(answer, "mail"))
		return cli_fail(CLI_REFUSED,
				"nobody would get it now: --for ADDRESS says "
				"whose mail to show");
	if (!text)
		return cli_fail(CLI_REFUSED, "the mail has no %s",
				cli_value(args, "html") ? "HTML" : "text");
	print_text(text);
	return CLI_DONE;
}

enum cli_exit
cli_save_mail(struct cli *cli, struct cli_call *call)
{
	struct buf mail = BUF_INIT;
	enum cli_exit code;

	call->accept = "message/rfc822";
	code = cli_call_raw(cli, call, &mail);
	if (code == CLI_DONE &&
	    fwrite(buf_text(&mail), 1, mail.len, stdout) != mail.len)
		code = cli_fail(CLI_FAILED,
				"standard output cannot be written: %m");
	buf_done(&mail);
	return code;
}

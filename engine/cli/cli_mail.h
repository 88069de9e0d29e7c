/* cli_mail.h - showing a mail that the API made. */
#ifndef ENGINE_CLI_CLI_MAIL_H
#define ENGINE_CLI_CLI_MAIL_H

#include "cli/cli.h"

#define CLI_MAIL_OPTIONS                                                    \
	{"text", NULL, "the mail's text, and nothing else"},                \
		{"html", NULL, "its HTML, and nothing else"},               \
	{                                                                   \
		"raw", NULL, "all of it, byte for byte as it would be sent" \
	}

/* A template without an .eml file. */
#define CLI_PARTS_OPTIONS                                                 \
	{"subject", "TEXT", "without an .eml file: the mail's subject,"}, \
		{"text-file", "FILE", "its text, with {{variables}},"},   \
	{                                                                 \
		"html-file", "FILE", "its HTML; one of them or both"      \
	}
/* `file`, an .eml, or NULL: those options. */
enum cli_exit cli_add_template(const struct cli_args *args, const char *file,
			       struct json *body);

/* Headers and text, for people. */
void cli_print_mail(const struct json *answer);
/* --text or --html, of an answer that says them. */
bool cli_wants_part(const struct cli_args *args);
enum cli_exit cli_print_part(const struct cli_args *args,
			     const struct json *answer);
/* --raw: makes the call, and writes its answer as it is. */
enum cli_exit cli_save_mail(struct cli *cli, struct cli_call *call);

#endif

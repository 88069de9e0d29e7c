/* cli_rules.h - what the commands on rules share. */
#ifndef ENGINE_CLI_CLI_RULES_H
#define ENGINE_CLI_CLI_RULES_H

#include "cli/cli.h"

/* The file's text to the API, its name along for the messages. */
enum cli_exit cli_send_rules(struct cli *cli, const char *method,
			     const char *path, const char *file,
			     struct json **answer_out);
/* The parts of a condition: a line each, passed or not, with what was there. */
void cli_print_parts(const struct json *parts, const char *indent);

/* "versions" of an automation or a sequence: when, by whom, and its text. */
void cli_print_versions(const struct json *versions);

#endif

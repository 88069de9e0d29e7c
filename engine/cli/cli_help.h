/* cli_help.h - what `scoregate help` and --help print. */
#ifndef ENGINE_CLI_CLI_HELP_H
#define ENGINE_CLI_CLI_HELP_H

#include <stdio.h>

#include "base/suggest.h"
#include "cli/cli.h"

void cli_help_all(void);
bool cli_help_is_group(const char *word); /* "contact", of "contact add" */
void cli_help_group(FILE *to, const char *word);
/* Names like the wanted one: of a group's commands, NULL = first words. */
void cli_help_offer(struct suggestion *near, const char *group);
void cli_help_command(const struct cli_command *command);

#endif

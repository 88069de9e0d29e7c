/* cli_status.h - scoregate status: what a person on call reads first. */
#ifndef ENGINE_CLI_CLI_STATUS_H
#define ENGINE_CLI_CLI_STATUS_H

#include "cli/cli.h"

enum cli_exit cli_status(struct cli *cli, const struct cli_args *args);

#endif

/*
 * cli_args.h - one command's arguments: options may stand anywhere, `--name
 * value` or `--name=value`, `--` ends them, and a word that begins with - and
 * a digit is a number, not an option.
 */
#ifndef ENGINE_CLI_CLI_ARGS_H
#define ENGINE_CLI_CLI_ARGS_H

#include "cli/cli.h"

struct cli_given {
	const char *name;
	const char *value;
};

struct cli_args {
	const char **words;
	size_t n_words;
	struct cli_given *given;
	size_t n_given;
	bool help, json;
	const char *socket_path;
};

enum sg_status cli_args_read(struct cli_args *args,
			     const struct cli_command *command, int argc,
			     char **argv, struct sg_err *err) MUST_CHECK;
void cli_args_done(struct cli_args *args);

#endif

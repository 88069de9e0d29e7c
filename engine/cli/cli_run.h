/*
 * cli_run.h - another program, and what it says. No shell between.
 */
#ifndef ENGINE_CLI_CLI_RUN_H
#define ENGINE_CLI_CLI_RUN_H

#include <stddef.h>

enum { CLI_RUN_MOST = 4096 };

/* words[0] is a path, or looked for in PATH; ends with NULL. Standard output
 * and errors together, cut at CLI_RUN_MOST, no NUL. Returns its exit status;
 * -1: it did not run, or was ended by a signal. */
int cli_run(char **words, char value[CLI_RUN_MOST], size_t *len_out);

#endif

/*
 * cli_why.h - the entries a score is made of, as a table that adds up: the
 * column "left" sums to the score, also as it is shown (scoring, 6).
 */
#ifndef ENGINE_CLI_CLI_WHY_H
#define ENGINE_CLI_CLI_WHY_H

#include "cli/cli.h"

/* `why`: the API's answer. */
void cli_why(const struct cli *cli, const struct json *why, bool exact);

#endif

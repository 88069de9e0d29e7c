/* cli_histogram.h - how a score is spread, drawn. */
#ifndef ENGINE_CLI_CLI_HISTOGRAM_H
#define ENGINE_CLI_CLI_HISTOGRAM_H

#include "cli/cli.h"

/* Bins {from, to, count}; as wide as the terminal lets it be. */
void cli_histogram(const struct cli *cli, const struct json *bins);

#endif

/*
 * cli_rows.h - lists of records: the options every such command takes
 * (--where --columns --sort --limit), and the paging behind them.
 */
#ifndef ENGINE_CLI_CLI_ROWS_H
#define ENGINE_CLI_CLI_ROWS_H

#include "cli/cli.h"

#define CLI_SELECT_OPTIONS                                            \
	{"where", "EXPR", "only those for whom the condition holds"}, \
		{"columns", "A,B",                                    \
		 "email score score:NAME percent positive …,\n"     \
		 "field.NAME tags lists created"},                    \
		{"module", "MODULE",                                  \
		 "records of this module (contact), * = all"},        \
	{                                                             \
		"sort", "[-]COLUMN",                                  \
			"order; - = highest first; no score = last"   \
	}
#define CLI_ROW_OPTIONS                              \
	CLI_SELECT_OPTIONS,                          \
	{                                            \
		"limit", "N", "at most N rows (100)" \
	}

/* Prints the records of GET /contacts under these options. */
enum cli_exit cli_rows(struct cli *cli, const struct cli_args *args);

#endif

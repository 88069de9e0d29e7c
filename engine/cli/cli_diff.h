/* cli_diff.h - two texts side by side, for people. */
#ifndef ENGINE_CLI_CLI_DIFF_H
#define ENGINE_CLI_CLI_DIFF_H

#include <stdbool.h>
#include <stddef.h>

/* A line that went ('-'), came ('+'), or a remark (' '), in its colour. */
void cli_diff_line(bool colour, char sign, const char *text, size_t len);

/* The lines that differ, with the number of the first of each group. */
void cli_diff(bool colour, const char *before, size_t before_len,
	      const char *after, size_t after_len);

#endif

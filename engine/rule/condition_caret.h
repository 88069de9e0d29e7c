/*
 * condition_caret.h - how a bad expression is shown: line, column, what is
 * wrong, the line itself and a caret under the place.
 */
#ifndef ENGINE_RULE_CONDITION_CARET_H
#define ENGINE_RULE_CONDITION_CARET_H

#include <stddef.h>

#include "base/err.h"

/* Line and column (in characters, both from 1) of the byte `at`. */
void condition_place(const char *text, size_t at, unsigned *line_out,
		     unsigned *column_out);

/* Always SG_REFUSED. `at` may be the text's length: its end. */
enum sg_status condition_refuse(struct sg_err *err, const char *text, size_t at,
				const char *format, ...) PRINTF_LIKE(4, 5);

#endif

/* condition_caret.c - see condition_caret.h. */
#include "rule/condition_caret.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A line longer than this is shown around the place only; characters. */
enum { SHOWN_BEFORE = 44, SHOWN_MOST = 72, MESSAGE_SIZE = 512 };

static bool
starts_character(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

void
condition_place(const char *text, size_t at, unsigned *line_out,
		unsigned *column_out)
{
	unsigned line = 1, column = 1;
	size_t i;

	for (i = 0; i < at && text[i]; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (starts_character(text[i])) {
			column++;
		}
	}
	*line_out = line;
	*column_out = column;
}

/* Back from `at` by at most `n` characters, not over the line's start. */
static size_t
step_back(const char *text, size_t at, unsigned n)
{
	while (at && n && text[at - 1] != '\n') {
		at--;
		if (starts_character(text[at]))
			n--;
	}
	return at;
}

/* A tab is one column, and a terminal must not be steered from in here. */
static void
show_line(const char *line, char *to, size_t size)
{
	size_t len = 0;
	unsigned shown = 0;

	for (; *line && *line != '\n'; line++) {
		if (starts_character(*line) && shown++ == SHOWN_MOST)
			break;
		if (len + 1 < size)
			to[len++] = (unsigned char)*line < ' ' || *line == 0x7f
					    ? ' '
					    : *line;
	}
	to[len] = '\0';
	if (text_is_utf8(to, len))
		return;
	for (len = 0; to[len]; len++) {
		if ((unsigned char)to[len] >= 0x80)
			to[len] = '?';
	}
}

enum sg_status
condition_refuse(struct sg_err *err, const char *text, size_t at,
		 const char *format, ...)
{
	char message[MESSAGE_SIZE], shown[SHOWN_MOST * 4 + 1];
	unsigned line, column, start_line, start_column;
	const char *cut;
	size_t start;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	condition_place(text, at, &line, &column);
	start = column <= SHOWN_MOST ? step_back(text, at, SHOWN_MOST)
				     : step_back(text, at, SHOWN_BEFORE);
	condition_place(text, start, &start_line, &start_column);
	cut = start_column > 1 ? "…" : "";
	show_line(text + start, shown, sizeof(shown));
	return err_set(err, SG_REFUSED,
		       "line %u, column %u: %s\n  %s%s\n  %*s^", line, column,
		       message, cut, shown,
		       (int)(column - start_column + (*cut ? 1 : 0)), "");
}

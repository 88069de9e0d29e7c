/* cli_wrap.c - long text on a terminal. */
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

/* The bytes of the next line, at most `columns` wide, that end before a blank
 * where there is one. */
static size_t
line_of(const char *text, size_t columns)
{
	size_t fits = text_fit(text, columns), end = fits;

	if (!text[fits])
		return fits;
	while (end && text[end] != ' ')
		end--;
	/* A word longer than the line, as a path: whole, as it can be copied.
	 */
	return end ? end : fits + strcspn(text + fits, " ");
}

void
cli_wrap(const struct cli *cli, size_t indent, const char *text)
{
	size_t width = cli_width(cli), n;
	struct buf clean = BUF_INIT, line = BUF_INIT;
	const char *rest;

	text_append_harmless(&clean, text);
	rest = buf_text(&clean);
	while (width > 2 * indent && *rest) {
		n = line_of(rest, width - indent);
		if (!rest[n])
			break;
		buf_append(&line, rest, n);
		buf_printf(&line, "\n%*s", (int)indent, "");
		rest += n + strspn(rest + n, " ");
	}
	buf_append_text(&line, rest);
	puts(buf_text(&line));
	buf_done(&line);
	buf_done(&clean);
}

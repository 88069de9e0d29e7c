/*
 * html.h - writing pages, paths and bodies of the API. The one place where
 * outside text is escaped: a format is a literal, and each of its directives
 * says what the value stands in.
 *
 *   %s  text: in an element, or in an attribute's quotes
 *   %u  one part of a URL: a segment of a path, a value of a query
 *   %j  a JSON string, with its quotes
 *   %d  an int
 *   %f  a double, as short as it can be read back
 *   %%  the sign
 *
 * In html() all of it lands in HTML: what %u, %j and %f make is escaped, too.
 * In text_write() nothing is HTML and %s is the text as it is.
 */
#ifndef CONSOLE_HTML_H
#define CONSOLE_HTML_H

#include <stdarg.h>

#include "scoregate_plugin.h"

/* A literal and nothing else: "" beside it makes the compiler see to it. */
#define html_to(host, to, ...)	html_write((host), (to), "" __VA_ARGS__)
#define write_to(host, to, ...) text_write((host), (to), "" __VA_ARGS__)

void html_write(const struct sg_host *host, struct sg_text *to,
		const char *format, ...);
void text_write(const struct sg_host *host, struct sg_text *to,
		const char *format, ...);
void text_write_args(const struct sg_host *host, struct sg_text *to,
		     const char *format, va_list *args);

#endif

/* html.c - see html.h. */
#include "html.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 40 };

/* "0.1", not "0.10000000000000001". */
static void
write_number(const struct sg_host *host, struct sg_text *to, double number)
{
	char text[NUMBER_SIZE];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	host->append(to, text, strlen(text));
}

/* The host's JSON leaves < and & alone, and has quotes: it is escaped once
 * more where it stands in HTML. */
static void
write_json(const struct sg_host *host, struct sg_text *to, const char *text,
	   bool is_html)
{
	static const char *const quote[] = {"\"", "&quot;"};

	host->append(to, quote[is_html], strlen(quote[is_html]));
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char one[2] = {*text, '\0'};

		if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' ||
		    c == '&' || c == '\'')
			host->print(to, "\\u%04x", c);
		else
			host->append(to, one, 1);
	}
	host->append(to, quote[is_html], strlen(quote[is_html]));
}

static void
write_value(const struct sg_host *host, struct sg_text *to, const char *text,
	    bool is_html)
{
	if (is_html)
		host->append_html(to, text);
	else
		host->append(to, text, strlen(text));
}

/* `args` goes on behind the value that was taken. */
static void
write_directive(const struct sg_host *host, struct sg_text *to, char what,
		bool is_html, va_list *args)
{
	const char *text;

	switch (what) {
	case 's':
		text = va_arg(*args, const char *);
		write_value(host, to, text ? text : "", is_html);
		break;
	case 'u': /* unreserved characters and %xx: safe in HTML */
		text = va_arg(*args, const char *);
		host->append_url(to, text ? text : "");
		break;
	case 'j':
		text = va_arg(*args, const char *);
		write_json(host, to, text ? text : "", is_html);
		break;
	case 'd':
		host->print(to, "%d", va_arg(*args, int));
		break;
	case 'f':
		write_number(host, to, va_arg(*args, double));
		break;
	default:
		host->append(to, "%", 1);
	}
}

static void
write_all(const struct sg_host *host, struct sg_text *to, bool is_html,
	  const char *format, va_list *args)
{
	size_t len;

	for (;; format += len + 2) {
		len = strcspn(format, "%");
		host->append(to, format, len);
		if (!format[len] || !format[len + 1])
			return;
		write_directive(host, to, format[len + 1], is_html, args);
	}
}

void
html_write(const struct sg_host *host, struct sg_text *to, const char *format,
	   ...)
{
	va_list args;

	va_start(args, format);
	write_all(host, to, true, format, &args);
	va_end(args);
}

void
text_write(const struct sg_host *host, struct sg_text *to, const char *format,
	   ...)
{
	va_list args;

	va_start(args, format);
	write_all(host, to, false, format, &args);
	va_end(args);
}

void
text_write_args(const struct sg_host *host, struct sg_text *to,
		const char *format, va_list *args)
{
	write_all(host, to, false, format, args);
}

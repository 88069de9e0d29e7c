/* cli_diff.c - see cli_diff.h. What differs is local: after a difference the
 * nearest lines that are the same again are looked for, not far. */
#include "cli/cli_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { WINDOW = 200 };

struct lines {
	const char **starts; /* n + 1 of them */
	size_t n;
};

static struct lines
split(const char *text, size_t len)
{
	struct lines lines = {.n = 0};
	const char *at = text, *end = text + len, *next;
	size_t most = 2;

	for (next = at; (next = memchr(next, '\n', (size_t)(end - next)));
	     next++)
		most++;
	lines.starts = calloc(most, sizeof(*lines.starts));
	if (!lines.starts)
		abort();
	for (; at < end; at = next) {
		lines.starts[lines.n++] = at;
		next = memchr(at, '\n', (size_t)(end - at));
		next = next ? next + 1 : end;
	}
	lines.starts[lines.n] = end;
	return lines;
}

static size_t
length(const struct lines *lines, size_t i)
{
	return (size_t)(lines->starts[i + 1] - lines->starts[i]);
}

static bool
same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	return i < a->n && k < b->n && length(a, i) == length(b, k) &&
	       memcmp(a->starts[i], b->starts[k], length(a, i)) == 0;
}

void
cli_diff_line(bool colour, char sign, const char *text, size_t len)
{
	struct buf raw = BUF_INIT, shown = BUF_INIT;

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	buf_append(&raw, text, len);
	text_append_harmless(&shown, buf_text(&raw));
	printf("%s%c %s%s\n",
	       !colour	     ? ""
	       : sign == '-' ? "\033[31m"
	       : sign == '+' ? "\033[32m"
			     : "\033[1m",
	       sign, buf_text(&shown), colour ? "\033[0m" : "");
	buf_done(&raw);
	buf_done(&shown);
}

/* How many lines of each differ before they are the same again. */
static void
resume(const struct lines *a, size_t i, const struct lines *b, size_t k,
       size_t *gone_out, size_t *come_out)
{
	for (size_t far = 1; far < 2 * WINDOW; far++)
		for (size_t gone = far < WINDOW ? 0 : far - WINDOW;
		     gone <= far && gone <= WINDOW; gone++)
			if (same(a, i + gone, b, k + far - gone)) {
				*gone_out = gone;
				*come_out = far - gone;
				return;
			}
	*gone_out = a->n - i;
	*come_out = b->n - k;
}

void
cli_diff(bool colour, const char *before, size_t before_len, const char *after,
	 size_t after_len)
{
	struct lines a = split(before, before_len);
	struct lines b = split(after, after_len);
	size_t i = 0, k = 0, gone, come;
	char title[40];

	while (i < a.n || k < b.n) {
		if (same(&a, i, &b, k)) {
			i++;
			k++;
			continue;
		}
		resume(&a, i, &b, k, &gone, &come);
		snprintf(title, sizeof(title), "line %zu", i + 1);
		cli_diff_line(colour, ' ', title, strlen(title));
		for (; gone; gone--, i++)
			cli_diff_line(colour, '-', a.starts[i], length(&a, i));
		for (; come; come--, k++)
			cli_diff_line(colour, '+', b.starts[k], length(&b, k));
	}
	free(a.starts);
	free(b.starts);
}

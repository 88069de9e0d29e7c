/* cli_output.c - values, details and sentences for people; JSON. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { BAR_WIDTH = 30, FAIL_MOST = 16384 };

void
cli_print(const char *text)
{
	struct buf harmless = BUF_INIT;

	/* What a contact typed must not steer the operator's terminal. */
	text_append_harmless(&harmless, text);
	fputs(buf_text(&harmless), stdout);
	buf_done(&harmless);
}

void
cli_print_lines(FILE *to, const char *text)
{
	struct buf line = BUF_INIT, harmless = BUF_INIT;

	while (*text) {
		size_t len = strcspn(text, "\n\t");

		buf_reset(&line);
		buf_append(&line, text, len);
		/* The CR of a mail's line end. */
		if (text[len] == '\n' && len && text[len - 1] == '\r')
			line.data[len - 1] = '\0';
		buf_reset(&harmless);
		text_append_harmless(&harmless, buf_text(&line));
		fputs(buf_text(&harmless), to);
		text += len;
		if (*text)
			fputc(*text++, to);
	}
	buf_done(&harmless);
	buf_done(&line);
}

static void
format_time(struct buf *to, const char *text)
{
	/* 2026-01-31T09:00:00.000Z: to the second is enough for people. */
	if (strlen(text) < 19 || text[10] != 'T') {
		buf_append_text(to, text);
		return;
	}
	buf_append(to, text, 10);
	buf_append_char(to, ' ');
	buf_append(to, text + 11, 8);
}

/* Lists (tags, lists) as "a, b"; an object member as its name. */
static void
format_list(struct buf *to, const struct json *list)
{
	size_t i;

	for (i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);

		if (i)
			buf_append_text(to, ", ");
		if (!json_scalar(item, to) && json_get_text(item, "name"))
			buf_append_text(to, json_get_text(item, "name"));
	}
}

/* JSON's own word, not a text that reads so. */
static bool
is_word(const struct json *value, const struct buf *text, const char *word)
{
	return !json_is_text(value) && strcmp(buf_text(text), word) == 0;
}

void
cli_format(struct buf *to, const struct json *value, enum cli_form form)
{
	struct buf text = BUF_INIT;
	double number;

	if (json_is_array(value))
		format_list(to, value);
	else if (value && json_scalar(value, &text)) {
		if (form == CLI_TIME)
			format_time(to, buf_text(&text));
		else if (form == CLI_POINTS &&
			 text_to_number(buf_text(&text), &number))
			text_append_rounded(to, number);
		else if (is_word(value, &text, "true"))
			buf_append_text(to, "yes");
		else if (is_word(value, &text, "false"))
			buf_append_text(to, "no");
		else
			buf_append_text(to, buf_text(&text));
	}
	buf_done(&text);
}

void
cli_detail(const char *indent, const char *title, const struct json *value,
	   enum cli_form form)
{
	struct buf text = BUF_INIT;

	cli_format(&text, value, form);
	if (text.len) {
		printf("%s%-*s ", indent, 22 - (int)strlen(indent), title);
		cli_print(buf_text(&text));
		puts(form == CLI_TIME ? " UTC" : "");
	}
	buf_done(&text);
}

static bool
is_moment(const char *name)
{
	size_t len = strlen(name);

	return !strcmp(name, "since") || !strcmp(name, "until") ||
	       (len > 3 && !strcmp(name + len - 3, "_at"));
}

/* Of a summary. */
static bool
is_points(const char *name)
{
	static const char *const names[] = {"top", "median", "mean", "lowest"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool
print_detail(void *arg, const char *name, struct json *value)
{
	char title[64], *c;

	if (!value || json_is_object(value) ||
	    json_is_object(json_at(value, 0)))
		return true; /* these have a table of their own */
	snprintf(title, sizeof(title), "%s", name);
	if (is_moment(name) && strstr(title, "_at"))
		*strstr(title, "_at") = '\0';
	for (c = title; *c; c++)
		if (*c == '_')
			*c = ' ';
	cli_detail(arg, title, value,
		   is_moment(name)   ? CLI_TIME
		   : is_points(name) ? CLI_POINTS
				     : CLI_TEXT);
	return true;
}

void
cli_details(const struct json *object, const char *indent)
{
	json_each(object, print_detail, (void *)(uintptr_t)indent);
}

/* JSON escapes C0 only; C1 and the like are as good as ESC on a terminal. */
static void
print_for_terminal(const char *text)
{
	struct buf harmless = BUF_INIT;
	const char *at;

	for (at = text; *at;
	     at += strcspn(at, "\n") + (strchr(at, '\n') != 0)) {
		struct buf line = BUF_INIT;

		buf_append(&line, at, strcspn(at, "\n"));
		text_append_harmless(&harmless, buf_text(&line));
		buf_append_char(&harmless, '\n');
		buf_done(&line);
	}
	fputs(buf_text(&harmless), stdout);
	buf_done(&harmless);
}

bool
cli_print_json(const struct cli *cli, const struct json *answer)
{
	struct buf text = BUF_INIT;

	if (!cli->json)
		return false;
	buf_init(&text, (size_t)1 << 30);
	if (cli->terminal) {
		json_write_pretty(answer, &text);
		print_for_terminal(buf_text(&text));
	} else {
		json_write(answer, &text);
		puts(buf_text(&text));
	}
	buf_done(&text);
	return true;
}

enum cli_exit
cli_fail(enum cli_exit code, const char *format, ...)
{
	char text[FAIL_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(stdout);
	fputs("scoregate: ", stderr);
	cli_print_lines(stderr, text);
	fputc('\n', stderr);
	return code;
}

bool
cli_ask(const char *question)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		return false;
	cli_print_lines(stderr, question);
	fputs(" [y/N] ", stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

void
cli_progress(int64_t done, int64_t all, const char *more)
{
	int i;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r[", stderr);
	for (i = 0; i < BAR_WIDTH; i++)
		fputc(done * BAR_WIDTH > i * all || all == 0 ? '#' : '.',
		      stderr);
	fprintf(stderr, "] %lld of %lld%s\033[K", (long long)done,
		(long long)all, more);
	fflush(stderr);
}

void
cli_progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* False with errno when it cannot be read. */
static bool
read_all(FILE *file, struct buf *out)
{
	size_t got;

	do {
		char *to = buf_reserve(out, 65536);

		got = to ? fread(to, 1, 65536, file) : 0;
		if (to)
			buf_commit(out, got);
	} while (got > 0);
	return !ferror(file);
}

enum cli_exit
cli_read_file(const char *path, size_t most, struct buf *out)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	enum cli_exit code = CLI_DONE;

	if (!file)
		return cli_fail(CLI_USAGE, "%s cannot be read: %m", path);
	buf_init(out, most);
	if (!read_all(file, out))
		code = cli_fail(CLI_USAGE, "%s cannot be read: %m", path);
	else if (!buf_ok(out))
		code = cli_fail(CLI_REFUSED, "%s is larger than %zu MB", path,
				most >> 20);
	if (file != stdin)
		fclose(file);
	if (code != CLI_DONE)
		buf_done(out);
	return code;
}

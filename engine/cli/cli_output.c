/* cli_output.c - tables, details and sentences for people. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { COLUMNS_MOST = 32, WIDTH_MOST = 60 };

/* Code points: close enough to columns for addresses and field values. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xC0) != 0x80;
	return width;
}

void
cli_print(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	/* What a contact typed must not steer the operator's terminal. */
	for (; *at; at++) {
		bool c1 = at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0;

		if (c1)
			at++;
		putchar(*at < 0x20 || *at == 0x7F || c1 ? '?' : *at);
	}
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
		else
			buf_append_text(to, buf_text(&text));
	}
	buf_done(&text);
}

static bool
is_points(const char *name)
{
	static const char *const parts[] = {
		"score",     "percent",	 "raw",	     "manual", "field_points",
		"automatic", "positive", "negative", NULL};
	size_t i;

	if (!strncmp(name, "score:", 6) || strstr(name, "touchpoint"))
		return true;
	for (i = 0; parts[i]; i++)
		if (!strcmp(name, parts[i]))
			return true;
	return false;
}

static void
print_cell(const struct buf *cell, size_t width, bool right, bool last)
{
	size_t own = width_of(buf_text(cell));
	size_t pad = own < width ? width - own : 0;

	if (right)
		printf("%*s", (int)pad, "");
	cli_print(buf_text(cell));
	if (!right && !last)
		printf("%*s", (int)pad, "");
	if (!last)
		fputs("  ", stdout);
}

static void
print_rows(const struct json *items, const struct cli_column *columns,
	   const size_t *widths, size_t n_columns)
{
	struct buf cell = BUF_INIT;
	size_t row, i;

	for (row = 0; row < json_count(items); row++) {
		for (i = 0; i < n_columns; i++) {
			buf_reset(&cell);
			cli_format(
				&cell,
				json_get(json_at(items, row), columns[i].name),
				columns[i].form);
			print_cell(&cell, widths[i],
				   columns[i].form == CLI_POINTS ||
					   columns[i].form == CLI_NUMBER,
				   i + 1 == n_columns);
		}
		putchar('\n');
	}
	buf_done(&cell);
}

static size_t
widest(const struct json *items, const struct cli_column *column)
{
	size_t most = width_of(column->title), row;
	struct buf cell = BUF_INIT;

	for (row = 0; row < json_count(items); row++) {
		size_t width;

		buf_reset(&cell);
		cli_format(&cell, json_get(json_at(items, row), column->name),
			   column->form);
		width = width_of(buf_text(&cell));
		most = width > most ? width : most;
	}
	buf_done(&cell);
	return most < WIDTH_MOST ? most : WIDTH_MOST;
}

void
cli_table(const struct cli *cli, const struct json *items,
	  const struct cli_column *columns)
{
	size_t widths[COLUMNS_MOST], n = 0, i;
	struct buf title = BUF_INIT;

	while (n < COLUMNS_MOST && columns[n].title) {
		widths[n] = widest(items, &columns[n]);
		n++;
	}
	for (i = 0; i < n; i++) {
		bool right = columns[i].form == CLI_POINTS ||
			     columns[i].form == CLI_NUMBER;

		buf_reset(&title);
		buf_append_text(&title, columns[i].title);
		if (cli->terminal)
			fputs("\033[1m", stdout);
		print_cell(&title, widths[i], right, i + 1 == n);
		if (cli->terminal)
			fputs("\033[0m", stdout);
	}
	putchar('\n');
	buf_done(&title);
	print_rows(items, columns, widths, n);
}

struct any {
	struct cli_column columns[COLUMNS_MOST + 1];
	size_t n;
};

static bool
add_any(void *arg, const char *name, struct json *value)
{
	struct any *any = arg;
	enum cli_form form = CLI_TEXT;

	(void)value;
	if (is_points(name))
		form = CLI_POINTS;
	else if (!strcmp(name, "created") || strstr(name, "_at"))
		form = CLI_TIME;
	any->columns[any->n++] = (struct cli_column){name, name, form};
	return any->n < COLUMNS_MOST;
}

void
cli_table_any(const struct cli *cli, const struct json *items)
{
	struct any any = {.n = 0};

	if (json_count(items) == 0)
		return;
	json_each(json_at(items, 0), add_any, &any);
	cli_table(cli, items, any.columns);
}

static bool
print_detail(void *arg, const char *name, struct json *value)
{
	struct buf text = BUF_INIT;

	if (!value || json_is_object(value) ||
	    json_is_object(json_at(value, 0)))
		return true; /* these have a table of their own */
	cli_format(&text, value, is_points(name) ? CLI_POINTS : CLI_TEXT);
	if (text.len) {
		printf("%s%-22s ", (const char *)arg, name);
		cli_print(buf_text(&text));
		putchar('\n');
	}
	buf_done(&text);
	return true;
}

void
cli_details(const struct json *object, const char *indent)
{
	json_each(object, print_detail, (void *)(uintptr_t)indent);
}

bool
cli_print_json(const struct cli *cli, const struct json *answer)
{
	struct buf text = BUF_INIT;

	if (!cli->json)
		return false;
	if (cli->terminal)
		json_write_pretty(answer, &text);
	else
		json_write(answer, &text);
	puts(buf_text(&text));
	buf_done(&text);
	return true;
}

enum cli_exit
cli_fail(enum cli_exit code, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("scoregate: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

bool
cli_ask(const char *question)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		return false;
	printf("%s [y/N] ", question);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

enum cli_exit
cli_read_file(const char *path, size_t most, struct buf *out)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	size_t got;

	if (!file)
		return cli_fail(CLI_USAGE, "%s cannot be read: %m", path);
	buf_init(out, most);
	do {
		char *to = buf_reserve(out, 65536);

		got = to ? fread(to, 1, 65536, file) : 0;
		if (to)
			buf_commit(out, got);
	} while (got > 0);
	if (file != stdin)
		fclose(file);
	if (buf_ok(out))
		return CLI_DONE;
	buf_done(out);
	return cli_fail(CLI_REFUSED, "%s is larger than %zu MB", path,
			most >> 20);
}

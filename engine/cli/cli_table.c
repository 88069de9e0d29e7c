/*
 * cli_table.c - tables for people. Where the output is a terminal the table
 * fits its width: columns without a value, then the widest columns of text give
 * way first, and what does not fit ends in "…". Anywhere else nothing is cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { GAP = 2, PAD_MOST = 60, NARROWEST = 8, WIDTH = 80 };

struct table {
	const struct cli *cli;
	const struct json *items;
	const struct cli_column *columns;
	size_t n_columns, width; /* of the terminal, 0 = cut nothing */
	size_t widths[CLI_COLUMNS_MOST];
	struct cli_column kept[CLI_COLUMNS_MOST];
};

size_t
cli_width(const struct cli *cli)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long long said;

	if (!cli->terminal)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns && text_to_int(columns, &said) && said > 0)
		return (size_t)said;
	return WIDTH;
}

static bool
is_right(const struct cli_column *column)
{
	return column->form == CLI_POINTS || column->form == CLI_NUMBER;
}

/* Row -1 is the titles. */
static void
read_cell(const struct table *table, long row, size_t i, struct buf *cell)
{
	const struct cli_column *column = &table->columns[i];
	struct buf raw = BUF_INIT;

	buf_reset(cell);
	if (row < 0) {
		buf_append_text(&raw, column->title);
		if (column->form == CLI_TIME)
			buf_append_text(&raw, " (UTC)");
	} else {
		cli_format(&raw,
			   json_get(json_at(table->items, (size_t)row),
				    column->name),
			   column->form);
	}
	text_append_harmless(cell, buf_text(&raw));
	buf_done(&raw);
}

static void
measure(struct table *table)
{
	long n_rows = (long)json_count(table->items), row;
	struct buf cell = BUF_INIT;
	size_t i, width;

	for (i = 0; i < table->n_columns; i++) {
		table->widths[i] = 0;
		for (row = -1; row < n_rows; row++) {
			read_cell(table, row, i, &cell);
			width = text_width(buf_text(&cell));
			if (width > table->widths[i])
				table->widths[i] = width;
		}
		if (!table->width && table->widths[i] > PAD_MOST)
			table->widths[i] = PAD_MOST;
	}
	buf_done(&cell);
}

static size_t
total_width(const struct table *table)
{
	size_t total = 0, i;

	for (i = 0; i < table->n_columns; i++)
		total += table->widths[i] + (i ? GAP : 0);
	return total;
}

static bool
is_empty(const struct table *table, size_t i)
{
	long n_rows = (long)json_count(table->items), row;
	struct buf cell = BUF_INIT;
	bool empty = true;

	for (row = 0; empty && row < n_rows; row++) {
		read_cell(table, row, i, &cell);
		empty = cell.len == 0;
	}
	buf_done(&cell);
	return empty;
}

/* Where there is too little room, columns that say nothing go first. */
static void
drop_empty(struct table *table)
{
	size_t i, n = 0;

	if (!table->width || total_width(table) <= table->width)
		return;
	for (i = 0; i < table->n_columns; i++)
		if (!i || !is_empty(table, i)) {
			table->widths[n] = table->widths[i];
			table->kept[n++] = table->columns[i];
		}
	table->columns = table->kept;
	table->n_columns = n;
}

/* The widest text; the first column says whose row it is, and stays. */
static size_t
widest(const struct table *table)
{
	size_t at = table->n_columns, most = NARROWEST, i;

	for (i = 1; i < table->n_columns; i++)
		if (table->columns[i].form == CLI_TEXT &&
		    table->widths[i] > most) {
			most = table->widths[i];
			at = i;
		}
	if (at == table->n_columns && table->columns[0].form == CLI_TEXT &&
	    table->widths[0] > 2 * NARROWEST)
		at = 0;
	return at;
}

static void
make_fit(struct table *table)
{
	size_t total = total_width(table), i;

	while (table->width && total > table->width) {
		i = widest(table);
		if (i == table->n_columns)
			return;
		table->widths[i]--;
		total--;
	}
}

static void
add_cell(const struct table *table, size_t i, const char *cell,
	 struct buf *line)
{
	size_t own = text_width(cell), width = table->widths[i];
	bool cut = table->width && own > width;
	size_t pad = own < width ? width - own : 0;

	if (cut) {
		size_t fits = text_fit(cell, width - 1);

		buf_append(line, cell, fits);
		buf_append_text(line, "…");
		return;
	}
	if (is_right(&table->columns[i]))
		buf_printf(line, "%*s%s", (int)pad, "", cell);
	else
		buf_printf(line, "%s%*s", cell, (int)pad, "");
}

static void
print_row(const struct table *table, long row)
{
	struct buf cell = BUF_INIT, line = BUF_INIT;
	size_t i, len;

	for (i = 0; i < table->n_columns; i++) {
		read_cell(table, row, i, &cell);
		if (i)
			buf_printf(&line, "%*s", GAP, "");
		add_cell(table, i, buf_text(&cell), &line);
	}
	len = line.len;
	while (len && line.data[len - 1] == ' ')
		len--;
	printf("%.*s\n", (int)len, buf_text(&line));
	buf_done(&line);
	buf_done(&cell);
}

static bool
is_colourful(const struct cli *cli)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return cli->terminal && !(none && *none) && term &&
	       strcmp(term, "dumb") != 0;
}

void
cli_table(const struct cli *cli, const struct json *items,
	  const struct cli_column *columns)
{
	struct table table = {.cli = cli,
			      .items = items,
			      .columns = columns,
			      .width = cli_width(cli)};
	long n_rows = (long)json_count(items), row;
	bool bold = is_colourful(cli);

	if (n_rows == 0) {
		puts("none");
		return;
	}
	while (table.n_columns < CLI_COLUMNS_MOST &&
	       columns[table.n_columns].title)
		table.n_columns++;
	measure(&table);
	drop_empty(&table);
	make_fit(&table);
	if (bold)
		fputs("\033[1m", stdout);
	print_row(&table, -1);
	if (bold)
		fputs("\033[0m", stdout);
	for (row = 0; row < n_rows; row++)
		print_row(&table, row);
}

/* --- columns by what there is -------------------------------------------- */

struct any {
	struct cli_column columns[CLI_COLUMNS_MOST + 1];
	size_t n;
};

static enum cli_form
form_of(const char *name)
{
	static const char *const parts[] = {
		"percent",   "raw",	 "manual",   "field_points",
		"automatic", "positive", "negative", NULL};
	size_t i;

	if (!strncmp(name, "score", 5) && (!name[5] || name[5] == ':'))
		return CLI_POINTS;
	if (strstr(name, "touchpoint") && !strchr(name, '.'))
		return CLI_POINTS;
	for (i = 0; parts[i]; i++)
		if (!strncmp(name, parts[i], strlen(parts[i])) &&
		    !strchr(name, '.'))
			return CLI_POINTS;
	if (!strcmp(name, "created") || strstr(name, "_at"))
		return CLI_TIME;
	return CLI_TEXT;
}

static bool
add_any(void *arg, const char *name, struct json *value)
{
	struct any *any = arg;

	(void)value;
	any->columns[any->n++] = (struct cli_column){name, name, form_of(name)};
	return any->n < CLI_COLUMNS_MOST;
}

void
cli_table_any(const struct cli *cli, const struct json *items)
{
	struct any any = {.n = 0};

	if (json_count(items))
		json_each(json_at(items, 0), add_any, &any);
	cli_table(cli, items, any.columns);
}

enum cli_exit
cli_show_list(struct cli *cli, const char *path,
	      const struct cli_column *columns)
{
	struct json *answer = NULL;
	enum cli_exit code = cli_call(cli, "GET", path, NULL, &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer))
		cli_table(cli, json_get(answer, "items"), columns);
	json_free(answer);
	return code;
}

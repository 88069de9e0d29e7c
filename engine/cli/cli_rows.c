/* cli_rows.c - see cli_rows.h. */
#include "cli/cli_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define ROWS_BYTES_MOST ((size_t)1 << 30)

enum { PAGE = 1000 };

static enum cli_exit
read_limit(const struct cli_args *args, long long *limit_out)
{
	const char *text = cli_value(args, "limit");

	*limit_out = 100;
	if (text && (!text_to_int(text, limit_out) || *limit_out < 1))
		return cli_fail(CLI_USAGE,
				"--limit needs a number from 1, not "
				"\"%s\"",
				text);
	return CLI_DONE;
}

static enum cli_exit
read_page(struct cli *cli, const struct cli_args *args, long long rows,
	  const char *cursor, struct json **page_out)
{
	struct buf path = BUF_INIT;
	char limit[24];
	enum cli_exit code;

	snprintf(limit, sizeof(limit), "%lld", rows < PAGE ? rows : PAGE);
	buf_append_text(&path, "/contacts");
	cli_query(&path, "where", cli_value(args, "where"));
	cli_query(&path, "columns", cli_value(args, "columns"));
	cli_query(&path, "sort", cli_value(args, "sort"));
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "limit", limit);
	cli_query(&path, "cursor", cursor);
	code = cli_call(cli, "GET", buf_text(&path), NULL, page_out);
	buf_done(&path);
	return code;
}

/* Of one page into the list of all; the page's cursor. */
static void
take_page(const struct json *page, struct buf *all, struct buf *cursor)
{
	const struct json *items = json_get(page, "items");
	struct json *next = json_get(page, "next");
	size_t i;

	for (i = 0; i < json_count(items); i++) {
		if (all->len > 1)
			buf_append_char(all, ',');
		json_write(json_at(items, i), all);
	}
	buf_reset(cursor);
	if (next)
		(void)json_scalar(next, cursor);
}

/* Up to `rows` of them as the text of one array; cursor: where more are. */
static enum cli_exit
read_pages(struct cli *cli, const struct cli_args *args, long long rows,
	   struct buf *all, struct buf *cursor)
{
	struct json *page = NULL;
	enum cli_exit code = CLI_DONE;

	buf_append_char(all, '[');
	while (code == CLI_DONE && rows > 0) {
		code = read_page(cli, args, rows,
				 cursor->len ? buf_text(cursor) : NULL, &page);
		if (code != CLI_DONE)
			return code;
		rows -= (long long)json_count(json_get(page, "items"));
		take_page(page, all, cursor);
		if (!json_count(json_get(page, "items")) || !cursor->len)
			rows = 0;
		json_free(page);
	}
	buf_append_char(all, ']');
	return code;
}

static enum cli_exit
print_all(const struct cli *cli, const struct buf *all,
	  const struct buf *cursor)
{
	struct json *items = NULL, *answer;
	struct sg_err err;

	if (!buf_ok(all) ||
	    json_parse(buf_text(all), all->len, &items, &err) != SG_OK)
		return cli_fail(CLI_FAILED, "that many rows do not fit in "
					    "memory; use scoregate export");
	if (!cli->json) {
		cli_table_any(cli, items);
		fflush(stdout);
		if (cursor->len)
			fprintf(stderr,
				"The first %zu; --limit N shows more.\n",
				json_count(items));
		json_free(items);
		return CLI_DONE;
	}
	answer = json_new_object();
	json_add(answer, "items", items);
	if (cursor->len)
		json_add_text(answer, "next", buf_text(cursor));
	else
		json_add_null(answer, "next");
	cli_print_json(cli, answer);
	json_free(answer);
	return CLI_DONE;
}

enum cli_exit
cli_rows(struct cli *cli, const struct cli_args *args)
{
	struct buf all = BUF_INIT, cursor = BUF_INIT;
	long long rows;
	enum cli_exit code = read_limit(args, &rows);

	buf_init(&all, ROWS_BYTES_MOST);
	if (code == CLI_DONE)
		code = read_pages(cli, args, rows, &all, &cursor);
	if (code == CLI_DONE)
		code = print_all(cli, &all, &cursor);
	buf_done(&cursor);
	buf_done(&all);
	return code;
}

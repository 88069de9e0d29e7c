/* cli_rows.c - see cli_rows.h. */
#include "cli/cli_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

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
	cli_query(&path, "limit", limit);
	cli_query(&path, "cursor", cursor);
	code = cli_call(cli, "GET", buf_text(&path), NULL, page_out);
	buf_done(&path);
	return code;
}

enum cli_exit
cli_rows(struct cli *cli, const struct cli_args *args)
{
	struct json *page = NULL, *next;
	struct buf cursor = BUF_INIT;
	long long left;
	enum cli_exit code = read_limit(args, &left);

	while (code == CLI_DONE && left > 0) {
		code = read_page(cli, args, left,
				 cursor.len ? buf_text(&cursor) : NULL, &page);
		if (code != CLI_DONE)
			break;
		const struct json *items = json_get(page, "items");

		left -= (long long)json_count(items);
		if (!cli_print_json(cli, page))
			cli_table_any(cli, items);
		buf_reset(&cursor);
		next = json_get(page, "next");
		if (!next || !json_scalar(next, &cursor) || !json_count(items))
			left = 0;
		json_free(page);
	}
	buf_done(&cursor);
	return code;
}

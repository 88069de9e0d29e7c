/* cmd_broadcast_result.c - scoregate broadcast recipients|clicks|links|compare:
 * what came of broadcasts. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli_tables.h"

static void
say_more(const struct json *answer)
{
	if (json_get_text(answer, "next"))
		printf("There are more: --cursor %s\n",
		       json_get_text(answer, "next"));
}

/* GET, and a table of what it lists. */
static enum cli_exit
show(struct cli *cli, const struct buf *path, const struct cli_column *columns)
{
	struct json *answer = NULL;
	enum cli_exit code =
		cli_call(cli, "GET", buf_text(path), NULL, &answer);

	if (code == CLI_DONE && !cli_print_json(cli, answer)) {
		cli_table(cli, json_get(answer, "items"), columns);
		say_more(answer);
	}
	json_free(answer);
	return code;
}

static void
add_page(const struct cli_args *args, struct buf *path)
{
	cli_query(path, "limit",
		  cli_value(args, "limit") ? cli_value(args, "limit") : "1000");
	cli_query(path, "cursor", cli_value(args, "cursor"));
}

static enum cli_exit
broadcast_recipients(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"contact", "email", CLI_TEXT},
		{"state", "state", CLI_TEXT},
		{"since", "changed_at", CLI_TIME},
		{"because", "reason", CLI_TEXT},
		{0},
	};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s/recipients", cli_arg(args, 0));
	cli_query(&path, "state", cli_value(args, "state"));
	cli_query(&path, "where", cli_value(args, "where"));
	add_page(args, &path);
	code = show(cli, &path, columns);
	buf_done(&path);
	return code;
}

static enum cli_exit
broadcast_clicks(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"when", "happened_at", CLI_TIME},
		{"contact", "email", CLI_TEXT},
		{"verdict", "verdict", CLI_TEXT},
		{"link", "url", CLI_TEXT},
		{0},
	};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s/clicks", cli_arg(args, 0));
	cli_query(&path, "link", cli_value(args, "link"));
	cli_query(&path, "where", cli_value(args, "where"));
	add_page(args, &path);
	code = show(cli, &path, columns);
	buf_done(&path);
	return code;
}

static enum cli_exit
broadcast_links(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"people", "people", CLI_NUMBER},
		{"hits", "hits", CLI_NUMBER},
		{"machines", "machine_people", CLI_NUMBER},
		{"their hits", "machine_hits", CLI_NUMBER},
		{"link", "url", CLI_TEXT},
		{0},
	};
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/broadcasts/%s/links", cli_arg(args, 0));
	code = show(cli, &path, columns);
	buf_done(&path);
	return code;
}

/* --- side by side -------------------------------------------------------- */

/* A row has a title and a cell for each broadcast, "0", "1" …: their names may
 * be anything. */
enum { COMPARED_MOST = 10 };
static const char *const cells[COMPARED_MOST] = {"0", "1", "2", "3", "4",
						 "5", "6", "7", "8", "9"};

/* "12 (4.0 %)" */
static void
add_people(struct json *row, size_t i, const struct json *item,
	   const char *part)
{
	const struct json *found = json_get(item, part);
	struct buf text = BUF_INIT;
	double rate;

	cli_format(&text, json_get(found, "people"), CLI_NUMBER);
	if (json_get_number(found, "rate", &rate))
		buf_printf(&text, " (%.1f %%)", rate * 100);
	json_add_text(row, cells[i], buf_text(&text));
	buf_done(&text);
}

static void
add_cell(struct json *row, size_t i, const struct json *value,
	 enum cli_form form)
{
	struct buf text = BUF_INIT;

	cli_format(&text, value, form);
	json_add_text(row, cells[i], text.len ? buf_text(&text) : "-");
	buf_done(&text);
}

static struct json *
new_row(struct json *rows, const char *title)
{
	struct json *row = json_new_object();

	json_add_text(row, "what", title);
	json_push(rows, row);
	return row;
}

static void
add_plain(struct json *rows, const struct json *items, const char *name,
	  enum cli_form form)
{
	struct json *row = new_row(rows, form == CLI_TIME ? "started" : name);
	size_t i;

	for (i = 0; i < json_count(items) && i < COMPARED_MOST; i++)
		add_cell(row, i, json_get(json_at(items, i), name), form);
}

/* People, and below them hits and machines. */
static void
add_part(struct json *rows, const struct json *items, const char *part)
{
	static const struct {
		const char *title, *name;
	} more[] = {{"  hits", "hits"},
		    {"  machines", "machine_people"},
		    {"  their hits", "machine_hits"}};
	bool is_hit = !strcmp(part, "opened") || !strcmp(part, "clicked");
	struct json *row = new_row(rows, part);
	size_t i, k;

	for (i = 0; i < json_count(items) && i < COMPARED_MOST; i++)
		add_people(row, i, json_at(items, i), part);
	for (k = 0; is_hit && k < sizeof(more) / sizeof(more[0]); k++) {
		row = new_row(rows, more[k].title);
		for (i = 0; i < json_count(items) && i < COMPARED_MOST; i++)
			add_cell(row, i,
				 json_get(json_get(json_at(items, i), part),
					  more[k].name),
				 CLI_NUMBER);
	}
}

struct points_walk {
	struct json *rows;
	const struct json *items;
	struct json *seen;
};

/* One row for a score that any of them gave points of. */
static bool
add_points(void *arg, const char *score, struct json *value)
{
	struct points_walk *walk = arg;
	struct buf title = BUF_INIT;
	struct json *row;
	size_t i;

	(void)value;
	if (json_get(walk->seen, score))
		return true;
	json_add_bool(walk->seen, score, true);
	buf_printf(&title, "points of %s", score);
	row = new_row(walk->rows, buf_text(&title));
	buf_done(&title);
	for (i = 0; i < json_count(walk->items) && i < COMPARED_MOST; i++)
		add_cell(row, i,
			 json_get(json_get(json_at(walk->items, i), "points"),
				  score),
			 CLI_POINTS);
	return true;
}

static void
print_compared(const struct cli *cli, const struct json *items)
{
	static const char *const parts[] = {
		"delivered", "opened",	   "clicked",	   "replied",
		"bounced",   "complained", "unsubscribed", NULL};
	static const char *const plain[] = {"sent", "failed", "skipped",
					    "doubtful", NULL};
	struct cli_column columns[COMPARED_MOST + 2] = {
		{"broadcast", "what", CLI_TEXT}};
	struct json *rows = json_new_array();
	struct points_walk walk = {rows, items, json_new_object()};
	size_t i;

	for (i = 0; i < json_count(items) && i < COMPARED_MOST; i++)
		columns[i + 1] = (struct cli_column){
			json_get_text(json_at(items, i), "name"), cells[i],
			CLI_TEXT};
	add_plain(rows, items, "state", CLI_TEXT);
	add_plain(rows, items, "started_at", CLI_TIME);
	for (i = 0; plain[i]; i++)
		add_plain(rows, items, plain[i], CLI_NUMBER);
	for (i = 0; parts[i]; i++)
		add_part(rows, items, parts[i]);
	for (i = 0; i < json_count(items); i++)
		json_each(json_get(json_at(items, i), "points"), add_points,
			  &walk);
	cli_table(cli, rows, columns);
	json_free(rows);
	json_free(walk.seen);
}

static enum cli_exit
broadcast_compare(struct cli *cli, const struct cli_args *args)
{
	struct buf path = BUF_INIT, with = BUF_INIT;
	struct json *answer = NULL;
	enum cli_exit code;
	size_t i;

	for (i = 1; cli_arg(args, i); i++)
		buf_printf(&with, "%s%s", i > 1 ? "," : "", cli_arg(args, i));
	cli_path(&path, "/broadcasts/%s/compare", cli_arg(args, 0));
	cli_query(&path, "with", buf_text(&with));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &answer);
	if (code == CLI_DONE && !cli_print_json(cli, answer))
		print_compared(cli, json_get(answer, "items"));
	buf_done(&path);
	buf_done(&with);
	json_free(answer);
	return code;
}

#define PAGE_OPTIONS                                                    \
	{"limit", "N", "so many at most; 1000"},                        \
	{                                                               \
		"cursor", "CURSOR", "go on where a longer answer ended" \
	}

static const struct cli_option recipient_options[] = {
	{"state", "STATE",
	 "only queued, sent, failed, skipped,\ndoubtful or waiting"},
	{"where", "EXPR", "only those for whom the condition holds"},
	PAGE_OPTIONS,
	{0},
};
static const struct cli_option click_options[] = {
	{"link", "URL", "only clicks on this one"},
	{"where", "EXPR", "only of those for whom the condition holds"},
	PAGE_OPTIONS,
	{0},
};

const struct cli_command cli_broadcast_result_commands[] = {
	{"broadcast recipients", "NAME", "who got it, who did not and why",
	 recipient_options, 1, 1, broadcast_recipients},
	{"broadcast clicks", "NAME", "who clicked what, and when",
	 click_options, 1, 1, broadcast_clicks},
	{"broadcast links", "NAME", "how many clicked each link", NULL, 1, 1,
	 broadcast_links},
	{"broadcast compare", "NAME NAME ...",
	 "what came of several, side by side", NULL, 2, COMPARED_MOST,
	 broadcast_compare},
	{0},
};

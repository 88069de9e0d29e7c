/* cmd_data.c - scoregate import and export. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_rows.h"
#include "cli/cli_tables.h"

enum { FILE_MOST = 1 << 30, LINES_A_CALL = 2000, ERRORS_SHOWN = 20 };

/* What all calls of one import came to. */
struct import {
	int64_t lines, created, updated, bad;
};

/* Where the CSV record that starts at `at` ends: past its line end, which is
 * not inside quotes (RFC 4180, 2.6). Counts the lines it spans. */
static size_t
record_end(const struct buf *text, size_t at, int64_t *lines)
{
	bool quoted = false;

	for (; at < text->len; at++) {
		char c = text->data[at];

		if (c == '"')
			quoted = !quoted;
		if (c == '\n') {
			(*lines)++;
			if (!quoted)
				return at + 1;
		}
	}
	return at;
}

static void
print_errors(const struct json *errors, int64_t before, int64_t shown)
{
	size_t i;

	for (i = 0; i < json_count(errors); i++) {
		const struct json *one = json_at(errors, i);
		const char *text = json_get_text(one, "text");
		int64_t line = 0;

		if (shown + (int64_t)i >= ERRORS_SHOWN)
			return;
		if (!json_get_int(one, "line", &line))
			line = 0;
		fprintf(stderr, "line %lld: %s\n", (long long)(before + line),
			text ? text : "refused");
	}
}

static void
add_up(struct import *sum, const struct json *answer)
{
	int64_t n;

	if (json_get_int(answer, "lines", &n))
		sum->lines += n;
	if (json_get_int(answer, "created", &n))
		sum->created += n;
	if (json_get_int(answer, "updated", &n))
		sum->updated += n;
	sum->bad += (int64_t)json_count(json_get(answer, "errors"));
}

/* One slice of the file, under the file's header. */
static enum cli_exit
send_slice(struct cli *cli, const char *path, const struct buf *slice,
	   int64_t before, struct import *sum)
{
	struct cli_call call = {.method = "POST",
				.path = path,
				.content_type = "text/csv; charset=utf-8",
				.body = slice->data,
				.body_len = slice->len};
	struct buf text = BUF_INIT;
	struct json *answer = NULL;
	enum cli_exit code = cli_call_raw(cli, &call, &text);

	if (code != CLI_DONE)
		return code;
	if (json_parse(buf_text(&text), text.len, &answer, NULL) != SG_OK)
		code = cli_fail(CLI_FAILED, "the daemon's answer is no JSON");
	else {
		print_errors(json_get(answer, "errors"), before, sum->bad);
		add_up(sum, answer);
	}
	json_free(answer);
	buf_done(&text);
	return code;
}

static void
show_progress(size_t done, size_t all)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%3zu %% ", all ? done * 100 / all : 100);
}

static enum cli_exit
send_slices(struct cli *cli, const char *path, const struct buf *text,
	    struct import *sum)
{
	int64_t lines = 0, before = 0;
	size_t header = record_end(text, 0, &lines), at = header, next;
	struct buf slice;
	enum cli_exit code = CLI_DONE;
	int n;

	buf_init(&slice, FILE_MOST);
	while (at < text->len && code == CLI_DONE) {
		buf_reset(&slice);
		buf_append(&slice, text->data, header);
		/* The daemon counts from the slice's header line. */
		before = lines - 1;
		for (n = 0; n < LINES_A_CALL && at < text->len; n++) {
			next = record_end(text, at, &lines);
			buf_append(&slice, text->data + at, next - at);
			at = next;
		}
		code = send_slice(cli, path, &slice, before, sum);
		show_progress(at, text->len);
	}
	buf_done(&slice);
	if (isatty(STDERR_FILENO))
		fputs("\r      \r", stderr);
	return code;
}

static enum cli_exit
import(struct cli *cli, const struct cli_args *args)
{
	bool dry_run = cli_value(args, "dry-run") != NULL;
	struct import sum = {0};
	struct buf text = BUF_INIT, path = BUF_INIT;
	enum cli_exit code = cli_read_file(cli_arg(args, 0), FILE_MOST, &text);

	if (code != CLI_DONE)
		return code;
	cli_path(&path, "/import");
	cli_query(&path, "dry_run", dry_run ? "1" : NULL);
	cli_query(&path, "scores", cli_value(args, "scores"));
	code = send_slices(cli, buf_text(&path), &text, &sum);
	if (code == CLI_DONE && cli->json) {
		struct json *answer = json_new_object();

		json_add_int(answer, "lines", sum.lines);
		json_add_int(answer, "created", sum.created);
		json_add_int(answer, "updated", sum.updated);
		json_add_int(answer, "bad_lines", sum.bad);
		cli_print_json(cli, answer);
		json_free(answer);
	} else if (code == CLI_DONE) {
		printf("%s%lld lines: %lld new, %lld updated, %lld refused.\n",
		       dry_run ? "Dry run, nothing changed. " : "",
		       (long long)sum.lines, (long long)sum.created,
		       (long long)sum.updated, (long long)sum.bad);
	}
	buf_done(&path);
	buf_done(&text);
	return code == CLI_DONE && sum.bad ? CLI_DIFFERENT : code;
}

static bool
write_out(void *arg, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, arg) == len;
}

static enum cli_exit
export_records(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_value(args, "output");
	struct buf path = BUF_INIT, rest = BUF_INIT;
	struct cli_call call = {.method = "GET", .sink = write_out};
	FILE *file = name ? fopen(name, "w") : stdout;
	enum cli_exit code;

	if (!file)
		return cli_fail(CLI_FAILED, "%s cannot be written: %m", name);
	cli_path(&path, "/export");
	cli_query(&path, "where", cli_value(args, "where"));
	cli_query(&path, "columns", cli_value(args, "columns"));
	cli_query(&path, "sort", cli_value(args, "sort"));
	cli_query(&path, "format",
		  cli->json ? "ndjson" : cli_value(args, "format"));
	call.path = buf_text(&path);
	call.sink_arg = file;
	code = cli_call_raw(cli, &call, &rest);
	if (file != stdout && fclose(file) != 0)
		code = cli_fail(CLI_FAILED, "%s cannot be written: %m", name);
	buf_done(&rest);
	buf_done(&path);
	return code;
}

static const struct cli_option import_options[] = {
	{"dry-run", NULL, "say what would be done and which lines are bad"},
	{"scores", "add|set", "how score:NAME columns are meant (add)"},
	{0},
};
static const struct cli_option export_options[] = {
	CLI_ROW_OPTIONS,
	{"format", "csv|ndjson", "csv is the default"},
	{"output", "FILE", "instead of standard output"},
	{0},
};

const struct cli_command cli_data_commands[] = {
	{"import", "FILE.csv", "contacts from CSV (RFC 4180, with a header)",
	 import_options, 1, 1, import},
	{"export", "", "contacts to CSV or NDJSON", export_options, 0, 0,
	 export_records},
	{0},
};

/* cmd_data.c - scoregate import and export. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli_rows.h"
#include "cli/cli_tables.h"

enum {
	FILE_MOST = 1 << 30,
	LINES_A_CALL = 2000,
	BYTES_A_CALL = 1 << 20,
	ERRORS_SHOWN = 20
};

/* What all calls of one import came to. */
struct import {
	const char *path; /* of the API */
	int64_t lines, created, updated, bad;
	struct json *errors; /* {"line", "text"}, lines of the whole file */
};

/*
 * Where the CSV record that starts at `at` ends: past its line end, which is
 * not inside quotes (RFC 4180, 2.6). Only a quote that begins a cell opens;
 * one elsewhere is the daemon's to refuse, and must not swallow what follows.
 * Counts the lines it spans.
 */
static size_t
record_end(const struct buf *text, size_t at, int64_t *lines)
{
	bool quoted = false, begins = true;

	for (; at < text->len; at++) {
		char c = text->data[at];

		/* "" inside closes and opens again. */
		bool closes = c == '"' && quoted;

		if (c == '"')
			quoted = !quoted && begins;
		begins = closes || c == ',' || c == ';' || c == '\t';
		if (c == '\n') {
			(*lines)++;
			if (!quoted)
				return at + 1;
		}
	}
	return at;
}

static void
take_errors(struct import *import, const struct json *errors, int64_t before)
{
	size_t i;

	for (i = 0; i < json_count(errors); i++) {
		const struct json *one = json_at(errors, i);
		const char *text = json_get_text(one, "text");
		struct json *error = json_new_object();
		int64_t line = 0;

		if (!json_get_int(one, "line", &line))
			line = 0;
		json_add_int(error, "line", before + line);
		json_add_text(error, "text", text ? text : "refused");
		json_push(import->errors, error);
	}
}

static void
add_up(struct import *import, const struct json *answer)
{
	int64_t n;

	if (json_get_int(answer, "lines", &n))
		import->lines += n;
	if (json_get_int(answer, "created", &n))
		import->created += n;
	if (json_get_int(answer, "updated", &n))
		import->updated += n;
	if (json_get_int(answer, "bad_lines", &n))
		import->bad += n;
}

/* One slice of the file, under the file's header. */
static enum cli_exit
send_slice(struct cli *cli, const struct buf *slice, int64_t before,
	   struct import *import)
{
	struct cli_call call = {.method = "POST",
				.path = import->path,
				.content_type = "text/csv; charset=utf-8",
				.body = slice->data,
				.body_len = slice->len};
	struct buf text = BUF_INIT;
	struct json *answer = NULL;
	enum cli_exit code = cli_call_raw(cli, &call, &text);

	if (code != CLI_DONE)
		return code;
	if (json_parse(buf_text(&text), text.len, &answer, NULL) != SG_OK) {
		code = cli_fail(CLI_FAILED, "the daemon's answer is no JSON");
	} else {
		take_errors(import, json_get(answer, "errors"), before);
		add_up(import, answer);
	}
	json_free(answer);
	buf_done(&text);
	return code;
}

/* A file of nothing but a header is sent, too: it may be wrong. */
static enum cli_exit
send_slices(struct cli *cli, const struct buf *text, struct import *import)
{
	int64_t lines = 0, header_lines, before;
	size_t header = record_end(text, 0, &lines), at = header, next;
	struct buf slice;
	enum cli_exit code;
	int n;

	header_lines = lines;
	buf_init(&slice, FILE_MOST);
	do {
		buf_reset(&slice);
		buf_append(&slice, buf_text(text), header);
		/* The daemon counts the header's lines in each slice. */
		before = lines - header_lines;
		for (n = 0; n < LINES_A_CALL && slice.len < BYTES_A_CALL &&
			    at < text->len;
		     n++) {
			next = record_end(text, at, &lines);
			buf_append(&slice, text->data + at, next - at);
			at = next;
		}
		code = send_slice(cli, &slice, before, import);
		if (code == CLI_DONE)
			cli_progress((int64_t)at, (int64_t)text->len, " bytes");
	} while (at < text->len && code == CLI_DONE);
	cli_progress_end();
	if (code != CLI_DONE && import->lines)
		fprintf(stderr,
			"The lines up to %lld are in, those after them not.\n",
			(long long)before);
	buf_done(&slice);
	return code;
}

static void
print_errors(const struct import *import)
{
	size_t n = json_count(import->errors), i;
	struct buf line = BUF_INIT;

	for (i = 0; i < n && i < ERRORS_SHOWN; i++) {
		const struct json *one = json_at(import->errors, i);

		buf_reset(&line);
		buf_append_text(&line, "line ");
		cli_format(&line, json_get(one, "line"), CLI_NUMBER);
		buf_printf(&line, ": %s\n", json_get_text(one, "text"));
		cli_print_lines(stderr, buf_text(&line));
	}
	if (import->bad > (int64_t)i)
		fprintf(stderr, "… and %lld more; --json lists them\n",
			(long long)(import->bad - (int64_t)i));
	buf_done(&line);
}

/* Takes the errors. */
static void
print_import(const struct cli *cli, struct import *import, bool dry_run)
{
	struct json *answer = json_new_object();

	json_add_int(answer, "lines", import->lines);
	json_add_int(answer, "created", import->created);
	json_add_int(answer, "updated", import->updated);
	json_add_int(answer, "bad_lines", import->bad);
	if (!cli->json)
		print_errors(import);
	json_add(answer, "errors", import->errors);
	import->errors = NULL;
	if (!cli_print_json(cli, answer))
		printf("%s%lld lines: %lld new, %lld updated, %lld refused.\n",
		       dry_run ? "Dry run, nothing changed. " : "",
		       (long long)import->lines, (long long)import->created,
		       (long long)import->updated, (long long)import->bad);
	json_free(answer);
}

static enum cli_exit
import(struct cli *cli, const struct cli_args *args)
{
	bool dry_run = cli_value(args, "dry-run") != NULL;
	struct import import = {0};
	struct buf text = BUF_INIT, path = BUF_INIT;
	enum cli_exit code = cli_read_file(cli_arg(args, 0), FILE_MOST, &text);

	if (code != CLI_DONE)
		return code;
	cli_path(&path, "/import");
	cli_query(&path, "dry_run", dry_run ? "1" : NULL);
	cli_query(&path, "scores", cli_value(args, "scores"));
	import.path = buf_text(&path);
	import.errors = json_new_array();
	code = send_slices(cli, &text, &import);
	if (code == CLI_DONE)
		print_import(cli, &import, dry_run);
	json_free(import.errors);
	buf_done(&path);
	buf_done(&text);
	return code == CLI_DONE && import.bad ? CLI_DIFFERENT : code;
}

/* --- export -------------------------------------------------------------- */

/* The file is opened when the first bytes come: a question that is refused
 * leaves what is there alone. */
struct output {
	const struct cli *cli;
	const char *name; /* NULL = standard output */
	FILE *file;
	bool failed;
	int error; /* errno then */
};

static bool
open_output(struct output *output)
{
	if (!output->file)
		output->file = output->name ? fopen(output->name, "w") : stdout;
	return output->file != NULL;
}

static bool
fail_output(struct output *output)
{
	if (!output->failed)
		output->error = errno;
	output->failed = true;
	return false;
}

static bool
write_out(void *arg, const void *bytes, size_t len)
{
	struct output *output = arg;

	if (!open_output(output))
		return fail_output(output);
	if (!output->name && output->cli->terminal) {
		struct buf text = BUF_INIT;

		buf_append(&text, bytes, len);
		cli_print_lines(stdout, buf_text(&text));
		buf_done(&text);
		return true;
	}
	if (fwrite(bytes, 1, len, output->file) != len)
		return fail_output(output);
	return true;
}

static enum cli_exit
close_output(struct output *output, enum cli_exit code)
{
	const char *name = output->name ? output->name : "standard output";

	if (code == CLI_DONE && !open_output(output))
		fail_output(output);
	if (output->file && output->name && fclose(output->file) != 0)
		fail_output(output);
	if (output->failed)
		return cli_fail(CLI_FAILED, "%s cannot be written: %s", name,
				strerror(output->error));
	if (code != CLI_DONE && output->file)
		fprintf(stderr, "%s is not complete.\n", name);
	return code;
}

static enum cli_exit
export_records(struct cli *cli, const struct cli_args *args)
{
	struct output output = {.cli = cli, .name = cli_value(args, "output")};
	struct buf path = BUF_INIT, rest = BUF_INIT;
	struct cli_call call = {.method = "GET", .sink = write_out};
	enum cli_exit code;

	cli_path(&path, "/export");
	cli_query(&path, "where", cli_value(args, "where"));
	cli_query(&path, "columns", cli_value(args, "columns"));
	cli_query(&path, "sort", cli_value(args, "sort"));
	cli_query(&path, "format",
		  cli->json ? "ndjson" : cli_value(args, "format"));
	call.path = buf_text(&path);
	call.sink_arg = &output;
	call.sink_failed = &output.failed;
	code = cli_call_raw(cli, &call, &rest);
	buf_done(&rest);
	buf_done(&path);
	return close_output(&output, code);
}

static const struct cli_option import_options[] = {
	{"dry-run", NULL, "say what would be done and which lines are bad"},
	{"scores", "add|set", "how score:NAME columns are meant (add)"},
	{0},
};
static const struct cli_option export_options[] = {
	CLI_SELECT_OPTIONS,
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

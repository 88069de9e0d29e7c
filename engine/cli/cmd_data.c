/* cmd_data.c - scoregate export. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_rows.h"
#include "cli/cli_tables.h"

/* The file is opened when the first bytes come: a question that is refused
 * leaves what is there alone. */
struct output {
	const struct cli *cli;
	const char *name; /* NULL = standard output */
	FILE *file;
	bool failed;
	int error;	   /* errno then */
	int64_t rows, all; /* for the bar; all 0 = no bar */
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

/* By line ends, which cells may have as well: near enough for a bar. */
static void
show_progress(struct output *output, const char *bytes, size_t len)
{
	if (!output->all)
		return;
	for (size_t i = 0; i < len; i++)
		output->rows += bytes[i] == '\n';
	if (output->rows > output->all)
		output->rows = output->all;
	cli_progress(output->rows, output->all, " rows");
}

/* How many there will be; asked only where a bar can be seen. */
static enum cli_exit
count_rows(struct output *output, struct cli *cli, const struct cli_args *args)
{
	const char *where = cli_value(args, "where");
	struct json *body, *answer = NULL;
	enum cli_exit code;

	if (!output->name || !isatty(STDERR_FILENO))
		return CLI_DONE;
	body = json_new_object();
	json_add_text(body, "where", where ? where : "not email is empty");
	code = cli_call(cli, "POST", "/segments/count", body, &answer);
	if (code == CLI_DONE)
		json_get_int(answer, "count", &output->all);
	json_free(answer);
	json_free(body);
	return code;
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
	show_progress(output, bytes, len);
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
	cli_query(&path, "module", cli_value(args, "module"));
	cli_query(&path, "format",
		  cli->json ? "ndjson" : cli_value(args, "format"));
	call.path = buf_text(&path);
	call.sink_arg = &output;
	call.sink_failed = &output.failed;
	code = count_rows(&output, cli, args);
	if (code == CLI_DONE)
		code = cli_call_raw(cli, &call, &rest);
	if (output.all)
		cli_progress_end();
	buf_done(&rest);
	buf_done(&path);
	return close_output(&output, code);
}

static const struct cli_option export_options[] = {
	CLI_SELECT_OPTIONS,
	{"format", "csv|ndjson", "csv is the default"},
	{"output", "FILE", "instead of standard output"},
	{0},
};

const struct cli_command cli_data_commands[] = {
	{"export", "", "contacts to CSV or NDJSON", export_options, 0, 0,
	 export_records},
	{0},
};

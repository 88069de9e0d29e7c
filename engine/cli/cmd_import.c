/* cmd_import.c - scoregate import …: a file of any size, chunk by chunk; what
 * stops in the middle goes on where it was. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli_tables.h"
#include "cli/import_file.h"

enum { ERRORS_SHOWN = 20, PATH_SIZE = 4096 };

struct import {
	struct cli *cli;
	const struct cli_args *args;
	struct import_file file;
	int64_t id, next_chunk;
	bool dry_run, is_done;
	struct json *state; /* the daemon's last word on it */
};

/* --- beginning ----------------------------------------------------------- */

/* "E-Mail=email,Vorname=field.first_name"; a comma in a name as \, */
static enum cli_exit
read_map(const char *text, struct json *map)
{
	struct buf pair = BUF_INIT;
	enum cli_exit code = CLI_DONE;

	while (*text && code == CLI_DONE) {
		char *means;

		buf_reset(&pair);
		for (; *text && *text != ','; text++) {
			if (text[0] == '\\' && text[1])
				text++;
			buf_append_char(&pair, *text);
		}
		text += *text == ',';
		means = pair.len ? strrchr(pair.data, '=') : NULL;
		if (!means || means == pair.data || !means[1]) {
			code = cli_fail(CLI_USAGE,
					"--map: \"%s\" is not COLUMN=MEANING, "
					"as in \"E-Mail=email\"",
					buf_text(&pair));
			break;
		}
		*means = '\0';
		json_add_text(map, pair.data, means + 1);
	}
	buf_done(&pair);
	return code;
}

static enum cli_exit
add_map(const struct cli_args *args, struct json *body)
{
	struct json *map = json_new_object();
	enum cli_exit code = CLI_DONE;
	const char *text;
	size_t i;

	json_add(body, "map", map);
	for (i = 0; code == CLI_DONE; i++) {
		text = cli_value_at(args, "map", i);
		if (!text)
			break;
		code = read_map(text, map);
	}
	return code;
}

static enum cli_exit
find_format(struct import *import)
{
	const char *format = cli_value(import->args, "format");

	if (!format)
		return import_file_looks_json(&import->file,
					      &import->file.ndjson);
	import->file.ndjson = !strcmp(format, "ndjson");
	if (!import->file.ndjson && strcmp(format, "csv"))
		return cli_fail(CLI_USAGE, "--format is csv or ndjson, not %s",
				format);
	return CLI_DONE;
}

/* The header is taken off the file and goes into the body. */
static enum cli_exit
add_header(struct import *import, struct json *body)
{
	struct import_file *file = &import->file;
	enum cli_exit code;
	char *header;
	size_t len;

	if (file->ndjson)
		return CLI_DONE;
	code = import_file_header(file, &len);
	if (code != CLI_DONE)
		return code;
	if (len && (memchr(file->text.data, '\0', len) ||
		    !text_is_utf8(file->text.data, len)))
		return cli_fail(CLI_REFUSED,
				"line 1: the header is not UTF-8; save the "
				"file as UTF-8");
	header = strndup(buf_text(&file->text), len);
	json_add_text(body, "header", header ? header : "");
	free(header);
	import_file_take(file, len);
	return CLI_DONE;
}

/* Where --resume finds it again. */
static void
add_name(const struct import *import, struct json *body)
{
	char *full = realpath(import->file.path, NULL);

	json_add_text(body, "name", full ? full : import->file.path);
	free(full);
}

static void
add_options(const struct import *import, struct json *body)
{
	const struct cli_args *args = import->args;
	const char *scores = cli_value(args, "scores");

	add_name(import, body);
	json_add_text(body, "format", import->file.ndjson ? "ndjson" : "csv");
	json_add_text(body, "what",
		      cli_value(args, "signals") ? "signals" : "records");
	if (scores)
		json_add_text(body, "scores", scores);
	json_add_bool(body, "dry_run", import->dry_run);
	json_add_int(body, "size", import->file.size);
}

static enum cli_exit
begin(struct import *import)
{
	struct json *body = json_new_object();
	struct buf path = BUF_INIT;
	char digest[IMPORT_DIGEST_SIZE];
	enum cli_exit code = import_file_digest(&import->file, digest);

	if (code == CLI_DONE)
		code = find_format(import);
	if (code == CLI_DONE) {
		json_add_text(body, "digest", digest);
		add_options(import, body);
		code = add_map(import->args, body);
	}
	if (code == CLI_DONE)
		code = add_header(import, body);
	cli_path(&path, "/imports");
	cli_query(&path, "module", cli_value(import->args, "module"));
	if (code == CLI_DONE)
		code = cli_call(import->cli, "POST", buf_text(&path), body,
				&import->state);
	if (code == CLI_DONE)
		json_get_int(import->state, "id", &import->id);
	buf_done(&path);
	json_free(body);
	return code;
}

/* --- going on ------------------------------------------------------------ */

static enum cli_exit
read_state(struct import *import)
{
	struct buf path = BUF_INIT;
	char id[24];
	enum cli_exit code;

	snprintf(id, sizeof(id), "%lld", (long long)import->id);
	json_free(import->state);
	import->state = NULL;
	cli_path(&path, "/imports/%s", id);
	code = cli_call(import->cli, "GET", buf_text(&path), NULL,
			&import->state);
	buf_done(&path);
	return code;
}

static enum cli_exit
check_same(struct import *import)
{
	const char *was = json_get_text(import->state, "digest");
	char digest[IMPORT_DIGEST_SIZE];
	enum cli_exit code = import_file_digest(&import->file, digest);

	if (code == CLI_DONE && was && strcmp(was, digest) != 0)
		return cli_fail(CLI_REFUSED,
				"%s is not the file that import %lld began "
				"with, or has changed since",
				import->file.path, (long long)import->id);
	return code;
}

/* Past the header, and past what is in. */
static enum cli_exit
skip(struct import *import)
{
	const struct json *settings = json_get(import->state, "settings");
	const char *header = json_get_text(settings, "header");
	int64_t offset = 0;

	json_get_bool(settings, "dry_run", &import->dry_run);
	json_get_int(import->state, "next_chunk", &import->next_chunk);
	json_get_int(import->state, "offset", &offset);
	import->file.ndjson = header == NULL;
	if (header && offset < (int64_t)strlen(header))
		offset = (int64_t)strlen(header);
	return import_file_skip(&import->file, offset);
}

static enum cli_exit
resume(struct import *import, const char *id)
{
	const char *path = cli_arg(import->args, 0);
	enum cli_exit code;
	long long number;

	if (!text_to_int(id, &number))
		return cli_fail(CLI_USAGE,
				"--resume: \"%s\" is not the number of an "
				"import; \"scoregate import list\" shows them",
				id);
	import->id = number;
	code = read_state(import);
	if (code != CLI_DONE)
		return code;
	import->is_done = json_get(import->state, "finished_at") != NULL;
	if (import->is_done)
		return CLI_DONE;
	if (!path)
		path = json_get_text(import->state, "name");
	code = import_file_open(path && *path ? path : "-", &import->file);
	if (code == CLI_DONE)
		code = check_same(import);
	return code == CLI_DONE ? skip(import) : code;
}

/* --- chunks -------------------------------------------------------------- */

static enum cli_exit
send_chunk(struct import *import, size_t len, bool last)
{
	struct cli_call call = {.method = "PUT",
				.content_type = "text/plain; charset=utf-8",
				.body = import->file.text.data,
				.body_len = len};
	struct buf path = BUF_INIT, answer = BUF_INIT;
	char text[24];
	enum cli_exit code;

	buf_printf(&path, "/imports/%lld/chunks/%lld", (long long)import->id,
		   (long long)import->next_chunk);
	snprintf(text, sizeof(text), "%lld",
		 (long long)(import->file.offset + (int64_t)len));
	cli_query(&path, "offset", len || import->file.offset ? text : NULL);
	cli_query(&path, "last", last ? "1" : NULL);
	call.path = buf_text(&path);
	code = cli_call_raw(import->cli, &call, &answer);
	buf_done(&answer);
	buf_done(&path);
	return code;
}

static enum cli_exit
send_all(struct import *import)
{
	struct import_file *file = &import->file;
	enum cli_exit code;
	size_t len;

	do {
		code = import_file_chunk(file, &len);
		if (code != CLI_DONE)
			break;
		import->is_done = file->ended && len == file->text.len;
		code = send_chunk(import, len, import->is_done);
		if (code != CLI_DONE)
			break;
		import_file_take(file, len);
		import->next_chunk++;
		cli_progress(file->offset, file->size, " bytes");
	} while (!import->is_done);
	cli_progress_end();
	if (code != CLI_DONE)
		fprintf(stderr,
			"What is in stays in; go on with: scoregate import "
			"--resume %lld\n",
			(long long)import->id);
	return code;
}

/* --- saying how it went -------------------------------------------------- */

static int64_t
count(const struct json *state, const char *name)
{
	int64_t n = 0;

	json_get_int(state, name, &n);
	return n;
}

static void
print_errors(const struct json *state)
{
	const struct json *errors = json_get(state, "errors");
	size_t n = json_count(errors), i;
	struct buf line = BUF_INIT;

	for (i = 0; i < n && i < ERRORS_SHOWN; i++) {
		const struct json *one = json_at(errors, i);
		const char *column = json_get_text(one, "column");
		const char *text = json_get_text(one, "text");

		buf_reset(&line);
		buf_printf(&line, "line %lld: ", (long long)count(one, "line"));
		if (column)
			buf_printf(&line, "column %s: ", column);
		buf_printf(&line, "%s\n", text ? text : "refused");
		cli_print_lines(stderr, buf_text(&line));
	}
	if (count(state, "bad_lines") > (int64_t)i)
		fprintf(stderr, "… and %lld more; --json lists them\n",
			(long long)(count(state, "bad_lines") - (int64_t)i));
	buf_done(&line);
}

static void
print_counts(const struct json *state)
{
	printf("%lld line%s: %lld new, %lld updated, %lld refused.\n",
	       (long long)count(state, "lines"),
	       count(state, "lines") == 1 ? "" : "s",
	       (long long)count(state, "created"),
	       (long long)count(state, "updated"),
	       (long long)count(state, "bad_lines"));
}

static void
print_import(const struct import *import)
{
	if (!import->cli->json)
		print_errors(import->state);
	if (cli_print_json(import->cli, import->state))
		return;
	if (import->dry_run)
		fputs("Dry run, nothing changed. ", stdout);
	print_counts(import->state);
}

static enum cli_exit
import(struct cli *cli, const struct cli_args *args)
{
	struct import import = {.cli = cli, .args = args};
	const char *id = cli_value(args, "resume");
	enum cli_exit code;

	import.dry_run = cli_value(args, "dry-run") != NULL;
	if (!id && !cli_arg(args, 0))
		return cli_fail(CLI_USAGE, "import needs a FILE, or --resume "
					   "with the number of one");
	if (id) {
		code = resume(&import, id);
	} else {
		code = import_file_open(cli_arg(args, 0), &import.file);
		if (code == CLI_DONE)
			code = begin(&import);
	}
	if (code == CLI_DONE && !import.is_done)
		code = send_all(&import);
	if (code == CLI_DONE)
		code = read_state(&import);
	if (code == CLI_DONE)
		print_import(&import);
	if (code == CLI_DONE && count(import.state, "bad_lines"))
		code = CLI_DIFFERENT;
	json_free(import.state);
	import_file_close(&import.file);
	return code;
}

/* --- those there are ----------------------------------------------------- */

static enum cli_exit
import_list(struct cli *cli, const struct cli_args *args)
{
	static const struct cli_column columns[] = {
		{"import", "id", CLI_NUMBER},
		{"state", "state", CLI_TEXT},
		{"begun", "created_at", CLI_TIME},
		{"lines", "lines", CLI_NUMBER},
		{"new", "created", CLI_NUMBER},
		{"refused", "bad_lines", CLI_NUMBER},
		{"file", "name", CLI_TEXT},
		{0},
	};

	(void)args;
	return cli_show_list(cli, "/imports", columns);
}

static enum cli_exit
import_status(struct cli *cli, const struct cli_args *args)
{
	struct json *state = NULL;
	struct buf path = BUF_INIT;
	enum cli_exit code;

	cli_path(&path, "/imports/%s", cli_arg(args, 0));
	code = cli_call(cli, "GET", buf_text(&path), NULL, &state);
	buf_done(&path);
	if (code == CLI_DONE && !cli_print_json(cli, state)) {
		print_errors(state);
		cli_details(state, "");
		if (!json_get(state, "finished_at"))
			printf("Go on with: scoregate import --resume %lld\n",
			       (long long)count(state, "id"));
	}
	json_free(state);
	return code;
}

static const struct cli_option import_options[] = {
	{"dry-run", NULL, "say what would be done and which lines are bad"},
	{"map", "COLUMN=MEANING,…",
	 "\"E-Mail=email,Vorname=field.first_name,Notes=-\""},
	{"scores", "add|set", "how score:NAME columns are meant (add)"},
	{"signals", NULL, "lines are signals: email, name, time, properties"},
	{"format", "csv|ndjson", "otherwise as the file looks"},
	{"module", "NAME", "other records than contacts"},
	{"resume", "ID", "go on with an import that was interrupted"},
	{0},
};

const struct cli_command cli_import_commands[] = {
	{"import list", "", "imports, the newest first", NULL, 0, 0,
	 import_list},
	{"import status", "ID", "how far an import is, and its bad lines", NULL,
	 1, 1, import_status},
	{"import", "[FILE]", "records or signals from CSV or NDJSON",
	 import_options, 0, 1, import},
	{0},
};

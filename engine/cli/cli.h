/*
 * cli.h - what the subcommands of `scoregate` share: their tables, arguments,
 * the call to the daemon's API, and output for people or as JSON.
 *
 * Everything ends in one of the exit codes below; a command prints one line on
 * standard error that says what was wrong and what to do.
 */
#ifndef ENGINE_CLI_CLI_H
#define ENGINE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_DIFFERENT = 1, /* verify, status or a check found something */
	CLI_USAGE = 2,	   /* the command line is wrong */
	CLI_NOT_FOUND = 3, /* no such contact, list, broadcast … */
	CLI_REFUSED = 4,   /* bad expression, rule, value; not allowed */
	CLI_NO_DAEMON = 5, /* scoregated is not running or not reachable */
	CLI_TRY_AGAIN = 6, /* not now: store away, disk full, timed out */
	CLI_FAILED = 7	   /* broken: the log says more */
};

struct cli_option {
	const char *name;  /* "where", said as --where */
	const char *value; /* "EXPR" in the help; NULL = a flag */
	const char *help;
};

struct cli;
struct cli_args;

struct cli_command {
	const char *name;		  /* "contact add" */
	const char *arguments;		  /* "ADDRESS [FIELD=VALUE…]" */
	const char *help;		  /* one line */
	const struct cli_option *options; /* ends with {0}; NULL = none */
	int least, most; /* positional arguments; most -1 = any */
	enum cli_exit (*run)(struct cli *cli, const struct cli_args *args);
};

/* All commands, in the order of the help; ends with {0}. */
extern const struct cli_command *const cli_tables[];

/* --- arguments --- */

size_t cli_count(const struct cli_args *args);
const char *cli_arg(const struct cli_args *args, size_t i); /* NULL past end */
/* Value of --name, "" for a flag, NULL when it was not given. */
const char *cli_value(const struct cli_args *args, const char *name);
/* The i-th of an option given several times; NULL past the end. */
const char *cli_value_at(const struct cli_args *args, const char *name,
			 size_t i);

/* --- talking to the daemon --- */

struct cli {
	bool json;
	bool terminal;		 /* standard output is one */
	const char *socket_path; /* NULL = use url */
	const char *url;
	const char *token;
	struct net_client *client;
};

struct cli_call {
	const char *method;
	const char *path;	  /* "/contacts?limit=20", below /api/v1 */
	const char *content_type; /* NULL = no body */
	const void *body;
	size_t body_len;
	const char *accept;
	bool (*sink)(void *arg, const void *bytes, size_t len);
	void *sink_arg;
	const bool *sink_failed; /* when set, the sink's owner says so */
};

/*
 * Make the call. CLI_DONE: answer_out holds the body (buf_done() it); anything
 * else: the problem was printed.
 */
enum cli_exit cli_call_raw(struct cli *cli, const struct cli_call *call,
			   struct buf *answer_out);
/* A call whose answer is JSON (json_free() it); body may be NULL. */
enum cli_exit cli_call(struct cli *cli, const char *method, const char *path,
		       const struct json *body, struct json **answer_out);

/* "warnings" of an answer, if there are, to standard error. */
void cli_print_warnings(const struct json *answer);

/* A path from a format whose %s are percent-encoded: cli_path(&buf,
 * "/contacts/%s/tags/%s", address, tag). Returns the text. */
const char *cli_path(struct buf *to, const char *format, ...);
/* For tables of options; "*" stands for all where a list is asked for. */
#define CLI_MODULE_OPTION                                                   \
	{                                                                   \
		"module", "MODULE",                                         \
			"records of this module (contact), see module list" \
	}

/* Append "?name=value" or "&name=value" when value is not NULL. */
void cli_query(struct buf *path, const char *name, const char *value);

/* --- output --- */

enum cli_form {
	CLI_TEXT,
	CLI_POINTS, /* a score: rounded for people */
	CLI_NUMBER, /* as it is */
	CLI_TIME    /* ISO 8601 in, "2026-01-31 09:00:00" out; UTC */
};

struct cli_column {
	const char *title;
	const char *name; /* of the member */
	enum cli_form form;
};

enum { CLI_COLUMNS_MOST = 64 };

/* A table of an array of objects; the columns end with {0}. On a terminal it
 * fits its width, and what does not is cut; elsewhere nothing is. */
void cli_table(const struct cli *cli, const struct json *items,
	       const struct cli_column *columns);
/* The same, columns being the members of the first object. */
void cli_table_any(const struct cli *cli, const struct json *items);
/* What GET of that path answers: a table of its items, or JSON. */
enum cli_exit cli_show_list(struct cli *cli, const char *path,
			    const struct cli_column *columns);
/* Columns of the terminal on standard output, 0 when it is none. */
size_t cli_width(const struct cli *cli);
/* "name  value" lines of an object's scalar members. */
void cli_details(const struct json *object, const char *indent);
/* One such line; nothing when the value is NULL. */
void cli_detail(const char *indent, const char *title, const struct json *value,
		enum cli_form form);
/* Outside text for a terminal: what could steer it is replaced. */
void cli_print(const char *text);
/* The same for text of several lines. */
void cli_print_lines(FILE *to, const char *text);
/* A line that begins in column `indent`, where a terminal is narrower goes on
 * in the next. */
void cli_wrap(const struct cli *cli, size_t indent, const char *text);
/* A scalar member in a form, appended. */
void cli_format(struct buf *to, const struct json *value, enum cli_form form);
/* In --json: print the answer and return true. */
bool cli_print_json(const struct cli *cli, const struct json *answer);
/* Print a sentence on standard error and return `code`. */
enum cli_exit cli_fail(enum cli_exit code, const char *format, ...)
	PRINTF_LIKE(2, 3);
/* Ask "… [y/N] "; false when no or when nobody can be asked. */
bool cli_ask(const char *question);
/* A bar on standard error when that is a terminal; `more` may be "". */
void cli_progress(int64_t done, int64_t all, const char *more);
void cli_progress_end(void); /* removes the bar */
/* A whole file ("-" = standard input), bounded. */
enum cli_exit cli_read_file(const char *path, size_t most, struct buf *out);

#endif

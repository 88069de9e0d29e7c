/*
 * conf_part.c - the parts of a configuration that one program needs, of a file
 * that has more: what the schema does not name is blanked out, line by line as
 * long as before, and the rest is read as ever. See conf.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"

enum { CONF_FILE_MOST = 4 << 20 };

struct cursor {
	char *at;
};

static void
skip_space(struct cursor *cursor)
{
	char *at = cursor->at, *end;

	for (;;) {
		while (isspace((unsigned char)*at))
			at++;
		if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			at += strcspn(at, "\n");
		} else if (at[0] == '/' && at[1] == '*') {
			end = strstr(at + 2, "*/");
			at = end ? end + 2 : at + strlen(at);
		} else {
			cursor->at = at;
			return;
		}
	}
}

static void
skip_string(struct cursor *cursor)
{
	char quote = *cursor->at++;

	while (*cursor->at && *cursor->at != quote)
		cursor->at += cursor->at[0] == '\\' && cursor->at[1] ? 2 : 1;
	if (*cursor->at)
		cursor->at++;
}

/* A string, a bare word, or one of the characters that stand alone. */
static void
skip_token(struct cursor *cursor)
{
	if (*cursor->at == '"' || *cursor->at == '\'') {
		skip_string(cursor);
		return;
	}
	if (*cursor->at && strchr("{}=,+", *cursor->at)) {
		cursor->at++;
		return;
	}
	while (*cursor->at && !isspace((unsigned char)*cursor->at) &&
	       !strchr("{}=,+\"'#", *cursor->at))
		cursor->at++;
}

/* From behind a `{` to behind its `}`. */
static void
skip_block(struct cursor *cursor)
{
	int depth = 1;
	char c;

	while (depth > 0) {
		skip_space(cursor);
		c = *cursor->at;
		if (!c)
			return;
		depth += c == '{' ? 1 : c == '}' ? -1 : 0;
		skip_token(cursor);
	}
}

static const struct conf_option *
find(const struct conf_option *options, const char *name, size_t len)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == len &&
		    strncmp(options->name, name, len) == 0)
			return options;
	return NULL;
}

static void
blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n')
			*from = ' ';
}

/* Behind the value; a section's `{` is passed by the caller. true: it was
 * one, and is open. */
static bool
skip_value(struct cursor *cursor)
{
	bool is_value = false;

	for (;;) {
		skip_space(cursor);
		if (*cursor->at == '=' || *cursor->at == '+') {
			is_value = true;
			skip_token(cursor);
		} else if (*cursor->at == '{') {
			cursor->at++;
			if (!is_value)
				return true;
			skip_block(cursor);
			return false;
		} else if (is_value) {
			skip_token(cursor);
			return false;
		} else if (*cursor->at == '"' || *cursor->at == '\'') {
			skip_string(cursor); /* a title */
		} else {
			return false; /* not a configuration; said later */
		}
	}
}

/* Up to the `}` that closes it, or the end. */
static void
keep_known(struct cursor *cursor, const struct conf_option *options)
{
	const struct conf_option *option;
	char *start;

	for (;;) {
		skip_space(cursor);
		start = cursor->at;
		if (!*start || *start == '}')
			return;
		skip_token(cursor);
		option = find(options, start, (size_t)(cursor->at - start));
		if (skip_value(cursor)) {
			if (option && option->options)
				keep_known(cursor, option->options);
			else
				skip_block(cursor);
			if (option && option->options && *cursor->at)
				cursor->at++;
		}
		if (!option)
			blank(start, cursor->at);
	}
}

enum sg_status
conf_parse_part(const char *file_name, const char *text,
		const struct conf_option *options,
		struct conf_section **root_out, struct sg_err *err)
{
	struct cursor cursor = {.at = strdup(text)};
	char *copy = cursor.at;
	enum sg_status status;

	if (!copy)
		return err_set(err, SG_FAILED, "out of memory");
	while (*cursor.at) {
		keep_known(&cursor, options);
		if (*cursor.at)
			cursor.at++; /* a `}` too many: said later */
	}
	status = conf_parse(file_name, copy, 1, options, root_out, err);
	free(copy);
	return status;
}

enum sg_status
conf_parse_file_part(const char *path, const struct conf_option *options,
		     struct conf_section **root_out, struct sg_err *err)
{
	FILE *file = fopen(path, "re");
	struct buf text;
	enum sg_status status;
	char chunk[8192];
	size_t got;

	if (!file)
		return err_errno(err, SG_FAILED, "cannot read %s", path);
	buf_init(&text, CONF_FILE_MOST);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(&text, chunk, got);
	if (ferror(file) || !buf_ok(&text))
		status = err_set(err, SG_FAILED, "cannot read %s", path);
	else
		status = conf_parse_part(path, buf_text(&text), options,
					 root_out, err);
	fclose(file);
	buf_done(&text);
	return status;
}

/*
 * conf.h - the only door to libconfuse: sections and options described in
 * tables, values with the line they stand on.
 *
 * A schema is a table of options ending with {0}. Unknown options and bad
 * values are SG_REFUSED: "scoregate.conf:12: unknown option `lisen` in `http`
 * (known: listen, threads)". An included file and ${ENV} are not supported.
 */
#ifndef ENGINE_BASE_CONF_H
#define ENGINE_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum conf_type {
	CONF_TEXT = 1,
	CONF_NUMBER, /* double */
	CONF_INT,
	CONF_BOOL,	/* yes, no, on, off, true, false */
	CONF_DURATION,	/* "90d": ms as int */
	CONF_SIZE,	/* "30M": bytes as int */
	CONF_PERCENT,	/* "5%" or 5: number; "none" is 0 */
	CONF_TEXT_LIST, /* { "a", "b" } */
	CONF_SECTION,	/* one, without a title */
	CONF_TITLED,	/* many, each with a title */
	CONF_RAW /* many, with a title, in the root only; content kept as text
		    with its line, for a later conf_parse() with another schema:
		    conf_parse(conf_file(s), conf_raw(s), conf_line(s), …) */
};

struct conf_option {
	const char *name;
	enum conf_type type;
	const char *fallback; /* as written in a file; NULL = unset */
	double least, most;   /* numbers; both 0 = any */
	const struct conf_option *options; /* of a section */
	const char *help;		   /* one line for people */
};

struct conf_section; /* the root is one too */

enum sg_status conf_parse_file(const char *path,
			       const struct conf_option *options,
			       struct conf_section **root_out,
			       struct sg_err *err) MUST_CHECK;
/*
 * Write an option's complaint the way conf_parse() does: "file:line: text".
 * For values that only their owner can check. Returns SG_REFUSED.
 */
enum sg_status conf_refuse(const struct conf_section *section, const char *name,
			   struct sg_err *err, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* first_line: the line number of text's first line, 1 for a whole file. */
enum sg_status conf_parse(const char *file_name, const char *text,
			  unsigned first_line,
			  const struct conf_option *options,
			  struct conf_section **root_out,
			  struct sg_err *err) MUST_CHECK;
/* Only what the schema names; the rest of the file is passed over. For a
 * program that needs a part of another's configuration. */
enum sg_status conf_parse_part(const char *file_name, const char *text,
			       const struct conf_option *options,
			       struct conf_section **root_out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status conf_parse_file_part(const char *path,
				    const struct conf_option *options,
				    struct conf_section **root_out,
				    struct sg_err *err) MUST_CHECK;
void conf_free(struct conf_section *root);

/*
 * All borrowed from the root. An option not in the schema, or asked for as
 * another type than it has, asserts. Of an option that is not set and has no
 * fallback: NULL, 0, false. A CONF_SECTION is always there once, with its
 * fallbacks; conf_is_set() says whether it stands in the file.
 */
bool conf_is_set(const struct conf_section *section, const char *name);
const char *conf_text(const struct conf_section *section, const char *name);
double conf_number(const struct conf_section *section, const char *name);
int64_t conf_int(const struct conf_section *section, const char *name);
bool conf_bool(const struct conf_section *section, const char *name);
size_t conf_list_count(const struct conf_section *section, const char *name);
const char *conf_list_at(const struct conf_section *section, const char *name,
			 size_t i);
size_t conf_section_count(const struct conf_section *section, const char *name);
const struct conf_section *conf_section_at(const struct conf_section *section,
					   const char *name, size_t i);
const char *conf_title(const struct conf_section *section);
/* Where its `{` stands; 0 = not in the file. */
unsigned conf_line(const struct conf_section *section);
unsigned conf_option_line(const struct conf_section *section,
			  const char *name); /* 0 = not set in the file */
const char *conf_file(const struct conf_section *section);
const char *conf_raw(const struct conf_section *section); /* CONF_RAW only */

#endif

/*
 * conf_scan.h - the first reading of a configuration text, before libconfuse
 * sees it: strings, comments and braces only. It blanks out what libconfuse
 * miscounts (comments) or cannot do (sections whose schema is not known yet),
 * refuses what leaves its lexer in a bad state, and remembers lines.
 */
#ifndef ENGINE_BASE_CONF_SCAN_H
#define ENGINE_BASE_CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/pool.h"

struct conf_scan_raw {
	struct conf_scan_raw *next;
	const struct conf_option *option;
	const char *title;
	const char *text;
	unsigned line; /* of the first byte of text */
};

struct conf_scan {
	/* in */
	const char *file;
	unsigned first_line;
	const struct conf_option *options;
	struct pool *pool;
	/* out */
	char *text;	      /* blanked copy; as many lines as before */
	unsigned *open_lines; /* of each section, in the order they close */
	size_t n_sections;
	struct conf_scan_raw *raws; /* in file order */
};

enum sg_status conf_scan(struct conf_scan *scan, const char *text,
			 struct sg_err *err) MUST_CHECK;

#endif

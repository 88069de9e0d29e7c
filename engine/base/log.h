/*
 * log.h - what the operator reads. Doors log, once per decision: a short
 * sentence, then key=value, the MTA's queue id first. Never a token, a body
 * or a password; addresses only at debug. Outside strings go through
 * log_quote(). Thread-safe.
 */
#ifndef ENGINE_BASE_LOG_H
#define ENGINE_BASE_LOG_H

#include <stddef.h>

#include "base/err.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

enum log_form {
	LOG_FORM_AUTO, /* journal when stderr is the journal, else terminal */
	LOG_FORM_JOURNAL, /* "<4>text": sd-daemon(3) prefixes */
	LOG_FORM_TERMINAL /* "2026-01-31T09:00:00.000Z warn text" */
};

void log_open(enum log_level level, enum log_form form);
void log_set_level(enum log_level level);
enum sg_status log_level_parse(const char *text, enum log_level *level_out,
			       struct sg_err *err) MUST_CHECK;
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

enum { LOG_QUOTE_SIZE = 256 };
/* Outside text, quoted, controls and non-ASCII escaped, cut. Returns out. */
const char *log_quote(const char *text, char out[LOG_QUOTE_SIZE]);
/* The same for text that may name people (what an MTA said, a path of the API,
 * an error's words): a word with @ or %40 in it becomes "...". */
const char *log_quote_private(const char *text, char out[LOG_QUOTE_SIZE]);

#endif

/*
 * err.h - how a call says what came of it.
 *
 * Every function that can fail returns enum sg_status and takes a struct
 * sg_err * as its last argument. Each status is something different for the
 * caller to do; the text is written once, where it happened, for a person:
 * what, where, what was expected, what to do. Outputs are untouched unless
 * the status is SG_OK.
 */
#ifndef ENGINE_BASE_ERR_H
#define ENGINE_BASE_ERR_H

#include "scoregate_status.h"

#define MUST_CHECK	  __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum { SG_ERR_TEXT_SIZE = 1024 };

struct sg_err {
	enum sg_status status;
	char text[SG_ERR_TEXT_SIZE]; /* one sentence, no final newline */
};

/*
 * Write the text (cut at SG_ERR_TEXT_SIZE - 1 bytes) and return `status`, so
 * that a function can end with `return err_set(err, SG_REFUSED, "...")`.
 * `err` may be NULL.
 */
enum sg_status err_set(struct sg_err *err, enum sg_status status,
		       const char *format, ...) PRINTF_LIKE(3, 4);

/* Put "prefix: " before the text that is there. Returns err->status. */
enum sg_status err_prefix(struct sg_err *err, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* As err_set(), with ": strerror(errno)" appended. */
enum sg_status err_errno(struct sg_err *err, enum sg_status status,
			 const char *format, ...) PRINTF_LIKE(3, 4);

#endif

/*
 * form.h - a form's body into names and values, by its Content-Type:
 * application/x-www-form-urlencoded (WHATWG URL §5.1), multipart/form-data
 * (RFC 7578; files apart), application/json (an object of scalars or of
 * arrays of scalars). Values are UTF-8. Pure, any thread.
 */
#ifndef ENGINE_GATE_FORM_H
#define ENGINE_GATE_FORM_H

#include "base/pool.h"
#include "scoregate_plugin.h"

enum {
	FORM_FIELDS_MOST = 200,
	FORM_NAME_MOST = 200,
	FORM_VALUE_MOST = 65536, /* more than a signal takes: so that it
				   can be said of which field it is */
	FORM_FILES_MOST = 16,
	FORM_FILENAME_MOST = 255,
	FORM_BODY_MOST = 64 << 20 /* the listener's own bound is lower */
};

struct sg_form {
	size_t n_fields;
	struct sg_prop fields[FORM_FIELDS_MOST];
	/* Their bytes are the body's. One that was not chosen (no file name,
	 * no bytes) is none. */
	size_t n_files;
	struct sg_file files[FORM_FILES_MOST];
};

/* SG_REFUSED: an unknown type, malformed, or past a bound. The result is in
 * the pool. */
enum sg_status form_read(struct pool *pool, const char *content_type,
			 const char *body, size_t len,
			 struct sg_form **form_out,
			 struct sg_err *err) MUST_CHECK;

/* "a=1&b=2": a query or a body; adds to the form. */
enum sg_status form_read_pairs(struct pool *pool, const char *text, size_t len,
			       struct sg_form *form,
			       struct sg_err *err) MUST_CHECK;

const char *form_find(const struct sg_form *form, const char *name);

#endif

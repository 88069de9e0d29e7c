/* form_parts.h - what form.c and form_multipart.c share. */
#ifndef ENGINE_GATE_FORM_PARTS_H
#define ENGINE_GATE_FORM_PARTS_H

#include "base/buf.h"
#include "gate/form.h"

/* Copies; a field without a name is dropped. SG_REFUSED past a bound. */
enum sg_status form_add(struct pool *pool, struct sg_form *form,
			const struct buf *name, const struct buf *value,
			struct sg_err *err) MUST_CHECK;

enum sg_status form_read_multipart(struct pool *pool, const char *content_type,
				   const char *body, size_t len,
				   struct sg_form *form,
				   struct sg_err *err) MUST_CHECK;

#endif

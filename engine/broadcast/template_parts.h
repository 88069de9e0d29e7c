/*
 * template_parts.h - a template whose author has no .eml file: a subject, a
 * text and HTML, each with variables. Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_PARTS_H
#define ENGINE_BROADCAST_TEMPLATE_PARTS_H

#include "base/buf.h"
#include "base/err.h"

struct template_parts {
	const char *subject;
	const char *text, *html; /* UTF-8; NULL = none, but not both */
};

/* The .eml file for template_parse(), appended. SG_REFUSED: a subject of
 * several lines, no text at all. */
enum sg_status template_from_parts(const struct template_parts *parts,
				   struct buf *to,
				   struct sg_err *err) MUST_CHECK;

#endif

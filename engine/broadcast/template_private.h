/* template_private.h - the inside of a template, for template.c and
 * template_render.c only. */
#ifndef ENGINE_BROADCAST_TEMPLATE_PRIVATE_H
#define ENGINE_BROADCAST_TEMPLATE_PRIVATE_H

#include "broadcast/template.h"
#include "mail/header.h"

/* A header field: as it came, or with variables. */
struct field {
	const char *name;
	const char *value;
	struct template_text *text; /* NULL: as it came */
};

/* A stretch of the body: bytes as they came, or a part with variables. */
struct piece {
	const char *bytes;
	size_t len;
	struct template_text *text; /* NULL: as it came */
	const char *boundary; /* of HTML that gets a text part; else NULL */
};

struct template
{
	struct pool *pool;
	struct header_list headers;
	struct field *fields;
	size_t n_fields;
	struct piece *pieces;
	size_t n_pieces;
	const char *whole_type; /* the whole body is one text part with
				   variables: its type, else NULL */
	const char *from, *list;
	size_t len; /* of its file */
};

#endif

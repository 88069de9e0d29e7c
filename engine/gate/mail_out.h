/*
 * mail_out.h - what one plugin wants of an outgoing message, as it said so
 * through the host functions. Written during outgoing(), then carried out by
 * mail_out.c for all plugins together.
 */
#ifndef ENGINE_GATE_MAIL_OUT_H
#define ENGINE_GATE_MAIL_OUT_H

#include "gate/mail_parts.h"

enum { OUTGOING_HEADERS_MOST = 32 };

struct outgoing_intents {
	struct sg_mail *mail;
	const char *html; /* NULL = none */
	sg_map_link_fn *map;
	void *map_arg;
	bool maps_text; /* URLs in plain text, too */
	struct {
		const char *name, *value; /* value NULL: remove them all */
	} headers[OUTGOING_HEADERS_MOST];
	size_t n_headers;
	const char *sender; /* NULL = as it is */
};

#endif

/*
 * html_reference.h - character references in an attribute's value (HTML
 * Standard §13.2.5.72-80), for the values that are URLs. Pure, any thread.
 */
#ifndef ENGINE_MAIL_HTML_REFERENCE_H
#define ENGINE_MAIL_HTML_REFERENCE_H

#include "base/buf.h"

/*
 * The value as the reader's program sees it, appended; references become
 * UTF-8. Known by name: the 96 of Latin-1, those of the ASCII signs and a few
 * more. SG_NONE: a name with its ';' that is not among them: what it means is
 * not known, so the value must stay as it is.
 */
enum sg_status html_decode_references(struct buf *to, const char *value,
				      size_t len) MUST_CHECK;

/* Escape for a value between `quote` ('"' or '\''); 0: unquoted. Appends. */
void html_escape_value(struct buf *to, const char *value, char quote);

#endif

/*
 * template_plain.h - the text of an HTML mail, for the text/plain part when the
 * template has none. Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_PLAIN_H
#define ENGINE_BROADCAST_TEMPLATE_PLAIN_H

#include "base/buf.h"

/*
 * Blocks become lines, <li> "- ", an image its alt text; a link's target
 * follows it in <> when it is another text. Styles, scripts, the head and
 * comments are left out, and what a reader does not see (template_unseen.h).
 */
void template_plain_from_html(const char *html, size_t len, struct buf *to);

#endif

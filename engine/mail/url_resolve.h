/* url_resolve.h - a relative reference against a base. Pure, any thread. */
#ifndef ENGINE_MAIL_URL_RESOLVE_H
#define ENGINE_MAIL_URL_RESOLVE_H

#include "base/buf.h"

/*
 * RFC 3986 §5.2, appended. `base` is an absolute URL with an authority,
 * `reference` has no scheme.
 */
void url_resolve(struct buf *to, const char *base, const char *reference);

#endif

/* idn.h - the only door to libidn2. */
#ifndef ENGINE_BASE_IDN_H
#define ENGINE_BASE_IDN_H

#include "base/buf.h"

/* A domain to lower-case A-labels (IDNA 2008 non-transitional), appended.
 * SG_REFUSED: not a domain name. */
enum sg_status idn_to_ascii(struct buf *to, const char *domain,
			    struct sg_err *err) MUST_CHECK;

#endif

/* webhook_date.h - a moment in one of the ways in which programs write it. */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_DATE_H
#define PLUGINS_WEBHOOK_WEBHOOK_DATE_H

#include "scoregate_plugin.h"

/*
 * `form`: NULL or "" = as it looks: ISO 8601, seconds or milliseconds since
 * 1970, RFC 5322. "s", "ms", "iso", "mail", or a pattern of strptime(3)
 * ("%d.%m.%Y %H:%M"). Where no offset is said it is in `zone` (NULL = UTC).
 * ms UTC; SG_REFUSED: it is none.
 */
enum sg_status webhook_date(const struct sg_call *call, const char *text,
			    const char *form, const char *zone,
			    int64_t *at_out);

#endif

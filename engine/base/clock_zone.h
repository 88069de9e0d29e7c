/*
 * clock_zone.h - time zones by name, from the TZif files of the machine
 * (RFC 8536). libc knows one zone a process; we are asked for several from
 * several threads. A zone is read once and kept until the process ends.
 * Any thread.
 */
#ifndef ENGINE_BASE_CLOCK_ZONE_H
#define ENGINE_BASE_CLOCK_ZONE_H

#include <stdint.h>

#include "base/err.h"

struct clock_zone;

/* NULL, "" and "UTC" need no file. SG_REFUSED: no such zone here. */
enum sg_status clock_zone_find(const char *name,
			       const struct clock_zone **zone_out,
			       struct sg_err *err) MUST_CHECK;
/* Seconds east of UTC at that moment; a NULL zone is UTC. */
int64_t clock_zone_offset_s(const struct clock_zone *zone, int64_t at_s);

#endif

/*
 * api_counted.h - what is counted of a broadcast: recipients by state, hits,
 * points, and how each version of its mail does.
 */
#ifndef ENGINE_HTTP_API_API_COUNTED_H
#define ENGINE_HTTP_API_API_COUNTED_H

#include "base/err.h"
#include "broadcast/broadcast_counted.h"
#include "store/store_broadcast.h"

struct api_call;

/* "counted_at": of a big one, when; null: it is being counted the first time.
 */
void api_add_counted_at(const struct broadcast_counted *counted,
			struct json *to);
/* Adds them to the call's answer. */
enum sg_status api_counted_add(struct api_call *call,
			       const struct store_broadcast *broadcast,
			       struct sg_err *err) MUST_CHECK;

#endif

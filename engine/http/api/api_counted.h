/*
 * api_counted.h - what is counted of a broadcast: recipients by state, hits,
 * points. While it is being sent, who watches asks again and again, and each
 * count reads every recipient: so it may then be as old as 20 times what it
 * took, and watching costs a twentieth of a core at most.
 */
#ifndef ENGINE_HTTP_API_API_COUNTED_H
#define ENGINE_HTTP_API_API_COUNTED_H

#include <stdbool.h>

#include "base/err.h"

struct api_call;
struct api_counted; /* the last one counted; any thread */

struct api_counted *api_counted_new(void);
void api_counted_free(struct api_counted *counted);

/* Adds them to the call's answer. may_be_old: as above. */
enum sg_status api_counted_add(struct api_call *call, const char *name,
			       bool may_be_old, struct sg_err *err) MUST_CHECK;

#endif

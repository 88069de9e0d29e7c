/* failing_start.c - refused: its start() says no, and its stop() must then not
 * be called. */
#include <stdlib.h>

#include "scoregate_plugin.h"

static enum sg_status
fail_to_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	(void)state_out;
	call->host->alloc(call, 100);
	return call->host->fail(err, SG_FAILED, "the moon is not full");
}

static void
stop_what_never_ran(const struct sg_call *call)
{
	(void)call;
	abort();
}

SG_PLUGIN const struct sg_plugin sg_plugin_failing_start = {
	SG_PLUGIN_HEAD,		.name = "failing_start",
	.version = "1.0",	.summary = "refused",
	.start = fail_to_start, .stop = stop_what_never_ran,
};

/* taken_route.c - refused where another plugin answers under /o/ already. */
#include "scoregate_plugin.h"

static enum sg_status
answer(const struct sg_call *call, const struct sg_request *request,
       struct sg_reply *reply, struct sg_err *err)
{
	(void)call, (void)request, (void)reply, (void)err;
	return SG_OK;
}

static const struct sg_route routes[] = {
	{"/o/x/", answer, "inside another's"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_taken_route = {
	SG_PLUGIN_HEAD,	      .name = "taken_route", .version = "1.0",
	.summary = "refused", .routes = routes,
};

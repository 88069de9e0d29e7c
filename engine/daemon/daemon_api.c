/* daemon_api.c - see daemon_api.h. */
#include "daemon/daemon_api.h"

static bool
ask_plugins(void *arg, const struct sg_request *request,
	    const char *(*header)(const void *handle, const char *name),
	    struct sg_reply *reply)
{
	return gate_route(arg, request, header, reply);
}

enum sg_status
daemon_api_open(struct daemon *daemon, struct sg_err *err)
{
	daemon->routes.plugin = ask_plugins;
	daemon->routes.plugin_arg = daemon->gate;
	return SG_OK;
}

void
daemon_api_close(struct daemon *daemon)
{
}

/* daemon_api.c - see daemon_api.h. */
#include "daemon/daemon_api.h"

static bool
ask_plugins(void *arg, const struct sg_request *request,
	    const char *(*header)(const void *handle, const char *name),
	    struct spool_batch *batch, struct sg_reply *reply)
{
	return gate_route_batched(arg, request, header, batch, reply);
}

static bool
ask_plugins_in_private(void *arg, const struct sg_request *request,
		       const char *(*header)(const void *handle,
					     const char *name),
		       struct spool_batch *batch, struct sg_reply *reply)
{
	return gate_route_private(arg, request, header, batch, reply);
}

static void
not_found(void *arg, const struct sg_request *request,
	  const char *(*header)(const void *handle, const char *name),
	  struct sg_reply *reply)
{
	gate_not_found(arg, request, header, reply);
}

static enum sg_status
reload(void *arg, struct buf *at_restart, struct sg_err *err)
{
	return daemon_reload(arg, at_restart, err);
}

static enum sg_status
backup(void *arg, const char *path, struct sg_err *err)
{
	return daemon_backup(arg, path, err);
}

enum sg_status
daemon_api_open(struct daemon *daemon, struct sg_err *err)
{
	struct api_options options = {
		.apply = daemon->apply,
		.spool = daemon->spool,
		.scoreboard = daemon->board,
		.gate = daemon->gate,
		.kinds = daemon->kinds,
		.verdicts = daemon->verdicts,
		.keys = daemon->keys,
		.readers = daemon->readers,
		.broadcasts = daemon->broadcasts,
		.timezone = daemon->conf->timezone,
		.reload = reload,
		.backup = backup,
		.arg = daemon,
	};
	enum sg_status status =
		rate_parse(conf_text(daemon->conf->http, "api_calls"),
			   &options.token_limit, err);

	if (status == SG_OK)
		status = api_open(&options, &daemon->api, err);
	if (status != SG_OK)
		return status;
	daemon->routes = (struct http_routes){
		.plugin = ask_plugins,
		.private_plugin = ask_plugins_in_private,
		.missing = not_found,
		.plugin_arg = daemon->gate,
		.api = api_handle,
		.health = api_health,
		.metrics = api_metrics,
		.api_arg = daemon->api,
	};
	gate_set_api(daemon->gate, api_handle_as, daemon->api);
	gate_set_people(daemon->gate, &api_people, daemon->api);
	gate_set_look(daemon->gate, api_look, daemon->api);
	return SG_OK;
}

void
daemon_api_close(struct daemon *daemon)
{
	api_close(daemon->api);
}

/* gate_route.c - from a path to the plugin that owns it. */
#include <string.h>

#include "base/log.h"
#include "gate/gate_call.h"
#include "gate/gate_problem.h"

/* "/o/" and all that begins with it; "/t.js" and nothing else. */
static bool
is_for(const char *path, const char *prefix)
{
	for (; *prefix && *prefix == *path; prefix++)
		path++;
	return !*prefix && (path[-1] == '/' || !*path);
}

static const struct sg_route *
find_route(struct sg_gate *gate, const char *path, bool private,
	   struct gate_plugin **owner)
{
	const struct sg_route *route;

	for (size_t i = 0; i < gate->n_plugins; i++) {
		route = private ? gate->plugins[i]->descriptor.private_routes
				: gate->plugins[i]->descriptor.routes;
		for (; route && route->prefix; route++) {
			*owner = gate->plugins[i];
			if (is_for(path, route->prefix))
				return route;
		}
	}
	return NULL;
}

/* 500 only when the plugin gave no answer of its own before it failed. */
static void
answer_for(struct sg_reply *reply, enum sg_status status)
{
	bool answered = reply->body.len || reply->fixed ||
			reply->status != 200 || reply->n_headers;

	if (status == SG_OK || answered)
		return;
	switch (status) {
	case SG_NONE:
		reply_text(reply, 404, "not found\n");
		break;
	case SG_REFUSED:
		reply_text(reply, 400, "this request cannot be understood\n");
		break;
	case SG_BUSY:
		reply_header(reply, "Retry-After", "10");
		reply_text(reply, 503, "not now, try again\n");
		break;
	default:
		reply_text(reply, 500, "broken here\n");
	}
}

static void
call_answer(struct gate_plugin *plugin, const struct sg_route *route,
	    const struct sg_request *request,
	    const char *(*header)(const void *handle, const char *name),
	    struct spool_batch *batch, struct sg_reply *reply)
{
	struct gate_call call;
	enum sg_status status;
	struct sg_err err;
	char what[64] = "";

	err.text[0] = '\0';
	gate_call_begin(&call, plugin, request->received_at);
	call.header = header;
	call.batch = batch;
	status = route->answer(&call.public, request, reply, &err);
	if (status == SG_FAILED)
		snprintf(what, sizeof(what), "%.10s %.40s", request->method,
			 route->prefix);
	gate_call_count(&call, status, what, &err);
	answer_for(reply, status);
	if (!call.batch)
		gate_problem_instead(request, header,
				     call.pages ? call.pages->page : NULL,
				     reply);
	gate_call_end(&call);
}

bool
gate_route(struct sg_gate *gate, const struct sg_request *request,
	   const char *(*header)(const void *handle, const char *name),
	   struct sg_reply *reply)
{
	return gate_route_batched(gate, request, header, NULL, reply);
}

static bool
route_to(struct sg_gate *gate, bool private, const struct sg_request *request,
	 const char *(*header)(const void *handle, const char *name),
	 struct spool_batch *batch, struct sg_reply *reply)
{
	struct gate_plugin *plugin;
	const struct sg_route *route =
		find_route(gate, request->path, private, &plugin);
	struct sg_request inner = *request;

	if (!route)
		return false;
	if (!gate_call_may(plugin, request->received_at)) {
		reply_header(reply, "Retry-After", "10");
		reply_text(reply, 503, "suspended, try again later\n");
		return true;
	}
	inner.size = sizeof(inner);
	inner.path = request->path + strlen(route->prefix);
	call_answer(plugin, route, &inner, header, batch, reply);
	return true;
}

bool
gate_route_batched(struct sg_gate *gate, const struct sg_request *request,
		   const char *(*header)(const void *handle, const char *name),
		   struct spool_batch *batch, struct sg_reply *reply)
{
	return route_to(gate, false, request, header, batch, reply);
}

bool
gate_route_private(struct sg_gate *gate, const struct sg_request *request,
		   const char *(*header)(const void *handle, const char *name),
		   struct spool_batch *batch, struct sg_reply *reply)
{
	return route_to(gate, true, request, header, batch, reply) ||
	       route_to(gate, false, request, header, batch, reply);
}

enum sg_status
gate_inspect(struct sg_gate *gate, const char *plugin,
	     const struct sg_request *request,
	     const char *(*header)(const void *handle, const char *name),
	     struct sg_reply *reply)
{
	struct sg_route route = {.prefix = "inspect"};
	struct sg_request inner = *request;

	inner.size = sizeof(inner);
	for (size_t i = 0; i < gate->n_plugins; i++) {
		route.answer = gate->plugins[i]->descriptor.inspect;
		if (strcmp(gate->plugins[i]->descriptor.name, plugin) != 0)
			continue;
		if (!route.answer)
			return SG_NONE;
		call_answer(gate->plugins[i], &route, &inner, header, NULL,
			    reply);
		return SG_OK;
	}
	return SG_NONE;
}

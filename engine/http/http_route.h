/*
 * http_route.h - who answers which path: /healthz on every face; on the public
 * one everything else is the plugins'; on the private ones /metrics, /api/v1,
 * and the plugins' again (a console). Set up once, then any thread.
 */
#ifndef ENGINE_HTTP_HTTP_ROUTE_H
#define ENGINE_HTTP_HTTP_ROUTE_H

#include "http/http.h"

/* gate_route_batched(): false when no plugin owns the path. */
typedef bool http_plugin_fn(void *arg, const struct sg_request *request,
			    const char *(*header)(const void *handle,
						  const char *name),
			    struct spool_batch *batch, struct sg_reply *reply);

/* gate_not_found(): the page for a path that is nobody's. */
typedef void http_missing_fn(void *arg, const struct sg_request *request,
			     const char *(*header)(const void *handle,
						   const char *name),
			     struct sg_reply *reply);

struct http_routes {
	http_plugin_fn *plugin;	  /* NULL: no plugins */
	http_missing_fn *missing; /* NULL: a line of text */
	/* gate_route_private(), for the private faces; NULL: `plugin`. */
	http_plugin_fn *private_plugin;
	void *plugin_arg;     /* of these three */
	http_handler_fn *api; /* all of /api/; NULL: 404 */
	http_handler_fn *health, *metrics;
	void *api_arg; /* of these three */
};

/* An http_handler_fn; `routes` is a struct http_routes. */
void http_route(void *routes, const struct http_request *request,
		struct sg_reply *reply);

#endif

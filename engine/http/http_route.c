/* http_route.c - see http_route.h. */
#include "http/http_route.h"

#include <string.h>

static bool
is_get(const struct http_request *request)
{
	return strcmp(request->request.method, "GET") == 0 ||
	       strcmp(request->request.method, "HEAD") == 0;
}

static void
only_get(const struct http_request *request, struct sg_reply *reply)
{
	if (request->face == HTTP_PUBLIC)
		reply_text(reply, 405, "only GET and HEAD\n");
	else
		reply_problem(reply, 405, "only GET and HEAD");
	reply_header(reply, "Allow", "GET, HEAD");
}

static bool
is_api(const char *path)
{
	return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/api") == 0;
}

/* NULL: the path is nobody's here. */
static http_handler_fn *
find_own(const struct http_routes *routes, const struct http_request *request)
{
	const char *path = request->request.path;

	if (strcmp(path, "/healthz") == 0)
		return routes->health;
	if (request->face == HTTP_PUBLIC)
		return NULL;
	if (strcmp(path, "/metrics") == 0)
		return routes->metrics;
	return is_api(path) ? routes->api : NULL;
}

void
http_route(void *arg, const struct http_request *request,
	   struct sg_reply *reply)
{
	const struct http_routes *routes = arg;
	http_handler_fn *own = find_own(routes, request);
	http_plugin_fn *plugin = routes->plugin;

	if (own && !is_api(request->request.path) && !is_get(request)) {
		only_get(request, reply);
		return;
	}
	if (own) {
		own(routes->api_arg, request, reply);
		return;
	}
	if (request->face != HTTP_PUBLIC && routes->private_plugin)
		plugin = routes->private_plugin;
	if (plugin && plugin(routes->plugin_arg, &request->request,
			     http_header_of, request->batch, reply))
		return;
	if (request->face != HTTP_PUBLIC)
		reply_problem(reply, 404, "there is nothing at this address");
	else if (routes->missing)
		routes->missing(routes->plugin_arg, &request->request,
				http_header_of, reply);
	else
		reply_text(reply, 404, "there is nothing at this address\n");
}

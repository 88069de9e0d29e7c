/*
 * scoregate_plugin.h - the plugin ABI: all that a plugin is built on.
 *
 * (The gate's owner writes this out in full; what follows is what the HTTP
 * server and the gate agree on.)
 */
#ifndef SCOREGATE_PLUGIN_H
#define SCOREGATE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoregate_status.h"

/* One HTTP request, borrowed for the call. */
struct sg_request {
	size_t size;	    /* of this struct, for growth at its end */
	const char *method; /* "GET", "HEAD", "POST", … */
	const char *path;  /* after the route's prefix, decoded once? no: raw */
	const char *query; /* after '?', "" = none; raw */
	const char *body;
	size_t body_len;
	const char *peer;    /* numeric address of the client */
	int64_t received_at; /* ms UTC */
	const void *handle;  /* for sg_host.request_header() */
};

/* The answer, filled through host functions; opaque to plugins. */
struct sg_reply;

#endif

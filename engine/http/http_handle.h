/*
 * http_handle.h - what sg_request.handle points to: the first thing in the
 * request of either lane, by which its headers are found.
 */
#ifndef ENGINE_HTTP_HTTP_HANDLE_H
#define ENGINE_HTTP_HTTP_HANDLE_H

#include <stdbool.h>

enum { HTTP_HANDLE_MAGIC = 0x4848414e };

struct http_handle {
	unsigned magic;
	/* NULL: there is none of that name. */
	const char *(*header)(const struct http_handle *handle,
			      const char *name);
	/* Has the caller hung up? NULL: not known here. */
	bool (*is_over)(const struct http_handle *handle);
};

#endif

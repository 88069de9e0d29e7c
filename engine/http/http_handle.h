/*
 * http_handle.h - what sg_request.handle points to: the first thing in the
 * request of either lane, by which its headers are found.
 */
#ifndef ENGINE_HTTP_HTTP_HANDLE_H
#define ENGINE_HTTP_HTTP_HANDLE_H

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_HANDLE_MAGIC = 0x4848414e };

struct http_handle {
	unsigned magic;
	/* NULL: there is none of that name. */
	const char *(*header)(const struct http_handle *handle,
			      const char *name);
	/* All of that name, in the order in which they came; the first `most`
	 * of them go into `values`. Returns how many there are. */
	size_t (*all)(const struct http_handle *handle, const char *name,
		      const char **values, size_t most);
	/* Has the caller hung up? NULL: not known here. */
	bool (*is_over)(const struct http_handle *handle);
	/* Asked more often than the limit: to be answered, without a signal.
	 * Read as the header ":over-limit", which nobody can send. */
	bool over_limit;
};

#endif

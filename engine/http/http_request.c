/* http_request.c - reading a request: headers and query parameters. */
#include <string.h>

#include "base/encode.h"
#include "http/http.h"
#include "http/http_handle.h"

const char *
http_request_header(const struct http_request *request, const char *name)
{
	return http_header_of(request->request.handle, name);
}

bool
http_request_is_over(const struct http_request *request)
{
	const struct http_handle *handle = request->request.handle;

	return handle && handle->magic == HTTP_HANDLE_MAGIC &&
	       handle->is_over && handle->is_over(handle);
}

/* Is the encoded name[len] this parameter's? */
static bool
is_param(const char *encoded, size_t len, const char *name)
{
	struct buf decoded = BUF_INIT;
	bool is = decode_form_value(&decoded, encoded, len, NULL) == SG_OK &&
		  strcmp(buf_text(&decoded), name) == 0;

	buf_done(&decoded);
	return is;
}

enum sg_status
http_request_param(const struct http_request *request, const char *name,
		   struct buf *out)
{
	const char *at = request->request.query;

	while (at && *at) {
		size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");

		if (is_param(at, name_len, name)) {
			const char *value = at + name_len;

			if (*value == '=')
				value++;
			if (decode_form_value(out, value,
					      (size_t)(at + len - value),
					      NULL) != SG_OK)
				return SG_REFUSED;
			return SG_OK;
		}
		at += len;
		if (*at == '&')
			at++;
	}
	return SG_NONE;
}

/* api_forms.h - what api_forms.c and api_surveys.c share. */
#ifndef ENGINE_HTTP_API_API_FORMS_H
#define ENGINE_HTTP_API_API_FORMS_H

#include "http/api/api_call.h"
#include "store/store_history.h"

/* What a plugin tells of itself, as JSON. SG_NONE: it is not loaded, or has no
 * such thing. */
enum sg_status api_inspect(struct api_call *call, const char *plugin,
			   const char *path, struct json **json_out,
			   struct sg_err *err) MUST_CHECK;

/* The same of all that it has; without the plugin, an empty list. */
enum sg_status api_inspect_all(struct api_call *call, const char *plugin,
			       const char *path, struct sg_err *err) MUST_CHECK;

/* Entries of one signal whose property has this value, newest first, at most
 * as far back as is looked in one request. `fn` ends it with SG_NONE. */
struct api_form_scan {
	const char *signal, *property, *name;
	int64_t before_id; /* 0 = from the newest */
	enum sg_status (*fn)(void *arg, const struct store_history *row,
			     const struct signal *signal, struct sg_err *err);
	void *arg;
};
enum sg_status api_each_of_form(struct api_call *call,
				const struct api_form_scan *scan,
				struct sg_err *err) MUST_CHECK;

#endif

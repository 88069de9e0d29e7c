/*
 * import_feed.h - what lines gave, to the applier in one transaction, together
 * with what the caller writes beside it. A line that the store refuses after
 * all is reported and left out.
 */
#ifndef ENGINE_HTTP_API_IMPORT_FEED_H
#define ENGINE_HTTP_API_IMPORT_FEED_H

#include "apply/apply_feed.h"
#include "http/api/import_lines.h"

struct import_fed {
	struct import_lines *lines;
	struct api_call *call;
	/* as in apply_feed.h, with `arg`; may be NULL */
	enum sg_status (*begin)(void *arg, struct store *store,
				struct sg_err *err);
	enum sg_status (*end)(void *arg, struct store *store,
			      const struct apply_fed *fed, struct sg_err *err);
	void *arg;
	int64_t created; /* out */
};

/* SG_NONE: begin() said that it is in already. */
enum sg_status import_feed(struct import_fed *fed,
			   struct sg_err *err) MUST_CHECK;

/* api_import.c: the options of a query. */
enum sg_status import_read_options(struct api_call *call,
				   struct import_settings *settings,
				   struct sg_err *err) MUST_CHECK;

#endif

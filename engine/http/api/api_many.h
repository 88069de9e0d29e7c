/*
 * api_many.h - many of one kind in one call: up to 10,000, as a JSON array or
 * as lines of JSON, each with a result of its own, in the order they came. A
 * bad one is said so and left out; the others go to the applier in a few
 * transactions.
 */
#ifndef ENGINE_HTTP_API_API_MANY_H
#define ENGINE_HTTP_API_API_MANY_H

#include "http/api/import_feed.h"

enum { API_MANY_MOST = 10000 };

/* What became of one. */
struct api_many_result {
	int status;
	int64_t id;	     /* 0 = none */
	const char *name;    /* the sender's own id; NULL = none */
	const char *error;   /* NULL = it is in */
	uint64_t record_key; /* whose it is; 0 = not known */
	bool there;	     /* the record was, before */
};

struct api_many {
	struct api_call *call;
	struct import_lines lines;
	/* call->body is the item, and call->pool ends with it: gives its
	 * signals by api_many_add(). */
	enum sg_status (*item)(struct api_many *many,
			       struct api_many_result *result,
			       struct sg_err *err);
	/* Those from `from` on are in: what is known of them only now. */
	enum sg_status (*taken)(struct api_many *many, size_t from,
				struct sg_err *err);
	struct pool *pool; /* of the call */
	size_t n;
	struct api_many_result *results;
	size_t n_added; /* signals of the item under way */
	bool in_order_of_time;
};

enum sg_status api_many_add(struct api_many *many, struct signal *signal,
			    struct sg_err *err) MUST_CHECK;
enum sg_status api_many_run(struct api_many *many,
			    struct sg_err *err) MUST_CHECK;

#endif

/* api_events_filter.h - which events one listener wants, and the crossings of
 * its thresholds. Its own thread only. */
#ifndef ENGINE_HTTP_API_API_EVENTS_FILTER_H
#define ENGINE_HTTP_API_API_EVENTS_FILTER_H

#include "base/record_set.h"
#include "http/api/api_events.h"
#include "rule/condition.h"

enum { THRESHOLDS_MOST = 8 };

struct threshold {
	double at;
	struct record_set *above; /* who has that much */
};

struct events_filter {
	struct api *api;
	bool kinds[EVENT_N_KINDS];
	uint32_t record_id;	     /* 0 = any */
	char *score, *name;	     /* NULL = any */
	struct condition *condition; /* NULL = any */
	uint32_t score_id;	     /* of the thresholds */
	size_t n_thresholds;
	struct threshold thresholds[THRESHOLDS_MOST];
	int64_t looked_at; /* monotonic: at all records */
};

/* From the call's parameters. events_filter_done() in any case. */
enum sg_status events_filter_init(struct events_filter *filter,
				  struct api_call *call,
				  struct sg_err *err) MUST_CHECK;
/* Who is above its thresholds now: what changes from here on is told. */
void events_filter_begin(struct events_filter *filter);
void events_filter_done(struct events_filter *filter);

/* Those it wants of these, as text, and what they made cross. */
void events_filter_write(struct events_filter *filter,
			 const struct event *events, size_t n, struct buf *to);
/* Who crossed by the passing of time alone: once a minute. */
void events_filter_look(struct events_filter *filter, struct buf *to);

#endif

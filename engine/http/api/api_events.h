/*
 * api_events.h - the inside of GET /events: one thread follows the store while
 * somebody listens, and puts what is new into a ring; each listener's own
 * thread takes it from there. The applier knows nothing of it.
 */
#ifndef ENGINE_HTTP_API_API_EVENTS_H
#define ENGINE_HTTP_API_API_EVENTS_H

#include "http/api/api_call.h"
#include "store/store_event.h"

enum { EVENTS_RING = 4096, EVENTS_LISTENERS_MOST = 128 };

enum event_kind {
	EVENT_SIGNAL,	 /* an entry of the history */
	EVENT_SCORE,	 /* points given or taken */
	EVENT_THRESHOLD, /* a score rose to, or fell below, threshold= */
	EVENT_FIRED,	 /* an automation */
	EVENT_BROADCAST, /* its state changed */
	EVENT_SCORES,	 /* `rules run`: all of them are new */
	EVENT_N_KINDS
};
const char *event_kind_name(enum event_kind kind);
int event_kind_find(const char *name, size_t len); /* -1: no such */

struct event {
	int64_t id; /* 0: where the listener is, it stays */
	enum event_kind kind;
	uint32_t record_id;
	double before, after; /* of EVENT_SCORE */
	char *name;	      /* of the signal, score, automation, broadcast */
	char *data;	      /* one line of JSON */
};

/* From a row of the store; event_done() frees what it holds. */
void event_make(struct event *event, const struct store_event *row);
void event_done(struct event *event);
/* Appends it as the stream has it. id 0: none is said. */
void event_write(struct buf *to, int64_t id, const char *kind,
		 const char *data);

struct events;
/* NULL: out of memory. */
struct events *events_new(struct api *api);
/* Ends the thread; all streams have ended. NULL is fine. */
void events_free(struct events *events);

/* One more listens: from here on the ring is filled. SG_BUSY: too many. */
enum sg_status events_join(struct events *events,
			   struct sg_err *err) MUST_CHECK;
void events_leave(struct events *events);

/* Where a listener is in the ring. */
struct events_place {
	uint64_t number; /* of the event to come */
};
/* From now on. *id_out: of the last one before. */
void events_now(struct events *events, struct events_place *place,
		int64_t *id_out);
/* After the event of this id. false: the ring no longer has what came then. */
bool events_find(struct events *events, int64_t id, struct events_place *place);
/*
 * Calls fn for all there is, up to `most`; waits up to wait_ms for the first.
 * SG_NONE: none came. SG_REFUSED: the ring has overtaken the listener, and the
 * store has what was to come. Events are borrowed.
 */
enum sg_status events_take(struct events *events, struct events_place *place,
			   int wait_ms,
			   void (*fn)(void *arg, const struct event *event),
			   void *arg) MUST_CHECK;

#endif

/*
 * api.h - /api/v1, /healthz and /metrics: everything that the command, a
 * console or your programs can ask of the daemon. Any thread.
 */
#ifndef ENGINE_HTTP_API_API_H
#define ENGINE_HTTP_API_API_H

#include "apply/apply.h"
#include "base/rate.h"
#include "broadcast/broadcast.h"
#include "gate/gate.h"
#include "http/http.h"
#include "score/scoreboard.h"
#include "signal/signal_kinds.h"
#include "spool/spool.h"
#include "store/store.h"
#include "token/keys.h"

struct api;

/* What it speaks to; all of it outlives the API. */
struct api_options {
	struct apply *apply;
	struct spool *spool;
	struct scoreboard *scoreboard;
	struct sg_gate *gate; /* NULL: no plugins */
	struct signal_kinds *kinds;
	struct keys *keys;
	struct store_readers *readers;
	struct broadcasts *broadcasts; /* NULL: 503 */
	struct verdict_book *verdicts; /* NULL: windows are off */
	const char *timezone;	       /* NULL = UTC */
	struct rate_limit token_limit; /* calls of each token; 0 = any */
	int submit_wait_ms; /* until a change is applied; 0 = 10000 */
	/* The daemon's own work; NULL: 503. `path` is absolute. */
	enum sg_status (*reload)(void *arg, struct buf *at_restart,
				 struct sg_err *err);
	enum sg_status (*backup)(void *arg, const char *path,
				 struct sg_err *err);
	void *arg;
};

enum sg_status api_open(const struct api_options *options, struct api **api_out,
			struct sg_err *err) MUST_CHECK;
void api_close(struct api *api); /* no request under way; NULL is fine */
/* For /metrics and /status; may be called once the server listens. */
void api_set_http(struct api *api, struct http *http);

/* These three are http_handler_fn; `api` is a struct api. */
void api_handle(void *api, const struct http_request *request,
		struct sg_reply *reply);
void api_health(void *api, const struct http_request *request,
		struct sg_reply *reply);
void api_metrics(void *api, const struct http_request *request,
		 struct sg_reply *reply);
/* People who sign in to a console, by the table of users; `arg` of each is a
 * struct api. */
extern const struct gate_people api_people;
/* A gate_look_fn. */
enum sg_status api_look(void *api, uint64_t record_key, struct json **json_out,
			struct sg_err *err) MUST_CHECK;
/* A gate_api_fn: `actor` is the name of an API token, whose role it has. */
void api_handle_as(void *api, const char *actor, const char *method,
		   const char *path, const char *body, size_t body_len,
		   struct sg_reply *reply);

#endif

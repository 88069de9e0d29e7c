/*
 * gate_call.h - one call into a plugin: made, counted, and what it leaves
 * behind cleared away. A plugin that fails several times in a row rests, each
 * time twice as long, while mail and web flow on.
 */
#ifndef ENGINE_GATE_GATE_CALL_H
#define ENGINE_GATE_GATE_CALL_H

#include "gate/gate_parts.h"

/* false: the plugin rests; it must not be called. */
bool gate_call_may(struct gate_plugin *plugin, int64_t now);
void gate_call_begin(struct gate_call *call, struct gate_plugin *plugin,
		     int64_t now);
/* Counts the call, and `status` SG_FAILED as a failure: logs it with the text
 * in `err`. `what` is for the log: "GET /o/", "outgoing mail". */
void gate_call_count(struct gate_call *call, enum sg_status status,
		     const char *what, const struct sg_err *err);
/* Frees what belongs to the call. */
void gate_call_end(struct gate_call *call);

/* Asserts that it is one of ours. */
struct gate_call *gate_call_of(const struct sg_call *call);
struct pool *gate_call_pool(struct gate_call *call);
struct sg_text *gate_call_text(struct gate_call *call, size_t limit);

#endif

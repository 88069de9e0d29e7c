/*
 * verdict.h - human or machine, by one hit alone: what the request says of
 * itself. Never by network. What the whole message tells (bursts) is judged
 * where the whole message is seen. Pure, any thread.
 */
#ifndef ENGINE_GATE_VERDICT_H
#define ENGINE_GATE_VERDICT_H

#include <stdbool.h>

#include "signal/signal.h"

typedef const char *verdict_header_fn(const void *handle, const char *name);

/* false: no signal at all, the method is HEAD or OPTIONS. reason_out: "" for
 * a human; static. */
bool verdict_judge(const char *method, verdict_header_fn *header,
		   const void *handle, enum verdict *verdict_out,
		   const char **reason_out);

#endif

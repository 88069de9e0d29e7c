/*
 * verdict.h - human or machine, by one hit alone: what the request says of
 * itself. Never by network. What all hits of a message tell (bursts) is judged
 * where all of them are seen, engine/apply/hit_judge.h. Pure, any thread.
 */
#ifndef ENGINE_GATE_VERDICT_H
#define ENGINE_GATE_VERDICT_H

#include <stdbool.h>

#include "signal/signal.h"
#include "signal/verdict_conf.h"

typedef const char *verdict_header_fn(const void *handle, const char *name);

struct verdict_found {
	enum verdict verdict;
	const char *reason; /* "" = nothing against it; the book's */
	/* Known as a proxy through which many people come: its hits are not of
	 * one source. */
	bool shared;
};

/* false: no signal at all, the method is HEAD or OPTIONS. */
bool verdict_judge(const struct verdict_conf *conf, const char *method,
		   verdict_header_fn *header, const void *handle,
		   struct verdict_found *found_out);

#endif

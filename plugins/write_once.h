/*
 * write_once.h - what somebody sent as signals of one write, and the same sent
 * again within a time as the same: of forms and surveys, which are compiled
 * with it. Belongs to a call.
 */
#ifndef PLUGINS_WRITE_ONCE_H
#define PLUGINS_WRITE_ONCE_H

#include "scoregate_plugin.h"

enum { WRITE_ONCE_SIGNALS_MOST = 256 };

struct write_once {
	const struct sg_call *call;
	const char *text; /* of two that are the same the same */
	int64_t same_ms;  /* 0: for good, as far as ids are remembered */
	uint64_t record_key;
	const char *key; /* NULL: record_key says it all */
	/* made by write_once_add() */
	struct sg_signal *signals;
	size_t n_signals;
	bool too_many;
};

/* Copies the properties; what it returns is for a name or a reason. */
struct sg_signal *write_once_add(struct write_once *write,
				 enum sg_signal_kind kind,
				 const struct sg_prop *props, size_t n_props);
/* On disk. SG_REFUSED: it is too much at once. */
enum sg_status write_once_emit(struct write_once *write, struct sg_err *err);

/* "12.5", as a property. */
const char *write_once_number(const struct write_once *write, double number);

#endif

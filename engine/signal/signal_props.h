/* signal_props.h - properties as they stand in the store, without a JSON
 * library: an object of strings that has no escapes is what nearly all are. */
#ifndef ENGINE_SIGNAL_SIGNAL_PROPS_H
#define ENGINE_SIGNAL_SIGNAL_PROPS_H

#include <stdbool.h>
#include <stddef.h>

struct signal_span {
	const char *text; /* not ended by NUL */
	size_t len;
};
struct signal_prop_span {
	struct signal_span name, value;
};

/* The next property at *at, which begins as the JSON text. false: there is
 * none any more, and **at is NUL; or it is not of that simple form, and **at
 * is something else: read it with signal_props_from_json(). */
bool signal_props_next(const char **at, struct signal_prop_span *prop_out);

#endif

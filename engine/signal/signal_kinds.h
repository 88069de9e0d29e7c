/*
 * signal_kinds.h - the catalogue of declared signals: the engine's own, those
 * of the loaded plugins, those that `signals { … }` in the configuration
 * names. Source of every drop-down, of `scoregate signal kinds`, and of the
 * rule language's "declared by no loaded plugin".
 *
 * Built at start on one thread, then read by many; adding takes a lock.
 */
#ifndef ENGINE_SIGNAL_SIGNAL_KINDS_H
#define ENGINE_SIGNAL_SIGNAL_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct signal_kinds;

struct signal_kind_info {
	const char *name;	/* "email.opened" */
	const char *plugin;	/* "open"; "engine"; "configuration" */
	const char *properties; /* "url, campaign": names, for people */
	const char *summary;	/* one line for people */
};

/* Holds the engine's own from the start. */
struct signal_kinds *signal_kinds_new(void);
void signal_kinds_free(struct signal_kinds *kinds);
/* Copies. SG_REFUSED: bad name, or declared by another plugin already in other
 * words; in the same it is the same signal. */
enum sg_status signal_kinds_add(struct signal_kinds *kinds,
				const struct signal_kind_info *info,
				struct sg_err *err) MUST_CHECK;
/* One that the configuration names for a plugin (a webhook's event): the words
 * of a plugin that declares it of itself hold, before or after. */
enum sg_status signal_kinds_name(struct signal_kinds *kinds,
				 const struct signal_kind_info *info,
				 struct sg_err *err) MUST_CHECK;
bool signal_kinds_has(struct signal_kinds *kinds, const char *name);
size_t signal_kinds_count(struct signal_kinds *kinds);
/* In order of name; the strings live as long as `kinds`. */
struct signal_kind_info signal_kinds_at(struct signal_kinds *kinds, size_t i);
/* "telephony" for "call.missed" when a known (not loaded) plugin would declare
 * it, else NULL: the hint in the rule language's error. */
const char *signal_kinds_who_would(const char *name);
/* The i-th that a shipped plugin would declare that is not loaded, in no
 * order; SG_NONE: there are no more. */
enum sg_status signal_kinds_off_at(struct signal_kinds *kinds, size_t i,
				   struct signal_kind_info *out) MUST_CHECK;

#endif

/*
 * agent_family.h - what of a user agent is about a program and not about a
 * person's machine: "Firefox on Linux" of "Mozilla/5.0 (X11; …) Firefox/128.0".
 * No version, no device, no build. Pure, any thread.
 */
#ifndef ENGINE_GATE_AGENT_FAMILY_H
#define ENGINE_GATE_AGENT_FAMILY_H

#include <stddef.h>

enum { AGENT_FAMILY_SIZE = 64 };

/* "other" for what is not known; "" for no user agent. */
void agent_family(const char *agent, char family[AGENT_FAMILY_SIZE]);

#endif

/*
 * gate_problem.h - what a program is told that talks JSON to a page for
 * people: in place of the page, RFC 9457 when something is wrong, field by
 * field; and in one line that it was done. Plugins that answer JSON themselves
 * are left as they are.
 */
#ifndef ENGINE_GATE_GATE_PROBLEM_H
#define ENGINE_GATE_GATE_PROBLEM_H

#include "gate/gate_parts.h"

/*
 * `page`: the last one the plugin made, or NULL. Of its values `heading`,
 * `trouble`, `text` and `done` are used, and of its rows `faults` the values
 * fault_name, fault_code and fault_text.
 */
void gate_problem_instead(const struct sg_request *request,
			  const char *(*header)(const void *handle,
						const char *name),
			  const struct sg_page *page, struct sg_reply *reply);

#endif

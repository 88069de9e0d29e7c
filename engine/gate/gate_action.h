/* gate_action.h - what plugins bring for automations: `run 'plugin.action'`.
 * Any thread. */
#ifndef ENGINE_GATE_GATE_ACTION_H
#define ENGINE_GATE_GATE_ACTION_H

#include "gate/gate.h"

struct gate_action {
	const char *name;     /* "hello.greet" */
	const char *settings; /* as in a configuration: name = "value" */
	int64_t now;
	const struct sg_record *record;
};

bool gate_has_action(const struct sg_gate *gate, const char *name);
/* SG_REFUSED: no such action, settings that it does not have or take, or it
 * will never do it; SG_BUSY (the plugin rests), SG_FAILED: later. */
enum sg_status gate_run_action(struct sg_gate *gate,
			       const struct gate_action *action,
			       struct sg_err *err) MUST_CHECK;

#endif

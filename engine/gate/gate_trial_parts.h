/* gate_trial_parts.h - what the files gate_trial*.c share. */
#ifndef ENGINE_GATE_GATE_TRIAL_PARTS_H
#define ENGINE_GATE_GATE_TRIAL_PARTS_H

#include "gate/gate.h"
#include "gate/gate_trial.h"

struct gate_trial {
	struct pool *pool;
	char folder[40]; /* removed at the end */
	const char *note;
	struct conf_section *conf;
	struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	struct sg_gate *gate;
	struct sg_mail *mail; /* of the last run */
	struct buf message;
};

/* A folder and all that is in it. */
void gate_trial_remove(const char *folder);

#endif

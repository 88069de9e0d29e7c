/* gate_load.h - what gate_open.c needs of gate_load.c. */
#ifndef ENGINE_GATE_GATE_LOAD_H
#define ENGINE_GATE_GATE_LOAD_H

#include "gate/gate_parts.h"

/* A plugin's table of options in the words of conf.h. */
const struct conf_option *gate_convert_options(struct pool *pool,
					       const struct sg_option *from);
/* Calls its stop(), frees all of it. NULL is fine. */
void gate_unload(struct gate_plugin *plugin);

#endif

/* gate_page.h - the pages of a gate: the engine's, those that plugins bring,
 * and the operator's over them. See page/page.h. */
#ifndef ENGINE_GATE_GATE_PAGE_H
#define ENGINE_GATE_GATE_PAGE_H

#include "gate/gate_parts.h"

enum sg_status gate_page_open(struct sg_gate *gate,
			      struct sg_err *err) MUST_CHECK;
/* The files of a plugin that has started. */
enum sg_status gate_page_bring(struct gate_plugin *plugin,
			       struct sg_err *err) MUST_CHECK;

/* Fills the answer with the page and all headers that it needs. */
void gate_page_answer(struct sg_page *page, int status, struct sg_reply *reply);
/* A page with sources of the configuration in its policy. */
struct sg_page *gate_page_new(struct sg_gate *gate, struct pool *pool,
			      const char *name, const char *accept,
			      const char *chosen);

#endif

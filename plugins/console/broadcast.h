/* broadcast.h - what the pages of broadcasts share. */
#ifndef CONSOLE_BROADCAST_H
#define CONSOLE_BROADCAST_H

#include "console.h"

/* broadcast_results.c: what came of the one of the page. */
void broadcast_results(struct page *page);

/* "/console/broadcasts/NAME", of the page's own. */
const char *broadcast_path(struct page *page, const char *more);
/* The buttons that its state allows. */
void broadcast_controls(struct page *page, const struct sg_json *broadcast);

#endif

/* broadcast.h - what the pages of broadcasts share. */
#ifndef CONSOLE_BROADCAST_H
#define CONSOLE_BROADCAST_H

#include "console.h"

/* What may come of a mail, as the API names it and as people do; {NULL}. */
struct broadcast_result {
	const char *name, *title;
};
extern const struct broadcast_result broadcast_results[];
void broadcast_people(struct page *page, const struct sg_json *result);

/* "/console/broadcasts/NAME", of the page's own. */
const char *broadcast_path(struct page *page, const char *more);
/* The buttons that its state allows. */
void broadcast_controls(struct page *page, const struct sg_json *broadcast);

#endif

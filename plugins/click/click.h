/*
 * click.h - a click, from the link in a mail to its signal: click_links.c
 * rewrites the links, click_hit.c redirects, click.c is the descriptor.
 */
#ifndef PLUGINS_CLICK_CLICK_H
#define PLUGINS_CLICK_CLICK_H

#include "scoregate_plugin.h"

enum sg_status click_links(const struct sg_call *call,
			   const struct sg_outgoing *mail, struct sg_err *err);
sg_answer_fn click_hit;

#endif

/*
 * open.h - an open, from its image to its signal: open_pixel.c puts the image
 * into a mail, open_hit.c answers it, open.c is the descriptor.
 */
#ifndef PLUGINS_OPEN_OPEN_H
#define PLUGINS_OPEN_OPEN_H

#include "scoregate_plugin.h"

enum sg_status open_pixel(const struct sg_call *call,
			  const struct sg_outgoing *mail, struct sg_err *err);
sg_answer_fn open_hit;

#endif

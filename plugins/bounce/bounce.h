/*
 * bounce.h - a bounce, from the envelope sender that makes it come back to us
 * (bounce_sender.c) to the signal (bounce_report.c); bounce.c is the
 * descriptor.
 */
#ifndef PLUGINS_BOUNCE_BOUNCE_H
#define PLUGINS_BOUNCE_BOUNCE_H

#include "scoregate_plugin.h"

enum sg_status bounce_sender(const struct sg_call *call,
			     const struct sg_outgoing *mail,
			     struct sg_err *err);
enum sg_status bounce_report(const struct sg_call *call,
			     const struct sg_incoming *mail,
			     struct sg_err *err);

#endif

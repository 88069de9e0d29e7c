/* open.c - the descriptor of `open`: who opened which mail. */
#include "open.h"

static const struct sg_signal_declaration signals[] = {
	{"email.opened", "", "An image of the mail was fetched"},
	{0},
};

static const struct sg_route routes[] = {
	{"/o/", open_hit, "the image of a mail"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_open = {
	SG_PLUGIN_HEAD,
	.name = "open",
	.version = "1.0",
	.summary = "Opens: an image in each mail, a signal when it is fetched",
	.signals = signals,
	.routes = routes,
	.outgoing = open_pixel,
};

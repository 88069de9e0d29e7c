/* bounce.c - the descriptor of `bounce`: what came back, and why. */
#include "bounce.h"

static const struct sg_signal_declaration signals[] = {
	{"email.bounced", "class, status, reason, diagnostic, recipient",
	 "A mail could not be delivered; class is hard or soft"},
	{"email.complained", "type, user_agent",
	 "Its reader reported the mail as unwanted"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_bounce = {
	SG_PLUGIN_HEAD,
	.name = "bounce",
	.version = "1.0",
	.summary = "Bounces and complaints, by an envelope sender of their own",
	.signals = signals,
	.outgoing = bounce_sender,
	.incoming = bounce_report,
};

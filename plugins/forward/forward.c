/* forward.c - the descriptor of `forward`: mail passed on to a friend. */
#include "forward.h"

/* Word for word that of `reply`, which learns the same from mail. */
static const struct sg_signal_declaration signals[] = {
	{"email.forwarded", "subject, how",
	 "The record passed a mail on, or a copy of it came from somebody "
	 "else; how is page for the send-to-a-friend page"},
	{0},
};

#define OFFER_OPTIONS                                                       \
	{.name = "subject",                                                 \
	 .type = SG_OPTION_TEXT,                                            \
	 .help = "subject of the mail to the friend"},                      \
		{.name = "text",                                            \
		 .type = SG_OPTION_TEXT,                                    \
		 .help = "its text, above the link"},                       \
	{                                                                   \
		.name = "link", .type = SG_OPTION_TEXT,                     \
		.help = "what is passed on: an http(s) address that means " \
			"the same to everybody"                             \
	}

static const struct sg_option campaign_options[] = {
	OFFER_OPTIONS,
	{0},
};

static const struct sg_option options[] = {
	OFFER_OPTIONS,
	{.name = "campaign",
	 .type = SG_OPTION_TITLED,
	 .options = campaign_options,
	 .help = "what else one broadcast or step passes on"},
	{0},
};

static const struct sg_route routes[] = {
	{"/w/", forward_page, "the page to pass a mail on"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_forward = {
	SG_PLUGIN_HEAD,
	.name = "forward",
	.version = "1.0",
	.summary = "A send-to-a-friend page that learns no friend's address",
	.signals = signals,
	.options = options,
	.routes = routes,
	.start = forward_start,
	.assets = forward_assets,
};

/* click.c - the descriptor of `click`: who followed which link. */
#include "click.h"

static const struct sg_signal_declaration signals[] = {
	{"email.clicked", "url", "A link of the mail was followed"},
	{"email.trapped", "", "A link that nobody sees was followed"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "skip",
	 .type = SG_OPTION_TEXT_LIST,
	 .fallback = "{ \"*unsubscribe*\", \"*optout*\", \"*opt-out*\" }",
	 .help = "targets (globs) that stay as they are"},
	{.name = "plain_text",
	 .type = SG_OPTION_BOOL,
	 .fallback = "off",
	 .help = "links of the plain text, too, where they can be seen"},
	{.name = "identify",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "your own sites (\"https://www.example.com\", globs), to "
		 "which "
		 "a followed link says for some minutes who comes; needs "
		 "plugin \"page\""},
	{0},
};

static const struct sg_route routes[] = {
	{"/c/", click_hit, "the redirect of a link"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_click = {
	SG_PLUGIN_HEAD,
	.name = "click",
	.version = "1.0",
	.summary = "Clicks: links that pass through here to their signed "
		   "target",
	.signals = signals,
	.options = options,
	.routes = routes,
	.outgoing = click_links,
};

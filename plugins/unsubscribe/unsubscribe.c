/* unsubscribe.c - the descriptor of `unsubscribe`: who wants no more. */
#include "unsubscribe.h"

static const struct sg_signal_declaration signals[] = {
	{"email.unsubscribed", "list, how",
	 "Left a list; how is one-click, page, mail or report"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "replace",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "replace a List-Unsubscribe that a mail already has"},
	{.name = "one_click_over_http",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "offer one click although PUBLIC is not https: for tests"},
	{0},
};

static const struct sg_route routes[] = {
	{"/u/", unsubscribe_page, "the page and the one click to leave"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_unsubscribe = {
	SG_PLUGIN_HEAD,
	.name = "unsubscribe",
	.version = "1.0",
	.summary = "Leaving a list by one click, by page and by mail",
	.signals = signals,
	.options = options,
	.routes = routes,
	.outgoing = unsubscribe_header,
	.incoming = unsubscribe_mail,
};

/* unsubscribe.c - the descriptor of `unsubscribe`: who wants no more. */
#include "unsubscribe.h"

static const struct sg_signal_declaration signals[] = {
	{"email.unsubscribed", "list, how, reason",
	 "Left a list; how is one-click, page, mail or report; reason, from "
	 "the "
	 "page: often, irrelevant, never or other"},
	{"email.paused", "until", "Wants no mailings until that day"},
	{"email.resumed", "", "Wants mailings again before the break is over"},
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
	{.name = "preferences",
	 .type = SG_OPTION_BOOL,
	 .fallback = "yes",
	 .help = "lists, a break and tracking on the page, not leaving alone"},
	{.name = "lists",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "the lists that the page offers to everybody; without it "
		 "those "
		 "that the reader is or was on"},
	{0},
};

static const struct sg_route routes[] = {
	{"/u/", unsubscribe_page, "leaving by one click, and preferences"},
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
	.assets = unsubscribe_assets,
};

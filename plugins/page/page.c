/* page.c - the descriptor of `page`: what people do on web pages. */
#include "page.h"

static const struct sg_signal_declaration signals[] = {
	{"page.visited", "url, title, referrer, visitor",
	 "A page of yours was looked at"},
	{"page.dwelled", "url, seconds, total, visitor",
	 "It was in sight so many seconds more, so many in all"},
	{"file.downloaded", "url, file, visitor",
	 "A file was fetched from a page of yours"},
	{"visitor.identified", "how, visitor",
	 "It is known now whose visits these are"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "origins",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "your sites: \"https://www.example.com\", globs allowed; "
		 "others are not listened to"},
	{.name = "events",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "further signals that your pages may tell: "
		 "\"demo.requested\""},
	{.name = "consent",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "keep nothing of who has not agreed: scoregate('consent', "
		 "true)"},
	{.name = "anonymous",
	 .type = SG_OPTION_BOOL,
	 .fallback = "yes",
	 .help = "keep what visitors do before it is known who they are"},
	{.name = "identify_for",
	 .type = SG_OPTION_DURATION,
	 .fallback = "10m",
	 .least = 1000,
	 .most = 86400000,
	 .help = "so long the token in a followed link says who comes"},
	{.name = "remember",
	 .type = SG_OPTION_DURATION,
	 .fallback = "400d",
	 .help = "so long a browser is known without another click"},
	{.name = "score_origins",
	 .type = SG_OPTION_TEXT_LIST,
	 .help = "sites that may ask for a visitor's own score; none unless "
		 "said"},
	{.name = "scores",
	 .type = SG_OPTION_TEXT_LIST,
	 .fallback = "{ lead }",
	 .help = "the scores that they may ask for"},
	{.name = "rate",
	 .type = SG_OPTION_INT,
	 .fallback = "120",
	 .least = 1,
	 .most = 1000000,
	 .help = "requests a minute that one address may send"},
	{0},
};

static const struct sg_route routes[] = {
	{"/t.js", page_script, "the JavaScript API"},
	{"/e", page_hit, "what it tells"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_page = {
	SG_PLUGIN_HEAD,
	.name = "page",
	.version = "1.0",
	.summary = "Web pages: visits, dwell time, downloads and events",
	.signals = signals,
	.options = options,
	.routes = routes,
	.start = page_start,
	.inspect = page_inspect,
	.assets = page_assets,
};

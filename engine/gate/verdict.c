/* verdict.c - see verdict.h. The tables are this file's point: add there. */
#include "gate/verdict.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { AGENT_MOST = 512 }; /* what is looked at of a user agent */

/* Browsers and proxies that fetch before anybody looks, and say so. */
static const struct {
	const char *header, *contains;
} prefetch[] = {
	{"Sec-Purpose", "prefetch"}, {"Purpose", "prefetch"},
	{"X-Purpose", "preview"},    {"X-Purpose", "prefetch"},
	{"X-Moz", "prefetch"},
};

/* User agents that are exactly this. */
static const struct {
	const char *agent;
	enum verdict verdict;
	const char *reason;
} exact[] = {
	/* Apple Mail's privacy protection fetches every image in advance. */
	{"Mozilla/5.0", VERDICT_PROXY, "apple privacy proxy"},
	/* Gmail at delivery; at open time it is GoogleImageProxy, a human. */
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
	 "(KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 "
	 "Edge/12.246 Mozilla/5.0",
	 VERDICT_MACHINE, "gmail prefetch"},
};

/* Parts of user agents by which programs declare themselves, beside a word
 * that ends in "bot". In lower case. */
static const char *const bots[] = {
	"crawler",
	"spider",
	"slurp",
	"bingpreview",
	"urlpreview",
	"uripreview",
	"linkpreview",
	"link checker",
	"linkcheck",
	"facebookcatalog",
	"facebookexternalhit",
	"whatsapp/",
	"headlesschrome",
	"phantomjs",
	"barracuda",
	"mimecast",
	"proofpoint",
	"safelinks",
	"urldefense",
	"virustotal",
	"pingdom",
};

static bool
is_prefetch(verdict_header_fn *header, const void *handle)
{
	const char *value;

	for (size_t i = 0; i < sizeof(prefetch) / sizeof(prefetch[0]); i++) {
		value = header(handle, prefetch[i].header);
		if (value && text_contains_fold(value, prefetch[i].contains))
			return true;
	}
	return false;
}

/* "Googlebot/2.1", "(compatible; bingbot; …)"; not CUBOT, which makes
 * telephones. */
static bool
has_bot_word(const char *lower)
{
	const char *at = lower;

	for (; (at = strstr(at, "bot")); at += 3)
		if (!isalnum((unsigned char)at[3]) &&
		    (at - lower < 2 || memcmp(at - 2, "cu", 2) != 0))
			return true;
	return false;
}

/* Folded once for all the table: this runs for every pixel. */
static bool
is_declared_bot(const char *agent)
{
	char lower[AGENT_MOST];
	size_t len = 0;

	for (; len < sizeof(lower) - 1 && agent[len]; len++)
		lower[len] = (char)tolower((unsigned char)agent[len]);
	lower[len] = '\0';
	for (size_t i = 0; i < sizeof(bots) / sizeof(bots[0]); i++)
		if (strstr(lower, bots[i]))
			return true;
	return has_bot_word(lower);
}

bool
verdict_judge(const char *method, verdict_header_fn *header, const void *handle,
	      enum verdict *verdict_out, const char **reason_out)
{
	const char *agent;

	*verdict_out = VERDICT_HUMAN;
	*reason_out = "";
	if (strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0)
		return false;
	if (is_prefetch(header, handle)) {
		*verdict_out = VERDICT_MACHINE;
		*reason_out = "prefetch header";
		return true;
	}
	agent = header(handle, "User-Agent");
	for (size_t i = 0; agent && i < sizeof(exact) / sizeof(exact[0]); i++) {
		if (strcmp(agent, exact[i].agent) != 0)
			continue;
		*verdict_out = exact[i].verdict;
		*reason_out = exact[i].reason;
		return true;
	}
	if (agent && is_declared_bot(agent)) {
		*verdict_out = VERDICT_MACHINE;
		*reason_out = "declared bot";
	}
	return true;
}

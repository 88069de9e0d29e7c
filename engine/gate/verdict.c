/* verdict.c - see verdict.h. The tables are this file's point: add there. */
#include "gate/verdict.h"

#include <assert.h>
#include <ctype.h>
#include <pthread.h>
#include <stdint.h>
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

enum { N_BOTS = sizeof(bots) / sizeof(bots[0]) };

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

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

/* By a bit for each row of the table: those whose first or second character
 * it is. */
static struct {
	uint32_t first[128], second[128];
} rows;
static pthread_once_t rows_are_filled = PTHREAD_ONCE_INIT;

static void
fill_rows(void)
{
	static_assert(N_BOTS <= 32, "a bit for each");
	for (size_t i = 0; i < N_BOTS; i++) {
		rows.first[(unsigned char)bots[i][0]] |= UINT32_C(1) << i;
		rows.second[(unsigned char)bots[i][1]] |= UINT32_C(1) << i;
	}
}

static uint32_t
rows_at(const char *at)
{
	unsigned char first = (unsigned char)at[0];
	unsigned char second = (unsigned char)at[1];

	return first < 128 && second < 128
		       ? rows.first[first] & rows.second[second]
		       : 0;
}

static bool
begins_with_bot(const char *at, uint32_t candidates)
{
	for (size_t i = 0; candidates; i++, candidates >>= 1)
		if ((candidates & 1) &&
		    strncmp(at, bots[i], strlen(bots[i])) == 0)
			return true;
	return false;
}

/* This runs for every pixel: one way over the text, not one for each row. */
static bool
is_declared_bot(const char *agent)
{
	char lower[AGENT_MOST];
	size_t len = 0;
	uint32_t candidates;

	pthread_once(&rows_are_filled, fill_rows);
	for (; len < sizeof(lower) - 1 && agent[len]; len++)
		lower[len] = lower_ascii(agent[len]);
	lower[len] = '\0';
	for (const char *at = lower; *at; at++) {
		candidates = rows_at(at);
		if (candidates && begins_with_bot(at, candidates))
			return true;
	}
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

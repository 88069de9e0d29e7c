/* agent_family.c - see agent_family.h. The tables are this file's point: the
 * first row that is in the user agent names it, so the special ones that also
 * call themselves by a common name stand before that. */
#include "gate/agent_family.h"

#include <stdbool.h>
#include <string.h>

struct family {
	const char *contains, *name;
};

static const struct family programs[] = {
	{"GoogleImageProxy", "Google image proxy"},
	{"YahooMailProxy", "Yahoo mail proxy"},
	{"BingPreview", "Bing preview"},
	{"SkypeUriPreview", "Skype preview"},
	{"Slackbot", "Slack"},
	{"Slack-ImgProxy", "Slack"},
	{"facebookexternalhit", "Facebook preview"},
	{"WhatsApp/", "WhatsApp"},
	{"Googlebot", "Googlebot"},
	{"bingbot", "bingbot"},
	{"Microsoft Outlook", "Outlook"},
	{"ms-office", "Outlook"},
	{"Thunderbird/", "Thunderbird"},
	{"Edg/", "Edge"},
	{"EdgA/", "Edge"},
	{"EdgiOS/", "Edge"},
	{"Edge/", "Edge"},
	{"OPR/", "Opera"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"Vivaldi/", "Vivaldi"},
	{"FxiOS/", "Firefox"},
	{"Firefox/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"HeadlessChrome/", "headless Chrome"},
	{"Chrome/", "Chrome"},
	{"MSIE ", "Internet Explorer"},
	{"Trident/", "Internet Explorer"},
	{"Version/", "Safari"},
	{"AppleWebKit/", "Apple Mail"},
	{"curl/", "curl"},
	{"Wget/", "Wget"},
	{"python-requests/", "Python"},
	{"Python-urllib/", "Python"},
	{"Go-http-client/", "Go"},
	{"Java/", "Java"},
	{"okhttp/", "okhttp"},
	{NULL, NULL},
};

static const struct family systems[] = {
	{"iPhone", "iPhone"},	{"iPad", "iPad"},   {"Android", "Android"},
	{"Windows", "Windows"}, {"CrOS", "CrOS"},   {"Macintosh", "Mac"},
	{"Mac OS X", "Mac"},	{"Linux", "Linux"}, {"X11", "Linux"},
	{NULL, NULL},
};

/* Each hit comes by here. Of the words of a table only those are looked for
 * whose first two characters are somewhere in the text. */
enum { PAIRS = 1024 };

static size_t
pair_of(const char *at)
{
	return ((unsigned char)at[0] << 5 ^ (unsigned char)at[1]) % PAIRS;
}

static void
note_pairs(const char *text, bool seen[PAIRS])
{
	memset(seen, 0, PAIRS * sizeof(*seen));
	for (; *text; text++)
		seen[pair_of(text)] = true;
}

static const char *
find(const struct family *family, const char *agent, const bool seen[PAIRS])
{
	for (; family->contains; family++)
		if (seen[pair_of(family->contains)] &&
		    strstr(agent, family->contains))
			return family->name;
	return NULL;
}

/* Cut when it is too long; nothing of stdio. */
static void
append(char family[AGENT_FAMILY_SIZE], const char *text)
{
	size_t len = strlen(family), more = strlen(text);

	if (more > AGENT_FAMILY_SIZE - 1 - len)
		more = AGENT_FAMILY_SIZE - 1 - len;
	memcpy(family + len, text, more);
	family[len + more] = '\0';
}

void
agent_family(const char *agent, char family[AGENT_FAMILY_SIZE])
{
	const char *program, *machine;
	bool seen[PAIRS];

	family[0] = '\0';
	if (!agent || !*agent)
		return;
	note_pairs(agent, seen);
	program = find(programs, agent, seen);
	if (!program && strcmp(agent, "Mozilla/5.0") == 0)
		program = "Apple privacy proxy";
	machine = find(systems, agent, seen);
	append(family, program ? program : "other");
	if (machine) {
		append(family, " on ");
		append(family, machine);
	}
}

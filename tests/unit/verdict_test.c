/* verdict_test.c - what one request says of who fetched it, by the lists that
 * are shipped. */
#include "gate/verdict.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "gate/agent_family.h"

/* A hit with one header. */
struct hit {
	const char *header, *value;
};

static struct verdict_conf *conf;

static int
read_lists(void **state)
{
	return verdict_conf_read(NULL, &conf, NULL) != SG_OK;
}

static int
free_lists(void **state)
{
	verdict_conf_free(conf);
	return 0;
}

static const char *
header_of(const void *handle, const char *name)
{
	const struct hit *hit = handle;

	return hit->header && strcmp(hit->header, name) == 0 ? hit->value
							     : NULL;
}

#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
#define WEBKIT	"AppleWebKit/537.36 (KHTML, like Gecko) "
#define CHROME	WINDOWS WEBKIT "Chrome/120.0.0.0 Safari/537.36"
#define PHONE                                                     \
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) " \
	"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "  \
	"Mobile/15E148 Safari/604.1"

/* As they stand in logs of tracking hosts: who, what it sends, what it is, and
 * the family that is kept of it. */
static const struct {
	const char *who, *agent;
	enum verdict verdict;
	const char *reason, *family;
} corpus[] = {
	{"Chrome", CHROME, VERDICT_HUMAN, "", "Chrome on Windows"},
	{"Firefox",
	 "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
	 "Firefox/128.0",
	 VERDICT_HUMAN, "", "Firefox on Linux"},
	{"Safari on a telephone", PHONE, VERDICT_HUMAN, "", "Safari on iPhone"},
	{"Apple Mail without privacy protection",
	 "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
	 "AppleWebKit/605.1.15 (KHTML, like Gecko)",
	 VERDICT_HUMAN, "", "Apple Mail on Mac"},
	{"Edge", CHROME " Edg/120.0.0.0", VERDICT_HUMAN, "", "Edge on Windows"},
	{"Chrome on a telephone",
	 "Mozilla/5.0 (Linux; Android 14; Pixel 8) " WEBKIT
	 "Chrome/124.0.0.0 Mobile Safari/537.36",
	 VERDICT_HUMAN, "", "Chrome on Android"},
	{"a telephone called CUBOT",
	 "Mozilla/5.0 (Linux; Android 9; CUBOT X18) " WEBKIT
	 "Chrome/98.0.4758.101 Mobile Safari/537.36",
	 VERDICT_HUMAN, "", "Chrome on Android"},
	{"Outlook on the desktop",
	 "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; "
	 "Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 16.0.17328; "
	 "ms-office; MSOffice 16)",
	 VERDICT_HUMAN, "", "Outlook on Windows"},
	{"Thunderbird",
	 "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 "
	 "Thunderbird/115.9.0",
	 VERDICT_HUMAN, "", "Thunderbird on Linux"},
	{"Apple's privacy protection", "Mozilla/5.0", VERDICT_PROXY,
	 "apple privacy proxy", "Apple privacy proxy"},
	{"not quite that", "Mozilla/5.0 ", VERDICT_HUMAN, "", "other"},
	{"Gmail at delivery",
	 WINDOWS WEBKIT "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 "
			"Mozilla/5.0",
	 VERDICT_MACHINE, "gmail prefetch", "Edge on Windows"},
	{"Gmail when somebody reads",
	 "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via "
	 "ggpht.com GoogleImageProxy)",
	 VERDICT_HUMAN, "", "Google image proxy on Windows"},
	{"Yahoo when somebody reads",
	 "YahooMailProxy; "
	 "https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
	 VERDICT_HUMAN, "", "Yahoo mail proxy"},
	{"Bing's preview (Outlook.com)",
	 "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like "
	 "Gecko) BingPreview/1.0b",
	 VERDICT_MACHINE, "link preview", "Bing preview on Windows"},
	{"Outlook's SafeLinks, when it says so",
	 "Mozilla/5.0 (compatible; Microsoft SafeLinks)", VERDICT_MACHINE,
	 "security scanner", "other"},
	{"Barracuda", "Mozilla/5.0 (compatible; Barracuda Sentinel)",
	 VERDICT_MACHINE, "security scanner", "other"},
	{"Mimecast", "Mimecast-URL-Protect/2.1", VERDICT_MACHINE,
	 "security scanner", "other"},
	{"Proofpoint", "Proofpoint URL Defense/1.0", VERDICT_MACHINE,
	 "security scanner", "other"},
	{"Slack", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
	 VERDICT_MACHINE, "declared bot", "Slack"},
	{"Slack's images", "Slack-ImgProxy (+https://api.slack.com/robots)",
	 VERDICT_MACHINE, "link preview", "Slack"},
	{"Teams and Skype",
	 "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 "
	 "skype-url-preview@microsoft.com",
	 VERDICT_MACHINE, "link preview", "Skype preview on Windows"},
	{"WhatsApp", "WhatsApp/2.23.20.0 A", VERDICT_MACHINE, "link preview",
	 "WhatsApp"},
	{"Telegram", "TelegramBot (like TwitterBot)", VERDICT_MACHINE,
	 "declared bot", "other"},
	{"Discord",
	 "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
	 VERDICT_MACHINE, "declared bot", "other"},
	{"LinkedIn",
	 "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
	 "+http://www.linkedin.com)",
	 VERDICT_MACHINE, "declared bot", "other"},
	{"Facebook",
	 "facebookexternalhit/1.1 "
	 "(+http://www.facebook.com/externalhit_uatext.php)",
	 VERDICT_MACHINE, "link preview", "Facebook preview"},
	{"Google", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://g.co/bot)",
	 VERDICT_MACHINE, "declared bot", "Googlebot"},
	{"a browser without a head",
	 "Mozilla/5.0 (X11; Linux x86_64) " WEBKIT
	 "HeadlessChrome/120.0.0.0 Safari/537.36",
	 VERDICT_MACHINE, "declared bot", "headless Chrome on Linux"},
	{"a crawler", "SomeCRAWLER", VERDICT_MACHINE, "declared bot", "other"},
	{"curl", "curl/7.88.1", VERDICT_MACHINE, "http library", "curl"},
	{"a script", "python-requests/2.31.0", VERDICT_MACHINE, "http library",
	 "Python"},
	{"a Go program", "Go-http-client/1.1", VERDICT_MACHINE, "http library",
	 "Go"},
	{"a word that only begins so", "Robotics/1", VERDICT_HUMAN, "",
	 "other"},
	{"nobody", "", VERDICT_HUMAN, "", ""},
};

static void
user_agents_are_what_they_are(void **state)
{
	char family[AGENT_FAMILY_SIZE];

	for (size_t i = 0; i < sizeof(corpus) / sizeof(corpus[0]); i++) {
		struct hit hit = {"User-Agent", corpus[i].agent};
		struct verdict_found found;

		assert_true(
			verdict_judge(conf, "GET", header_of, &hit, &found));
		if (found.verdict != corpus[i].verdict ||
		    strcmp(found.reason, corpus[i].reason) != 0)
			fail_msg("%s: %s, %s", corpus[i].who,
				 verdict_name(found.verdict), found.reason);
		agent_family(corpus[i].agent, family);
		assert_string_equal(family, corpus[i].family);
	}
}

static void
who_fetches_in_advance_says_so(void **state)
{
	static const struct {
		struct hit hit;
		enum verdict verdict;
	} rows[] = {
		{{NULL, NULL}, VERDICT_HUMAN},
		{{"Sec-Purpose", "prefetch;prerender"}, VERDICT_MACHINE},
		{{"Purpose", "Prefetch"}, VERDICT_MACHINE},
		{{"X-Moz", "prefetch"}, VERDICT_MACHINE},
		{{"X-Purpose", "preview"}, VERDICT_MACHINE},
		{{"Purpose", "reading"}, VERDICT_HUMAN},
		{{"X-Forwarded-For", "192.0.2.1"}, VERDICT_HUMAN},
	};
	struct verdict_found found;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(verdict_judge(conf, "GET", header_of, &rows[i].hit,
					  &found));
		assert_int_equal(found.verdict, rows[i].verdict);
		assert_string_equal(found.reason, found.verdict == VERDICT_HUMAN
							  ? ""
							  : "prefetch header");
	}
}

static void
head_and_options_are_no_signal(void **state)
{
	static const struct hit hit = {"User-Agent", CHROME};
	struct verdict_found found;

	assert_false(verdict_judge(conf, "HEAD", header_of, &hit, &found));
	assert_false(verdict_judge(conf, "OPTIONS", header_of, &hit, &found));
	assert_true(verdict_judge(conf, "POST", header_of, &hit, &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_agents_are_what_they_are),
		cmocka_unit_test(who_fetches_in_advance_says_so),
		cmocka_unit_test(head_and_options_are_no_signal),
	};

	return cmocka_run_group_tests(tests, read_lists, free_lists);
}

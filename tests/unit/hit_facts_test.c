/* hit_facts_test.c - no more is kept of who fetched something than `privacy`
 * lets be kept, and it is cut down before anything of it is written. */
#include "gate/hit_facts.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "gate/gate.h"

struct headers {
	const char *agent, *dnt, *gpc;
};

static struct pool *pool;

static int
set_up(void **state)
{
	pool = pool_new();
	return crypto_start(NULL) != SG_OK;
}

static int
tear_down(void **state)
{
	pool_free(pool);
	return 0;
}

static const char *
header_of(const void *handle, const char *name)
{
	const struct headers *headers = handle;

	return strcmp(name, "User-Agent") == 0 ? headers->agent
	       : strcmp(name, "DNT") == 0      ? headers->dnt
	       : strcmp(name, "Sec-GPC") == 0  ? headers->gpc
					       : NULL;
}

static enum sg_status
privacy_of(const char *text, struct hit_privacy *privacy, struct sg_err *err)
{
	struct conf_section *section;

	assert_int_equal(conf_parse("privacy", text, 1, gate_privacy_options,
				    &section, NULL),
			 SG_OK);
	enum sg_status status = hit_privacy_init(privacy, section, NULL, err);
	conf_free(section);
	return status;
}

#define FIREFOX                                                     \
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 " \
	"Firefox/128.0"

static void
addresses_become_networks(void **state)
{
	static const struct {
		const char *peer, *network;
	} rows[] = {
		{"192.0.2.77", "192.0.2.0/24"},
		{"::ffff:192.0.2.77", "192.0.2.0/24"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"},
		{"::1", "::/48"},
		{"", ""},
		{"/run/socket", ""},
	};
	char network[HIT_ADDRESS_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hit_network(rows[i].peer, network);
		assert_string_equal(network, rows[i].network);
	}
}

static void
what_is_kept_is_what_is_said(void **state)
{
	static const struct {
		const char *text, *address, *agent;
	} rows[] = {
		{"", "192.0.2.0/24", "Firefox on Linux"},
		{"address = full agent = full", "192.0.2.77", FIREFOX},
		{"address = drop agent = drop", "", ""},
		{"keep_hits = 0s address = full agent = full", "", ""},
	};
	struct headers headers = {.agent = FIREFOX};
	struct hit_request request = {header_of, &headers, "192.0.2.77", false,
				      0};
	struct hit_privacy privacy;
	struct hit_facts facts;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(privacy_of(rows[i].text, &privacy, NULL),
				 SG_OK);
		assert_true(hit_facts_of(&privacy, &request, pool, &facts));
		assert_string_equal(facts.address, rows[i].address);
		assert_string_equal(facts.agent, rows[i].agent);
		assert_false(facts.unscored);
	}
}

/* Which hits are of one source can be told, also across a restart and midnight;
 * whose they are only with the keys, and nobody can be followed for days. */
static void
a_source_is_a_number_of_its_day(void **state)
{
	static char folder[] = "/tmp/scoregate-hit-XXXXXX";
	int64_t day = 20000 * CLOCK_DAY_MS;
	struct headers firefox = {.agent = FIREFOX}, curl = {.agent = "curl"};
	struct hit_request one = {header_of, &firefox, "192.0.2.77", false,
				  day};
	struct hit_request neighbour = {header_of, &firefox, "192.0.2.1", false,
					day + CLOCK_DAY_MS - 1};
	struct hit_request other = {header_of, &curl, "192.0.2.77", false, day};
	struct hit_request proxy = {header_of, &firefox, "192.0.2.77", true,
				    day};
	struct hit_request next = {header_of, &firefox, "192.0.2.77", false,
				   day + CLOCK_DAY_MS};
	struct hit_privacy privacy, restarted, elsewhere;
	struct keys *keys;
	struct hit_facts a, b, c;
	char path[64];

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/keys", folder);
	assert_int_equal(keys_open(path, 1, &keys, NULL), SG_OK);
	assert_int_equal(hit_privacy_init(&privacy, NULL, keys, NULL), SG_OK);
	keys_close(keys);
	assert_int_equal(keys_open(path, 0, &keys, NULL), SG_OK);
	assert_int_equal(hit_privacy_init(&restarted, NULL, keys, NULL), SG_OK);
	keys_close(keys);
	unlink(path);
	rmdir(folder);
	assert_int_equal(hit_privacy_init(&elsewhere, NULL, NULL, NULL), SG_OK);

	assert_true(hit_facts_of(&privacy, &one, pool, &a));
	assert_int_equal(strlen(a.source), HIT_SOURCE_LEN);
	assert_true(hit_facts_of(&restarted, &neighbour, pool, &b));
	assert_string_equal(a.source, b.source);
	assert_true(hit_facts_of(&privacy, &other, pool, &b));
	assert_string_not_equal(a.source, b.source); /* never network alone */
	assert_true(hit_facts_of(&elsewhere, &one, pool, &b));
	assert_string_not_equal(a.source, b.source);
	assert_true(hit_facts_of(&privacy, &proxy, pool, &b));
	assert_string_equal(b.source, ""); /* many people's */
	assert_true(hit_facts_of(&privacy, &next, pool, &b));
	assert_memory_equal(a.source, b.source + 16, 16); /* the day before */
	assert_memory_not_equal(a.source, b.source, 16);
	next.at += CLOCK_DAY_MS;
	assert_true(hit_facts_of(&privacy, &next, pool, &c));
	assert_memory_not_equal(a.source, c.source, 16);
	assert_memory_not_equal(a.source, c.source + 16, 16);
}

static void
who_does_not_want_to_be_tracked_is_heard(void **state)
{
	struct headers headers = {.dnt = "1"}, gpc = {.gpc = "1"};
	struct headers yes = {.dnt = "0"};
	struct hit_request asked = {header_of, &headers, "192.0.2.77", false,
				    0};
	struct hit_request also = {header_of, &gpc, "192.0.2.77", false, 0};
	struct hit_request not_asked = {header_of, &yes, "192.0.2.77", false,
					0};
	struct hit_privacy privacy;
	struct hit_facts facts;

	assert_int_equal(privacy_of("", &privacy, NULL), SG_OK);
	assert_true(hit_facts_of(&privacy, &asked, pool, &facts));
	assert_false(facts.unscored);
	assert_int_equal(privacy_of("do_not_track = no-score", &privacy, NULL),
			 SG_OK);
	assert_true(hit_facts_of(&privacy, &asked, pool, &facts));
	assert_true(facts.unscored);
	assert_true(hit_facts_of(&privacy, &also, pool, &facts));
	assert_true(facts.unscored);
	assert_true(hit_facts_of(&privacy, &not_asked, pool, &facts));
	assert_false(facts.unscored);
	assert_int_equal(privacy_of("do_not_track = no-record", &privacy, NULL),
			 SG_OK);
	assert_false(hit_facts_of(&privacy, &asked, pool, &facts));
	assert_true(hit_facts_of(&privacy, &not_asked, pool, &facts));
}

/* Whatever is in a header is text in the spool. */
static void
a_hostile_user_agent_is_cut_and_cleaned(void **state)
{
	char agent[1000];
	struct headers headers = {.agent = agent};
	struct hit_request request = {header_of, &headers, "192.0.2.77", false,
				      0};
	struct hit_privacy privacy;
	struct hit_facts facts;

	memset(agent, '\xff', sizeof(agent) - 1);
	agent[sizeof(agent) - 1] = '\0';
	assert_int_equal(privacy_of("agent = full", &privacy, NULL), SG_OK);
	assert_true(hit_facts_of(&privacy, &request, pool, &facts));
	assert_true(strlen(facts.agent) <= 3 * HIT_AGENT_MOST);
	assert_null(strchr(facts.agent, '\xff'));
}

static void
a_wrong_word_is_refused_with_its_line(void **state)
{
	struct hit_privacy privacy;
	struct sg_err err;

	assert_int_equal(privacy_of("\naddress = some", &privacy, &err),
			 SG_REFUSED);
	assert_string_equal(err.text,
			    "privacy:2: `address` in `privacy`: expected "
			    "full, network or drop, not `some`");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_become_networks),
		cmocka_unit_test(what_is_kept_is_what_is_said),
		cmocka_unit_test(a_source_is_a_number_of_its_day),
		cmocka_unit_test(who_does_not_want_to_be_tracked_is_heard),
		cmocka_unit_test(a_hostile_user_agent_is_cut_and_cleaned),
		cmocka_unit_test(a_wrong_word_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

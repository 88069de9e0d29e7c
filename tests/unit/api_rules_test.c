/* api_rules_test.c - rules over HTTP: what they did, tried out, run over all
 * history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "api_aid.h"

static const char first[] =
	"rule \"Form\" { on = \"order.paid\" add = 5 degrade = \"none\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO' and not tag 'left'\" "
	"add = 10 }\n";

static const char second[] =
	"rule \"Form\" { on = \"order.paid\" "
	"when = \"signal.form = 'demo'\" add = 40 degrade = \"none\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO' and not tag 'left'\" "
	"add = 10 }\n";

static void
begin(struct api_server *server)
{
	api_expect(server, 200, "PUT", "/rules", first);
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \"ann@example.com\","
		   " \"fields\": {\"job\": \"CEO\"}}");
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\": \"order.paid\", \"email\": "
		   "\"ann@example.com\", \"properties\": {\"form\": "
		   "\"demo\"}}");
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\": \"order.paid\", \"email\": "
		   "\"bob@example.com\", \"properties\": {\"form\": "
		   "\"other\"}}");
}

static void
a_rule_shows_what_it_did(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "GET", "/rules/Form", NULL);
	assert_true(api_number(server, "/fired") == 2);
	assert_true(api_number(server, "/given") == 10);
	assert_true(api_number(server, "/worth_today") == 10);
	assert_string_equal(api_got(server, "/in_force"), "true");
	assert_true(api_number(server, "/versions/0/version") == 1);
	/* a set closes what was given */
	api_expect(server, 200, "POST", "/contacts/bob@example.com/scores/lead",
		   "{\"op\": \"set\", \"points\": 3}");
	api_expect(server, 200, "GET", "/rules/Form", NULL);
	assert_true(api_number(server, "/given") == 10);
	assert_true(api_number(server, "/worth_today") == 5);
	api_expect(server, 404, "GET", "/rules/Nobody", NULL);
}

static void
versions_have_an_author_and_an_end(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "PUT", "/rules", second);
	api_expect(server, 200, "GET", "/rules/history?name=Form", NULL);
	assert_true(api_number(server, "/items/0/version") == 2);
	assert_string_equal(api_got(server, "/items/0/ended_at"), "-");
	assert_string_not_equal(api_got(server, "/items/1/ended_at"), "-");
	assert_string_not_equal(api_got(server, "/items/1/author"), "-");
	api_expect(server, 200, "GET", "/rules/history", NULL);
	assert_string_equal(api_got(server, "/items/3/name"), "-");
}

static void
rules_bound_to_an_object_are_listed(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "PUT", "/rules", second);
	api_expect(server, 200, "GET", "/rules?about=form%20%27demo%27", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "Form");
	assert_string_equal(api_got(server, "/items/1/name"), "-");
	api_expect(server, 200, "GET", "/rules?about=list%20%27news%27", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "-");
	api_expect(server, 400, "GET", "/rules?about=demo", NULL);
}

static void
a_rule_is_tried_on_a_record_part_by_part(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "PUT", "/rules", second);
	api_expect(server, 200, "GET",
		   "/rules/Form/test?record=bob@example.com", NULL);
	assert_string_equal(api_got(server, "/rules/0/trials/0/holds"),
			    "false");
	assert_string_equal(api_got(server, "/rules/0/trials/0/parts/0/part"),
			    "signal.form = 'demo'");
	assert_string_equal(api_got(server, "/rules/0/trials/0/parts/0/value"),
			    "signal.form is 'other'");
	api_expect(server, 200, "GET",
		   "/rules/Boss/test?record=ann@example.com", NULL);
	assert_string_equal(api_got(server, "/rules/0/trials/0/holds"), "true");
	assert_string_equal(api_got(server, "/rules/0/trials/0/parts/1/value"),
			    "field.job is 'CEO'");
	assert_string_equal(api_got(server, "/rules/0/trials/0/parts/2/part"),
			    "not tag 'left'");
	assert_string_equal(api_got(server, "/rules/0/trials/0/parts/3/passed"),
			    "false");
	api_expect(server, 400, "GET", "/rules/Boss/test", NULL);
	api_expect(server, 404, "GET",
		   "/rules/Nobody/test?record=ann@example.com", NULL);
}

static void
a_simulation_says_who_would_move_and_changes_nothing(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "POST", "/rules/simulate?threshold=50,100",
		   second);
	assert_true(api_number(server, "/changed") == 2);
	assert_string_equal(api_got(server, "/movers/0/email"),
			    "ann@example.com");
	assert_true(api_number(server, "/movers/0/before") == 15);
	assert_true(api_number(server, "/movers/0/after") == 50);
	assert_string_equal(api_got(server, "/movers/0/reasons/0/rule"),
			    "Form");
	assert_true(api_number(server, "/thresholds/0/rise") == 1);
	assert_true(api_number(server, "/thresholds/1/rise") == 0);
	/* bob's form was another: he would have no score */
	assert_string_equal(api_got(server, "/movers/1/after"), "-");
	api_expect(server, 200, "GET", "/contacts/ann@example.com/scores",
		   NULL);
	assert_true(api_number(server, "/items/0/score") == 15);
	api_expect(server, 200, "POST",
		   "/rules/simulate?record=bob@example.com", second);
	assert_string_equal(api_got(server, "/rules/0/name"), "Form");
	assert_string_equal(api_got(server, "/rules/0/trials/0/holds"),
			    "false");
	api_expect(server, 400, "POST", "/rules/simulate?threshold=a", second);
	api_expect(server, 400, "POST", "/rules/simulate", "rule { }");
}

static void
a_run_makes_the_scores_anew(void **state)
{
	struct api_server *server = *state;
	unsigned tries;

	begin(server);
	api_expect(server, 200, "PUT", "/rules", second);
	api_expect(server, 200, "GET", "/rules/run", NULL);
	assert_string_equal(api_got(server, "/running"), "false");
	api_expect(server, 202, "POST", "/rules/run", NULL);
	for (tries = 0; tries < 2000; tries++) {
		api_expect(server, 200, "GET", "/rules/run", NULL);
		if (strcmp(api_got(server, "/running"), "false") == 0)
			break;
		usleep(5000);
	}
	assert_true(api_number(server, "/generation") == 2);
	api_expect(server, 200, "GET", "/contacts/ann@example.com/scores",
		   NULL);
	assert_true(api_number(server, "/items/0/score") == 50);
	api_expect(server, 200, "GET", "/rules/Form", NULL);
	assert_true(api_number(server, "/fired") == 1);
	api_expect(server, 404, "DELETE", "/rules/run", NULL);
	api_expect(server, 200, "POST", "/verify", "{\"refold\": true}");
	assert_true(api_number(server, "/differences") == 0);
}

static void
the_difference_says_where_no_rule_is_left(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 200, "PUT", "/rules?dry_run=1",
		   "rule \"Fit\" { on = \"order.paid\" add = 1 score = "
		   "\"fit\" }");
	assert_string_equal(api_got(server, "/hides/0/module"), "contact");
	assert_string_equal(api_got(server, "/hides/0/score"), "lead");
	assert_string_equal(api_got(server, "/hides/1"), "-");
	api_expect(server, 200, "PUT", "/rules?dry_run=1", second);
	assert_string_equal(api_got(server, "/hides/0"), "-");
}

static void
a_broadcast_says_why_somebody_would_get_it(void **state)
{
	struct api_server *server = *state;

	begin(server);
	api_expect(server, 201, "POST", "/broadcasts",
		   "{\"name\": \"spring\", \"template\": \"Subject: x\\n\\ny\","
		   " \"where\": \"has score >= 10 and order.paid within 1d\","
		   " \"from\": \"a@example.com\"}");
	api_expect(server, 200, "GET",
		   "/broadcasts/spring/preview?explain=bob@example.com", NULL);
	assert_string_equal(api_got(server, "/explain/holds"), "false");
	assert_string_equal(api_got(server, "/explain/parts/1/part"),
			    "has score >= 10");
	assert_string_equal(api_got(server, "/explain/parts/1/value"),
			    "score is 5");
	assert_string_equal(api_got(server, "/explain/parts/2/passed"), "true");
	assert_memory_equal(api_got(server, "/explain/parts/2/value"),
			    "1 time, last ", 13);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, api_server_start, api_server_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_rule_shows_what_it_did),
		TEST(versions_have_an_author_and_an_end),
		TEST(rules_bound_to_an_object_are_listed),
		TEST(a_rule_is_tried_on_a_record_part_by_part),
		TEST(a_simulation_says_who_would_move_and_changes_nothing),
		TEST(a_run_makes_the_scores_anew),
		TEST(the_difference_says_where_no_rule_is_left),
		TEST(a_broadcast_says_why_somebody_would_get_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

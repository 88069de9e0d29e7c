/* plugin_survey_test.c - surveys: steps, scores, outcomes, whose they are. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static struct gate_aid *aid;

static const char settings[] =
	"survey \"fit\" {\n"
	"	title = \"For <you>?\"\n"
	"	steps = yes\n"
	"	honeypot = \"fax\"\n"
	"	question \"team\" { label = \"Team?\"\n"
	"		answer \"one\" { points = -1 }\n"
	"		answer \"many\" { points = 5 signal = \"team.large\" } "
	"}\n"
	"	question \"ways\" { type = multiple required = no\n"
	"		answer \"mail\" { points = 2 } answer \"web\" { points "
	"= 1 "
	"} }\n"
	"	question \"soon\" { type = scale weight = 0.5 to = \"urgency\" "
	"}\n"
	"	question \"why\" { type = text required = no longest = 5 }\n"
	"	outcome \"none\" { }\n"
	"	outcome \"much\" { from = 7 title = \"Much <b>\" }\n"
	"	outcome \"some\" { from = 2 message = \"Some\" }\n"
	"}\n"
	"survey \"page\" { repeat = first identify = optional\n"
	"	question \"n\" { type = scale } }\n"
	"survey \"best\" { repeat = best question \"n\" { type = scale } }\n"
	"survey \"nobody\" { identify = no question \"n\" { type = scale } }\n"
	"survey \"few\" { per_network = \"2/1h\" identify = no\n"
	"	question \"n\" { type = scale } }\n";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "survey", settings);
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static int
post(const char *path, const char *body)
{
	return gate_aid_request(aid, "POST", path, URLENCODED, body);
}

#define ALL \
	"team=many&ways=web&ways=mail&soon=4&_step=3&_email=Ann%40far.example"

static void
each_page_carries_the_answers_before_it(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/s/fit", "", NULL), 200);
	assert_true(gate_aid_page_has(aid, "For &lt;you&gt;?"));
	assert_true(gate_aid_page_has(aid, "Question 1 of 4"));
	assert_false(gate_aid_page_has(aid, "_email"));
	assert_int_equal(post("/s/fit", "_step=0"), 422);
	assert_true(gate_aid_page_has(aid, "Please answer this."));
	assert_int_equal(post("/s/fit", "_step=0&team=many"), 200);
	assert_true(gate_aid_page_has(aid, "Question 2 of 4"));
	assert_true(gate_aid_page_has(aid, "name=\"team\" value=\"many\""));
	assert_int_equal(post("/s/fit", "_step=1&team=many"), 200);
	assert_true(gate_aid_page_has(aid, "Question 3 of 4"));
	assert_int_equal(post("/s/fit", "_step=2&team=many&ways=web&soon=4"),
			 200);
	assert_true(gate_aid_page_has(aid, "name=\"ways\" value=\"web\""));
	assert_true(gate_aid_page_has(aid, "name=\"_email\""));
	assert_int_equal(post("/s/fit", "_step=2&team=many&_back=yes"), 200);
	assert_true(gate_aid_page_has(aid, "Question 2 of 4"));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static int
post_json(const char *path, const char *accept, const char *body)
{
	return gate_aid_request(aid, "POST", path,
				pool_printf(aid->pool,
					    "Content-Type: application/json\n"
					    "Accept: %s\n",
					    accept),
				body);
}

static bool
is_problem(void)
{
	return strcmp(gate_aid_reply_header(aid, "Content-Type"),
		      "application/problem+json") == 0 &&
	       gate_aid_body(aid)[0] == '{';
}

/* All at once, in steps or not. */
static void
a_program_that_sends_json_hears_json_field_by_field(void **state)
{
	(void)state;
	assert_int_equal(post_json("/s/fit", "*/*",
				   "{\"team\":\"none\",\"soon\":4,"
				   "\"why\":\"too long\",\"_email\":\"x\"}"),
			 422);
	assert_true(is_problem());
	assert_true(gate_aid_page_has(aid,
				      "\"status\":422,\"title\":\"For <you>?"));
	assert_true(gate_aid_page_has(
		aid, "\"errors\":[{\"field\":\"team\",\"code\":"
		     "\"no_choice\",\"message\":\""));
	assert_true(gate_aid_page_has(
		aid, "{\"field\":\"why\",\"code\":\"too_long\""));
	assert_true(gate_aid_page_has(
		aid, "{\"field\":\"_email\",\"code\":\"no_email\""));
	assert_int_equal(post_json("/s/fit", "*/*", "{"), 400);
	assert_true(is_problem());
	assert_int_equal(gate_aid_request(aid, "POST", "/s/fit",
					  pool_printf(aid->pool,
						      "%sAccept: "
						      "application/json\n",
						      URLENCODED),
					  "team=many"),
			 422);
	assert_true(is_problem());
	assert_true(gate_aid_page_has(
		aid, "{\"field\":\"soon\",\"code\":\"missing\""));
	assert_int_equal(gate_aid_request(aid, "POST", "/s/nonesuch",
					  "Accept: application/json\n", "{}"),
			 404);
	assert_true(is_problem());
	assert_int_equal(gate_aid_request(aid, "DELETE", "/s/fit",
					  "Accept: application/json\n", NULL),
			 405);
	assert_true(is_problem());
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post_json("/s/fit", "*/*",
				   "{\"team\":\"many\",\"soon\":4,"
				   "\"_email\":\"json@far.example\"}"),
			 200);
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "application/json");
	assert_true(gate_aid_page_has(
		aid, "{\"ok\":true,\"outcome\":\"much\",\"score\":7}"));
	gate_aid_signals(aid);
	assert_string_equal(gate_aid_kept(aid, "survey.completed")->key,
			    "json@far.example");
}

static void
the_end_makes_a_score_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(post("/s/fit", ALL "&why=so"), 200);
	assert_true(gate_aid_page_has(aid, "Much &lt;b&gt;"));
	assert_true(gate_aid_page_has(aid, "You have 10 of 10.5 points."));
	gate_aid_signals(aid);
	gate_aid_prop_is(gate_aid_kept(aid, "score.set"), "score", "quiz:fit");
	gate_aid_prop_is(gate_aid_kept(aid, "score.set"), "points", "10");
	assert_null(signal_get(gate_aid_kept(aid, "score.set"), "only_if"));
	gate_aid_prop_is(gate_aid_kept(aid, "survey.completed"), "survey",
			 "fit");
	gate_aid_prop_is(gate_aid_kept(aid, "survey.completed"), "score", "10");
	gate_aid_prop_is(gate_aid_kept(aid, "survey.completed"), "outcome",
			 "much");
	gate_aid_prop_is(gate_aid_kept(aid, "team.large"), "answer", "many");
	gate_aid_prop_is(gate_aid_kept(aid, "field.changed"), "name",
			 "urgency");
	gate_aid_prop_is(gate_aid_kept(aid, "field.changed"), "value", "4");
	gate_aid_prop_is(gate_aid_kept(aid, "field.changed"), "only_if",
			 "empty");
	assert_string_equal(gate_aid_kept(aid, "survey.completed")->key,
			    "ann@far.example");
	/* its percentage is of what anybody can come to: -0.5 … 10.5 */
	assert_float_equal(
		strtod(signal_get(gate_aid_kept(aid, "survey.completed"),
				  "percent"),
		       NULL),
		100 * 10.5 / 11, 1e-9);
	assert_string_equal(gate_score_at(aid->gate, 0), "quiz:fit");
	/* nothing of another score */
	for (size_t i = 0; i < aid->n_signals; i++)
		assert_int_not_equal(aid->signals[i].kind, SIGNAL_SCORE_ADD);
}

static void
an_outcome_is_the_highest_that_is_reached(void **state)
{
	(void)state;
	assert_int_equal(
		post("/s/fit", "team=one&soon=1&_step=3&_email=a%40b.c"), 200);
	assert_true(gate_aid_page_has(aid, "none"));
	assert_int_equal(
		post("/s/fit",
		     "team=one&soon=5&ways=mail&_step=3&_email=a%40b.c"),
		200);
	assert_true(gate_aid_page_has(aid, "Some"));
}

static void
the_same_answers_within_a_minute_are_one(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(post("/s/fit", ALL), 200);
	n = gate_aid_signals(aid);
	assert_true(n > 0);
	assert_int_equal(post("/s/fit", ALL), 200);
	assert_true(gate_aid_page_has(aid, "Much"));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
what_is_not_offered_is_not_taken(void **state)
{
	static const char *const bad[] = {
		"team=huge&soon=4&_step=3&_email=a%40b.c",
		"team=many&soon=6&_step=3&_email=a%40b.c",
		"team=many&soon=4&ways=tv&_step=3&_email=a%40b.c",
		"team=many&soon=4&why=toolong&_step=3&_email=a%40b.c",
		"team=many&soon=4&_step=3&_email=nobody",
		"team=many&soon=4&_step=3",
		"soon=4&_step=3&_email=a%40b.c",
		"_step=99",
		"_step=-1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (post("/s/fit", bad[i]) != 422)
			fail_msg("row %zu: %d", i, aid->reply.status);
	assert_int_equal(post("/s/fit", "team=%zz"), 400);
	assert_int_equal(post("/s/none", "a=b"), 404);
	assert_int_equal(post("/s/fit", ALL "&fax=1"), 200); /* a program */
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
hostile_answers_are_only_text(void **state)
{
	(void)state;
	assert_int_equal(post("/s/fit",
			      "team=many&soon=4&_step=3&why=%3Cscript%3E"
			      "&_email=%22%3E%3Cimg+src%3Dx%3E"
			      "&_who=%3Cb%3E&_submission=%3Cb%3E"),
			 422);
	assert_false(gate_aid_page_has(aid, "<script>"));
	assert_false(gate_aid_page_has(aid, "<img"));
	assert_false(gate_aid_page_has(aid, "<b>"));
}

/* As the click plugin leads to a listed site. */
static const char *
clicked(const char *path, int64_t at)
{
	const char *payload =
		pool_printf(aid->pool, "click %lld", (long long)at);

	return pool_printf(aid->pool, "%s?sgi=%s", path,
			   gate_aid_token(aid, TOKEN_VISITOR,
					  "vera@far.example", 0, payload));
}

static void
a_link_of_ours_says_who_it_is(void **state)
{
	const char *path = clicked("/s/page", clock_now() - 1000);

	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", path, "", NULL), 200);
	assert_false(gate_aid_page_has(aid, "_email"));
	assert_true(gate_aid_page_has(aid, "name=\"_who\""));
	assert_int_equal(post(path, "n=3"), 200);
	gate_aid_signals(aid);
	assert_true(gate_aid_kept(aid, "survey.completed")->record_key ==
		    gate_aid_record_key(aid, "vera@far.example"));
	gate_aid_prop_is(gate_aid_kept(aid, "score.set"), "only_if", "empty");
	/* a token of another kind says nothing, nor does an old one */
	path = pool_printf(aid->pool, "/s/page?sgi=%s",
			   gate_aid_token(aid, TOKEN_UNSUBSCRIBE,
					  "vera@far.example",
					  message_id_new(clock_now()), ""));
	gate_aid_request(aid, "GET", path, "", NULL);
	assert_true(gate_aid_page_has(aid, "_email"));
	gate_aid_request(aid, "GET", clicked("/s/page", clock_now() - 3600000),
			 "", NULL);
	assert_true(gate_aid_page_has(aid, "_email"));
}

static void
who_says_no_name_has_no_score(void **state)
{
	(void)state;
	assert_int_equal(post("/s/page", "n=3"), 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(gate_aid_kept(aid, "survey.completed")->record_key, 0);
	assert_int_equal(post("/s/nobody", "n=3&_email=a%40b.c"), 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(gate_aid_kept(aid, "survey.completed")->record_key, 0);
	/* two who answer the same are two */
	assert_int_equal(post("/s/nobody", "n=3"), 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(post("/s/best", "n=3&_email=a%40b.c"), 200);
	gate_aid_signals(aid);
	gate_aid_prop_is(gate_aid_kept(aid, "score.set"), "only_if", "higher");
}

static void
a_network_may_not_send_without_end(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(post("/s/few", "n=1"), i < 2 ? 200 : 429);
}

static void
a_wrong_survey_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {
		"survey \"x\" {\n title = \"y\" }",
		"survey \"x\" {\n question \"a\" { } }",
		"survey \"x\" {\n question \"a\" { type = long } }",
		"survey \"x\" {\n question \"a\" { type = scale up_to = 1 } }",
		"survey \"x\" {\n question \"_a\" { type = text } }",
		"survey \"x\" { question \"a\" { type = text }\n repeat = "
		"often }",
		"survey \"x y\" {\n question \"a\" { type = text } }",
		"survey \"x\" { question \"a\" { type = text }\n"
		" outcome \"o\" { link = \"javascript:1\" } }",
		/* what can be read, and cannot be meant */
		"survey \"x\" { question \"a\" { type = text answer \"b\" { } "
		"} }",
		"survey \"x\" { question \"a\" { type = text low = \"b\" } }",
		"survey \"x\" { question \"a\" { type = scale longest = 5 } }",
		"survey \"x\" { question \"a\" { type = text to = \"c\" }\n"
		" question \"b\" { type = text to = \"c\" } }",
		"survey \"x\" { question \"a\" { type = scale }\n"
		" outcome \"o\" { from = 6 } }",
		"survey \"x\" { question \"a\" { type = scale }\n"
		" outcome \"o\" { from = 2 } outcome \"p\" { from = 2 } }",
		"survey \"x\" { question \"a\" { type = scale }\n"
		" outcome \"o\" { } outcome \"p\" { } }",
		"survey \"x\" { honeypot = \"a\" question \"a\" { type = text "
		"} }",
	};
	struct sg_err err = {.text = ""};

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(gate_aid_load(aid, "survey", bad[i], &err),
				 SG_REFUSED);
		if (!strstr(err.text, "test.conf:"))
			fail_msg("%zu: %s", i, err.text);
	}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(each_page_carries_the_answers_before_it),
		GATE_TEST(a_program_that_sends_json_hears_json_field_by_field),
		GATE_TEST(the_end_makes_a_score_of_its_own),
		GATE_TEST(an_outcome_is_the_highest_that_is_reached),
		GATE_TEST(the_same_answers_within_a_minute_are_one),
		GATE_TEST(what_is_not_offered_is_not_taken),
		GATE_TEST(hostile_answers_are_only_text),
		GATE_TEST(a_link_of_ours_says_who_it_is),
		GATE_TEST(who_says_no_name_has_no_score),
		GATE_TEST(a_network_may_not_send_without_end),
		GATE_TEST(a_wrong_survey_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* gate_route_test.c - paths to plugins, counting, and a plugin that rests. */
#include "gate/gate_action.h"
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct gate_aid *aid;

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "always_fails", NULL);
	gate_aid_must_load(aid, "hello", "greeting = \"Moin\"");
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static struct gate_plugin_info
info_of(size_t i)
{
	struct gate_plugin_info info;

	gate_plugin_at(aid->gate, i, &info);
	return info;
}

static void
a_path_that_nobody_owns_is_left_to_the_caller(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/", "", NULL), 0);
	assert_int_equal(gate_aid_request(aid, "GET", "/hello", "", NULL), 0);
	assert_int_equal(gate_aid_request(aid, "GET", "/o/x.gif", "", NULL), 0);
}

static void
hello_answers_and_escapes_and_emits(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET",
					  "/hello/<b>?email=Ann%40Example.com",
					  "", NULL),
			 200);
	assert_non_null(strstr(gate_aid_body(aid), "Moin &lt;b&gt;"));
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "hello.said");
	assert_string_equal(aid->signals[0].key, "ann@example.com");
	assert_string_equal(aid->signals[0].source, "hello");
	assert_string_equal(signal_get(&aid->signals[0], "to"), "<b>");
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_int_equal(
		gate_aid_request(aid, "GET", "/hello/x?email=nobody", "", NULL),
		400);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_failing_call_is_counted_and_answered(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/fail/x", "", NULL),
			 500);
	assert_int_equal(info_of(0).failures, 1);
	assert_int_equal(info_of(0).calls, 1);
	assert_int_equal(gate_aid_request(aid, "GET", "/fail/work", "", NULL),
			 200);
	assert_int_equal(info_of(0).failures, 1);
	assert_false(info_of(0).suspended);
}

static void
after_five_failures_in_a_row_the_plugin_rests_and_others_work(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(
			gate_aid_request(aid, "GET", "/fail/x", "", NULL), 500);
	assert_true(info_of(0).suspended);
	assert_int_equal(gate_aid_request(aid, "GET", "/fail/work", "", NULL),
			 503);
	assert_int_equal(info_of(0).calls, 5);
	assert_int_equal(gate_aid_request(aid, "GET", "/hello/x", "", NULL),
			 200);
}

/* The rest doubles: 1 s, then 2 s; success ends it. Time is an argument. */
static void
a_rest_ends_and_the_next_one_is_twice_as_long(void **state)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .query = "",
				     .received_at = 1000000};
	static const struct {
		int64_t at;
		const char *path;
		int status;
	} steps[] = {
		{1000000, "/fail/x", 500},    {1000001, "/fail/x", 500},
		{1000002, "/fail/x", 500},    {1000003, "/fail/x", 500},
		{1000004, "/fail/x", 500},    {1000999, "/fail/x", 503},
		{1001004, "/fail/x", 500},    {1002004, "/fail/work", 503},
		{1003004, "/fail/work", 200}, {1003005, "/fail/x", 500},
		{1003006, "/fail/work", 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct sg_reply reply;

		reply_init(&reply);
		request.path = steps[i].path;
		request.received_at = steps[i].at;
		assert_true(gate_route(aid->gate, &request, NULL, &reply));
		if (reply.status != steps[i].status)
			fail_msg("step %zu: %d, not %d", i, reply.status,
				 steps[i].status);
		reply_done(&reply);
	}
}

static int
answered_at(const char *path, int64_t at)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = path,
				     .query = "",
				     .received_at = at};
	struct sg_reply reply;
	int status;

	reply_init(&reply);
	assert_true(gate_route(aid->gate, &request, NULL, &reply));
	status = reply.status;
	reply_done(&reply);
	return status;
}

static void
when_the_clock_goes_back_a_day_a_rest_is_not_a_day_long(void **state)
{
	const int64_t at = INT64_C(1800000000000);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(answered_at("/fail/x", at), 500);
	assert_int_equal(answered_at("/fail/work", at - 100), 503);
	assert_int_equal(answered_at("/fail/work", at - 86400000), 200);
}

static void
an_undeclared_signal_is_not_kept(void **state)
{
	(void)state;
	assert_int_equal(
		gate_aid_request(aid, "GET", "/fail/undeclared", "", NULL),
		400);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_tick_runs_each_plugin_that_wants_it(void **state)
{
	(void)state;
	gate_tick(aid->gate, 1000);
	gate_tick(aid->gate, 2000);
	assert_int_equal(info_of(1).failures, 0);
}

static void
hello_proposes_a_point_for_its_own_signal(void **state)
{
	static const struct sg_record record = {.size = sizeof(record)};
	struct sg_signal signal = {.size = sizeof(signal),
				   .name = "hello.said"};
	struct sg_points points[4];

	(void)state;
	assert_int_equal(gate_score(aid->gate, &signal, &record, points, 4), 1);
	assert_string_equal(points[0].score, "lead");
	assert_true(points[0].points > 0);
	assert_int_equal(gate_score(aid->gate, &signal, &record, points, 0), 0);
	signal.name = "email.opened";
	assert_int_equal(gate_score(aid->gate, &signal, &record, points, 4), 0);
}

static const char *
field_of(const struct sg_record *record, const char *name)
{
	(void)record;
	return strcmp(name, "first_name") == 0 ? "Ann" : "";
}

static void
an_action_is_run_with_its_settings_and_the_record(void **state)
{
	static const struct sg_record record = {.size = sizeof(record),
						.module = "contact",
						.key = "ann@example.com",
						.field = field_of};
	struct gate_action action = {.name = "hello.greet",
				     .settings = "words = \"Good day\"",
				     .now = 1000,
				     .record = &record};
	struct sg_err err;

	(void)state;
	assert_true(gate_has_action(aid->gate, "hello.greet"));
	assert_false(gate_has_action(aid->gate, "hello.wave"));
	assert_false(gate_has_action(aid->gate, "hello"));
	assert_false(gate_has_action(aid->gate, "hell.greet"));
	assert_int_equal(gate_run_action(aid->gate, &action, &err), SG_OK);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "hello.said");
	assert_string_equal(signal_get(&aid->signals[0], "to"), "Good day Ann");
	action.settings = "volume = 3";
	assert_int_equal(gate_run_action(aid->gate, &action, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "unknown option `volume`"));
	action.name = "hello.wave";
	assert_int_equal(gate_run_action(aid->gate, &action, &err), SG_REFUSED);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(a_path_that_nobody_owns_is_left_to_the_caller),
		GATE_TEST(hello_answers_and_escapes_and_emits),
		GATE_TEST(a_failing_call_is_counted_and_answered),
		GATE_TEST(
			after_five_failures_in_a_row_the_plugin_rests_and_others_work),
		GATE_TEST(a_rest_ends_and_the_next_one_is_twice_as_long),
		GATE_TEST(
			when_the_clock_goes_back_a_day_a_rest_is_not_a_day_long),
		GATE_TEST(an_undeclared_signal_is_not_kept),
		GATE_TEST(hello_proposes_a_point_for_its_own_signal),
		GATE_TEST(an_action_is_run_with_its_settings_and_the_record),
		GATE_TEST(a_tick_runs_each_plugin_that_wants_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

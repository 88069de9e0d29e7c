/* api_people_test.c - sessions of people who sign in: how long they live, by
 * the clock that each question brings with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api_aid.h"
#include "base/clock.h"
#include "base/pool.h"
#include "gate/gate.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

#define IDLE (12 * (int64_t)HOUR)
#define LIFE (7 * CLOCK_DAY_MS)

static const char password[] = "correct horse battery";

struct person {
	struct api_server *server;
	struct pool *pool;
	struct sg_user user;
	int64_t since;
};

static void
sign_in(struct person *person, struct api_server *server, int64_t now)
{
	struct gate_signing in = {"ann", password, "127.0.0.1", now};
	struct sg_err err = {0};

	*person = (struct person){
		.server = server, .pool = pool_new(), .since = now};
	api_expect(server, 201, "POST", "/users",
		   "{\"name\":\"ann\",\"role\":\"operator\","
		   "\"password\":\"correct horse battery\"}");
	assert_int_equal(api_people.sign_in(server->api, &in, person->pool,
					    &person->user, &err),
			 SG_OK);
}

static enum sg_status
look(struct person *person, int64_t after)
{
	struct gate_session of = {person->user.session, IDLE, LIFE,
				  person->since + after};
	struct sg_err err = {0};
	struct sg_user user;
	enum sg_status status = api_people.signed_in(person->server->api, &of,
						     person->pool, &user, &err);

	if (status == SG_OK)
		assert_string_equal(user.name, "ann");
	return status;
}

static void
who_does_nothing_for_the_idle_time_signs_in_again(void **state)
{
	struct person person;

	sign_in(&person, *state, clock_now());
	assert_int_equal(look(&person, 0), SG_OK);
	/* Each use counts from its own time on. */
	assert_int_equal(look(&person, IDLE), SG_OK);
	assert_int_equal(look(&person, 2 * IDLE), SG_OK);
	assert_int_equal(look(&person, 3 * IDLE + 1), SG_NONE);
	pool_free(person.pool);
}

/* A use is noted a minute at most after the one before: that much a session
 * may end too early, never too late. */
static void
uses_within_a_minute_are_one(void **state)
{
	struct person person;

	sign_in(&person, *state, clock_now());
	assert_int_equal(look(&person, MINUTE - 1), SG_OK);
	assert_int_equal(look(&person, IDLE + MINUTE - 1), SG_NONE);
	assert_int_equal(look(&person, MINUTE), SG_OK);
	assert_int_equal(look(&person, IDLE + MINUTE), SG_OK);
	pool_free(person.pool);
}

static void
everybody_signs_in_again_after_the_whole_time(void **state)
{
	struct person person;

	sign_in(&person, *state, clock_now());
	for (int64_t after = 0; after <= LIFE; after += IDLE)
		assert_int_equal(look(&person, after), SG_OK);
	assert_int_equal(look(&person, LIFE), SG_OK);
	assert_int_equal(look(&person, LIFE + 1), SG_NONE);
	pool_free(person.pool);
}

static void
another_configuration_holds_for_sessions_that_are_there(void **state)
{
	struct person person;
	struct gate_session of;
	struct sg_err err = {0};
	struct sg_user user;

	sign_in(&person, *state, clock_now());
	of = (struct gate_session){person.user.session, MINUTE, HOUR,
				   person.since + MINUTE};
	assert_int_equal(api_people.signed_in(person.server->api, &of,
					      person.pool, &user, &err),
			 SG_OK);
	of.now = person.since + 2 * MINUTE + 1;
	assert_int_equal(api_people.signed_in(person.server->api, &of,
					      person.pool, &user, &err),
			 SG_NONE);
	of = (struct gate_session){person.user.session, IDLE, HOUR,
				   person.since + HOUR + 1};
	assert_int_equal(api_people.signed_in(person.server->api, &of,
					      person.pool, &user, &err),
			 SG_NONE);
	pool_free(person.pool);
}

static void
what_is_no_session_is_nobodys(void **state)
{
	struct api_server *server = *state;
	static const char *const sessions[] = {
		"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAA"};
	struct pool *pool = pool_new();
	struct sg_err err = {0};
	struct sg_user user;

	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		struct gate_session of = {sessions[i], IDLE, LIFE, clock_now()};

		assert_int_equal(api_people.signed_in(server->api, &of, pool,
						      &user, &err),
				 SG_NONE);
	}
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_does_nothing_for_the_idle_time_signs_in_again,
			api_server_start, api_server_stop),
		cmocka_unit_test_setup_teardown(uses_within_a_minute_are_one,
						api_server_start,
						api_server_stop),
		cmocka_unit_test_setup_teardown(
			everybody_signs_in_again_after_the_whole_time,
			api_server_start, api_server_stop),
		cmocka_unit_test_setup_teardown(
			another_configuration_holds_for_sessions_that_are_there,
			api_server_start, api_server_stop),
		cmocka_unit_test_setup_teardown(what_is_no_session_is_nobodys,
						api_server_start,
						api_server_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

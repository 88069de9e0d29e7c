/* api_data_test.c - imports in chunks, lines of JSON, and a person's rights,
 * over real HTTP. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "api_aid.h"

#define ON_A_SERVER(test) \
	cmocka_unit_test_setup_teardown(test, api_server_start, api_server_stop)

static void
a_chunk_goes_in_once_and_says_its_bad_lines(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/imports",
		   "{\"name\":\"x.csv\",\"header\":\"E-Mail,City,Points\\n\","
		   "\"map\":{\"E-Mail\":\"email\",\"Points\":\"score:lead\"}}");
	assert_string_equal(api_got(server, "/columns/1/means"), "field.city");
	api_expect(server, 400, "PUT", "/imports/1/chunks/1", "x");
	api_expect(server, 200, "PUT", "/imports/1/chunks/0",
		   "ann@example.com,Rome,5\nno address,x,1\n"
		   "ben@example.com,Bonn,many\n");
	assert_string_equal(api_got(server, "/created"), "1");
	assert_string_equal(api_got(server, "/errors/0/line"), "3");
	assert_string_equal(api_got(server, "/errors/1/column"), "Points");
	api_expect(server, 200, "PUT", "/imports/1/chunks/0",
		   "ann@example.com,Rome,5\n");
	assert_string_equal(api_got(server, "/already"), "true");
	api_expect(server, 200, "PUT", "/imports/1/chunks/1?last=1",
		   "ann@example.com,,2\n");
	assert_string_equal(api_got(server, "/state"), "done");
	assert_string_equal(api_got(server, "/updated"), "1");
	api_expect(server, 200, "GET", "/contacts/ann@example.com/scores",
		   NULL);
	assert_float_equal(api_number(server, "/items/0/score"), 7, 1e-3);
	api_expect(server, 200, "GET", "/imports/1", NULL);
	assert_string_equal(api_got(server, "/bad_lines"), "2");
	api_expect(server, 204, "DELETE", "/imports/1", NULL);
	api_expect(server, 404, "GET", "/imports/1", NULL);
}

static void
a_dry_chunk_changes_nothing(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/imports",
		   "{\"format\":\"ndjson\",\"dry_run\":true}");
	api_expect(server, 200, "PUT", "/imports/1/chunks/0?last=1",
		   "{\"email\":\"ann@example.com\",\"fields\":{\"a\":1}}\n"
		   "{\"email\":\"ann@example.com\",\"tags\":[\"x\",{}]}\n"
		   "{\"email\":\"ann@example.com\",\"scores\":7}\n{\"email\n");
	assert_string_equal(api_got(server, "/created"), "1");
	assert_string_equal(api_got(server, "/bad_lines"), "3");
	api_expect(server, 404, "GET", "/contacts/ann@example.com", NULL);
	api_expect(server, 400, "POST", "/imports", "{}");
	api_expect(server, 400, "POST", "/imports",
		   "{\"header\":\"email\",\"map\":{\"Mail\":\"email\"}}");
	api_expect(server, 400, "POST", "/imports",
		   "{\"header\":\"email\",\"what\":\"signals\"}");
}

static void
a_history_of_signals_and_dated_changes_comes_in(void **state)
{
	struct api_server *server = *state;

	api_expect(
		server, 200, "POST", "/import?format=ndjson&signals=1",
		"{\"email\":\"ann@example.com\",\"name\":\"score.added\","
		"\"time\":\"2024-01-02\",\"because\":\"fair\","
		"\"properties\":{\"points\":5}}\n"
		"{\"email\":\"ann@example.com\",\"name\":\"field.changed\","
		"\"time\":\"2024-01-01\",\"properties\":{\"name\":\"city\","
		"\"value\":\"Rome\"}}\n"
		"{\"email\":\"ann@example.com\",\"name\":\"score.added\","
		"\"properties\":{\"points\":\"x\"}}\n"
		"{\"email\":\"ann@example.com\",\"name\":\"record.deleted\"}");
	assert_string_equal(api_got(server, "/bad_lines"), "2");
	api_expect(server, 200, "GET",
		   "/contacts/ann@example.com/scores/lead/why?threshold=4",
		   NULL);
	assert_string_equal(api_got(server, "/entries/0/explanation"), "fair");
	assert_string_equal(api_got(server, "/crossings/0/at"), "-");
	api_expect(server, 400, "GET",
		   "/contacts/ann@example.com/scores/lead/why?threshold=x",
		   NULL);
	api_expect(server, 200, "GET", "/contacts/ann@example.com", NULL);
	assert_string_equal(api_got(server, "/fields/city"), "Rome");
}

static void
a_person_sees_all_and_is_forgotten(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 404, "GET", "/contacts/ann@example.com/data", NULL);
	api_expect(server, 200, "POST", "/import",
		   "email,city,score:lead,tags\nann@example.com,Rome,5,vip\n");
	api_expect(server, 200, "PUT", "/contacts/ann@example.com/suppression",
		   "{\"evidence\":\"letter\"}");
	api_expect(server, 200, "GET", "/contacts/ann@example.com/data", NULL);
	assert_string_equal(api_got(server, "/fields/0/value"), "Rome");
	assert_string_equal(api_got(server, "/ledger/0/points"), "5");
	assert_string_equal(api_got(server, "/suppression/0/evidence"),
			    "letter");
	api_expect(server, 200, "DELETE", "/contacts/ann@example.com/data",
		   NULL);
	api_expect(server, 404, "GET", "/contacts/ann@example.com", NULL);
	api_expect(server, 200, "GET", "/contacts/ann@example.com/data", NULL);
	assert_string_equal(api_got(server, "/history/0/name"), "-");
	assert_string_equal(api_got(server, "/suppression/0/reason"), "manual");
	assert_string_equal(api_got(server, "/suppression/0/evidence"), "-");
	api_expect(server, 200, "GET", "/audit", NULL);
	assert_string_equal(api_got(server, "/items/0/action"),
			    "contact.forget");
	assert_string_equal(api_got(server, "/items/0/object"), "record 1");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"ann@example.com\"}");
	assert_string_equal(api_got(server, "/id"), "2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_SERVER(a_chunk_goes_in_once_and_says_its_bad_lines),
		ON_A_SERVER(a_dry_chunk_changes_nothing),
		ON_A_SERVER(a_history_of_signals_and_dated_changes_comes_in),
		ON_A_SERVER(a_person_sees_all_and_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

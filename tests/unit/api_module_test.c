/* api_module_test.c - records of all modules, links, fields of a type, records
 * named otherwise than by their key, and two side by side; over real HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "api_aid.h"
#include "signal/field_type.h"
#include "signal/module.h"

#define BOB "/contacts/bob@example.com"
#define ANN "/contacts/ann@example.com"

static const char *const sizes[] = {"S", "M", "L"};

static int
start(void **state)
{
	static const struct field_info fields[] = {
		{.name = "phone", .unique = true, .phone = true, .country = ""},
		{.name = "age", .type = FIELD_NUMBER, .country = ""},
		{.name = "sizes",
		 .type = FIELD_MANY,
		 .country = "",
		 .n_choices = 3,
		 .choices = sizes},
	};
	static const struct module_info ticket = {"ticket", "Tickets",
						  MODULE_KEY_TEXT, false};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		assert_int_equal(field_declare(&fields[i], NULL), SG_OK);
	assert_int_equal(module_declare(&ticket, NULL), SG_OK);
	return api_server_start(state);
}

static int
stop(void **state)
{
	field_forget_declared();
	module_forget_declared();
	return api_server_stop(state);
}

static void
make(struct api_server *server, const char *address)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"email\": \"%s\"}", address);
	api_expect(server, 201, "POST", "/contacts", body);
}

static void
what_says_contact_works_for_any_module(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/contacts?module=account",
		   "{\"key\": \" ACME \", \"fields\": {\"city\": \"Rome\"}}");
	assert_string_equal(api_got(server, "/module"), "account");
	assert_string_equal(api_got(server, "/key"), "ACME");
	assert_string_equal(api_got(server, "/email"), "-");
	api_expect(server, 200, "POST",
		   "/contacts/ACME/scores/fit?module=account",
		   "{\"op\":\"add\",\"points\":7}");
	api_expect(server, 200, "PUT", "/contacts/ACME/tags/big?module=account",
		   NULL);
	api_expect(server, 404, "GET", "/contacts/a@b.example?module=account",
		   NULL);
	make(server, "bob@example.com");
	api_expect(server, 200, "GET", "/contacts?module=account&columns=key",
		   NULL);
	assert_string_equal(api_got(server, "/items/0/key"), "ACME");
	assert_string_equal(api_got(server, "/items/1/key"), "-");
	api_expect(server, 200, "GET",
		   "/contacts?module=*&columns=module,key&where="
		   "module%20=%20'account'",
		   NULL);
	assert_string_equal(api_got(server, "/items/0/module"), "account");
	assert_string_equal(api_got(server, "/items/1/key"), "-");
	api_expect(server, 200, "GET", "/contacts?module=*", NULL);
	assert_string_equal(api_got(server, "/items/1/email"),
			    "bob@example.com");
	api_expect(server, 200, "GET", "/scores/fit/top?module=account", NULL);
	assert_string_equal(api_got(server, "/items/0/email"), "ACME");
	api_expect(server, 200, "GET", "/scores/fit/summary?module=account",
		   NULL);
	assert_string_equal(api_got(server, "/scored"), "1");
	api_expect(server, 200, "GET", "/scores/fit/summary", NULL);
	assert_string_equal(api_got(server, "/scored"), "0");
	api_expect(server, 200, "GET", "/scores/fit/summary?module=*", NULL);
	assert_string_equal(api_got(server, "/scored"), "1");
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"key\":\"T-1\","
		   "\"module\":\"ticket\"}");
	api_expect(server, 200, "GET", "/contacts/T-1?module=ticket", NULL);
	api_expect(server, 400, "GET", "/contacts?module=tickets", NULL);
	api_expect_text(server, "no module `tickets`; there are contact");
	api_expect(server, 400, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"key\":\"T-1\","
		   "\"module\":\"tickets\"}");
	api_expect(server, 200, "GET", "/modules", NULL);
	assert_string_equal(api_got(server, "/items/4/name"), "ticket");
	assert_string_equal(api_got(server, "/items/0/key"), "email");
}

static void
an_import_names_modules_and_links(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 200, "POST", "/import",
		   "module,key,city,link:account\r\n"
		   "account,ACME,Rome,\r\n"
		   ",Bob@Example.com,,ACME\r\n"
		   "lead,cy@example.com,,Initech\r\n"
		   "planet,Mars,,\r\n");
	/* Initech is one, too. */
	assert_string_equal(api_got(server, "/created"), "4");
	assert_string_equal(api_got(server, "/bad_lines"), "1");
	api_expect_text(server, "no module `planet`");
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/links/0/key"), "ACME");
	api_expect(server, 200, "GET", "/contacts/Initech?module=account",
		   NULL);
	assert_string_equal(api_got(server, "/linked_from/0/module"), "lead");
	api_expect(server, 200, "GET",
		   "/export?module=*&format=csv&columns=module,key,field.city,"
		   "link:account&sort=key",
		   NULL);
	api_expect_text(server, "account,ACME,Rome,\r\n"
				"contact,bob@example.com,,ACME\r\n"
				"lead,cy@example.com,,Initech\r\n"
				"account,Initech,,\r\n");
}

static void
a_link_is_shown_at_both_ends(void **state)
{
	struct api_server *server = *state;

	make(server, "bob@example.com");
	api_expect(server, 200, "PUT", BOB "/links/account/ACME%20Inc", NULL);
	assert_string_equal(api_got(server, "/links/0/relation"), "account");
	assert_string_equal(api_got(server, "/links/0/key"), "ACME Inc");
	api_expect(server, 200, "GET", "/contacts/ACME%20Inc?module=account",
		   NULL);
	assert_string_equal(api_got(server, "/links/0/key"), "-");
	assert_string_equal(api_got(server, "/linked_from/0/key"),
			    "bob@example.com");
	assert_string_equal(api_got(server, "/linked_from/0/module"),
			    "contact");
	/* Another account instead of it. */
	api_expect(server, 200, "PUT", BOB "/links/account/Initech", NULL);
	assert_string_equal(api_got(server, "/links/0/key"), "Initech");
	assert_string_equal(api_got(server, "/links/1/key"), "-");
	/* A deal's contact is the contact's deal. */
	api_expect(server, 201, "POST", "/contacts?module=deal",
		   "{\"key\": \"D-1\"}");
	api_expect(server, 200, "PUT",
		   "/contacts/D-1/links/contact/bob@example.com?module=deal",
		   NULL);
	assert_string_equal(api_got(server, "/linked_from/0/key"),
			    "bob@example.com");
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/links/1/key"), "D-1");
	/* A relation of another name. */
	api_expect(server, 200, "PUT", BOB "/links/boss/ann@example.com", NULL);
	assert_string_equal(api_got(server, "/links/1/relation"), "boss");
	assert_string_equal(api_got(server, "/links/1/module"), "contact");
	api_expect(server, 200, "DELETE", BOB "/links/account/Initech", NULL);
	assert_string_equal(api_got(server, "/links/0/relation"), "boss");
	api_expect(server, 400, "PUT", BOB "/links/boss/bob@example.com", NULL);
	api_expect_text(server, "cannot be linked to itself");
	api_expect(server, 400, "PUT", BOB "/links/boss/nobody", NULL);
	api_expect(server, 404, "PUT", ANN "x/links/account/ACME", NULL);
}

static void
rolled_up_points_say_where_they_came_from(void **state)
{
	struct api_server *server = *state;

	api_expect(
		server, 200, "PUT", "/rules",
		"rule \"Paid\" { on = \"order.paid\" add = 10 score = \"fit\" "
		"also = \"account\" }");
	make(server, "bob@example.com");
	api_expect(server, 200, "PUT", BOB "/links/account/ACME", NULL);
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"email\":\"bob@example.com\"}");
	api_expect(server, 200, "GET",
		   "/contacts/ACME/scores/fit/why?module=account", NULL);
	assert_string_equal(api_got(server, "/entries/0/rule"), "Paid");
	assert_string_equal(api_got(server, "/entries/0/given"), "10");
	assert_string_equal(api_got(server, "/entries/0/explanation"),
			    "Paid, of a linked contact");
	assert_string_equal(api_got(server, "/entries/0/from/key"),
			    "bob@example.com");
	api_expect(server, 200, "GET", BOB "/scores/fit/why", NULL);
	assert_string_equal(api_got(server, "/entries/0/from/key"), "-");
}

static void
a_value_is_of_its_fields_type_at_every_entrance(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 400, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\", \"fields\": {\"age\": "
		   "\"old\"}}");
	api_expect_text(server, "field age: `old` is not a number");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\", \"fields\": {\"phone\": "
		   "\"+49 (0)30 12345\", \"sizes\": [\"m\", \"L\"]}}");
	assert_string_equal(api_got(server, "/fields/phone"), "+493012345");
	assert_string_equal(api_got(server, "/fields/sizes/0"), "M");
	assert_string_equal(api_got(server, "/fields/sizes/1"), "L");
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\": \"field.sizes contains 'l'\"}");
	assert_string_equal(api_got(server, "/count"), "1");
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\": \"field.sizes contains 'M;L'\"}");
	assert_string_equal(api_got(server, "/count"), "0");
	api_expect(server, 400, "PATCH", BOB,
		   "{\"fields\": {\"sizes\": [\"XL\"]}}");
	api_expect_text(server, "is not one of S, M, L");
	make(server, "ann@example.com");
	api_expect(server, 400, "PATCH", ANN,
		   "{\"fields\": {\"phone\": \"0049 30 12345\"}}");
	api_expect_text(server, "field phone is unique, and bob@example.com "
				"has `+493012345` already");
	api_expect(server, 200, "PATCH", BOB,
		   "{\"fields\": {\"phone\": \"0049 30 12345\"}}");
	api_expect(server, 200, "POST", "/import?dry_run=1",
		   "email,age\r\nann@example.com,old\r\n");
	assert_string_equal(api_got(server, "/bad_lines"), "1");
	api_expect_text(server, "field age: `old` is not a number");
	api_expect(server, 200, "POST", "/import",
		   "email,phone\ncyd@example.com,+49 30 777\n"
		   "dan@example.com,+49 30 777\ncyd@example.com,+49 30 778\n"
		   "eve@example.com,+49 30 777\n");
	assert_string_equal(api_got(server, "/bad_lines"), "1");
	assert_string_equal(api_got(server, "/errors/0/line"), "3");
	api_expect_text(server, "field phone is unique, and a line above gives "
				"`+4930777` to another record");
	api_expect(server, 200, "GET", "/fields", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "phone");
	assert_string_equal(api_got(server, "/items/0/format"), "phone");
	assert_string_equal(api_got(server, "/items/2/choices/1"), "M");
}

static void
a_signal_finds_its_record_by_more_than_the_key(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 202, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"match\":{\"field\":\"phone\","
		   "\"value\":\"+49 30 12345\"}}");
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"external_id\":{\"source\":"
		   "\"crm\",\"id\":4711}}");
	api_expect(server, 200, "GET", "/signals/unmatched", NULL);
	assert_string_equal(api_got(server, "/items/0/key"),
			    "field.external_id_crm=4711");
	assert_string_equal(api_got(server, "/items/1/key"),
			    "field.phone=+493012345");
	assert_string_equal(api_got(server, "/items/1/name"), "order.paid");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\", \"fields\": {\"phone\": "
		   "\"+493012345\", \"external_id_crm\": \"4711\"}}");
	api_expect(server, 200, "GET", "/signals/unmatched", NULL);
	assert_string_equal(api_got(server, "/items/0/key"), "-");
	api_expect(server, 200, "GET",
		   "/signals?contact=bob@example.com&name=order.paid", NULL);
	assert_string_equal(api_got(server, "/items/1/name"), "order.paid");
	api_expect(server, 400, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"match\":{\"field\":\"city\","
		   "\"value\":\"Rome\"}}");
	api_expect_text(server, "field city is not unique");
	api_expect(server, 400, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"match\":\"phone\"}");
	api_expect(server, 400, "POST", "/signals",
		   "{\"name\":\"order.paid\"}");
}

static void
an_address_changes_and_is_not_taken_over(void **state)
{
	struct api_server *server = *state;

	make(server, "bob@example.com");
	make(server, "ann@example.com");
	api_expect(server, 200, "POST", BOB "/rename",
		   "{\"to\": \" Robert@Example.com\"}");
	assert_string_equal(api_got(server, "/email"), "robert@example.com");
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/email"), "robert@example.com");
	api_expect(server, 400, "POST", BOB "/rename",
		   "{\"to\": \"ann@example.com\"}");
	api_expect_text(server, "ann@example.com is another contact already, "
				"and two are not merged");
	api_expect(server, 400, "POST", BOB "/rename", "{\"to\": \"nobody\"}");
	api_expect(server, 200, "POST", BOB "/rename",
		   "{\"to\": \"bob@example.com\"}");
	assert_string_equal(api_got(server, "/email"), "bob@example.com");
}

/* Zoho's example: 50 points of one visit a day, or of one form and nothing
 * since, are not the same. */
static void
two_of_the_same_total_are_told_apart(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 200, "PUT", "/rules",
		   "rule \"Paid\" { on = \"order.paid\" add = 10 score = "
		   "\"fit\" }\n"
		   "rule \"Refund\" { on = \"tag.added\" subtract = 20 "
		   "score = \"fit\" }\n"
		   "rule \"Chief\" { when = \"field.title = 'CEO'\" add = 5 "
		   "score = \"fit\" }\n");
	make(server, "ann@example.com");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\", \"fields\": {\"title\": "
		   "\"CEO\"}}");
	for (int i = 0; i < 3; i++)
		api_expect(server, 202, "POST", "/signals",
			   "{\"name\":\"order.paid\","
			   "\"email\":\"ann@example.com\"}");
	api_expect(server, 200, "PUT", ANN "/tags/cold", NULL);
	api_expect(server, 200, "POST", BOB "/scores/fit",
		   "{\"op\":\"add\",\"points\":5}");
	api_expect(server, 200, "GET",
		   "/scores/fit/compare?a=ann@example.com&b=bob@example.com",
		   NULL);
	assert_string_equal(api_got(server, "/a"), "ann@example.com");
	assert_string_equal(api_got(server, "/parts/0/part"), "score");
	assert_true(api_number(server, "/parts/0/a") > 9.99);
	assert_true(api_number(server, "/parts/0/b") > 9.99);
	api_expect_text(server, "\"Refund\"");
	api_expect_text(server, "\"by hand\"");
	assert_string_equal(api_got(server, "/signals/0/signal"), "order.paid");
	assert_string_equal(api_got(server, "/signals/0/a"), "3");
	assert_string_equal(api_got(server, "/signals/0/b"), "0");
	api_expect(server, 400, "GET", "/scores/fit/compare?a=ann@example.com",
		   NULL);
	api_expect(server, 404, "GET",
		   "/scores/fit/compare?a=ann@example.com&b=cy@example.com",
		   NULL);
	api_expect(server, 200, "GET", "/scores/fit/histogram?bins=2", NULL);
	assert_string_equal(api_got(server, "/scored"), "2");
	assert_string_equal(api_got(server, "/module"), "contact");
	api_expect(server, 400, "GET", "/scores/fit/histogram?bins=0", NULL);
}

/* Scores 2, 4, 10, 20, 30 are 10 %, 20 %, 50 %, 75 %, 100 %. */
static void
percentages_are_those_of_the_module(void **state)
{
	static const int points[] = {2, 4, 10, 20, 30};
	struct api_server *server = *state;
	char path[128], body[64];

	for (int i = 0; i < 5; i++) {
		snprintf(body, sizeof(body), "{\"key\": \"A%d\"}", i);
		api_expect(server, 201, "POST", "/contacts?module=account",
			   body);
		snprintf(path, sizeof(path),
			 "/contacts/A%d/scores/fit?module=account", i);
		snprintf(body, sizeof(body), "{\"op\":\"add\",\"points\":%d}",
			 points[i]);
		api_expect(server, 200, "POST", path, body);
	}
	make(server, "bob@example.com");
	api_expect(server, 200, "POST", BOB "/scores/fit",
		   "{\"op\":\"add\",\"points\":1}");
	api_expect(server, 200, "GET",
		   "/scores/fit/top?module=account&by=percent", NULL);
	assert_string_equal(api_got(server, "/items/0/percent"), "100");
	assert_string_equal(api_got(server, "/items/1/percent"), "75");
	assert_string_equal(api_got(server, "/items/2/percent"), "50");
	assert_string_equal(api_got(server, "/items/3/percent"), "20");
	assert_string_equal(api_got(server, "/items/4/percent"), "10");
	api_expect(server, 200, "POST", "/segments/count?module=account",
		   "{\"where\": \"percent 'fit' >= 50\"}");
	assert_string_equal(api_got(server, "/count"), "3");
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\": \"percent 'fit' = 100\"}");
	assert_string_equal(api_got(server, "/count"), "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_says_contact_works_for_any_module),
		TEST(an_import_names_modules_and_links),
		TEST(a_link_is_shown_at_both_ends),
		TEST(rolled_up_points_say_where_they_came_from),
		TEST(a_value_is_of_its_fields_type_at_every_entrance),
		TEST(a_signal_finds_its_record_by_more_than_the_key),
		TEST(an_address_changes_and_is_not_taken_over),
		TEST(two_of_the_same_total_are_told_apart),
		TEST(percentages_are_those_of_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

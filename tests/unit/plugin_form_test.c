/* plugin_form_test.c - forms of the configuration, filled. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "signal/field_type.h"

static struct gate_aid *aid;

static const char settings[] =
	"form \"contact\" {\n"
	"	title = \"Talk <to> us\"\n"
	"	email = \"mail\"\n"
	"	fields = { \"first_name\", \"company = organisation\" }\n"
	"	required = { \"first_name\" }\n"
	"	lists = { \"news\" }\n"
	"	tags = { \"lead\", \"web\" }\n"
	"	redirect = \"https://example.com/thanks\"\n"
	"	honeypot = \"website\"\n"
	"	origins = { \"https://example.com\" }\n"
	"}\n"
	"form \"plain\" { }\n";

static const char json[] = "Content-Type: application/json\n";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "form", settings);
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
post(const char *path, const char *headers, const char *body)
{
	return gate_aid_request(aid, "POST", path, headers, body);
}

static void
assert_prop(size_t i, const char *name, const char *value)
{
	gate_aid_prop_is(&aid->signals[i], name, value);
}

static void
assert_contact_was_kept(void)
{
	assert_int_equal(gate_aid_signals(aid), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(aid->signals[i].key, "ann@example.com");
		assert_string_equal(aid->signals[i].source, "form");
	}
	assert_int_equal(aid->signals[0].kind, SIGNAL_FIELD_SET);
	assert_prop(0, "name", "first_name");
	assert_prop(0, "value", "Ann \xc3\x84");
	/* Nobody confirmed the address: see form_emit.c. */
	assert_prop(0, "only_if", "empty");
	assert_prop(1, "name", "company");
	assert_prop(1, "value", "A&B");
	assert_int_equal(aid->signals[2].kind, SIGNAL_LIST_JOIN);
	assert_prop(2, "list", "news");
	assert_prop(2, "only_if", "not_left");
	assert_int_equal(aid->signals[3].kind, SIGNAL_TAG_ADD);
	assert_prop(3, "tag", "lead");
	assert_prop(4, "tag", "web");
	assert_string_equal(aid->signals[5].name, "form.submitted");
	assert_prop(5, "form", "contact");
	assert_prop(5, "company", "A&B");
}

static void
a_urlencoded_form_is_kept_and_the_browser_goes_on(void **state)
{
	(void)state;
	assert_int_equal(post("/f/contact", URLENCODED,
			      "mail=Ann%40Example.com&first_name=Ann+%C3%84"
			      "&organisation=A%26B&secret=dropped&website="),
			 303);
	assert_string_equal(gate_aid_reply_header(aid, "Location"),
			    "https://example.com/thanks");
	assert_contact_was_kept();
}

static void
a_json_form_is_kept_and_answered_in_json(void **state)
{
	(void)state;
	assert_int_equal(post("/f/contact", "Content-Type: application/json\n",
			      "{\"mail\":\"ann@example.com\",\"first_name\":"
			      "\"Ann \\u00c4\",\"organisation\":\"A&B\"}"),
			 200);
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "application/json");
	assert_non_null(strstr(gate_aid_body(aid), "\"ok\":true"));
	assert_contact_was_kept();
}

static void
a_multipart_form_is_kept(void **state)
{
	(void)state;
	assert_int_equal(
		post("/f/contact",
		     "Content-Type: multipart/form-data; boundary=\"=x\"\n",
		     "--=x\r\nContent-Disposition: form-data; name=\"mail\""
		     "\r\n\r\nann@example.com\r\n"
		     "--=x\r\nContent-Disposition: form-data; "
		     "name=\"first_name\"\r\n\r\nAnn \xc3\x84\r\n"
		     "--=x\r\nContent-Disposition: form-data; "
		     "name=\"organisation\"\r\n\r\nA&B\r\n--=x--\r\n"),
		303);
	assert_contact_was_kept();
}

static void
a_file_that_nobody_asked_for_is_refused(void **state)
{
	(void)state;
	assert_int_equal(
		post("/f/plain",
		     "Content-Type: multipart/form-data; boundary=x\n",
		     "--x\r\nContent-Disposition: form-data; name=\"email\""
		     "\r\n\r\na@b.example\r\n"
		     "--x\r\nContent-Disposition: form-data; name=\"cv\"; "
		     "filename=\"cv.pdf\"\r\n\r\n%PDF\r\n--x--\r\n"),
		422);
	assert_non_null(strstr(gate_aid_body(aid), "takes no files"));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
what_is_missing_or_wrong_is_said_and_nothing_is_kept(void **state)
{
	static const struct {
		const char *headers, *body, *says;
		int status;
	} rows[] = {
		{URLENCODED, "first_name=Ann",
		 "href=\"#field-0\">E-mail address – Please fill this in", 422},
		{URLENCODED, "mail=a%40b.example",
		 "First name – Please fill this in", 422},
		{URLENCODED, "mail=nobody&first_name=A",
		 "Please write an e-mail address", 422},
		{URLENCODED,
		 "mail=a%40b.example&first_name=A&organisation=ACME",
		 "Organisation – Please write this in another way", 422},
		{URLENCODED, "mail=%", "could not be read", 400},
		{"Content-Type: text/plain\n", "mail=a@b.c", "could not", 415},
		{"", "", "could not be read", 415},
		{json, "[1]", "could not", 400},
		{json, "{\"mail\":{}}", "could not", 400},
		{"Content-Type: multipart/form-data; boundary=x\n",
		 "--x\r\n\r\n", "could not", 400},
		{"Content-Type: multipart/form-data\n", "", "could not", 400},
	};

	static const struct field_info number = {
		.name = "company", .type = FIELD_NUMBER, .country = ""};

	(void)state;
	assert_int_equal(field_declare(&number, NULL), SG_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (post("/f/contact", rows[i].headers, rows[i].body) !=
		    rows[i].status)
			fail_msg("row %zu: status %d", i, aid->reply.status);
		if (!strstr(gate_aid_body(aid), rows[i].says))
			fail_msg("row %zu: %s", i, gate_aid_body(aid));
	}
	field_forget_declared();
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_program_that_fills_the_honeypot_hears_thanks_and_is_not_kept(void **state)
{
	(void)state;
	assert_int_equal(post("/f/contact", URLENCODED,
			      "mail=a%40b.example&first_name=A&website=x"),
			 303);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
the_hosted_page_shows_the_fields(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/f/contact", "", NULL),
			 200);
	assert_non_null(strstr(gate_aid_body(aid), "Talk &lt;to&gt; us"));
	assert_non_null(strstr(gate_aid_body(aid), "name=\"organisation\""));
	assert_non_null(strstr(gate_aid_body(aid), "name=\"website\""));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
only_listed_origins_may_send_by_script(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "OPTIONS", "/f/contact",
					  "Origin: https://example.com\n",
					  NULL),
			 204);
	assert_string_equal(
		gate_aid_reply_header(aid, "Access-Control-Allow-Origin"),
		"https://example.com");
	gate_aid_request(aid, "OPTIONS", "/f/contact",
			 "Origin: https://evil.example\n", NULL);
	assert_null(gate_aid_reply_header(aid, "Access-Control-Allow-Origin"));
}

static void
an_unknown_form_is_not_found(void **state)
{
	(void)state;
	assert_int_equal(post("/f/nothing", URLENCODED, "a=b"), 404);
	assert_int_equal(post("/f/", URLENCODED, "a=b"), 404);
}

static void
a_plain_form_needs_only_an_address(void **state)
{
	(void)state;
	assert_int_equal(post("/f/plain", URLENCODED, "email=a%40b.example"),
			 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "form.submitted");
}

static void
a_wrong_setting_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {
		"form \"x\" {\n fields = { \"First Name\" }\n}",
		"form \"x\" {\n redirect = \"javascript:alert(1)\"\n}",
		"form \"x\" {\n colour = \"red\"\n}",
	};
	struct sg_err err = {.text = ""};

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(gate_aid_load(aid, "form", bad[i], &err),
				 SG_REFUSED);
		if (!strstr(err.text, "test.conf:3"))
			fail_msg("%s", err.text);
	}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(a_urlencoded_form_is_kept_and_the_browser_goes_on),
		GATE_TEST(a_json_form_is_kept_and_answered_in_json),
		GATE_TEST(a_multipart_form_is_kept),
		GATE_TEST(a_file_that_nobody_asked_for_is_refused),
		GATE_TEST(what_is_missing_or_wrong_is_said_and_nothing_is_kept),
		GATE_TEST(
			a_program_that_fills_the_honeypot_hears_thanks_and_is_not_kept),
		GATE_TEST(the_hosted_page_shows_the_fields),
		GATE_TEST(only_listed_origins_may_send_by_script),
		GATE_TEST(an_unknown_form_is_not_found),
		GATE_TEST(a_plain_form_needs_only_an_address),
		GATE_TEST(a_wrong_setting_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

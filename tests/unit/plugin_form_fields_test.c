/* plugin_form_fields_test.c - fields of every type: what is right, what is
 * wrong and where that is said, and what the answers come to. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "token/token.h"

static struct gate_aid *aid;

static const char settings[] =
	"form \"demo\" {\n"
	"	title = \"Ask for a demo\"\n"
	"	score = \"fit\"\n"
	"	redirects = { \"https://a.example/x\" }\n"
	"	per_address = off\n"
	"	per_network = off\n"
	"	field \"email\" { type = email }\n"
	"	field \"name\" { to = \"first_name\" required = yes longest = "
	"5 }\n"
	"	field \"seats\" { type = number least = 1 most = 500 }\n"
	"	field \"start\" { type = date }\n"
	"	field \"phone\" { type = phone country = \"49\"\n"
	"		signal = \"phone.given\" points = 3 }\n"
	"	field \"site\" { type = url to = \"website\" }\n"
	"	field \"notes\" { type = multiline shortest = 3 to = \"\" }\n"
	"	field \"size\" {\n"
	"		type = choice choices = { \"small\" }\n"
	"		option \"large\" { label = \"Over <500>\" points = 20\n"
	"			signal = \"size.large\" tags = { \"big\" } }\n"
	"	}\n"
	"	field \"topics\" { type = choices choices = { \"a\", \"b\", "
	"\"c\" }"
	" }\n"
	"	field \"agree\" { type = checkbox required = yes }\n"
	"	field \"source\" { type = hidden value = \"web\" }\n"
	"}\n"
	"form \"cv\" {\n"
	"	per_network = off\n"
	"	field \"cv\" { type = file largest = 10 kinds = { \"pdf\" } }\n"
	"}\n"
	"form \"slow\" { minimum_time = 2s }\n"
	"form \"few\" { per_address = \"2/1h\" fields = { \"x\" } }\n"
	"form \"net\" { per_network = \"3/1h\" }\n"
	"form \"sites\" { origins = { \"https://shop.example\" } }\n";

static const char json[] = "Content-Type: application/json\n";
static const char multipart[] =
	"Content-Type: multipart/form-data; boundary=x\n";

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

#define RIGHT "email=Ann%40far.example&name=Ann&agree=on"

static void
every_type_is_kept_in_its_normal_form(void **state)
{
	(void)state;
	assert_int_equal(
		post("/f/demo", URLENCODED,
		     RIGHT "&seats=12&start=2026-01-31&phone=030%2F123456"
			   "&site=https%3A%2F%2Ffar.example&notes=one%0D%0Atwo"
			   "&size=large&topics=c&topics=a&source=ad"),
		200);
	gate_aid_signals(aid);
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "first_name",
			 "Ann");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "seats", "12");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "start",
			 "2026-01-31");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "phone",
			 "+4930123456");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "website",
			 "https://far.example");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "size", "large");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "topics", "a;c");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "agree", "true");
	gate_aid_prop_is(gate_aid_kept(aid, "form.submitted"), "source", "ad");
	assert_null(signal_get(gate_aid_kept(aid, "form.submitted"), "notes"));
	assert_null(signal_get(gate_aid_kept(aid, "form.submitted"), "email"));
	assert_null(
		signal_get(gate_aid_kept(aid, "form.submitted"), "confirmed"));
	assert_int_equal(strlen(signal_get(gate_aid_kept(aid, "form.submitted"),
					   "submission")),
			 16);
}

static void
options_and_fields_give_signals_points_and_tags(void **state)
{
	double total = 0;

	(void)state;
	assert_int_equal(post("/f/demo", URLENCODED,
			      RIGHT "&size=large&phone=%2B49301234567"),
			 200);
	gate_aid_signals(aid);
	gate_aid_prop_is(gate_aid_kept(aid, "size.large"), "form", "demo");
	gate_aid_prop_is(gate_aid_kept(aid, "size.large"), "field", "size");
	gate_aid_prop_is(gate_aid_kept(aid, "size.large"), "value", "large");
	gate_aid_prop_is(gate_aid_kept(aid, "phone.given"), "value",
			 "+49301234567");
	gate_aid_prop_is(gate_aid_kept(aid, "tag.added"), "tag", "big");
	for (size_t i = 0; i < aid->n_signals; i++) {
		if (aid->signals[i].kind != SIGNAL_SCORE_ADD)
			continue;
		assert_string_equal(signal_get(&aid->signals[i], "score"),
				    "fit");
		total += strtod(signal_get(&aid->signals[i], "points"), NULL);
	}
	assert_float_equal(total, 23, 1e-9);
	assert_string_equal(gate_aid_kept(aid, "score.added")->because,
			    "form demo: Phone");
}

static void
each_field_says_what_is_wrong_with_it(void **state)
{
	static const struct {
		const char *body, *code, *says;
	} rows[] = {
		{"name=Ann&agree=on", "missing", "Please fill this in."},
		{"email=ann&name=Ann&agree=on", "no_email", "ann@example.com"},
		{"email=a%0d%0aBcc%3a@b.example&name=A&agree=on", "no_email",
		 "an e-mail address"},
		{"email=a@b.example&name=Ann", "not_ticked", "tick this"},
		{RIGHT "&name=x&agree=maybe", "", ""},
		{"email=a@b.example&agree=on&name=%20%20", "missing", ""},
		{"email=a@b.example&agree=on&name=Annabel", "too_long",
		 "at most 5 characters"},
		{RIGHT "&notes=x", "too_short", "at least 3 characters"},
		{RIGHT "&seats=many", "no_number", "like 12.5"},
		{RIGHT "&seats=0", "too_small", "write 1 or more"},
		{RIGHT "&seats=501", "too_large", "write 500 or less"},
		{RIGHT "&start=31.1.2026", "no_date", "2026-01-31"},
		{RIGHT "&start=2026-02-30", "no_date", ""},
		{RIGHT "&phone=call+me", "no_phone", "+49 30 12345"},
		{RIGHT "&site=javascript%3Aalert(1)", "no_url", "https://"},
		{RIGHT "&site=https%3A%2F%2F", "no_url", ""},
		{RIGHT "&size=huge", "no_choice", "what is offered"},
		{RIGHT "&topics=a&topics=z", "no_choice", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char code[64];
		char headers[200];

		if (!*rows[i].code)
			continue;
		snprintf(headers, sizeof(headers), "%sAccept: %s\n", URLENCODED,
			 "application/json");
		if (post("/f/demo", headers, rows[i].body) != 422)
			fail_msg("row %zu: status %d", i, aid->reply.status);
		snprintf(code, sizeof(code), "\"code\":\"%s\"", rows[i].code);
		if (!gate_aid_page_has(aid, code) ||
		    !gate_aid_page_has(aid, rows[i].says))
			fail_msg("row %zu: %s", i, gate_aid_body(aid));
		assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
				    "application/problem+json");
	}
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_page_with_faults_keeps_what_was_typed_and_runs_none_of_it(void **state)
{
	(void)state;
	assert_int_equal(
		post("/f/demo", URLENCODED,
		     "email=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
		     "&name=%27+onfocus%3Dalert(1)&notes=%3C%2Ftextarea%3E"
		     "%3Cimg+src%3Dx%3E&size=large&topics=b&agree=on"),
		422);
	assert_false(gate_aid_page_has(aid, "<script>"));
	assert_false(gate_aid_page_has(aid, "<img"));
	assert_true(gate_aid_page_has(
		aid, "value=\"&quot;&gt;&lt;script&gt;alert(1)"));
	assert_true(
		gate_aid_page_has(aid, "&lt;/textarea&gt;&lt;img src=x&gt;"));
	assert_true(gate_aid_page_has(aid, "value=\"large\" checked"));
	assert_true(gate_aid_page_has(aid, "value=\"b\" checked"));
	assert_true(gate_aid_page_has(aid, "aria-invalid=\"true\""));
	assert_true(
		gate_aid_page_has(aid, "aria-describedby=\"field-0-fault\""));
	assert_true(gate_aid_page_has(aid, "href=\"#field-0\""));
	assert_true(gate_aid_page_has(aid, "role=\"alert\""));
	assert_true(gate_aid_page_has(aid, "Over &lt;500&gt;"));
}

static void
a_page_speaks_the_readers_language(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/f/demo",
					  "Accept-Language: de-AT,en;q=0.5\n",
					  NULL),
			 200);
	assert_true(gate_aid_page_has(aid, "<html lang=\"de\""));
	assert_true(gate_aid_page_has(aid, "Senden"));
	gate_aid_request(aid, "GET", "/f/demo?name=Zo%C3%AB%22&size=small", "",
			 NULL);
	assert_true(gate_aid_page_has(aid, "value=\"Zo\xc3\xab&quot;\""));
	assert_true(gate_aid_page_has(aid, "value=\"small\" checked"));
	assert_true(gate_aid_page_has(aid, "Send"));
}

/* --- the same twice, too fast, too often ------------------------------------
 */

static void
the_same_form_within_a_minute_is_one(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(post("/f/demo", URLENCODED, RIGHT), 200);
	n = gate_aid_signals(aid);
	assert_true(n > 0);
	/* in another order, by another way, written otherwise */
	assert_int_equal(post("/f/demo", json,
			      "{\"agree\":true,\"name\":\" Ann\","
			      "\"email\":\"ann@FAR.example\"}"),
			 200);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post("/f/demo", URLENCODED, RIGHT "&seats=2"), 200);
	assert_true(gate_aid_signals(aid) > n);
}

static const char *
stamp_of(const char *form, int64_t age_ms)
{
	struct token token = {.kind = TOKEN_STAMP,
			      .message_id =
				      message_id_new(clock_now() - age_ms),
			      .payload = form,
			      .payload_len = strlen(form)};
	struct buf text = BUF_INIT;
	const char *kept_text;

	assert_int_equal(token_make(aid->keys, &token, &text, NULL), SG_OK);
	kept_text = pool_printf(aid->pool, "email=a%%40b.example&_stamp=%s",
				buf_text(&text));
	buf_done(&text);
	return kept_text;
}

static void
nobody_fills_a_form_faster_than_a_person(void **state)
{
	const char *bad[] = {"email=a%40b.example",
			     "email=a%40b.example&_stamp=x",
			     stamp_of("slow", 100), stamp_of("demo", 60000),
			     stamp_of("slow", 2 * CLOCK_DAY_MS)};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(post("/f/slow", URLENCODED, bad[i]), 422);
		assert_true(
			gate_aid_page_has(aid, "press the button once more"));
		assert_true(gate_aid_page_has(aid, "value=\"a@b.example\""));
		assert_true(gate_aid_page_has(aid, "name=\"_stamp\""));
	}
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post("/f/slow", URLENCODED, stamp_of("slow", 3000)),
			 200);
	assert_true(gate_aid_signals(aid) > 0);
	assert_int_equal(gate_aid_request(aid, "GET", "/f/slow.js", "", NULL),
			 200);
	assert_true(gate_aid_page_has(aid, "_stamp"));
	assert_int_equal(gate_aid_request(aid, "GET", "/f/slow.css", "", NULL),
			 404);
}

static void
an_address_and_a_network_may_not_send_without_end(void **state)
{
	char body[64];

	(void)state;
	for (int i = 0; i < 4; i++) {
		snprintf(body, sizeof(body), "email=a%%40b.example&x=%d", i);
		assert_int_equal(post("/f/few", URLENCODED, body),
				 i < 2 ? 200 : 429);
		/* The button pressed twice is pressed once. */
		assert_int_equal(post("/f/few", URLENCODED, body),
				 i < 2 ? 200 : 429);
		snprintf(body, sizeof(body), "email=a%d%%40b.example", i);
		assert_int_equal(post("/f/net", URLENCODED, body),
				 i < 3 ? 200 : 429);
	}
	assert_non_null(gate_aid_reply_header(aid, "Retry-After"));
	assert_int_equal(post("/f/few", URLENCODED, "email=c%40b.example"),
			 200);
}

static void
only_listed_sites_may_send(void **state)
{
	static const char *const body = "email=a%40b.example";
	static const struct {
		const char *headers;
		int status;
	} rows[] = {
		{"Content-Type: application/x-www-form-urlencoded\n", 200},
		{"Origin: https://shop.example\nContent-Type: "
		 "application/x-www-form-urlencoded\n",
		 200},
		{"Origin: https://t.example.com\nContent-Type: "
		 "application/x-www-form-urlencoded\n",
		 200},
		{"Origin: http://here:80\nHost: here:80\nContent-Type: "
		 "application/x-www-form-urlencoded\n",
		 200},
		{"Origin: https://evil.example\nContent-Type: "
		 "application/x-www-form-urlencoded\n",
		 403},
		{"Origin: null\nContent-Type: "
		 "application/x-www-form-urlencoded\n",
		 403},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (post("/f/sites", rows[i].headers, body) != rows[i].status)
			fail_msg("row %zu: %d", i, aid->reply.status);
}

static void
the_browser_goes_only_where_the_configuration_says(void **state)
{
	(void)state;
	assert_int_equal(post("/f/demo", URLENCODED,
			      RIGHT "&_redirect=https%3A%2F%2Fevil.example"),
			 200);
	assert_null(gate_aid_reply_header(aid, "Location"));
	assert_int_equal(post("/f/demo", URLENCODED,
			      RIGHT "&_redirect=https%3A%2F%2Fa.example%2Fx"),
			 303);
	assert_string_equal(gate_aid_reply_header(aid, "Location"),
			    "https://a.example/x");
}

/* --- files ------------------------------------------------------------------
 */

#define FILE_PART(filename, bytes)                                      \
	"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" \
	"a@b.example\r\n--x\r\nContent-Disposition: form-data; "        \
	"name=\"cv\"; filename=\"" filename                             \
	"\"\r\nContent-Type: application/pdf\r\n\r\n" bytes "\r\n--x--\r\n"

static size_t
count_files(void)
{
	char path[100];
	struct dirent *entry;
	size_t n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/files", aid->directory);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

static void
a_file_is_kept_under_a_name_of_ours(void **state)
{
	const char *value;

	(void)state;
	assert_int_equal(post("/f/cv", multipart,
			      FILE_PART("../../etc/My CV.PDF", "%PDF-1.7")),
			 200);
	gate_aid_signals(aid);
	value = signal_get(gate_aid_kept(aid, "form.submitted"), "cv");
	assert_non_null(value);
	/* 16 digits of the record, a dash, 32 of chance, a blank, theirs */
	assert_string_equal(value + 16 + 1 + 32, " My CV.PDF");
	assert_int_equal(count_files(), 1);
}

static void
other_files_are_refused_and_none_is_left_behind(void **state)
{
	(void)state;
	assert_int_equal(post("/f/cv", multipart, FILE_PART("cv.exe", "MZ")),
			 422);
	assert_true(gate_aid_page_has(aid, "Files of this kind"));
	assert_int_equal(post("/f/cv", multipart,
			      FILE_PART("cv.pdf", "more than ten bytes")),
			 422);
	assert_true(gate_aid_page_has(aid, "too large: at most 1 kB"));
	assert_int_equal(count_files(), 0);
	/* nothing was chosen, as a browser says it */
	assert_int_equal(post("/f/cv", multipart, FILE_PART("", "")), 200);
	assert_int_equal(count_files(), 0);
}

/* --- the operator -----------------------------------------------------------
 */

static const char *
inspect(const char *path)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = path,
				     .query = "",
				     .peer = "",
				     .received_at = clock_now()};

	reply_done(&aid->reply);
	reply_init(&aid->reply);
	assert_int_equal(
		gate_inspect(aid->gate, "form", &request, NULL, &aid->reply),
		SG_OK);
	return gate_aid_body(aid);
}

static void
the_operator_sees_the_forms_and_gets_their_html(void **state)
{
	struct json *value;
	const char *html;

	(void)state;
	inspect("forms");
	assert_int_equal(json_parse(gate_aid_body(aid),
				    strlen(gate_aid_body(aid)), &value, NULL),
			 SG_OK);
	assert_int_equal(json_count(json_get(value, "items")), 6);
	json_free(value);
	inspect("forms/demo");
	assert_int_equal(json_parse(gate_aid_body(aid),
				    strlen(gate_aid_body(aid)), &value, NULL),
			 SG_OK);
	assert_string_equal(json_get_text(value, "url"),
			    "https://t.example.com/f/demo");
	json_free(value);
	inspect("forms/demo/snippet");
	assert_int_equal(json_parse(gate_aid_body(aid),
				    strlen(gate_aid_body(aid)), &value, NULL),
			 SG_OK);
	html = json_get_text(value, "html");
	assert_non_null(strstr(html, "action=\"https://t.example.com/f/demo"));
	assert_non_null(strstr(html, "Over &lt;500&gt;"));
	assert_non_null(strstr(html, "step=\"any\" min=\"1\" max=\"500\""));
	json_free(value);
	inspect("forms/none");
	assert_int_equal(aid->reply.status, 404);
}

static void
a_wrong_field_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {
		"form \"x\" {\n field \"a\" { type = colour }\n}",
		"form \"x\" {\n field \"a\" { type = choice }\n}",
		"form \"x\" {\n field \"a\" { to = \"form\" }\n}",
		"form \"x\" {\n field \"_a\" { }\n}",
		"form \"x\" {\n required = { \"nobody\" }\n}",
		"form \"x\" {\n per_address = \"often\"\n}",
		"form \"x\" {\n per_network = \"5/fortnight\"\n}",
		"form \"x\" {\n consent = { \"opens\" }\n}",
		"form \"x\" {\n redirects = { \"//evil.example\" }\n}",
		"form \"x\" {\n field \"a\" { signal = \"No Name\" }\n}",
		"form \"x\" {\n field \"email\" { type = text }\n}",
		/* what can be read, and cannot be meant */
		"form \"x\" {\n honeypot = \"email\"\n}",
		"form \"x\" {\n honeypot = \"_stamp\"\n}",
		"form \"x\" {\n honeypot = \"\"\n}",
		"form \"x\" {\n fields = { \"c = a\", \"c = b\" }\n}",
		"form \"x\" {\n field \"a\" { type = choice choices = { \"x\", "
		"\"x\" } }\n}",
		"form \"x\" {\n field \"a\" { type = choice choices = { \"x\" "
		"} "
		"value = \"y\" }\n}",
		"form \"x\" {\n field \"a\" { type = number least = 5 most = "
		"1 }\n}",
		"form \"x\" {\n field \"a\" { shortest = 5 longest = 1 }\n}",
		"form \"x\" {\n field \"a\" { least = 5 }\n}",
		"form \"x\" {\n field \"a\" { type = phone country = DE }\n}",
		"form \"x\" {\n field \"a\" { type = file kinds = { \".pdf\" } "
		"}\n}",
		"form \"x\" {\n origins = { \"*\" }\n}",
		"form \"x\" {\n origins = { \"https://a.example/\" }\n}",
		"form \"x\" {\n redirect = \"https://\"\n}",
		"form \"x\" {\n redirect = \"https://a.example/\\r\\nX: y\"\n}",
		"form \"x\" {\n template = \"a\"\n}",
	};
	struct sg_err err = {.text = ""};

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(gate_aid_load(aid, "form", bad[i], &err),
				 SG_REFUSED);
		if (!strstr(err.text, i < 11 ? "test.conf:3" : "test.conf:"))
			fail_msg("%zu: %s", i, err.text);
	}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(every_type_is_kept_in_its_normal_form),
		GATE_TEST(options_and_fields_give_signals_points_and_tags),
		GATE_TEST(each_field_says_what_is_wrong_with_it),
		GATE_TEST(
			a_page_with_faults_keeps_what_was_typed_and_runs_none_of_it),
		GATE_TEST(a_page_speaks_the_readers_language),
		GATE_TEST(the_same_form_within_a_minute_is_one),
		GATE_TEST(nobody_fills_a_form_faster_than_a_person),
		GATE_TEST(an_address_and_a_network_may_not_send_without_end),
		GATE_TEST(only_listed_sites_may_send),
		GATE_TEST(the_browser_goes_only_where_the_configuration_says),
		GATE_TEST(a_file_is_kept_under_a_name_of_ours),
		GATE_TEST(other_files_are_refused_and_none_is_left_behind),
		GATE_TEST(the_operator_sees_the_forms_and_gets_their_html),
		GATE_TEST(a_wrong_field_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

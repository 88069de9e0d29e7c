/* webhook_mapping_test.c - what a mapping makes of a body: expressions, dates,
 * conditions, arrays, XML and what is hostile in it. */
#include "gate_aid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define JSON "application/json"
#define XML  "application/xml"
#define FORM "application/x-www-form-urlencoded"

static struct gate_aid *aid;

/* One webhook a row, named after its number. */
struct row {
	const char *expr;
	const char *type, *body;
	const char *value; /* NULL = none */
};

static const char order[] =
	"{\"id\":7,\"cents\":1250,\"rate\":\"1.5\",\"zero\":0,\"no\":null,"
	"\"name\":\" Ann \",\"from\":\"Ann <Ann@x.example>\",\"a/b\":{\"~\":3},"
	"\"paid\":true,\"list\":[\"a\",\"b\"],\"big\":12345678901234567890,"
	"\"people\":[{\"kind\":\"x\",\"mail\":\"x@y\"},"
	"{\"kind\":\"y\",\"mail\":\"y@y\"}]}";

static const char book[] =
	"<?xml version=\"1.0\"?><o:order xmlns:o=\"urn:o\" n=\"4\">"
	"<o:item sku='a b'><o:price>2.5</o:price></o:item>"
	"<o:item><o:price>4</o:price></o:item>"
	"<o:note>a &lt; b &#233;<![CDATA[ & c]]></o:note></o:order>";

static const struct row rows[] = {
	/* where a value is */
	{"/id", JSON, order, "7"},
	{"/paid", JSON, order, "true"},
	{"/list/1", JSON, order, "b"},
	{"/a~1b/~0", JSON, order, "3"},
	{"/no", JSON, order, NULL},
	{"/list", JSON, order, NULL},
	{"/none/of/it", JSON, order, NULL},
	{"path('/id')", JSON, order, "7"},
	{"'it''s'", JSON, order, "it's"},
	/* arithmetic */
	{"/cents / 100", JSON, order, "12.5"},
	{"/cents / 100 * 2 + 1", JSON, order, "26"},
	{"1 + /id * 2", JSON, order, "15"},
	{"(1 + /id) * 2", JSON, order, "16"},
	{"0 - /id", JSON, order, "-7"},
	{"/rate * -2", JSON, order, "-3"},
	{"/id / /zero", JSON, order, NULL},
	{"/id + /name", JSON, order, NULL},
	{"/id + /no", JSON, order, NULL},
	{"0.1 + 0.2", JSON, order, "0.3"},
	/* functions */
	{"first(/no, /none, /id)", JSON, order, "7"},
	{"first(/no)", JSON, order, NULL},
	{"lower('ÄBC')", JSON, order, "Äbc"},
	{"upper(trim(/name))", JSON, order, "ANN"},
	{"address(/from)", JSON, order, "Ann@x.example"},
	{"address(/name)", JSON, order, "Ann"},
	{"concat(/id, '-', /no, /rate)", JSON, order, "7-1.5"},
	{"map(/paid, 'true', 'yes', 'false', 'no')", JSON, order, "yes"},
	{"map(/id, '1', 'one', 'many')", JSON, order, "many"},
	{"map(/id, '1', 'one')", JSON, order, NULL},
	{"before(/from, ' <')", JSON, order, "Ann"},
	{"after('whatsapp:+491', ':')", JSON, order, "+491"},
	{"after('+491', ':')", JSON, order, "+491"},
	{"round(/cents / 1000, 1)", JSON, order, "1.3"},
	{"round(2.5)", JSON, order, "3"},
	{"count(/list)", JSON, order, "2"},
	{"count(/none)", JSON, order, "0"},
	{"find(/people, './kind', 'y', './mail')", JSON, order, "y@y"},
	{"find(/people, './kind', 'z', './mail')", JSON, order, NULL},
	{"header('X-Word')", JSON, order, "said"},
	{"header('X-None')", JSON, order, NULL},
	{"param('q')", JSON, order, "a b"},
	/* dates */
	{"date('2026-01-31')", JSON, order, "2026-01-31T00:00:00.000Z"},
	{"date('2026-01-31T10:00:00+02:00')", JSON, order,
	 "2026-01-31T08:00:00.000Z"},
	{"date('2026-01-31T10:00:00.123456+0200')", JSON, order,
	 "2026-01-31T08:00:00.123Z"},
	{"date('2026-01-31T10:00:00.5Z')", JSON, order,
	 "2026-01-31T10:00:00.500Z"},
	{"date('2026-01-31T10:00:00.25+01:00')", JSON, order,
	 "2026-01-31T09:00:00.250Z"},
	{"date('2026-01-31 10:00:00')", JSON, order,
	 "2026-01-31T10:00:00.000Z"},
	{"date('2026-07-31T10:00', 'iso', 'Europe/Berlin')", JSON, order,
	 "2026-07-31T08:00:00.000Z"},
	{"date(1767603600)", JSON, order, "2026-01-05T09:00:00.000Z"},
	{"date('1767603600.5')", JSON, order, "2026-01-05T09:00:00.500Z"},
	{"date(1767603600123)", JSON, order, "2026-01-05T09:00:00.123Z"},
	{"date(1767603600, 'ms')", JSON, order, "1970-01-21T11:00:03.600Z"},
	{"date('Mon, 05 Jan 2026 10:00:00 +0100')", JSON, order,
	 "2026-01-05T09:00:00.000Z"},
	{"date('5 Jan 2026 04:00:00 EST')", JSON, order,
	 "2026-01-05T09:00:00.000Z"},
	{"date('Mon, 05 Jan 2026 09:00:00 GMT')", JSON, order,
	 "2026-01-05T09:00:00.000Z"},
	{"date('5.7.2026 11:00', '%d.%m.%Y %H:%M', 'Europe/Berlin')", JSON,
	 order, "2026-07-05T09:00:00.000Z"},
	{"date('Jan 5 2026 9AM', '%b %d %Y %I%p')", JSON, order,
	 "2026-01-05T09:00:00.000Z"},
	{"date('31.02.2026', '%d.%m.%Y')", JSON, order, NULL},
	{"date('soon')", JSON, order, NULL},
	{"date(/no)", JSON, order, NULL},
	{"round(days('2026-01-01', '2026-01-11'))", JSON, order, "10"},
	/* forms */
	{"/From", FORM, "From=%2B491&b=2", "+491"},
	{"/a~1b", FORM, "a%2Fb=x+y", "x y"},
	{"/c[0][d]", FORM, "c[0][d]=e", "e"},
	{"/none", FORM, "a=b", NULL},
	/* XML */
	{"/o:order/@n", XML, book, "4"},
	{"/o:order/o:item[2]/o:price", XML, book, "4"},
	{"/o:order/o:item[@sku='a b']/o:price", XML, book, "2.5"},
	{"/o:order/o:item/o:price * 2", XML, book, "5"},
	{"path('sum(//o:price)')", XML, book, "6.5"},
	{"count(/o:order/o:item)", XML, book, "2"},
	{"/o:order/o:note", XML, book, "a < b \xc3\xa9 & c"},
	{"/o:order/o:none", XML, book, NULL},
	{"path('string(//o:none)')", XML, book, ""},
	{"path('count(//o:item) > 1')", XML, book, "true"},
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *
escaped(const char *text)
{
	struct buf out = BUF_INIT;
	const char *copy;

	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_append_text(&out, "\\");
		buf_append(&out, text, 1);
	}
	copy = pool_strdup(aid->pool, buf_text(&out));
	buf_done(&out);
	return copy;
}

static void
load_rows(void)
{
	const char *text = "";

	for (size_t i = 0; i < N_ROWS; i++)
		text = pool_printf(
			aid->pool,
			"%swebhook \"r%zu\" { unsigned = yes\n%s"
			" event \"t.t\" { record = { \"email = 'a@b.example'\" "
			"}\n properties = { \"v = %s\" } } }\n",
			text, i,
			strcmp(rows[i].type, XML) == 0
				? " format = xml\n"
				  " namespaces = { \"o = urn:o\" }\n"
				: "",
			escaped(rows[i].expr));
	gate_aid_must_load(aid, "webhook", text);
}

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
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
post(const char *name, const char *type, const char *body)
{
	return gate_aid_request(
		aid, "POST", pool_printf(aid->pool, "/h/%s?q=a+b", name),
		pool_printf(aid->pool, "Content-Type: %s\nX-Word: said\n",
			    type),
		body);
}

/* Those sent since the last time, in order: reading waits for the disk, and has
 * room for so many and the mark behind them. */
static void
compare_values(size_t from, size_t to)
{
	assert_int_equal(gate_aid_signals(aid), to - from);
	for (size_t i = from; i < to; i++) {
		const char *got = signal_get(&aid->signals[i - from], "v");

		if (!got != !rows[i].value ||
		    (got && strcmp(got, rows[i].value) != 0))
			fail_msg("%s is %s", rows[i].expr,
				 got ? got : "(nothing)");
	}
}

static void
each_expression_comes_to_its_value(void **state)
{
	size_t compared = 0;

	(void)state;
	load_rows();
	for (size_t i = 0; i < N_ROWS; i++) {
		int status = post(pool_printf(aid->pool, "r%zu", i),
				  rows[i].type, rows[i].body);

		if (status != 200)
			fail_msg("%s: %d %s", rows[i].expr, status,
				 gate_aid_body(aid));
		if (i + 2 - compared < AID_SIGNALS_MOST && i + 1 < N_ROWS)
			continue;
		compare_values(compared, i + 1);
		compared = i + 1;
	}
}

/* --- conditions ---------------------------------------------------------- */

static const struct {
	const char *when, *body;
	bool holds;
} conditions[] = {
	{"/a", "{\"a\":{}}", true},
	{"/a", "{\"b\":1}", false},
	{"not /a", "{\"b\":1}", true},
	{"not /a", "{\"a\":0}", false},
	{"/a = x y", "{\"a\":\"x y\"}", true},
	{"/a=x", "{\"a\":\"x\"}", true},
	{"/a = ' x'", "{\"a\":\" x\"}", true},
	{"/a != x", "{\"a\":\"y\"}", true},
	{"/a != x", "{}", true},
	{"/a = x", "{}", false},
	{"/a in x, y, z", "{\"a\":\"y\"}", true},
	{"/a in x, y", "{\"a\":\"z\"}", false},
	{"/a in 'x, y', z", "{\"a\":\"x, y\"}", true},
	{"/a in (first(/c, /b)), z", "{\"a\":\"7\",\"b\":7}", true},
	{"/a not in x, y", "{\"a\":\"z\"}", true},
	{"not /a in x, y", "{\"a\":\"x\"}", false},
	{"/a like or*er", "{\"a\":\"Order\"}", true},
	{"/a not like *z*", "{\"a\":\"Order\"}", true},
	{"/a > 10", "{\"a\":\"10.5\"}", true},
	{"/a > 10", "{\"a\":10}", false},
	{"/a >= 10", "{\"a\":10}", true},
	{"/a < 10", "{\"a\":\"9\"}", true},
	{"/a <= 10", "{\"a\":11}", false},
	{"/a >= 10", "{\"a\":\"many\"}", false},
	{"/a < 10", "{\"a\":null}", false},
	{"/a = (/b)", "{\"a\":\"7\",\"b\":7}", true},
	{"/a = (/b)", "{\"a\":\"7\",\"b\":8}", false},
	{"/a / 100 > (/b + 1)", "{\"a\":500,\"b\":3}", true},
	{"lower(/a) = yes", "{\"a\":\"YES\"}", true},
	{"count(/a) > 1", "{\"a\":[1,2]}", true},
};
enum { N_CONDITIONS = sizeof(conditions) / sizeof(conditions[0]) };

static void
each_condition_holds_when_it_does(void **state)
{
	const char *text = "";

	(void)state;
	for (size_t i = 0; i < N_CONDITIONS; i++)
		text = pool_printf(
			aid->pool,
			"%swebhook \"c%zu\" { unsigned = yes event \"t.t\" { "
			"email = \"'a@b.example'\" when = { \"%s\" } } }\n",
			text, i, conditions[i].when);
	gate_aid_must_load(aid, "webhook", text);
	for (size_t i = 0; i < N_CONDITIONS; i++) {
		assert_int_equal(post(pool_printf(aid->pool, "c%zu", i), JSON,
				      conditions[i].body),
				 200);
		if (!strstr(gate_aid_body(aid), "nothing kept") !=
		    conditions[i].holds)
			fail_msg("%s of %s", conditions[i].when,
				 conditions[i].body);
	}
}

/* --- arrays -------------------------------------------------------------- */

#define ITEMS(each, more)                                                     \
	"webhook \"x\" { unsigned = yes event \"t.t\" { each = \"" each       \
	"\" email = \"first(./mail, .)\" properties = { \"of = /n\", \"in = " \
	"../n\" }\n" more " } }\n"

static void
an_array_becomes_several_signals(void **state)
{
	static const struct {
		const char *settings, *body;
		size_t n;
		const char *in; /* of the last */
	} table[] = {
		{ITEMS("/l", ""),
		 "{\"n\":1,\"l\":[{\"mail\":\"a@b.example\"}"
		 ",{\"mail\":\"c@d.example\"}]}",
		 2, "1"},
		{ITEMS("*", ""), "[{\"mail\":\"a@b.example\"}]", 1, NULL},
		{ITEMS("/l", ""),
		 "{\"l\":[\"a@b.example\",\"c@d.example\","
		 "null]}",
		 2, NULL},
		{ITEMS("/l/*/m", ""),
		 "{\"n\":1,\"l\":[{\"n\":2,\"m\":[{\"mail\":\"a@b.example\"}]},"
		 "{\"n\":3,\"m\":[{\"mail\":\"c@d.example\"}]},{\"n\":4}]}",
		 2, "3"},
		{ITEMS("/l", ""), "{\"l\":[]}", 0, NULL},
		{ITEMS("/l", ""), "{\"l\":{\"mail\":\"a@b.example\"}}", 0,
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct signal *last;

		gate_aid_close(aid);
		open_gate(NULL);
		gate_aid_must_load(aid, "webhook", table[i].settings);
		assert_int_equal(post("x", JSON, table[i].body), 200);
		assert_int_equal(gate_aid_signals(aid), table[i].n);
		last = &aid->signals[table[i].n ? table[i].n - 1 : 0];
		if (table[i].in)
			assert_string_equal(signal_get(last, "in"),
					    table[i].in);
	}
}

/* One without an address, or with a wrong one, keeps not the others. */
static void
what_cannot_be_used_is_left_out(void **state)
{
	(void)state;
	gate_aid_must_load(aid, "webhook",
			   "webhook \"x\" { unsigned = yes event \"t.t\" { "
			   "each = \"*\" email = \"./m\" } }");
	assert_int_equal(post("x", JSON,
			      "[{\"m\":\"a@b.example\"},{\"m\":\"no address\"}"
			      ",{},{\"m\":\"c@d.example\"}]"),
			 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(post("x", JSON, "[{\"m\":\"no address\"},{}]"), 422);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
there_is_a_most_of_items(void **state)
{
	struct buf body = BUF_INIT;

	(void)state;
	gate_aid_must_load(aid, "webhook",
			   "webhook \"x\" { unsigned = yes event \"t.t\" { "
			   "each = \"*\" email = \".\" } }");
	buf_append_text(&body, "[1");
	for (int i = 0; i < 4000; i++)
		buf_append_text(&body, ",1");
	buf_append_text(&body, "]");
	assert_int_equal(post("x", JSON, buf_text(&body)), 422);
	buf_done(&body);
}

/* --- what comes with a signal --------------------------------------------- */

static void
fields_tags_and_lists_come_with_it(void **state)
{
	static const char *const names[] = {
		"t.t",	       "field.changed", "tag.added", "tag.removed",
		"list.joined", "list.left",	"list.left"};

	(void)state;
	gate_aid_must_load(
		aid, "webhook",
		"webhook \"x\" { unsigned = yes event \"t.t\" {\n"
		"record = { \"field.external_id_crm = /none\", \"key = /m\" }\n"
		"fields = { \"city = /city\", \"none = /none\" }\n"
		"tags = { \"buyer\" } remove_tags = { \"cold\" }\n"
		"join = { \"news\" } leave = { \"trial\", \"*\" }\n"
		"id = \"/id\" at = \"/at\" verdict = \"/by\" } }");
	assert_int_equal(
		post("x", JSON,
		     "{\"m\":\"a@b.example\",\"city\":\"Rome\",\"id\":1,"
		     "\"at\":1767603600,\"by\":\"machine\"}"),
		200);
	assert_int_equal(gate_aid_signals(aid), 7);
	for (size_t i = 0; i < 7; i++) {
		assert_string_equal(aid->signals[i].name, names[i]);
		assert_string_equal(aid->signals[i].key, "a@b.example");
		assert_true(aid->signals[i].happened_at == 1767603600000);
		assert_true(aid->signals[i].external_id != 0);
	}
	assert_int_equal(aid->signals[0].verdict, VERDICT_MACHINE);
	assert_string_equal(signal_get(&aid->signals[6], "list"), "");
}

/* --- hostile XML ---------------------------------------------------------- */

static const char *
repeated(const char *text, size_t n)
{
	struct buf out = BUF_INIT;
	const char *copy;

	while (n--)
		buf_append_text(&out, text);
	copy = pool_strdup(aid->pool, buf_text(&out));
	buf_done(&out);
	return copy;
}

static void
hostile_xml_is_refused(void **state)
{
	const char *const bodies[] = {
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
		"<a>&x;</a>",
		"<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\">%p;]>"
		"<a/>",
		"<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>"
		"<!ENTITY d '&c;&c;&c;'>]><a>&d;</a>",
		"<a>&undefined;</a>",
		repeated("<a>", 65),
		pool_printf(aid->pool, "<a>%s</a>", repeated("<b/>", 50000)),
		"<a",
		"",
		"<a></b>",
		"<a xmlns:x=\"u\"><y:b/></a><c/>",
		"{\"a\":1}",
	};

	(void)state;
	gate_aid_must_load(aid, "webhook",
			   "webhook \"x\" { unsigned = yes format = xml event "
			   "\"t.t\" { email = \"/a\" } }");
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		int status = post("x", XML, bodies[i]);

		if (status != 400)
			fail_msg("%.60s: %d", bodies[i], status);
	}
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post("x", XML, "<a>a@b.example</a>"), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
}

/* A path that costs too much finds nothing, and the request ends. */
static void
an_xpath_has_so_many_steps_and_no_more(void **state)
{
	const char *body = pool_printf(aid->pool, "<a>%s</a>",
				       repeated("<b><c/></b>", 5000));

	(void)state;
	gate_aid_must_load(
		aid, "webhook",
		"webhook \"x\" { unsigned = yes format = xml event \"t.t\" {\n"
		"email = \"'a@b.example'\" properties = {\n"
		"\"slow = path('count(//*[count(//*) > 1])')\",\n"
		"\"after = /a/b/c\" } } }");
	assert_int_equal(post("x", XML, body), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_null(signal_get(&aid->signals[0], "slow"));
}

/* --- settings ------------------------------------------------------------- */

static void
a_wrong_mapping_is_refused_with_its_line(void **state)
{
#define X(event) "webhook \"x\" {\n unsigned = yes\n" event "\n}\n"
#define E(line)	 X("event \"t.t\" {\n email = \"/a\"\n" line "\n}\n")
	static const struct {
		const char *settings, *says;
	} table[] = {
		{E("properties = { \"v = /a + \" }"), "at `the end`"},
		{E("properties = { \"v = nonesuch(/a)\" }"), "a function"},
		{E("properties = { \"v = lower()\" }"), "number of arguments"},
		{E("properties = { \"v = 'open\" }"), "closes this text"},
		{E("properties = { \"v = (/a\" }"), ")"},
		{E("properties = { \"v = /a b\" }"), "the end"},
		{E("properties = { \"V = /a\" }"), "a name of"},
		{E("when = { \"/a ~ b\" }"), "in or like"},
		{E("record = { \"phone = /a\" }"), "is not email, key"},
		{E("id = \"a\""), "test.conf:"},
		{X("format = yaml"), "is not json"},
		{X("signature = rot13\n secret = x"), "rot13"},
		{X("signature = stripe"), "needs `secret`"},
		{X("signature = sendgrid"), "needs `public_key`"},
		{X("signature = sendgrid\n public_key = \"AAAA\""),
		 "needs `public_key`"},
		{X("signature = sns"), "needs `topics`"},
		{X("token = x"), "token_header"},
		{X("fetch = \"/a\""), "needs fetch_hosts"},
		{X("mapping = nonesuch"), "webhooks/nonesuch.conf"},
		{X("namespaces = { \"o\" }"), "prefix = URI"},
		{X("format = xml\n event \"t.t\" { email = \"/a:b\" }"),
		 "unknown function or prefix"},
		{X("format = xml\n event \"t.t\" { email = \"/a[\" }"),
		 "a closing bracket"},
		{X("format = form\n event \"t.t\" { each = \"/a\" email = "
		   "\"/a\" }"),
		 "a form has no items"},
		{X("bearer = x\n user = y\n password = z"), "belong together"},
		{X("signature = github\n secret = x\n replay_window = 5m"),
		 "no time is signed"},
		{X("secret = x\n replay_window = 5m"), "no time is signed"},
		{X("format = json"), "needs `mapping`, or an `event`"},
		{X("challenge = slak"), "facebook, x or slack"},
		{X("challenge = facebook"), "needs `verify_token`"},
		{"webhook \"a/b\" {\n unsigned = yes\n}\n",
		 "a name is made of"},
		{X("signature = sns\n topics = { \"a\" }\n certificate = "
		   "\"/etc/hostname\""),
		 "no certificate in PEM"},
	};
	struct sg_err err = {.text = ""};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(
			gate_aid_load(aid, "webhook", table[i].settings, &err),
			SG_REFUSED);
		if (!strstr(err.text, table[i].says) ||
		    !strstr(err.text, "test.conf:"))
			fail_msg("row %zu: %s", i, err.text);
	}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest unit_tests[] = {
		GATE_TEST(each_expression_comes_to_its_value),
		GATE_TEST(each_condition_holds_when_it_does),
		GATE_TEST(an_array_becomes_several_signals),
		GATE_TEST(what_cannot_be_used_is_left_out),
		GATE_TEST(there_is_a_most_of_items),
		GATE_TEST(fields_tags_and_lists_come_with_it),
		GATE_TEST(hostile_xml_is_refused),
		GATE_TEST(an_xpath_has_so_many_steps_and_no_more),
		GATE_TEST(a_wrong_mapping_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(unit_tests, NULL, NULL);
}

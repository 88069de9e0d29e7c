/* plugin_webhook_test.c - other programs' events, mapped and checked. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/encode.h"
#include "signal/field_type.h"
#include "signal/record_ref.h"

static struct gate_aid *aid;

static const char settings[] =
	"webhook \"shop\" {\n"
	"	secret = \"s3cret\"\n"
	"	signature_header = \"X-Hub-Signature-256\"\n"
	"	signature_prefix = \"sha256=\"\n"
	"	event \"order.paid\" {\n"
	"		when = { \"/type = order\", \"/order/paid = true\" }\n"
	"		email = \"/order/customer/email\"\n"
	"		properties = { \"amount = /order/total\",\n"
	"			\"sku = /order/items/0/sku\" }\n"
	"		id = \"/id\"\n"
	"	}\n"
	"	event \"order.large\" {\n"
	"		when = { \"/order/large\" }\n"
	"		email = \"/order/customer/email\"\n"
	"	}\n"
	"}\n"
	"webhook \"crm\" {\n"
	"	user = \"crm\"\n"
	"	password = \"pass word\"\n"
	"	event \"deal.won\" { email = \"/key\" module = \"deal\" }\n"
	"}\n"
	"webhook \"open\" {\n"
	"	unsigned = yes\n"
	"	event \"call.missed\" { email = \"/from\" }\n"
	"}\n"
	"webhook \"calls\" {\n"
	"	unsigned = yes\n"
	"	event \"call.held\" { email = \"/phone\" "
	"match = \"field.phone\" }\n"
	"}\n";

static const char order[] =
	"{\"id\":\"evt_1\",\"type\":\"order\",\"order\":{\"paid\":true,"
	"\"total\":12.5,\"items\":[{\"sku\":\"a-1\"}],"
	"\"customer\":{\"email\":\"Ann@Example.com\"}}}";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "webhook", settings);
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static const char *
signed_with(const char *secret, const char *prefix, const char *body,
	    bool base64)
{
	unsigned char tag[32];
	struct buf text = BUF_INIT;
	const char *header;

	crypto_hmac_sha256(tag, secret, strlen(secret), body, strlen(body));
	if (base64)
		encode_base64(&text, tag, sizeof(tag));
	else
		encode_hex(&text, tag, sizeof(tag));
	header = pool_printf(aid->pool, "X-Hub-Signature-256: %s%s\n", prefix,
			     buf_text(&text));
	buf_done(&text);
	return header;
}

static int
post(const char *name, const char *headers, const char *body)
{
	return gate_aid_request(
		aid, "POST", pool_printf(aid->pool, "/h/%s", name),
		pool_printf(aid->pool, "Content-Type: application/json\n%s",
			    headers),
		body);
}

static void
a_signed_event_is_kept_with_its_properties(void **state)
{
	const struct signal *signal = &aid->signals[0];

	(void)state;
	for (int base64 = 0; base64 < 2; base64++) {
		assert_int_equal(
			post("shop",
			     signed_with("s3cret", "sha256=", order, base64),
			     order),
			200);
		assert_int_equal(gate_aid_signals(aid), 1);
		signal = &aid->signals[0];
		assert_string_equal(signal->name, "order.paid");
		assert_string_equal(signal->key, "ann@example.com");
		assert_string_equal(signal_get(signal, "amount"), "12.5");
		assert_string_equal(signal_get(signal, "sku"), "a-1");
		assert_true(signal->external_id != 0);
	}
}

/* The same event gives the same id, another one another. */
static void
the_senders_own_id_makes_it_idempotent(void **state)
{
	const char *other =
		"{\"id\":\"evt_2\",\"type\":\"order\",\"order\":{\"paid\":"
		"true,\"customer\":{\"email\":\"a@b.example\"}}}";
	uint64_t ids[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *body = i == 2 ? other : order;

		assert_int_equal(
			post("shop",
			     signed_with("s3cret", "sha256=", body, false),
			     body),
			200);
		assert_int_equal(gate_aid_signals(aid), 1);
		ids[i] = aid->signals[0].external_id;
	}
	assert_true(ids[0] == ids[1]);
	assert_true(ids[0] != ids[2]);
}

static void
a_wrong_signature_is_refused(void **state)
{
	(void)state;
	assert_int_equal(post("shop", "", order), 401);
	assert_int_equal(post("shop",
			      signed_with("other", "sha256=", order, false),
			      order),
			 401);
	assert_int_equal(
		post("shop", signed_with("s3cret", "", order, false), order),
		401);
	assert_int_equal(post("shop",
			      signed_with("s3cret", "sha256=", "{}", false),
			      order),
			 401);
	assert_int_equal(post("shop", "X-Hub-Signature-256: sha256=\n", order),
			 401);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
basic_authentication_is_checked(void **state)
{
	const char *body = "{\"key\":\"D-17\"}";

	(void)state;
	assert_int_equal(post("crm", "", body), 401);
	assert_non_null(gate_aid_reply_header(aid, "WWW-Authenticate"));
	assert_int_equal(post("crm",
			      "Authorization: Basic Y3JtOnBhc3Mgd29yZA==\n",
			      body),
			 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "deal.won");
	assert_string_equal(aid->signals[0].module, "deal");
	assert_string_equal(aid->signals[0].key, "D-17");
}

static void
an_event_may_name_its_record_by_a_unique_field(void **state)
{
	static const struct field_info phone = {.name = "phone",
						.unique = true,
						.phone = true,
						.country = "49"};
	char field[RECORD_REF_NAME_SIZE];
	const char *value;

	(void)state;
	assert_int_equal(post("calls", "", "{\"phone\":\"030 12345\"}"), 422);
	assert_int_equal(field_declare(&phone, NULL), SG_OK);
	assert_int_equal(post("calls", "", "{\"phone\":\"030 12345\"}"), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_true(record_ref_read(aid->signals[0].key, field, &value));
	assert_string_equal(field, "phone");
	assert_string_equal(value, "+493012345");
	assert_int_equal(post("calls", "", "{\"phone\":\"call me\"}"), 422);
	assert_int_equal(post("calls", "", "{\"phone\":null}"), 422);
	field_forget_declared();
}

static void
conditions_decide_which_events_are_made(void **state)
{
	const char *unpaid = "{\"type\":\"order\",\"order\":{\"paid\":false}}";
	const char *both =
		"{\"type\":\"order\",\"order\":{\"paid\":true,\"large\":1,"
		"\"customer\":{\"email\":\"a@b.example\"}}}";

	(void)state;
	assert_int_equal(post("shop",
			      signed_with("s3cret", "sha256=", unpaid, false),
			      unpaid),
			 200);
	assert_non_null(strstr(gate_aid_body(aid), "nothing kept"));
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post("shop",
			      signed_with("s3cret", "sha256=", both, false),
			      both),
			 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_string_equal(aid->signals[1].name, "order.large");
}

static void
what_cannot_be_used_is_said(void **state)
{
	(void)state;
	assert_int_equal(post("open", "", "{\"from\":\"nobody\"}"), 422);
	assert_int_equal(post("open", "", "{\"from\":null}"), 422);
	assert_int_equal(post("open", "", "{\"from\":[]}"), 422);
	assert_int_equal(post("open", "", "{"), 400);
	assert_int_equal(post("open", "", ""), 400);
	assert_int_equal(post("closed", "", "{}"), 404);
	assert_int_equal(gate_aid_request(aid, "GET", "/h/open", "", NULL),
			 405);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
its_signals_are_declared_at_start(void **state)
{
	(void)state;
	assert_true(signal_kinds_has(aid->kinds, "order.paid"));
	assert_true(signal_kinds_has(aid->kinds, "call.missed"));
}

static void
a_wrong_setting_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *settings, *says;
	} rows[] = {
		{"webhook \"x\" {\n}\n", "needs `secret`"},
		{"webhook \"x\" {\n user = \"u\"\n}\n", "belong together"},
		{"webhook \"x\" {\n unsigned = yes\n event \"a.b\" { }\n}\n",
		 "`email`"},
		{"webhook \"x\" {\n unsigned = yes\n event \"a.b\" {\n"
		 "email = \"/e\"\n when = { \"type = x\" }\n}\n}\n",
		 "a path (/data/id)"},
		{"webhook \"x\" {\n unsigned = yes\n event \"a.b\" {\n"
		 "email = \"/e\"\n properties = { \"x\" }\n}\n}\n",
		 "name = /path"},
		{"webhook \"x\" {\n unsigned = yes\n event \"No Name\" {\n"
		 "email = \"/e\"\n}\n}\n",
		 "No Name"},
	};
	struct sg_err err = {.text = ""};

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			gate_aid_load(aid, "webhook", rows[i].settings, &err),
			SG_REFUSED);
		if (!strstr(err.text, rows[i].says))
			fail_msg("row %zu: %s", i, err.text);
	}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(a_signed_event_is_kept_with_its_properties),
		GATE_TEST(the_senders_own_id_makes_it_idempotent),
		GATE_TEST(a_wrong_signature_is_refused),
		GATE_TEST(basic_authentication_is_checked),
		GATE_TEST(an_event_may_name_its_record_by_a_unique_field),
		GATE_TEST(conditions_decide_which_events_are_made),
		GATE_TEST(what_cannot_be_used_is_said),
		GATE_TEST(its_signals_are_declared_at_start),
		GATE_TEST(a_wrong_setting_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

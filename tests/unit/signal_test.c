/* signal_test.c - bounds, bytes and properties of a signal. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal/signal.h"
#include "signal/signal_codec.h"

static const int64_t now = INT64_C(1790000000000);

static struct signal
sample(void)
{
	struct signal signal;

	signal_init(&signal, "email.clicked", now);
	signal.happened_at = now - 5000;
	signal.record_key = UINT64_C(0xfedcba9876543210);
	signal.module = "contact";
	signal.key = "bob@example.com";
	signal.message_id = 77;
	signal.source = "click";
	signal.actor = "anna";
	signal.because = "asked for it";
	signal.verdict = VERDICT_PROXY;
	signal.verdict_reason = "user agent";
	signal.external_id = 99;
	signal.settle_until = now + 10000;
	assert_int_equal(signal_set(&signal, "url", "https://x/?a=\"1\"", NULL),
			 SG_OK);
	assert_int_equal(signal_set(&signal, "campaign", "Früh\n", NULL),
			 SG_OK);
	return signal;
}

static void
assert_same(const struct signal *a, const struct signal *b)
{
	size_t i;

	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->name, b->name);
	assert_true(a->happened_at == b->happened_at);
	assert_true(a->received_at == b->received_at);
	assert_true(a->record_key == b->record_key);
	assert_true(a->message_id == b->message_id);
	assert_true(a->external_id == b->external_id);
	assert_true(a->settle_until == b->settle_until);
	assert_string_equal(a->module, b->module);
	assert_string_equal(a->key, b->key);
	assert_string_equal(a->source, b->source);
	assert_string_equal(a->actor, b->actor);
	assert_string_equal(a->because, b->because);
	assert_int_equal(a->verdict, b->verdict);
	assert_string_equal(a->verdict_reason, b->verdict_reason);
	assert_int_equal(a->n_props, b->n_props);
	for (i = 0; i < a->n_props; i++) {
		assert_string_equal(a->props[i].name, b->props[i].name);
		assert_string_equal(a->props[i].value, b->props[i].value);
	}
}

static void
a_signal_comes_back_from_its_bytes(void **state)
{
	struct signal signal = sample(), again;
	struct pool *pool = pool_new();
	struct buf bytes = BUF_INIT;

	signal_encode(&bytes, &signal);
	assert_true(buf_ok(&bytes));
	assert_int_equal(bytes.len, signal_encoded_size(&signal));
	assert_int_equal(
		signal_decode(bytes.data, bytes.len, pool, &again, NULL),
		SG_OK);
	assert_same(&signal, &again);
	buf_done(&bytes);
	pool_free(pool);
}

/* A new release reads the spool of an old one: these bytes never change. */
static void
the_first_form_stays_readable(void **state)
{
	static const char bytes[] =
		"\x01\x01\x02\x01"
		"\x88\x13\0\0\0\0\0\0\x70\x17\0\0\0\0\0\0"
		"\x11\0\0\0\0\0\0\x80\x22\0\0\0\0\0\0\0\x33\0\0\0\0\0\0\0"
		"\x03\0a.b\0\0\0\0\x01\0k\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\x01\0p\0\x02\0vv";
	struct pool *pool = pool_new();
	struct signal signal;

	assert_int_equal(
		signal_decode(bytes, sizeof(bytes), pool, &signal, NULL),
		SG_OK);
	assert_string_equal(signal.name, "a.b");
	assert_string_equal(signal.key, "k");
	assert_int_equal(signal.verdict, VERDICT_MACHINE);
	assert_true(signal.happened_at == 5000);
	assert_true(signal.received_at == 6000);
	assert_true(signal.record_key == UINT64_C(0x8000000000000011));
	assert_true(signal.message_id == 0x22 && signal.external_id == 0x33);
	assert_true(signal.settle_until == 0);
	assert_string_equal(signal_get(&signal, "p"), "vv");
	pool_free(pool);
}

static void
bytes_cut_anywhere_are_refused(void **state)
{
	struct signal signal = sample(), again;
	struct pool *pool = pool_new();
	struct buf bytes = BUF_INIT;
	size_t len;
	char *exact;

	signal_encode(&bytes, &signal);
	for (len = 0; len < bytes.len; len++) {
		exact = malloc(len ? len : 1); /* for ASan to see the end */
		memcpy(exact, bytes.data, len);
		assert_int_equal(signal_decode(exact, len, pool, &again, NULL),
				 SG_REFUSED);
		free(exact);
	}
	buf_append_char(&bytes, 'x');
	assert_int_equal(
		signal_decode(bytes.data, bytes.len, pool, &again, NULL),
		SG_REFUSED);
	buf_done(&bytes);
	pool_free(pool);
}

static void
what_a_newer_version_wrote_is_refused_in_words(void **state)
{
	struct signal signal = sample(), again;
	struct pool *pool = pool_new();
	struct buf bytes = BUF_INIT;
	struct sg_err err;

	signal_encode(&bytes, &signal);
	bytes.data[0] = 9;
	assert_int_equal(
		signal_decode(bytes.data, bytes.len, pool, &again, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "form 9"));
	buf_done(&bytes);
	pool_free(pool);
}

static void
what_claims_to_come_from_the_future_happened_at_its_receipt(void **state)
{
	struct signal signal = sample(), again;
	struct pool *pool = pool_new();
	struct buf bytes = BUF_INIT;

	signal.happened_at = signal.received_at + 1;
	signal_encode(&bytes, &signal);
	assert_int_equal(
		signal_decode(bytes.data, bytes.len, pool, &again, NULL),
		SG_OK);
	assert_true(again.happened_at == signal.received_at);
	buf_done(&bytes);
	pool_free(pool);
}

static char *
text_of(size_t len)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

static void
a_property_has_bounds(void **state)
{
	char *most = text_of(SIGNAL_VALUE_MOST);
	char *more = text_of(SIGNAL_VALUE_MOST + 1);
	char names[SIGNAL_PROPS_MOST + 1][16];
	struct signal signal;
	int i;

	signal_init(&signal, "a.b", now);
	assert_int_equal(signal_set(&signal, "p", most, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "p", more, NULL), SG_REFUSED);
	assert_ptr_equal(signal_get(&signal, "p"), most);
	assert_int_equal(signal_set(&signal, "", "x", NULL), SG_REFUSED);
	assert_int_equal(signal_set(&signal, "P", "x", NULL), SG_REFUSED);
	assert_int_equal(signal_set(&signal, "a b", "x", NULL), SG_REFUSED);
	assert_int_equal(signal_set(&signal, "q", "\xff", NULL), SG_REFUSED);
	for (i = 0; i <= SIGNAL_PROPS_MOST; i++) {
		snprintf(names[i], sizeof(names[i]), "p%d", i);
		assert_int_equal(signal_set(&signal, names[i], "v", NULL),
				 i + 1 < SIGNAL_PROPS_MOST ? SG_OK
							   : SG_REFUSED);
	}
	/* A full signal still replaces what it has. */
	assert_int_equal(signal_set(&signal, "p0", "w", NULL), SG_OK);
	assert_string_equal(signal_get(&signal, "p0"), "w");
	assert_null(signal_get(&signal, "none"));
	free(most);
	free(more);
}

static void
a_signal_past_a_bound_is_refused(void **state)
{
	char *long_text = text_of(SIGNAL_TEXT_MOST + 1);
	char *long_name = text_of(SIGNAL_NAME_MOST + 1);
	char *value = text_of(SIGNAL_VALUE_MOST);
	struct signal signal = sample();

	assert_int_equal(signal_check(&signal, NULL), SG_OK);
	signal.because = long_text;
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	signal = sample();
	signal.name = long_name;
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	signal.name = "Email Opened";
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	signal = sample();
	signal.key = "\xc3";
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	signal = sample();
	signal.kind = (enum signal_kind)(SIGNAL_KIND_LAST + 1);
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	signal = sample();
	signal.verdict = (enum verdict)3;
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	/* Each is small enough, all together are not. */
	signal = sample();
	assert_int_equal(signal_set(&signal, "a", value, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "b", value, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "c", value, NULL), SG_OK);
	assert_int_equal(signal_check(&signal, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "d", value, NULL), SG_OK);
	assert_int_equal(signal_check(&signal, NULL), SG_REFUSED);
	free(long_text);
	free(long_name);
	free(value);
}

static void
a_copy_outlives_the_original(void **state)
{
	struct signal signal = sample(), copy;
	struct pool *pool = pool_new();
	char url[] = "https://x/?a=\"1\"";

	signal.props[0].value = url;
	signal_copy(&copy, &signal, pool);
	memset(url, '#', sizeof(url) - 1);
	signal = sample();
	assert_same(&copy, &signal);
	pool_free(pool);
}

static void
properties_go_through_json_and_back(void **state)
{
	struct signal signal = sample(), again;
	struct pool *pool = pool_new();
	struct buf json = BUF_INIT;

	signal_props_to_json(&signal, &json);
	signal_init(&again, "a.b", now);
	assert_int_equal(
		signal_props_from_json(&again, buf_text(&json), pool, NULL),
		SG_OK);
	assert_int_equal(again.n_props, 2);
	assert_string_equal(signal_get(&again, "url"), "https://x/?a=\"1\"");
	assert_string_equal(signal_get(&again, "campaign"), "Früh\n");
	buf_done(&json);
	pool_free(pool);
}

static void
json_scalars_become_text_and_containers_are_refused(void **state)
{
	struct pool *pool = pool_new();
	struct signal signal;

	signal_init(&signal, "a.b", now);
	assert_int_equal(signal_props_from_json(
				 &signal, "{\"n\":12.5,\"b\":true,\"z\":null}",
				 pool, NULL),
			 SG_OK);
	assert_string_equal(signal_get(&signal, "n"), "12.5");
	assert_string_equal(signal_get(&signal, "b"), "true");
	assert_null(signal_get(&signal, "z"));
	assert_int_equal(
		signal_props_from_json(&signal, "{\"o\":{}}", pool, NULL),
		SG_REFUSED);
	assert_int_equal(signal_props_from_json(&signal, "[]", pool, NULL),
			 SG_REFUSED);
	assert_int_equal(signal_props_from_json(&signal, "{", pool, NULL),
			 SG_REFUSED);
	pool_free(pool);
}

static void
verdicts_have_names(void **state)
{
	enum verdict verdict = VERDICT_HUMAN;

	assert_string_equal(verdict_name(VERDICT_PROXY), "proxy");
	assert_int_equal(verdict_parse("machine", &verdict, NULL), SG_OK);
	assert_int_equal(verdict, VERDICT_MACHINE);
	assert_int_equal(verdict_parse("robot", &verdict, NULL), SG_REFUSED);
	assert_int_equal(verdict, VERDICT_MACHINE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_comes_back_from_its_bytes),
		cmocka_unit_test(the_first_form_stays_readable),
		cmocka_unit_test(bytes_cut_anywhere_are_refused),
		cmocka_unit_test(
			what_a_newer_version_wrote_is_refused_in_words),
		cmocka_unit_test(
			what_claims_to_come_from_the_future_happened_at_its_receipt),
		cmocka_unit_test(a_property_has_bounds),
		cmocka_unit_test(a_signal_past_a_bound_is_refused),
		cmocka_unit_test(a_copy_outlives_the_original),
		cmocka_unit_test(properties_go_through_json_and_back),
		cmocka_unit_test(
			json_scalars_become_text_and_containers_are_refused),
		cmocka_unit_test(verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

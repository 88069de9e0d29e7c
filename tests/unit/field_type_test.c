/* Modules of records, and what the values of their fields may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "signal/field_type.h"
#include "signal/module.h"
#include "signal/record_key.h"

static const char *const sizes[] = {"S", "M", "Large"};

static int
declare(void **state)
{
	static const struct field_info fields[] = {
		{.name = "phone", .unique = true, .phone = true, .country = ""},
		{.name = "mobile", .phone = true, .country = "49"},
		{.name = "age", .type = FIELD_NUMBER, .country = ""},
		{.name = "renewal", .type = FIELD_DATE, .country = ""},
		{.name = "vip", .type = FIELD_BOOLEAN, .country = ""},
		{.name = "size",
		 .type = FIELD_CHOICE,
		 .country = "",
		 .n_choices = 3,
		 .choices = sizes},
		{.name = "sizes",
		 .type = FIELD_MANY,
		 .country = "",
		 .n_choices = 3,
		 .choices = sizes},
		{.name = "interests", .type = FIELD_MANY, .country = ""},
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		assert_int_equal(field_declare(&fields[i], NULL), SG_OK);
	return 0;
}

static int
forget(void **state)
{
	field_forget_declared();
	module_forget_declared();
	return 0;
}

static void
a_value_is_kept_in_its_normal_form_or_refused(void **state)
{
	static const struct {
		const char *field, *given, *kept; /* NULL = refused */
	} rows[] = {
		{"undeclared", " anything ", " anything "},
		{"phone", "+49 (0)30 / 12 34-56", "+4930123456"},
		{"phone", "0049 30 123456", "+4930123456"},
		{"phone", "030 123456", NULL},
		{"phone", "+49 30 1", NULL},
		{"phone", "+49 30 12345678901234", NULL},
		{"phone", "call me", NULL},
		{"phone", "+49+30123456", NULL},
		{"phone", "+", NULL},
		{"mobile", "0170 1234567", "+491701234567"},
		{"mobile", "1701234567", "+491701234567"},
		{"mobile", "+1 202 555 0123", "+12025550123"},
		{"age", " 42 ", "42"},
		{"age", "old", NULL},
		{"renewal", "2026-01-31", "2026-01-31"},
		{"renewal", "31.1.2026", NULL},
		{"vip", "Yes", "true"},
		{"vip", "0", "false"},
		{"vip", "perhaps", NULL},
		{"size", "large", "Large"},
		{"size", "XL", NULL},
		{"sizes", "m; s ;M;", "M;S"},
		{"sizes", "M;XL", NULL},
		{"interests", "golf; tennis", "golf;tennis"},
		{"size", "", ""},
		{"age", "   ", ""},
	};
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sg_err err = {0};
		enum sg_status status = field_normalise(
			rows[i].field, rows[i].given, &out, &err);

		if (status != (rows[i].kept ? SG_OK : SG_REFUSED) ||
		    (rows[i].kept && strcmp(buf_text(&out), rows[i].kept) != 0))
			fail_msg("%s = %s: %d '%s' %s", rows[i].field,
				 rows[i].given, status, buf_text(&out),
				 err.text);
		buf_reset(&out);
	}
	buf_done(&out);
}

static void
a_refused_value_is_named_with_what_was_expected(void **state)
{
	struct buf out = BUF_INIT;
	struct sg_err err;

	assert_int_equal(field_normalise("size", "XL", &out, &err), SG_REFUSED);
	assert_string_equal(err.text,
			    "field size: `XL` is not one of S, M, Large");
	buf_done(&out);
}

static void
of_many_values_one_is_found_whole(void **state)
{
	assert_true(field_many_has("golf;tennis", "Tennis"));
	assert_true(field_many_has("golf", "golf"));
	assert_false(field_many_has("golf;tennis", "ten"));
	assert_false(field_many_has("", "golf"));
}

static void
external_ids_are_unique_without_being_declared(void **state)
{
	assert_true(field_is_unique("external_id_crm"));
	assert_false(field_is_unique("external_id_"));
	assert_false(field_is_unique("city"));
	assert_true(field_is_unique("phone"));
	assert_false(field_is_unique("mobile"));
}

static void
a_module_says_what_its_keys_are(void **state)
{
	static const struct module_info ticket = {"ticket", NULL,
						  MODULE_KEY_EMAIL, false},
					broken = {"contact", NULL,
						  MODULE_KEY_TEXT, false};
	struct buf key = BUF_INIT;
	struct sg_err err;

	assert_int_equal(module_must_be("ticket", &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "contact, lead, account, deal"));
	assert_int_equal(module_declare(&ticket, &err), SG_OK);
	assert_int_equal(module_must_be("ticket", &err), SG_OK);
	assert_int_equal(
		record_key_normalise("ticket", "A@B.Example", &key, &err),
		SG_OK);
	assert_string_equal(buf_text(&key), "a@b.example");
	assert_int_equal(record_key_normalise("ticket", "T-1", &key, &err),
			 SG_REFUSED);
	buf_reset(&key);
	assert_int_equal(record_key_normalise("account", " ACME ", &key, &err),
			 SG_OK);
	assert_string_equal(buf_text(&key), "ACME");
	assert_int_equal(module_declare(&broken, &err), SG_REFUSED);
	assert_string_equal(module_find("")->name, "contact");
	assert_null(module_find("nothing"));
	buf_done(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_kept_in_its_normal_form_or_refused),
		cmocka_unit_test(
			a_refused_value_is_named_with_what_was_expected),
		cmocka_unit_test(of_many_values_one_is_found_whole),
		cmocka_unit_test(
			external_ids_are_unique_without_being_declared),
		cmocka_unit_test(a_module_says_what_its_keys_are),
	};

	return cmocka_run_group_tests(tests, declare, forget);
}

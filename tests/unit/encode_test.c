#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/encode.h"

typedef enum sg_status decode_fn(struct buf *to, const char *text, size_t len,
				 struct sg_err *err);

static void
assert_decodes(decode_fn *decode, const char *text, const char *want)
{
	struct buf got = BUF_INIT;
	struct sg_err err;

	assert_int_equal(decode(&got, text, strlen(text), &err), SG_OK);
	assert_int_equal(got.len, strlen(want));
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
}

static void
assert_refused(decode_fn *decode, const char *text)
{
	struct buf got = BUF_INIT;
	struct sg_err err = {0};

	buf_append_text(&got, "kept");
	assert_int_equal(decode(&got, text, strlen(text), &err), SG_REFUSED);
	assert_string_equal(buf_text(&got), "kept");
	assert_true(err.text[0]);
	buf_done(&got);
}

/* RFC 4648 §10 */
static void
the_examples_of_rfc_4648_are_met_both_ways(void **state)
{
	static const struct {
		const char *plain, *base64, *base32, *hex;
	} examples[] = {{"", "", "", ""},
			{"f", "Zg==", "my", "66"},
			{"fo", "Zm8=", "mzxq", "666f"},
			{"foo", "Zm9v", "mzxw6", "666f6f"},
			{"foob", "Zm9vYg==", "mzxw6yq", "666f6f62"},
			{"fooba", "Zm9vYmE=", "mzxw6ytb", "666f6f6261"},
			{"foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"}};

	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		const char *plain = examples[i].plain;
		struct buf got = BUF_INIT;

		encode_base64(&got, plain, strlen(plain));
		assert_string_equal(buf_text(&got), examples[i].base64);
		buf_reset(&got);
		encode_base32(&got, plain, strlen(plain));
		assert_string_equal(buf_text(&got), examples[i].base32);
		buf_reset(&got);
		encode_hex(&got, plain, strlen(plain));
		assert_string_equal(buf_text(&got), examples[i].hex);
		assert_decodes(decode_base64, examples[i].base64, plain);
		assert_decodes(decode_base32, examples[i].base32, plain);
		assert_decodes(decode_hex, examples[i].hex, plain);
		buf_done(&got);
	}
}

static void
base64url_has_no_padding_and_its_own_two_signs(void **state)
{
	struct buf got = BUF_INIT;

	encode_base64url(&got, "\xfb\xff", 2);
	assert_string_equal(buf_text(&got), "-_8");
	buf_done(&got);
	assert_decodes(decode_base64url, "-_8", "\xfb\xff");
	assert_refused(decode_base64url, "+/8");
	assert_refused(decode_base64url, "-_8=");
}

static void
base32_is_read_in_either_case(void **state)
{
	assert_decodes(decode_base32, "MZxw6YTBOI", "foobar");
}

static void
impossible_lengths_and_stray_bits_are_refused(void **state)
{
	assert_refused(decode_base64url, "A");
	assert_refused(decode_base64url, "Zh"); /* last bits not zero */
	assert_refused(decode_base64, "Zg");
	assert_refused(decode_base64, "Zg=a");
	assert_refused(decode_base64, "====");
	assert_refused(decode_base64, "Zh==");
	assert_refused(decode_base32, "m");
	assert_refused(decode_base32, "mz1q");
	assert_refused(decode_base32, "mzz");
	assert_refused(decode_hex, "abc");
	assert_refused(decode_hex, "ag");
	assert_refused(decode_hex, "a\xc3\xa9");
}

static void
every_byte_comes_back(void **state)
{
	unsigned char all[256];
	struct buf text = BUF_INIT, back = BUF_INIT;
	struct sg_err err;

	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	for (size_t len = 0; len <= sizeof(all); len++) {
		buf_reset(&text);
		buf_reset(&back);
		encode_base64url(&text, all, len);
		assert_int_equal(decode_base64url(&back, buf_text(&text),
						  text.len, &err),
				 SG_OK);
		assert_int_equal(back.len, len);
		assert_memory_equal(buf_text(&back), all, len);
	}
	buf_done(&text);
	buf_done(&back);
}

static void
outside_text_is_escaped_for_its_place(void **state)
{
	struct buf got = BUF_INIT;

	escape_html(&got, "<a href=\"x\">'&'</a>");
	assert_string_equal(buf_text(&got), "&lt;a href=&quot;x&quot;&gt;"
					    "&#39;&amp;&#39;&lt;/a&gt;");
	buf_reset(&got);
	escape_url(&got, "a b/\xc3\xa9~-._&");
	assert_string_equal(buf_text(&got), "a%20b%2F%C3%A9~-._%26");
	buf_reset(&got);
	escape_json(&got, "\"\\\n\x01\xc3\xa9\xff");
	assert_string_equal(buf_text(&got),
			    "\"\\\"\\\\\\n\\u0001\xc3\xa9\xef\xbf\xbd\"");
	buf_done(&got);
}

static void
form_values_are_decoded_strictly(void **state)
{
	assert_decodes(decode_form_value, "a+b%2Bc%c3%A9", "a b+c\xc3\xa9");
	assert_refused(decode_form_value, "a%0");
	assert_refused(decode_form_value, "a%");
	assert_refused(decode_form_value, "a%zz");
	assert_refused(decode_form_value, "a%00b");
}

static void
a_full_buffer_is_no_overflow(void **state)
{
	struct buf small;
	struct sg_err err;

	buf_init(&small, 4);
	encode_hex(&small, "abc", 3);
	assert_false(buf_ok(&small));
	assert_int_equal(small.len, 0);
	assert_int_equal(decode_hex(&small, "61", 2, &err), SG_FAILED);
	buf_done(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_rfc_4648_are_met_both_ways),
		cmocka_unit_test(
			base64url_has_no_padding_and_its_own_two_signs),
		cmocka_unit_test(base32_is_read_in_either_case),
		cmocka_unit_test(impossible_lengths_and_stray_bits_are_refused),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(outside_text_is_escaped_for_its_place),
		cmocka_unit_test(form_values_are_decoded_strictly),
		cmocka_unit_test(a_full_buffer_is_no_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

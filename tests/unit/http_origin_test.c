/* http_origin_test.c - who a request comes from, behind proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "http/http_origin.h"
#include "http/proxy_header.h"

static struct http_trust
trusting(const char *networks, const char *header)
{
	struct http_trust trust = {0};
	struct sg_err err;

	if (http_trust_parse(networks, &trust, &err) != SG_OK ||
	    http_trust_header(header, &trust, &err) != SG_OK)
		fail_msg("%s", err.text);
	return trust;
}

/* "" = they do not say. `|` is between two lines of the header. */
static void
check_origin(const struct http_trust *trust, const char *value,
	     const char *want)
{
	char copy[512], text[INET_TEXT_SIZE] = "";
	const char *lines[HTTP_ORIGIN_LINES_MOST];
	struct inet_address origin;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", value);
	for (char *at = copy; at;) {
		char *next = strchr(at, '|');

		if (next)
			*next++ = '\0';
		lines[n++] = at;
		at = next;
	}
	if (http_origin_find(trust, lines, n, &origin))
		inet_print(&origin, text);
	if (strcmp(text, want) != 0)
		fail_msg("%s: %s, expected %s", value, text, want);
}

static void
x_forwarded_for_is_read_from_its_end(void **unused)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{"203.0.113.9", "203.0.113.9"},
		{"198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{"203.0.113.9, 10.0.0.3", "203.0.113.9"},
		{"6.6.6.6, 203.0.113.9, 10.0.0.3, 127.0.0.1", "203.0.113.9"},
		{"6.6.6.6,203.0.113.9|10.0.0.3", "203.0.113.9"},
		{"203.0.113.9|6.6.6.6", "6.6.6.6"},
		{"10.0.0.4, 10.0.0.3", "10.0.0.4"},
		{"2001:db8::7", "2001:db8::7"},
		{"[2001:db8::7]:443", "2001:db8::7"},
		{"203.0.113.9:1234", "203.0.113.9"},
		{"::ffff:203.0.113.9", "203.0.113.9"},
		{" \t203.0.113.9 ", "203.0.113.9"},
		/* what a client invented is worth nothing */
		{"unknown, 10.0.0.3", "10.0.0.3"},
		{"6.6.6.6, nonsense", ""},
		{"6.6.6.6, ", ""},
		{"", ""},
		{",,,", ""},
		{"\"6.6.6.6, 203.0.113.9", "203.0.113.9"},
		{"127.0.0.1:99999999", ""},
		{"[::1", ""},
		{"[]", ""},
		{"[192.0.2.1]", ""},
		{"203.0.113.9:", ""},
		{"203.0.113.9:12x", ""},
	};
	struct http_trust trust =
		trusting("127.0.0.1, ::1 10.0.0.0/8", "x-forwarded-for");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_origin(&trust, cases[i].value, cases[i].want);
}

static void
forwarded_is_read_as_rfc_7239_writes_it(void **unused)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
		{"For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
		{"for=192.0.2.43, for=\"[2001:db8::1]\"", "2001:db8::1"},
		{"proto=https; FOR=192.0.2.60 ;by=_x", "192.0.2.60"},
		{"for=198.51.100.17, for=10.1.2.3", "198.51.100.17"},
		{"for=198.51.100.17|for=10.1.2.3;host=\"a\"", "198.51.100.17"},
		{"for=\"192.0.2.43:47011\"", "192.0.2.43"},
		{"for=unknown", ""},
		{"for=_hidden, for=10.1.2.3", "10.1.2.3"},
		{"by=203.0.113.43", ""},
		{"for=", ""},
		{"for=\"", ""},
		{"192.0.2.60", ""},
		{"for=\"6.6.6.6, for=192.0.2.60", "192.0.2.60"},
	};
	struct http_trust trust = trusting("10.0.0.0/8", "Forwarded");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_origin(&trust, cases[i].value, cases[i].want);
}

static void
a_thousand_trusted_hops_are_not_followed(void **unused)
{
	struct http_trust trust = trusting("127.0.0.1", "X-Forwarded-For");
	char line[20000] = "6.6.6.6";
	struct inet_address origin;
	const char *lines[] = {line};
	char text[INET_TEXT_SIZE];
	size_t len = 7;

	for (int i = 0; i < 1000; i++, len += 10)
		snprintf(line + len, sizeof(line) - len, ",127.0.0.1");
	assert_true(http_origin_find(&trust, lines, 1, &origin));
	assert_string_equal(inet_print(&origin, text), "127.0.0.1");
}

static void
trust_is_a_list_of_networks(void **unused)
{
	struct http_trust trust =
		trusting(" 192.0.2.0/24,\n\t2001:db8::/32  unix ", "none");
	struct inet_address address;
	struct sg_err err;

	assert_int_equal(trust.n, 2);
	assert_null(http_trust_header_name(&trust));
	assert_true(http_trust_has(&trust, NULL));
	assert_true(inet_parse("192.0.2.77", 10, &address));
	assert_true(http_trust_has(&trust, &address));
	assert_true(inet_parse("192.0.3.77", 10, &address));
	assert_false(http_trust_has(&trust, &address));
	trust = trusting("", "Forwarded");
	assert_false(http_trust_has(&trust, NULL));
	assert_false(http_trust_has(&trust, &address));
	assert_int_equal(http_trust_parse("proxy.example.com", &trust, &err),
			 SG_REFUSED);
	assert_int_equal(http_trust_parse("10.0.0.1/8", &trust, &err),
			 SG_REFUSED);
	assert_int_equal(http_trust_header("Client-IP", &trust, &err),
			 SG_REFUSED);
}

/* --- PROXY ---------------------------------------------------------------- */

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static const struct {
	const char *bytes;
	size_t len;
	enum proxy_result result;
	const char *source;
	unsigned port;
} headers[] = {
#define LINE(text) text, sizeof(text) - 1
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\r\n"), PROXY_SOURCE,
	 "203.0.113.9", 56324},
	{LINE("PROXY TCP6 2001:db8::9 2001:db8::1 1 65535\r\n"), PROXY_SOURCE,
	 "2001:db8::9", 1},
	{LINE("PROXY UNKNOWN\r\n"), PROXY_OWN, NULL, 0},
	{LINE("PROXY UNKNOWN ffff:f:f:f ffff::1 65535 65535\r\n"), PROXY_OWN,
	 NULL, 0},
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\n"), PROXY_BAD, NULL,
	 0},
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1 56324 443 \r\n"), PROXY_BAD,
	 NULL, 0},
	{LINE("PROXY TCP4  203.0.113.9 192.0.2.1 56324 443\r\n"), PROXY_BAD,
	 NULL, 0},
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1 56324 65536\r\n"), PROXY_BAD,
	 NULL, 0},
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1 056 443\r\n"), PROXY_BAD, NULL,
	 0},
	{LINE("PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n"), PROXY_BAD, NULL,
	 0},
	{LINE("PROXY TCP6 203.0.113.9 192.0.2.1 1 2\r\n"), PROXY_BAD, NULL, 0},
	{LINE("PROXY TCP4 203.0.113.9 192.0.2.1\r\n"), PROXY_BAD, NULL, 0},
	{LINE("PROXY \r\n"), PROXY_BAD, NULL, 0},
	{LINE("PROXY UDP4 203.0.113.9 192.0.2.1 1 2\r\n"), PROXY_BAD, NULL, 0},
	{LINE("proxy UNKNOWN\r\n"), PROXY_BAD, NULL, 0},
	{LINE("GET / HTTP/1.1\r\n"), PROXY_BAD, NULL, 0},
	{LINE("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	      "\r\n"),
	 PROXY_BAD, NULL, 0},
	{LINE("PROXY TCP4 \0 192.0.2.1 1 2\r\n"), PROXY_BAD, NULL, 0},
	{LINE(V2 "\x21\x11\0\x0c\xcb\0\x71\x09\xc0\0\x02\x01\xdc\x04\x01\xbb"),
	 PROXY_SOURCE, "203.0.113.9", 0xdc04},
	{LINE(V2 "\x21\x11\0\x0f\xcb\0\x71\x09\xc0\0\x02\x01\0\x01\0\x02"
		 "\x04\0\0"),
	 PROXY_SOURCE, "203.0.113.9", 1},
	{LINE(V2 "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09"
		 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x07\0\x08"),
	 PROXY_SOURCE, "2001:db8::9", 7},
	{LINE(V2 "\x20\0\0\0"), PROXY_OWN, NULL, 0},
	{LINE(V2 "\x21\0\0\0"), PROXY_OWN, NULL, 0},
	{LINE(V2 "\x21\x11\0\x0b\xcb\0\x71\x09\xc0\0\x02\x01\xdc\x04\x01"),
	 PROXY_BAD, NULL, 0},
	{LINE(V2 "\x11\x11\0\x0c\xcb\0\x71\x09\xc0\0\x02\x01\xdc\x04\x01\xbb"),
	 PROXY_BAD, NULL, 0},
	{LINE(V2 "\x22\x11\0\x0c\xcb\0\x71\x09\xc0\0\x02\x01\xdc\x04\x01\xbb"),
	 PROXY_BAD, NULL, 0},
	{LINE(V2 "\x21\x11\xff\xff"), PROXY_BAD, NULL, 0},
#undef LINE
};

static void
check_header(size_t i, const char *bytes, size_t len)
{
	struct proxy_header header = {0};
	enum proxy_result result = proxy_header_read(bytes, len, &header);
	char text[INET_TEXT_SIZE];

	if (result != headers[i].result)
		fail_msg("header %zu: %d, expected %d", i, (int)result,
			 (int)headers[i].result);
	if (result == PROXY_SOURCE || result == PROXY_OWN)
		assert_int_equal(header.len, headers[i].len);
	if (result == PROXY_SOURCE) {
		assert_string_equal(inet_print(&header.source, text),
				    headers[i].source);
		assert_int_equal(header.port, headers[i].port);
	}
}

static void
a_proxy_header_says_whose_connection_it_is(void **unused)
{
	char with_more[256];

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		check_header(i, headers[i].bytes, headers[i].len);
		memcpy(with_more, headers[i].bytes, headers[i].len);
		memcpy(with_more + headers[i].len, "GET / HTTP/1.1\r\n", 16);
		if (headers[i].result != PROXY_BAD)
			check_header(i, with_more, headers[i].len + 16);
	}
}

static void
a_proxy_header_that_is_cut_is_waited_for(void **unused)
{
	struct proxy_header header;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		for (size_t len = 0; len < headers[i].len; len++)
			if (headers[i].result != PROXY_BAD)
				assert_int_equal(
					proxy_header_read(headers[i].bytes, len,
							  &header),
					PROXY_MORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x_forwarded_for_is_read_from_its_end),
		cmocka_unit_test(forwarded_is_read_as_rfc_7239_writes_it),
		cmocka_unit_test(a_thousand_trusted_hops_are_not_followed),
		cmocka_unit_test(trust_is_a_list_of_networks),
		cmocka_unit_test(a_proxy_header_says_whose_connection_it_is),
		cmocka_unit_test(a_proxy_header_that_is_cut_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

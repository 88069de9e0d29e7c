#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "http/http_route.h"
#include "http/reply.h"

static void
a_header_set_again_is_replaced(void **state)
{
	struct sg_reply reply;

	reply_init(&reply);
	reply_header(&reply, "Location", "/a");
	reply_header(&reply, "location", "/b");
	assert_int_equal(reply.n_headers, 1);
	assert_string_equal(reply_get_header(&reply, "LOCATION"), "/b");
	reply_done(&reply);
}

static void
whoever_puts_a_line_end_into_a_header_gets_500(void **state)
{
	static const char *const values[] = {"a\r\nb", "a\nb", "a\rb", "a\x7f",
					     "a\x01"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct sg_reply reply;

		reply_init(&reply);
		reply_header(&reply, "X", values[i]);
		assert_int_equal(reply.status, 500);
		assert_null(reply_get_header(&reply, "X"));
		reply_done(&reply);
	}
}

static void
names_that_are_no_tokens_are_refused(void **state)
{
	static const char *const names[] = {"", "A B", "A:", "A\r", "\xc3\xa4"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sg_reply reply;

		reply_init(&reply);
		reply_header(&reply, names[i], "x");
		assert_int_equal(reply.status, 500);
		reply_done(&reply);
	}
}

static void
one_header_too_many_is_500_and_no_overflow(void **state)
{
	struct sg_reply reply;
	char name[16];

	reply_init(&reply);
	for (int i = 0; i <= REPLY_HEADERS_MOST; i++) {
		snprintf(name, sizeof(name), "X-%d", i);
		reply_header(&reply, name, "v");
	}
	assert_int_equal(reply.n_headers, REPLY_HEADERS_MOST);
	assert_int_equal(reply.status, 500);
	reply_done(&reply);
}

static void
the_last_body_counts(void **state)
{
	struct sg_reply reply;

	reply_init(&reply);
	reply_fixed(&reply, "image/gif", "GIF", 3);
	reply_text(&reply, 404, "gone\n");
	assert_null(reply.fixed);
	assert_string_equal(buf_text(&reply.body), "gone\n");
	reply_fixed(&reply, "image/gif", "GIF", 3);
	assert_int_equal(reply.body.len, 0);
	assert_int_equal(reply.fixed_len, 3);
	reply_done(&reply);
}

static void
a_page_brings_the_headers_that_a_page_needs(void **state)
{
	struct sg_reply reply;

	reply_init(&reply);
	reply_page(&reply, 200, "<p>hello");
	assert_non_null(
		strstr(reply_get_header(&reply, "Content-Security-Policy"),
		       "default-src 'none'"));
	assert_string_equal(reply_get_header(&reply, "X-Content-Type-Options"),
			    "nosniff");
	assert_string_equal(reply_get_header(&reply, "Referrer-Policy"),
			    "same-origin");
	reply_done(&reply);
}

/* --- routes -------------------------------------------------------------- */

static bool
plugin(void *arg, const struct sg_request *request,
       const char *(*header)(const void *handle, const char *name),
       struct spool_batch *batch, struct sg_reply *reply)
{
	if (strncmp(request->path, "/o/", 3) != 0)
		return false;
	reply_text(reply, 200, "plugin");
	return true;
}

static void
own(void *arg, const struct http_request *request, struct sg_reply *reply)
{
	reply_text(reply, 200, arg);
}

static const struct http_routes routes = {
	.plugin = plugin,
	.api = own,
	.health = own,
	.metrics = own,
	.api_arg = (void *)(uintptr_t) "own",
};

static void
assert_route(enum http_face face, const char *method, const char *path,
	     const char *want)
{
	struct http_request request = {.face = face};
	struct sg_reply reply;
	char got[64];

	request.request.method = method;
	request.request.path = path;
	reply_init(&reply);
	http_route((void *)(uintptr_t)&routes, &request, &reply);
	snprintf(got, sizeof(got), "%d %.6s", reply.status,
		 reply.status == 200 ? buf_text(&reply.body) : "");
	assert_string_equal(got, want);
	reply_done(&reply);
}

static void
each_face_answers_its_own_paths_only(void **state)
{
	assert_route(HTTP_PUBLIC, "GET", "/o/abc.gif", "200 plugin");
	assert_route(HTTP_PUBLIC, "GET", "/healthz", "200 own");
	assert_route(HTTP_PUBLIC, "HEAD", "/healthz", "200 own");
	assert_route(HTTP_PUBLIC, "GET", "/metrics", "404 ");
	assert_route(HTTP_PUBLIC, "GET", "/api/v1/contacts", "404 ");
	assert_route(HTTP_PUBLIC, "GET", "/", "404 ");
	assert_route(HTTP_PUBLIC, "GET", "/healthz/", "404 ");
	assert_route(HTTP_PRIVATE, "GET", "/metrics", "200 own");
	assert_route(HTTP_PRIVATE, "GET", "/api/v1/contacts", "200 own");
	assert_route(HTTP_PRIVATE, "DELETE", "/api/v1/contacts/x", "200 own");
	assert_route(HTTP_LOCAL, "POST", "/api/v1/verify", "200 own");
	assert_route(HTTP_LOCAL, "GET", "/apis", "404 ");
}

static void
health_and_metrics_are_only_read(void **state)
{
	assert_route(HTTP_PUBLIC, "POST", "/healthz", "405 ");
	assert_route(HTTP_PRIVATE, "DELETE", "/metrics", "405 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_set_again_is_replaced),
		cmocka_unit_test(
			whoever_puts_a_line_end_into_a_header_gets_500),
		cmocka_unit_test(names_that_are_no_tokens_are_refused),
		cmocka_unit_test(one_header_too_many_is_500_and_no_overflow),
		cmocka_unit_test(the_last_body_counts),
		cmocka_unit_test(a_page_brings_the_headers_that_a_page_needs),
		cmocka_unit_test(each_face_answers_its_own_paths_only),
		cmocka_unit_test(health_and_metrics_are_only_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

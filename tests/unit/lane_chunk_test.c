/* lane_chunk_test.c - a body in chunks: read in one way only, however it comes
 * in pieces; whatever could be read in two is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/lane_chunk.h"
#include "http/lane_request.h"

enum { MOST = 64 };

static enum lane_chunk_result
read_in_two(const char *text, size_t len, size_t cut, struct buf *body)
{
	struct lane_chunk chunk = {0};
	enum lane_chunk_result result;

	buf_reset(body);
	result = lane_chunk_read(&chunk, text, cut, MOST, body);
	if (result != LANE_CHUNK_MORE)
		return result;
	return lane_chunk_read(&chunk, text + cut, len - cut, MOST, body);
}

static void
chunks_are_put_together_wherever_they_are_cut(void **state)
{
	static const char text[] = "5\r\nhello\r\n001\r\n,\r\nA\r\n12345\r\n890"
				   "\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
	size_t len = strlen(text), end = len - strlen("GET / HTTP/1.1\r\n");
	struct buf body = BUF_INIT;

	for (size_t cut = 0; cut <= len; cut++) {
		assert_int_equal(read_in_two(text, len, cut, &body),
				 LANE_CHUNK_END);
		assert_string_equal(buf_text(&body), "hello,12345\r\n890");
	}
	for (size_t cut = 0; cut < end; cut++)
		assert_int_equal(read_in_two(text, cut, cut, &body),
				 LANE_CHUNK_MORE);
	buf_done(&body);
}

static void
what_could_be_read_in_two_ways_is_refused(void **state)
{
	static const char *const texts[] = {
		"\r\n",
		"zz\r\n",
		"-5\r\n",
		"+5\r\n",
		"0x5\r\nhello\r\n",
		" 5\r\nhello\r\n",
		"5 \r\nhello\r\n",
		"5\t\r\nhello\r\n",
		"5;a=b\r\nhello\r\n",
		"5;\r\nhello\r\n",
		"5\nhello\r\n",
		"5\rhello\r\n",
		"5\r\r\nhello\r\n",
		"5\r\nhello0\r\n\r\n",
		"5\r\nhello\n0\r\n\r\n",
		"5\r\nhello\r0\r\n\r\n",
		"000000005\r\nhello\r\n",
		"10000000000000005\r\nhello\r\n",
		"0\r\nX: y\r\n\r\n",
		"0\n\n",
		"0\r\n\n",
		"0\r\r\n",
		"0;a\r\n\r\n",
		"\r\n5\r\nhello\r\n",
	};
	struct buf body = BUF_INIT;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t cut = 0; cut <= strlen(texts[i]); cut++)
			if (read_in_two(texts[i], strlen(texts[i]), cut,
					&body) != LANE_CHUNK_BAD)
				fail_msg("taken: %s", texts[i]);
	buf_done(&body);
}

static void
no_more_than_the_most_is_kept(void **state)
{
	char text[256] = "41\r\n";
	struct buf body = BUF_INIT;

	memset(text + 4, 'x', 65);
	strncat(text, "\r\n0\r\n\r\n", 16);
	assert_int_equal(read_in_two(text, strlen(text), 0, &body),
			 LANE_CHUNK_LARGE);
	text[1] = '0';
	memmove(text + 4, text + 5, strlen(text + 5) + 1);
	assert_int_equal(read_in_two(text, strlen(text), 3, &body),
			 LANE_CHUNK_END);
	assert_int_equal(body.len, MOST);
	/* A size alone keeps nothing. */
	assert_int_equal(read_in_two("ffffffff\r\n", 10, 0, &body),
			 LANE_CHUNK_MORE);
	assert_int_equal(body.len, 0);
	buf_done(&body);
}

/* --- its head ------------------------------------------------------------- */

static bool
takes(const char *fields, bool *continues)
{
	struct lane_request request;
	char *head = NULL;
	size_t len = strlen(fields) + 64;
	bool is;

	head = malloc(len);
	assert_non_null(head);
	snprintf(head, len, "POST /h/shop?a=b HTTP/1.1\r\n%s\r\n", fields);
	is = lane_request_read_chunked(head, strlen(head), &request, continues);
	if (is) {
		assert_string_equal(request.path, "/h/shop");
		assert_string_equal(request.query, "a=b");
		assert_true(request.close_after);
	}
	free(head);
	return is;
}

#define CHUNKED "Transfer-Encoding: chunked\r\n"

static void
its_head_is_beyond_doubt(void **state)
{
	static const char *const others[] = {
		"Host: a\r\n",
		CHUNKED,
		"Host: a\r\n" CHUNKED CHUNKED,
		"Host: a\r\nHost: a\r\n" CHUNKED,
		"Host: a\r\nContent-Length: 3\r\n" CHUNKED,
		"Host: a\r\n" CHUNKED "content-length: 0\r\n",
		"Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
		"Host: a\r\nTransfer-Encoding: chunked, chunked\r\n",
		"Host: a\r\nTransfer-Encoding: \x0b"
		"chunked\r\n",
		"Host: a\r\nTransfer-Encoding : chunked\r\n",
		"Host: a\r\nTransfer-Encoding:\r\n chunked\r\n",
		"Host: a\n" CHUNKED,
		"Host: a\r\nX: b\rc\r\n" CHUNKED,
		"Host: a\r\nTrailer: X\r\n" CHUNKED,
		"Host: a\r\nExpect: more\r\n" CHUNKED,
		"Host: a\r\n: b\r\n" CHUNKED,
	};
	bool continues = true;

	assert_true(takes("Host: a\r\n" CHUNKED, &continues));
	assert_false(continues);
	assert_true(
		takes("host:a\r\nX-Empty:\r\nCookie: a=b\r\nTE: trailers\r\n"
		      "Expect: 100-continue\r\nConnection: TE, close\r\n"
		      "transfer-encoding:\tChunked \r\n",
		      &continues));
	assert_true(continues);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (takes(others[i], &continues))
			fail_msg("taken: %s", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_are_put_together_wherever_they_are_cut),
		cmocka_unit_test(what_could_be_read_in_two_ways_is_refused),
		cmocka_unit_test(no_more_than_the_most_is_kept),
		cmocka_unit_test(its_head_is_beyond_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* http_lane_test.c - opens and clicks on the quick lane: answered as on the
 * other one, kept before they are answered; and what is not for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate_aid.h"
#include "http/http_route.h"
#include "http/lane_request.h"
#include "http_client.h"

struct server {
	struct gate_aid *aid;
	struct http *http;
	struct http_routes routes;
	uint16_t quick, other; /* ports of the two lanes */
	const char *open, *click;
};

static bool
ask_plugins(void *arg, const struct sg_request *request,
	    const char *(*header)(const void *handle, const char *name),
	    struct spool_batch *batch, struct sg_reply *reply)
{
	return gate_route_batched(arg, request, header, batch, reply);
}

static void
health(void *arg, const struct http_request *request, struct sg_reply *reply)
{
	reply_text(reply, 200, "well\n");
}

static void
listen_on(struct server *server, enum http_face face)
{
	struct http_listen at = {
		.face = face, .address = "127.0.0.1:0", .threads = 1};
	struct sg_err err;

	if (http_listen_on(server->http, &at, &err) != SG_OK)
		fail_msg("%s", err.text);
}

static int
start_with(void **state, unsigned connections_most, unsigned patience_s)
{
	struct server *server = calloc(1, sizeof(*server));
	struct http_options options = {.timeout_s = patience_s,
				       .request_s = patience_s,
				       .connections_most = connections_most};
	struct sg_err err;

	server->aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(server->aid, "open", NULL);
	gate_aid_must_load(server->aid, "click", NULL);
	server->open = gate_aid_token(server->aid, TOKEN_OPEN,
				      "ann@example.com", 7, "");
	server->click =
		gate_aid_token(server->aid, TOKEN_CLICK, "ann@example.com", 7,
			       "https://www.example.com/a?b=c&d");
	server->routes = (struct http_routes){.plugin = ask_plugins,
					      .plugin_arg = server->aid->gate,
					      .health = health};
	options.spool = server->aid->spool;
	assert_int_equal(http_open(&options, http_route, &server->routes,
				   &server->http, &err),
			 SG_OK);
	listen_on(server, HTTP_PUBLIC);
	listen_on(server, HTTP_PRIVATE);
	server->quick = http_port(server->http, HTTP_PUBLIC);
	server->other = http_port(server->http, HTTP_PRIVATE);
	*state = server;
	return 0;
}

static int
start(void **state)
{
	return start_with(state, 0, 1);
}

static int
start_narrow(void **state)
{
	return start_with(state, 1, 1);
}

/* Whoever is ended there is not ended for being slow. */
static int
start_patient(void **state)
{
	return start_with(state, 0, 600);
}

static int
stop(void **state)
{
	struct server *server = *state;

	http_close(server->http);
	gate_aid_close(server->aid);
	free(server);
	return 0;
}

/* --- aids ---------------------------------------------------------------- */

#define HOST "Host: t.example.com\r\n"
#define AGENT \
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox\r\n"

/* "@O" is the token of an open, "@C" of a click. */
static void
fill(const struct server *server, const char *pattern, struct buf *text)
{
	for (; *pattern; pattern++) {
		if (strncmp(pattern, "@O", 2) == 0)
			buf_append_text(text, server->open);
		else if (strncmp(pattern, "@C", 2) == 0)
			buf_append_text(text, server->click);
		else
			buf_append_char(text, *pattern);
		pattern += *pattern == '@' && strchr("OC", pattern[1]);
	}
}

static void
say(const struct server *server, int fd, const char *pattern)
{
	struct buf text = BUF_INIT;

	fill(server, pattern, &text);
	http_client_send(fd, text.data, text.len);
	buf_done(&text);
}

static void
ask_on(const struct server *server, int fd, const char *pattern,
       struct http_answer *answer)
{
	say(server, fd, pattern);
	http_client_read(fd, strncmp(pattern, "HEAD", 4) == 0, answer);
}

static uint64_t
answered_quickly(const struct server *server)
{
	struct http_status status;

	http_get_status(server->http, &status);
	return status.quick;
}

/* The counters follow the answer. */
static void
wait_until_quick(const struct server *server, uint64_t most)
{
	for (int i = 0; i < 2000 && answered_quickly(server) < most; i++)
		usleep(1000);
	assert_int_equal(answered_quickly(server), most);
}

static void
drop_date(struct buf *head)
{
	char *at = head->data ? strstr(head->data, "\r\nDate: ") : NULL;
	char *end = at ? strstr(at + 2, "\r\n") : NULL;

	if (at)
		memmove(at, end, strlen(end) + 1);
}

/* --- tests ---------------------------------------------------------------- */

static const struct {
	bool quick;
	const char *text;
} requests[] = {
	{true, "GET /o/@O.gif HTTP/1.1\r\n" HOST AGENT "\r\n"},
	{true, "HEAD /o/@O.gif HTTP/1.1\r\n" HOST AGENT "\r\n"},
	{true, "GET /c/@C HTTP/1.1\r\n" HOST AGENT "\r\n"},
	{true, "HEAD /c/@C HTTP/1.1\r\n" HOST "\r\n"},
	{true, "GET /o/@O.gif?x=y&z HTTP/1.1\r\n" HOST "\r\n"},
	{true, "GET /c/@C HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"},
	{true, "GET /c/@C HTTP/1.1\r\n" HOST "connection: Keep-Alive\r\n\r\n"},
	{true, "GET /c/@O HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"},
	{true, "GET /o/ HTTP/1.1\r\n" HOST "\r\n"},
	{true, "GET /o/%2e%2e%00 HTTP/1.1\r\n" HOST "\r\n"},
	{true, "GET /c/../../etc/passwd HTTP/1.1\r\n" HOST "\r\n"},
	{true, "GET /c/x#y?z HTTP/1.1\r\n" HOST "Purpose: prefetch\r\n\r\n"},
	{true, "GET /o/x HTTP/1.1\r\n" HOST "Accept: */*\r\nA: b: c d\r\n\r\n"},
	/* another method, version, path, form */
	{false, "POST /c/@C HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"},
	{false, "get /o/x HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/x HTTP/1.0\r\n\r\n"},
	{false, "GET /o/x HTTP/2.0\r\n" HOST "\r\n"},
	{false, "GET /healthz HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /O/x HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET //o/x HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET http://t.example.com/o/x HTTP/1.1\r\n" HOST "\r\n"},
	{false, "\r\nGET /o/x HTTP/1.1\r\n" HOST "\r\n"},
	/* white space */
	{false, "GET  /o/x HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/x  HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/x HTTP/1.1 \r\n" HOST "\r\n"},
	{false, "GET /o/x y HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/\tx HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/x HTTP/1.1\r\nHost:t.example.com\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\nHost:  t.example.com\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\nHost : t.example.com\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: b \r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: b\tc\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A:\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: \r\n\r\n"},
	/* line ends and other bytes */
	{false, "GET /o/x HTTP/1.1\nHost: t.example.com\n\n"},
	{false, "GET /o/x HTTP/1.1\r\nHost: t.example.com\nX: y\r\n\r\n"},
	{false, "GET /o/\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: \xc3\xa4\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "\xc3\xa4: b\r\n\r\n"},
	/* which host, which connection */
	{false, "GET /o/x HTTP/1.1\r\n" AGENT "\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Host: a\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Connection: upgrade\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Connection: close\r\n"
		"Connection: keep-alive\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Cookie: a=b\r\n\r\n"},
	/* a body, or what looks like one (request smuggling) */
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "content-length: 5\r\n\r\nhello"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{false, "GET /o/x HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n"},
};

/* Refusals are not: the private face, which stands for the other lane here,
 * says them as problems. */
static bool
same_text(const struct http_answer *a, const struct http_answer *b)
{
	return strcmp(buf_text(&a->head), buf_text(&b->head)) == 0 &&
	       a->body.len == b->body.len &&
	       memcmp(buf_text(&a->body), buf_text(&b->body), a->body.len) == 0;
}

static void
both_lanes_answer_alike(void **state)
{
	struct server *server = *state;
	uint64_t before = 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		int a = http_client_connect(server->quick);
		int b = http_client_connect(server->other);
		struct http_answer ours, theirs;

		ask_on(server, a, requests[i].text, &ours);
		ask_on(server, b, requests[i].text, &theirs);
		drop_date(&ours.head);
		drop_date(&theirs.head);
		if (ours.status != theirs.status ||
		    ours.closed != theirs.closed ||
		    (ours.status < 400 && !same_text(&ours, &theirs)))
			fail_msg("%s\nis answered\n%s%s\nand\n%s%s",
				 requests[i].text, buf_text(&ours.head),
				 buf_text(&ours.body), buf_text(&theirs.head),
				 buf_text(&theirs.body));
		before += requests[i].quick;
		wait_until_quick(server, before);
		http_answer_done(&ours);
		http_answer_done(&theirs);
		close(a);
		close(b);
	}
}

static void
each_answered_get_is_kept_and_no_head(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	for (int i = 0; i < 20; i++)
		say(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n");
	for (int i = 0; i < 20; i++) {
		http_client_read(fd, false, &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.body.len, 43);
		http_answer_done(&answer);
	}
	assert_int_equal(gate_aid_signals(server->aid), 20);
	assert_string_equal(server->aid->signals[0].name, "email.opened");
	assert_int_equal(server->aid->signals[0].message_id, 7);
	ask_on(server, fd, "HEAD /c/@C HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 302);
	http_answer_done(&answer);
	ask_on(server, fd,
	       "GET /c/@C HTTP/1.1\r\n" HOST
	       "User-Agent: Googlebot/2.1\r\n\r\n",
	       &answer);
	assert_string_equal(http_answer_header(&answer, "Location"),
			    "https://www.example.com/a?b=c&d");
	http_answer_done(&answer);
	wait_until_quick(server, 22);
	assert_int_equal(gate_aid_signals(server->aid), 1);
	assert_int_equal(server->aid->signals[0].verdict, VERDICT_MACHINE);
	assert_string_equal(signal_get(&server->aid->signals[0], "url"),
			    "https://www.example.com/a?b=c&d");
	close(fd);
}

static void
a_connection_goes_to_the_other_lane_at_any_request(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	ask_on(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
	/* Both at once, in order; the second is not for the lane. */
	say(server, fd,
	    "GET /c/@C HTTP/1.1\r\n" HOST "\r\n"
	    "POST /healthz HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nok"
	    "GET /c/@C HTTP/1.1\r\n" HOST "\r\n");
	for (int i = 0; i < 3; i++) {
		http_client_read(fd, false, &answer);
		assert_int_equal(answer.status, i == 1 ? 405 : 302);
		http_answer_done(&answer);
	}
	wait_until_quick(server, 2);
	assert_int_equal(gate_aid_signals(server->aid), 3);
	close(fd);
}

static void
a_request_that_comes_in_pieces_is_answered(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	say(server, fd, "GET /o/");
	usleep(100000);
	say(server, fd, "@O.gif HTTP/1.1\r\n" HOST "\r\n");
	http_client_read(fd, false, &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
	assert_int_equal(gate_aid_signals(server->aid), 1);
	close(fd);
}

static void
what_follows_a_last_request_is_not_answered(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	say(server, fd,
	    "GET /o/@O.gif HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"
	    "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n");
	http_client_read(fd, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(answer.closed);
	http_answer_done(&answer);
	assert_int_equal(gate_aid_signals(server->aid), 1);
	close(fd);
}

static void
an_idle_connection_is_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;
	struct http_status status;

	ask_on(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_false(answer.closed);
	http_answer_done(&answer);
	assert_true(http_client_is_closed(fd, 10000));
	http_get_status(server->http, &status);
	assert_int_equal(status.connections, 0);
	close(fd);
}

static void
a_peer_that_closes_its_half_is_answered_and_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	say(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	http_client_read(fd, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(http_client_is_closed(fd, 30000));
	http_answer_done(&answer);
	close(fd);
}

/* More than the lane looks at in one go: some of them are cut there. */
static void
many_requests_at_once_are_each_answered_to_a_half_closed_peer(void **state)
{
	enum { N = 400 };
	size_t n, n_signals = 0;
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	for (int i = 0; i < N; i++)
		say(server, fd, "GET /c/@C HTTP/1.1\r\n" HOST AGENT "\r\n");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	for (int i = 0; i < N; i++) {
		http_client_read(fd, false, &answer);
		assert_int_equal(answer.status, 302);
		http_answer_done(&answer);
	}
	assert_true(http_client_is_closed(fd, 30000));
	while ((n = gate_aid_signals(server->aid)) > 0)
		n_signals += n;
	assert_int_equal(n_signals, N);
	close(fd);
}

/* What was answered is taken away a few requests later; the other lane must
 * not see it again. */
static void
the_other_lane_sees_only_what_is_not_answered(void **state)
{
	struct server *server = *state;
	struct http_answer answer;

	for (int n = 1; n < 30; n++) {
		int fd = http_client_connect(server->quick);

		for (int i = 0; i < n; i++) {
			ask_on(server, fd,
			       "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n",
			       &answer);
			assert_int_equal(answer.status, 200);
			http_answer_done(&answer);
		}
		ask_on(server, fd, "GET /healthz HTTP/1.1\r\n" HOST "\r\n",
		       &answer);
		assert_string_equal(buf_text(&answer.body), "well\n");
		http_answer_done(&answer);
		close(fd);
	}
}

static void
a_head_that_its_peer_gives_up_is_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;

	ask_on(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	http_answer_done(&answer);
	say(server, fd, "GET /o/@O.gif HTTP/1.1\r\nHo");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_true(http_client_is_closed(fd, 30000));
	assert_int_equal(gate_aid_signals(server->aid), 1);
	close(fd);
}

/* A limit of one a lane is two in all: the one after those is let go. */
static void
past_the_most_connections_each_is_answered_and_ended(void **state)
{
	struct server *server = *state;
	struct http_answer answer;
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = http_client_connect(server->quick);
		ask_on(server, fds[i], "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n",
		       &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.closed, i == 2);
		http_answer_done(&answer);
	}
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void
an_answer_does_not_wait_for_a_spool_that_is_full(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->quick);
	struct http_answer answer;
	struct http_status status;

	spool_set_max(server->aid->spool, 1);
	ask_on(server, fd, "GET /o/@O.gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.len, 43);
	http_answer_done(&answer);
	ask_on(server, fd, "GET /c/@C HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 302);
	http_answer_done(&answer);
	http_get_status(server->http, &status);
	assert_int_equal(status.unkept, 2);
	spool_set_max(server->aid->spool, 0);
	ask_on(server, fd, "GET /c/@C HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 302);
	http_answer_done(&answer);
	assert_int_equal(gate_aid_signals(server->aid), 1);
	close(fd);
}

/* No byte less, no byte more. */
static void
a_request_is_read_when_all_of_it_is_there(void **state)
{
	static const char text[] =
		"GET /c/abc?d HTTP/1.1\r\n" HOST AGENT "\r\nGET /o/";
	size_t whole = sizeof(text) - 1 - strlen("GET /o/");
	struct lane_request request;
	char bytes[sizeof(text)];

	for (size_t len = 0; len < sizeof(text); len++) {
		memcpy(bytes, text, sizeof(text));
		assert_int_equal(lane_request_read(bytes, len, &request),
				 len >= whole);
	}
	assert_int_equal(request.len, whole);
	assert_string_equal(request.path, "/c/abc");
	assert_string_equal(request.query, "d");
	assert_string_equal(
		request.handle.header(&request.handle, "user-agent"),
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox");
	assert_null(request.handle.header(&request.handle, "User-Agen"));
}

#define ON_A_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
#define ON_A_PATIENT_SERVER(test) \
	cmocka_unit_test_setup_teardown(test, start_patient, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_when_all_of_it_is_there),
		ON_A_SERVER(both_lanes_answer_alike),
		ON_A_SERVER(each_answered_get_is_kept_and_no_head),
		ON_A_SERVER(a_connection_goes_to_the_other_lane_at_any_request),
		ON_A_SERVER(a_request_that_comes_in_pieces_is_answered),
		ON_A_SERVER(what_follows_a_last_request_is_not_answered),
		ON_A_SERVER(an_idle_connection_is_ended),
		ON_A_PATIENT_SERVER(
			a_peer_that_closes_its_half_is_answered_and_ended),
		ON_A_PATIENT_SERVER(
			many_requests_at_once_are_each_answered_to_a_half_closed_peer),
		ON_A_SERVER(the_other_lane_sees_only_what_is_not_answered),
		ON_A_PATIENT_SERVER(a_head_that_its_peer_gives_up_is_ended),
		cmocka_unit_test_setup_teardown(
			past_the_most_connections_each_is_answered_and_ended,
			start_narrow, stop),
		ON_A_SERVER(an_answer_does_not_wait_for_a_spool_that_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

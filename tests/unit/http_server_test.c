/* http_server_test.c - the web front on real sockets, well and badly used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http.h"
#include "http_client.h"

struct server {
	struct http *http;
	uint16_t port;
	char directory[64], socket[96];
	atomic_int handled;
	atomic_bool go_on; /* what /wait waits for */
};

static const char gif[] = "GIF89a, nearly";

struct counting {
	int left, done;
};
static struct counting counting;

static bool
count_next(void *arg, struct buf *to)
{
	struct counting *self = arg;

	buf_printf(to, "line %d\n", self->left);
	return --self->left > 0;
}

static void
count_done(void *arg)
{
	((struct counting *)arg)->done++;
}

static void
echo(const struct http_request *request, struct sg_reply *reply)
{
	struct buf value = BUF_INIT, text = BUF_INIT;
	const char *agent = http_request_header(request, "User-Agent");
	enum sg_status status = http_request_param(request, "q", &value);

	buf_printf(&text, "%s %s ?%s q=%s:%s agent=%s peer=%s face=%d uid=%d ",
		   request->request.method, request->request.path,
		   request->request.query,
		   status == SG_OK     ? "ok"
		   : status == SG_NONE ? "none"
				       : "refused",
		   buf_text(&value), agent ? agent : "-", request->request.peer,
		   (int)request->face,
		   request->face == HTTP_LOCAL ? (int)request->peer_uid : -1);
	buf_append(&text, request->request.body, request->request.body_len);
	reply_header(reply, "X-Kept", "yes");
	reply_text(reply, 200, buf_text(&text));
	buf_done(&value);
	buf_done(&text);
}

static void
handler(void *arg, const struct http_request *request, struct sg_reply *reply)
{
	struct server *server = arg;
	const char *path = request->request.path;

	atomic_fetch_add(&server->handled, 1);
	if (strcmp(path, "/gif") == 0)
		reply_fixed(reply, "image/gif", gif, sizeof(gif) - 1);
	else if (strcmp(path, "/split") == 0)
		reply_header(reply, "Location", "/x\r\nSet-Cookie: a=b");
	else if (strcmp(path, "/framing") == 0)
		reply_header(reply, "Content-Length", "5");
	else if (strcmp(path, "/nothing") == 0)
		reply_status(reply, 204);
	else if (strcmp(path, "/slow") == 0)
		usleep(300000);
	else if (strcmp(path, "/long") == 0)
		usleep(2200000);
	for (int i = 0; i < 10000 && strcmp(path, "/wait") == 0 &&
			!atomic_load(&server->go_on);
	     i++)
		usleep(1000);
	if (strcmp(path, "/stream") == 0) {
		struct reply_stream stream = {count_next, count_done,
					      &counting};

		counting.left = 20000;
		counting.done = 0;
		reply_stream(reply, "text/plain", &stream);
	} else if (reply->n_headers == 0 && reply->status == 200) {
		echo(request, reply);
	}
}

static void
listen_on(struct server *server, enum http_face face, const char *address)
{
	struct http_listen at = {0};
	struct sg_err err = {0};

	at.face = face;
	at.address = address;
	if (http_listen_on(server->http, &at, &err) != SG_OK)
		fail_msg("%s", err.text);
}

static int
start(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	struct http_options options = {0};
	struct sg_err err;

	assert_non_null(server);
	options.body_most = 1000;
	options.bodies_most = 1500;
	options.timeout_s = 1;
	options.request_s = 1;
	snprintf(server->directory, sizeof(server->directory), "%s",
		 "/tmp/scoregate-http-XXXXXX");
	assert_non_null(mkdtemp(server->directory));
	snprintf(server->socket, sizeof(server->socket), "%s/s",
		 server->directory);
	assert_int_equal(
		http_open(&options, handler, server, &server->http, &err),
		SG_OK);
	listen_on(server, HTTP_PUBLIC, "127.0.0.1:0");
	listen_on(server, HTTP_LOCAL, server->socket);
	server->port = http_port(server->http, HTTP_PUBLIC);
	assert_int_not_equal(server->port, 0);
	*state = server;
	return 0;
}

static int
stop(void **state)
{
	struct server *server = *state;

	http_close(server->http);
	assert_int_equal(access(server->socket, F_OK), -1);
	assert_int_equal(rmdir(server->directory), 0);
	free(server);
	return 0;
}

/* --- aids ---------------------------------------------------------------- */

static void
ask_on(int fd, const char *text, struct http_answer *answer)
{
	http_client_send(fd, text, strlen(text));
	http_client_read(fd, strncmp(text, "HEAD", 4) == 0, answer);
}

static void
ask(struct server *server, const char *text, struct http_answer *answer)
{
	int fd = http_client_connect(server->port);

	ask_on(fd, text, answer);
	close(fd);
}

#define HOST "Host: t.example.com\r\n"

/* The status, and that no handler ran when it is a refusal. */
static void
assert_status(struct server *server, const char *text, int status)
{
	struct http_answer answer;
	int before = atomic_load(&server->handled);

	ask(server, text, &answer);
	if (answer.status != status)
		fail_msg("got %d, expected %d, for:\n%s", answer.status, status,
			 text);
	assert_int_equal(atomic_load(&server->handled) - before, status == 200);
	http_answer_done(&answer);
}

/* --- tests --------------------------------------------------------------- */

static void
a_get_is_answered_with_all_that_was_asked(void **state)
{
	struct http_answer answer;

	ask(*state,
	    "GET /a%20b/%2e%2e/c?x=1&q=two+words%21&y HTTP/1.1\r\n" HOST
	    "User-Agent: tester\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(
		buf_text(&answer.body),
		"GET /a%20b/%2e%2e/c ?x=1&q=two+words%21&y q=ok:two words! "
		"agent=tester peer=127.0.0.1 face=0 uid=-1 ");
	assert_string_equal(http_answer_header(&answer, "X-Kept"), "yes");
	assert_false(answer.closed);
	http_answer_done(&answer);
}

static void
a_query_value_with_a_bad_escape_is_refused_not_guessed(void **state)
{
	struct http_answer answer;

	ask(*state, "GET /?q=%zz HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_non_null(strstr(buf_text(&answer.body), "q=refused"));
	http_answer_done(&answer);
	ask(*state, "GET /?qq=1 HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_non_null(strstr(buf_text(&answer.body), "q=none"));
	http_answer_done(&answer);
}

static void
head_has_the_headers_of_get_and_no_body(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->port);
	struct http_answer answer;

	ask_on(fd, "HEAD /gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(http_answer_header(&answer, "Content-Length"),
			    "14");
	assert_string_equal(http_answer_header(&answer, "Content-Type"),
			    "image/gif");
	http_answer_done(&answer);
	/* The next answer starts right after it. */
	ask_on(fd, "GET /gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_string_equal(buf_text(&answer.body), gif);
	http_answer_done(&answer);
	close(fd);
}

static void
bodies_come_by_length_or_in_chunks(void **state)
{
	struct http_listen at = {.face = HTTP_PRIVATE,
				 .address = "127.0.0.1:0"};
	struct server *server = *state;
	struct http_answer answer;
	struct sg_err err;
	int fd;

	ask(*state, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
	    &answer);
	assert_non_null(strstr(buf_text(&answer.body), "uid=-1 hello"));
	http_answer_done(&answer);
	ask(*state,
	    "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
	    &answer);
	assert_non_null(strstr(buf_text(&answer.body), "uid=-1 hello"));
	http_answer_done(&answer);
	assert_status(server,
		      "POST / HTTP/1.1\r\n" HOST
		      "Transfer-Encoding: chunked\r\n\r\n"
		      "5\r\nhello\n0\r\n\r\n",
		      400);
	assert_status(server,
		      "PUT / HTTP/1.1\r\n" HOST
		      "Transfer-Encoding: chunked\r\n\r\n"
		      "5\r\nhello\r\n0\r\n\r\n",
		      411);
	assert_int_equal(http_listen_on(server->http, &at, &err), SG_OK);
	fd = http_client_connect(http_port(server->http, HTTP_PRIVATE));
	ask_on(fd,
	       "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	       "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
	       &answer);
	assert_non_null(strstr(buf_text(&answer.body), "uid=-1 hello"));
	http_answer_done(&answer);
	close(fd);
}

static void
a_client_that_asks_first_is_told_to_continue(void **state)
{
	struct http_answer answer;

	ask(*state,
	    "POST / HTTP/1.1\r\n" HOST
	    "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
	    &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
}

static void
what_could_be_read_in_two_ways_is_refused(void **state)
{
	static const char *const bad[] = {
		/* request smuggling: two lengths of one body */
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
		"Content-Length: 6\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
		"Content-Length: 5\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: -5\r\n\r\nhello",
		"POST / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\nhello",
		"POST / HTTP/1.0\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		/* no, or more than one, host */
		"GET / HTTP/1.1\r\nUser-Agent: x\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "Host: other.example.com\r\n\r\n",
		/* line ends that only some take for one */
		"GET / HTTP/1.1\nHost: t.example.com\n\n",
		"GET / HTTP/1.1\r\nHost: t.example.com\nX: y\r\n\r\n",
		/* targets */
		"GET relative HTTP/1.1\r\n" HOST "\r\n",
		"GET /a\tb HTTP/1.1\r\n" HOST "\r\n",
		"GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",
		"GET  / HTTP/1.1\r\n" HOST "\r\n",
		/* a value that goes on in the next line */
		"GET / HTTP/1.1\r\n" HOST "X: y\r\n z\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "X: y\r\n\tz\r\nY: z\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "X:\r\n z\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(*state, bad[i], 400);
	assert_status(*state,
		      "POST / HTTP/1.1\r\n" HOST
		      "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		      501);
	assert_status(*state, "BREW /pot HTTP/1.1\r\n" HOST "\r\n", 501);
}

static void
a_refused_request_ends_the_connection(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->port);
	struct http_answer answer;

	/* What follows a request whose end is in doubt must not be read as
	 * the next one. */
	ask_on(fd,
	       "POST / HTTP/1.1\r\n" HOST "Content-Length: 40\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	       "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	       &answer);
	assert_int_equal(answer.status, 400);
	assert_true(answer.closed);
	assert_true(http_client_is_closed(fd, 3000));
	assert_int_equal(atomic_load(&server->handled), 0);
	http_answer_done(&answer);
	close(fd);
}

static void
http_1_0_needs_no_host_and_closes(void **state)
{
	struct http_answer answer;

	ask(*state, "GET /gif HTTP/1.0\r\n\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_true(answer.closed);
	http_answer_done(&answer);
}

static void
the_absolute_form_is_taken(void **state)
{
	struct http_answer answer;

	ask(*state, "GET http://t.example.com/a?q=1 HTTP/1.1\r\n" HOST "\r\n",
	    &answer);
	assert_non_null(strstr(buf_text(&answer.body), "GET /a ?q=1 q=ok:1"));
	http_answer_done(&answer);
}

static void
too_long_a_body_is_413_however_it_comes(void **state)
{
	struct server *server = *state;
	struct buf text = BUF_INIT;
	char *filler = calloc(1, 2000000);

	memset(filler, 'a', 1999999);
	assert_status(server,
		      "POST / HTTP/1.1\r\n" HOST
		      "Content-Length: 99999999999\r\n\r\n",
		      413);
	buf_printf(&text,
		   "POST / HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n%s",
		   strlen(filler), filler);
	assert_status(server, buf_text(&text), 413);
	filler[1000] = '\0';
	buf_reset(&text);
	buf_printf(&text,
		   "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n%s",
		   filler);
	assert_status(server, buf_text(&text), 200);
	buf_done(&text);
	free(filler);
}

/* Asked again until it is so: the server reads when it likes. */
static void
assert_status_soon(struct server *server, const char *text, int status)
{
	struct http_answer answer;
	int got = 0;

	for (int i = 0; i < 500 && got != status; i++) {
		ask(server, text, &answer);
		got = answer.status;
		http_answer_done(&answer);
	}
	assert_int_equal(got, status);
}

static void
bodies_of_many_clients_have_a_most_together(void **state)
{
	static const char begin[] =
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n";
	struct server *server = *state;
	char text[sizeof(begin) + 1000] = {0};
	struct http_answer answer;
	int refused = 0;

	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, begin, strlen(begin));
	/* Either may be read first, and then has the room: until the one that
	 * is never whole was. */
	for (int i = 0; i < 200 && refused != 503; i++) {
		int fd = http_client_connect(server->port);

		http_client_send(fd, text, strlen(begin) + 900);
		ask(server, text, &answer);
		refused = answer.status;
		http_answer_done(&answer);
		close(fd);
	}
	assert_int_equal(refused, 503);
	assert_status_soon(server, text, 200);
}

static void
too_long_a_head_is_refused(void **state)
{
	struct server *server = *state;
	struct buf text = BUF_INIT;
	struct http_answer answer;
	int fd = http_client_connect(server->port);

	buf_append_text(&text, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 4000; i++)
		buf_printf(&text, "X-Filler-%d: abcdefgh\r\n", i);
	buf_append_text(&text, "\r\n");
	ask_on(fd, buf_text(&text), &answer);
	assert_true(answer.status == 0 || answer.status == 431 ||
		    answer.status == 413);
	assert_int_equal(atomic_load(&server->handled), 0);
	http_answer_done(&answer);
	buf_done(&text);
	close(fd);
}

/* The longest token, and a browser that has collected cookies. */
static void
a_long_link_with_many_cookies_fits(void **state)
{
	struct buf text = BUF_INIT;
	struct http_answer answer;

	buf_append_text(&text, "GET /c/");
	for (int i = 0; i < 2048; i++)
		buf_append_char(&text, 'a');
	buf_append_text(&text, " HTTP/1.1\r\n" HOST "Cookie: ");
	for (int i = 0; i < 6000; i++)
		buf_append_char(&text, 'b');
	buf_append_text(&text, "\r\n\r\n");
	ask(*state, buf_text(&text), &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
	buf_done(&text);
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->port);
	const char *text =
		"GET /1 HTTP/1.1\r\n" HOST "\r\n"
		"POST /2 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
		"GET /3 HTTP/1.1\r\n" HOST "\r\n";
	static const char *const want[] = {"GET /1 ", "POST /2 ", "GET /3 "};
	struct http_answer answer;

	http_client_send(fd, text, strlen(text));
	for (int i = 0; i < 3; i++) {
		http_client_read(fd, false, &answer);
		assert_int_equal(answer.status, 200);
		assert_ptr_equal(strstr(buf_text(&answer.body), want[i]),
				 answer.body.data);
		http_answer_done(&answer);
	}
	close(fd);
}

static void
a_client_that_drips_is_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->port);
	const char *head = "GET / HTTP/1.1\r\nX: ";
	int64_t until = clock_monotonic_ms() + 10000;
	bool closed = false;

	http_client_send(fd, head, strlen(head));
	while (!closed && clock_monotonic_ms() < until) {
		http_client_send(fd, "a", 1);
		closed = http_client_is_closed(fd, 100);
	}
	assert_true(closed);
	assert_int_equal(atomic_load(&server->handled), 0);
	close(fd);
}

static void
a_client_that_says_nothing_is_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect_unix(server->socket);

	assert_true(http_client_is_closed(fd, 10000));
	close(fd);
}

static void
a_client_that_closes_its_half_is_answered_and_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect(server->port);
	const char *text = "GET /gif HTTP/1.1\r\n" HOST "\r\n";
	struct http_answer answer;

	http_client_send(fd, text, strlen(text));
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	http_client_read(fd, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(http_client_is_closed(fd, 10000));
	http_answer_done(&answer);
	close(fd);
}

static void
a_header_value_with_a_line_end_becomes_500(void **state)
{
	struct http_answer answer;

	ask(*state, "GET /split HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 500);
	assert_null(strstr(buf_text(&answer.head), "Set-Cookie"));
	http_answer_done(&answer);
}

static void
a_handler_cannot_set_the_framing(void **state)
{
	struct http_answer answer;

	ask(*state, "GET /framing HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_string_equal(http_answer_header(&answer, "Content-Length"), "0");
	http_answer_done(&answer);
	ask(*state, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 204);
	http_answer_done(&answer);
}

static void
the_unix_socket_knows_who_asks(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect_unix(server->socket);
	struct http_answer answer;
	struct stat what;
	char want[32];

	ask_on(fd, "GET / HTTP/1.1\r\n" HOST "\r\n", &answer);
	snprintf(want, sizeof(want), "face=2 uid=%d ", (int)geteuid());
	assert_non_null(strstr(buf_text(&answer.body), want));
	http_answer_done(&answer);
	close(fd);
	assert_int_equal(stat(server->socket, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0660);
}

static void
a_stream_is_sent_whole_and_ended(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect_unix(server->socket);
	struct http_answer answer;

	ask_on(fd, "GET /stream HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.len, 208894);
	assert_string_equal(answer.body.data + answer.body.len - 7, "line 1\n");
	http_answer_done(&answer);
	/* The stream is done before the next request is taken. */
	ask_on(fd, "GET /gif HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(counting.done, 1);
	http_answer_done(&answer);
	close(fd);
}

static void
work_that_takes_longer_than_the_timeout_is_answered(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect_unix(server->socket);
	struct http_answer answer;

	ask_on(fd, "GET /long HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
	close(fd);
	ask(server,
	    "POST /long HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nok",
	    &answer);
	assert_int_equal(answer.status, 200);
	http_answer_done(&answer);
}

/* As `scoregate export | less` does. */
static void
a_stream_whose_reader_pauses_is_not_cut(void **state)
{
	struct server *server = *state;
	int fd = http_client_connect_unix(server->socket);
	const char *text = "GET /stream HTTP/1.1\r\n" HOST "\r\n";
	int small = 4096;
	struct http_answer answer;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	http_client_send(fd, text, strlen(text));
	usleep(2200000);
	http_client_read(fd, false, &answer);
	assert_int_equal(answer.body.len, 208894);
	http_answer_done(&answer);
	/* Idle again, it is ended like any other. */
	assert_true(http_client_is_closed(fd, 10000));
	close(fd);
}

static void
a_second_server_does_not_take_a_socket_in_use(void **state)
{
	struct server *server = *state;
	struct http_listen at = {0};
	struct sg_err err;

	at.face = HTTP_LOCAL;
	at.address = server->socket;
	assert_int_equal(http_listen_on(server->http, &at, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "another scoregated"));
	at.face = HTTP_PUBLIC;
	at.address = "nonsense";
	assert_int_equal(http_listen_on(server->http, &at, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "HOST:PORT"));
}

static void
a_second_server_does_not_take_a_port_in_use(void **state)
{
	struct server *server = *state;
	struct http_listen at = {0};
	char address[32];
	struct sg_err err;

	snprintf(address, sizeof(address), "127.0.0.1:%u", server->port);
	at.face = HTTP_PRIVATE;
	at.address = address;
	assert_int_equal(http_listen_on(server->http, &at, &err), SG_FAILED);
	assert_non_null(strstr(err.text, address));
	assert_non_null(strstr(err.text, "another program does"));
}

static void
ipv6_is_listened_on(void **state)
{
	struct server *server = *state;
	struct http_listen at = {0};
	struct sg_err err;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		skip();
	close(fd);
	at.face = HTTP_PRIVATE;
	at.address = "[::1]:0";
	if (http_listen_on(server->http, &at, &err) != SG_OK)
		skip();
	assert_int_not_equal(http_port(server->http, HTTP_PRIVATE), 0);
}

static void
an_ipv4_peer_is_one_on_a_socket_for_both(void **state)
{
	struct server *server = *state;
	struct http_listen at = {0};
	struct http_answer answer;
	struct sg_err err;
	int fd;

	at.face = HTTP_PRIVATE;
	at.address = "[::]:0";
	if (http_listen_on(server->http, &at, &err) != SG_OK)
		skip();
	fd = http_client_connect(http_port(server->http, HTTP_PRIVATE));
	ask_on(fd, "GET / HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_non_null(strstr(buf_text(&answer.body), "peer=127.0.0.1 "));
	http_answer_done(&answer);
	close(fd);
}

static void *
ask_slowly(void *arg)
{
	struct http_answer *answer = calloc(1, sizeof(*answer));

	ask(arg, "GET /slow HTTP/1.1\r\n" HOST "\r\n", answer);
	return answer;
}

static void
a_request_under_way_is_finished_at_close(void **state)
{
	struct server *server = *state;
	struct http_options options = {0};
	struct http_answer *answer;
	struct sg_err err;
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, ask_slowly, server), 0);
	while (atomic_load(&server->handled) == 0)
		usleep(1000);
	http_close(server->http);
	assert_int_equal(pthread_join(thread, &result), 0);
	answer = result;
	assert_int_equal(answer->status, 200);
	assert_true(answer->closed);
	http_answer_done(answer);
	free(answer);
	assert_int_equal(
		http_open(&options, handler, server, &server->http, &err),
		SG_OK);
}

static void *
post_slowly(void *arg)
{
	struct http_answer *answer = calloc(1, sizeof(*answer));

	ask(arg,
	    "POST /slow HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
	    answer);
	return answer;
}

static void *
post_and_wait(void *arg)
{
	struct http_answer *answer = calloc(1, sizeof(*answer));

	ask(arg,
	    "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
	    answer);
	return answer;
}

static void
posts_that_wait_hold_up_no_get(void **state)
{
	enum { POSTS = 12 };
	struct server *server = *state;
	pthread_t threads[POSTS];
	struct http_answer *answer, quick;
	void *result;

	for (int i = 0; i < POSTS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						post_and_wait, server),
				 0);
	/* All of them are in their handlers, and none can go on. */
	while (atomic_load(&server->handled) < POSTS)
		usleep(1000);
	ask(server, "GET /gif HTTP/1.1\r\n" HOST "\r\n", &quick);
	assert_int_equal(quick.status, 200);
	http_answer_done(&quick);
	atomic_store(&server->go_on, true);
	for (int i = 0; i < POSTS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		answer = result;
		assert_int_equal(answer->status, 200);
		assert_non_null(strstr(buf_text(&answer->body), "hello"));
		http_answer_done(answer);
		free(answer);
	}
}

static void
posts_under_way_are_finished_at_close(void **state)
{
	enum { POSTS = 30 };
	struct server *server = *state;
	struct http_options options = {0};
	pthread_t threads[POSTS];
	struct http_answer *answer;
	struct sg_err err;
	void *result;

	for (int i = 0; i < POSTS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, post_slowly, server),
			0);
	while (atomic_load(&server->handled) < 16)
		usleep(1000);
	usleep(50000);
	http_close(server->http);
	for (int i = 0; i < POSTS; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		answer = result;
		assert_int_equal(answer->status, 200);
		http_answer_done(answer);
		free(answer);
	}
	assert_int_equal(
		http_open(&options, handler, server, &server->http, &err),
		SG_OK);
}

#define ON_A_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_SERVER(a_get_is_answered_with_all_that_was_asked),
		ON_A_SERVER(
			a_query_value_with_a_bad_escape_is_refused_not_guessed),
		ON_A_SERVER(head_has_the_headers_of_get_and_no_body),
		ON_A_SERVER(bodies_come_by_length_or_in_chunks),
		ON_A_SERVER(a_client_that_asks_first_is_told_to_continue),
		ON_A_SERVER(what_could_be_read_in_two_ways_is_refused),
		ON_A_SERVER(a_refused_request_ends_the_connection),
		ON_A_SERVER(http_1_0_needs_no_host_and_closes),
		ON_A_SERVER(the_absolute_form_is_taken),
		ON_A_SERVER(too_long_a_body_is_413_however_it_comes),
		ON_A_SERVER(bodies_of_many_clients_have_a_most_together),
		ON_A_SERVER(too_long_a_head_is_refused),
		ON_A_SERVER(a_long_link_with_many_cookies_fits),
		ON_A_SERVER(pipelined_requests_are_answered_in_order),
		ON_A_SERVER(a_client_that_drips_is_ended),
		ON_A_SERVER(a_client_that_says_nothing_is_ended),
		ON_A_SERVER(
			a_client_that_closes_its_half_is_answered_and_ended),
		ON_A_SERVER(a_header_value_with_a_line_end_becomes_500),
		ON_A_SERVER(a_handler_cannot_set_the_framing),
		ON_A_SERVER(the_unix_socket_knows_who_asks),
		ON_A_SERVER(a_stream_is_sent_whole_and_ended),
		ON_A_SERVER(
			work_that_takes_longer_than_the_timeout_is_answered),
		ON_A_SERVER(a_stream_whose_reader_pauses_is_not_cut),
		ON_A_SERVER(a_second_server_does_not_take_a_socket_in_use),
		ON_A_SERVER(a_second_server_does_not_take_a_port_in_use),
		ON_A_SERVER(ipv6_is_listened_on),
		ON_A_SERVER(an_ipv4_peer_is_one_on_a_socket_for_both),
		ON_A_SERVER(a_request_under_way_is_finished_at_close),
		ON_A_SERVER(posts_that_wait_hold_up_no_get),
		ON_A_SERVER(posts_under_way_are_finished_at_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

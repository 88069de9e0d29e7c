/* http_relay_test.c - TLS is taken off in front of a door: both ways, whole,
 * and whoever closes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "http/http_relay.h"
#include "http/http_tls.h"

enum { LARGE = 3 << 20, WAIT_MS = 60000 };

struct aid {
	char dir[64], certificate[96], key[96];
	struct http_relay *relay;
};

struct client {
	int fd, plain; /* plain: what the relay gave */
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
};

static void
write_file(const char *path, const gnutls_datum_t *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text->data, text->size), text->size);
	close(fd);
}

static void
make_certificate(const struct aid *aid)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	gnutls_datum_t text;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, 256, 0), 0);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\1", 1);
	gnutls_x509_crt_set_dn(crt, "CN=t.example.com", NULL);
	gnutls_x509_crt_set_activation_time(crt, time(NULL) - 60);
	gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 86400);
	gnutls_x509_crt_set_key(crt, key);
	assert_int_equal(
		gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(
		gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &text), 0);
	write_file(aid->certificate, &text);
	gnutls_free(text.data);
	assert_int_equal(
		gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text),
		0);
	write_file(aid->key, &text);
	gnutls_free(text.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

static int
start_with(void **state, unsigned most)
{
	struct aid *aid = calloc(1, sizeof(*aid));
	struct http_tls_files files;
	struct sg_err err;

	snprintf(aid->dir, sizeof(aid->dir), "/tmp/relay-XXXXXX");
	assert_non_null(mkdtemp(aid->dir));
	snprintf(aid->certificate, sizeof(aid->certificate), "%s/c", aid->dir);
	snprintf(aid->key, sizeof(aid->key), "%s/k", aid->dir);
	make_certificate(aid);
	files = (struct http_tls_files){aid->certificate, aid->key};
	assert_int_equal(http_tls_use(&files, 1, &err), SG_OK);
	assert_int_equal(http_relay_start(most, 60, &aid->relay, &err), SG_OK);
	*state = aid;
	return 0;
}

static int
start(void **state)
{
	return start_with(state, 100);
}

static int
start_narrow(void **state)
{
	return start_with(state, 1);
}

static int
stop(void **state)
{
	struct aid *aid = *state;

	http_relay_stop(aid->relay);
	http_tls_forget();
	unlink(aid->certificate);
	unlink(aid->key);
	rmdir(aid->dir);
	free(aid);
	return 0;
}

/* false: it was not taken. */
static bool
come(struct aid *aid, struct client *client)
{
	int pair[2];

	memset(client, 0, sizeof(*client));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fcntl(pair[1], F_SETFL, fcntl(pair[1], F_GETFL) | O_NONBLOCK);
	client->fd = pair[0];
	client->plain = http_relay_add(aid->relay, pair[1]);
	if (client->plain >= 0)
		return true;
	close(pair[0]);
	close(pair[1]);
	return false;
}

static void
shake(struct client *client)
{
	int code;

	gnutls_certificate_allocate_credentials(&client->credentials);
	gnutls_init(&client->tls, GNUTLS_CLIENT);
	gnutls_set_default_priority(client->tls);
	gnutls_credentials_set(client->tls, GNUTLS_CRD_CERTIFICATE,
			       client->credentials);
	gnutls_transport_set_int(client->tls, client->fd);
	do {
		code = gnutls_handshake(client->tls);
	} while (code < 0 && !gnutls_error_is_fatal(code));
	assert_int_equal(code, 0);
}

static void
leave(struct client *client)
{
	if (client->tls) {
		gnutls_deinit(client->tls);
		gnutls_certificate_free_credentials(client->credentials);
	}
	if (client->fd >= 0)
		close(client->fd);
	if (client->plain >= 0)
		close(client->plain);
}

/* 0 = it was all. */
static size_t
hear_plain(struct client *client, char *to, size_t size)
{
	struct pollfd ready = {.fd = client->plain, .events = POLLIN};
	ssize_t len;

	assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
	len = recv(client->plain, to, size, 0);
	return len < 0 ? 0 : (size_t)len;
}

static void
say_plain(struct client *client, const char *bytes, size_t len)
{
	struct pollfd ready = {.fd = client->plain, .events = POLLOUT};
	ssize_t sent;

	for (; len; bytes += sent, len -= (size_t)sent) {
		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		sent = send(client->plain, bytes, len, MSG_NOSIGNAL);
		assert_true(sent > 0);
	}
}

/* --- tests --------------------------------------------------------------- */

static void
what_is_said_comes_out_at_the_other_end(void **state)
{
	struct client client;
	char heard[64] = "";

	assert_true(come(*state, &client));
	shake(&client);
	assert_int_equal(gnutls_record_send(client.tls, "well?", 5), 5);
	assert_int_equal(hear_plain(&client, heard, sizeof(heard)), 5);
	assert_memory_equal(heard, "well?", 5);
	say_plain(&client, "well.", 5);
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 5);
	assert_memory_equal(heard, "well.", 5);
	leave(&client);
}

struct large {
	struct client *client;
	char *bytes;
};

static void *
say_large(void *arg)
{
	struct large *large = arg;

	say_plain(large->client, large->bytes, LARGE);
	close(large->client->plain);
	large->client->plain = -1;
	return NULL;
}

static void *
tell_large(void *arg)
{
	struct large *large = arg;
	size_t at = 0;
	ssize_t len;

	while (at < LARGE) {
		len = gnutls_record_send(large->client->tls, large->bytes + at,
					 LARGE - at);
		if (len <= 0)
			break;
		at += (size_t)len;
	}
	return NULL;
}

static char *
large_bytes(void)
{
	char *bytes = malloc(LARGE);

	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 31 + i / 251);
	return bytes;
}

static void
more_than_fits_comes_whole_and_then_the_end(void **state)
{
	struct client client;
	struct large large = {&client, large_bytes()};
	char *heard = malloc(LARGE);
	size_t at = 0;
	ssize_t len;
	pthread_t thread;

	assert_true(come(*state, &client));
	shake(&client);
	assert_int_equal(pthread_create(&thread, NULL, say_large, &large), 0);
	while ((len = gnutls_record_recv(client.tls, heard + at,
					 LARGE - at + 1)) > 0)
		at += (size_t)len;
	pthread_join(thread, NULL);
	assert_int_equal(len, 0); /* said, not cut off */
	assert_int_equal(at, LARGE);
	assert_memory_equal(heard, large.bytes, LARGE);
	free(heard);
	free(large.bytes);
	leave(&client);
}

static void
more_than_the_lane_takes_waits_for_it(void **state)
{
	struct client client;
	struct large large = {&client, large_bytes()};
	char *heard = malloc(LARGE);
	size_t at = 0, len;
	pthread_t thread;

	assert_true(come(*state, &client));
	shake(&client);
	assert_int_equal(pthread_create(&thread, NULL, tell_large, &large), 0);
	while (at < LARGE &&
	       (len = hear_plain(&client, heard + at, LARGE - at)) > 0)
		at += len;
	pthread_join(thread, NULL);
	assert_int_equal(at, LARGE);
	assert_memory_equal(heard, large.bytes, LARGE);
	free(heard);
	free(large.bytes);
	leave(&client);
}

static void
whoever_says_that_it_was_all_is_answered_still(void **state)
{
	struct client client;
	char heard[64];

	assert_true(come(*state, &client));
	shake(&client);
	assert_int_equal(gnutls_record_send(client.tls, "last", 4), 4);
	assert_int_equal(gnutls_bye(client.tls, GNUTLS_SHUT_WR), 0);
	assert_int_equal(hear_plain(&client, heard, sizeof(heard)), 4);
	assert_int_equal(hear_plain(&client, heard, sizeof(heard)), 0);
	say_plain(&client, "heard", 5);
	close(client.plain);
	client.plain = -1;
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 5);
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 0);
	leave(&client);
}

/* As a lane refuses somebody who is still sending. */
static void
a_plain_end_that_says_no_more_still_hears(void **state)
{
	struct client client;
	char heard[64];

	assert_true(come(*state, &client));
	shake(&client);
	say_plain(&client, "no", 2);
	shutdown(client.plain, SHUT_WR);
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 2);
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 0);
	assert_int_equal(gnutls_record_send(client.tls, "but", 3), 3);
	assert_int_equal(hear_plain(&client, heard, sizeof(heard)), 3);
	close(client.plain);
	client.plain = -1;
	assert_true(recv(client.fd, heard, sizeof(heard), 0) <= 0);
	leave(&client);
}

static void
who_speaks_no_tls_and_who_goes_are_let_go(void **state)
{
	static const char *const said[] = {"GET / HTTP/1.1\r\n\r\n",
					   "\x16\x03\x01\xff\xff\x01garbage",
					   "\x16\x03\x01", ""};
	struct client client;
	char heard[64];

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_true(come(*state, &client));
		assert_true(send(client.fd, said[i], strlen(said[i]), 0) >= 0);
		if (strlen(said[i]) < 4) {
			close(client.fd);
			client.fd = -1;
		}
		assert_int_equal(hear_plain(&client, heard, sizeof(heard)), 0);
		leave(&client);
	}
}

static void
who_is_ended_in_the_handshake_hears_the_end(void **state)
{
	struct client client;
	char heard[64];

	assert_true(come(*state, &client));
	assert_int_equal(send(client.fd, "\x16\x03\x01", 3, 0), 3);
	close(client.plain);
	client.plain = -1;
	assert_true(recv(client.fd, heard, sizeof(heard), 0) <= 0);
	leave(&client);
}

static void
one_too_many_is_not_taken_until_another_goes(void **state)
{
	struct client first, second;
	bool taken = false;

	assert_true(come(*state, &first));
	assert_false(come(*state, &second));
	leave(&first);
	for (int i = 0; !taken && i < WAIT_MS / 10; i++) {
		taken = come(*state, &second);
		if (!taken)
			poll(NULL, 0, 10);
	}
	assert_true(taken);
	leave(&second);
}

static void
what_is_there_when_it_stops_is_sent(void **state)
{
	struct aid *aid = *state;
	struct client client;
	char heard[64];

	assert_true(come(aid, &client));
	shake(&client);
	say_plain(&client, "last words", 10);
	close(client.plain);
	client.plain = -1;
	http_relay_stop(aid->relay);
	aid->relay = NULL;
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 10);
	assert_int_equal(gnutls_record_recv(client.tls, heard, sizeof(heard)),
			 0);
	leave(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_comes_out_at_the_other_end),
		TEST(more_than_fits_comes_whole_and_then_the_end),
		TEST(more_than_the_lane_takes_waits_for_it),
		TEST(whoever_says_that_it_was_all_is_answered_still),
		TEST(a_plain_end_that_says_no_more_still_hears),
		TEST(who_speaks_no_tls_and_who_goes_are_let_go),
		TEST(who_is_ended_in_the_handshake_hears_the_end),
		cmocka_unit_test_setup_teardown(
			one_too_many_is_not_taken_until_another_goes,
			start_narrow, stop),
		TEST(what_is_there_when_it_stops_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

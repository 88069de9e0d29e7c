/* gate_threads_test.c - routes and mail from several threads at once, with
 * ticks beside them: nothing lost, nothing twice. For TSan, too. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { THREADS = 4, ROUNDS = 150 };

static struct gate_aid *aid;
static char open_path[200], click_path[300];

static const char *
no_header(const void *handle, const char *name)
{
	(void)handle, (void)name;
	return NULL;
}

static int
request(const char *path)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = path,
				     .query = "",
				     .received_at = clock_now()};
	struct sg_reply reply;
	int status;

	reply_init(&reply);
	if (!gate_route(aid->gate, &request, no_header, &reply))
		abort();
	status = reply.status;
	reply_done(&reply);
	return status;
}

static void
mail(size_t thread, size_t round)
{
	struct sg_mail_connection from = {.client_addr = "127.0.0.1"};
	struct sg_mail *one = sg_mail_new(aid->gate, &from);
	const char *body = "<a href=\"https://example.com/\">x</a>\n";
	const struct sg_mail_edit *edits;
	char id[64];
	size_t n;

	snprintf(id, sizeof(id), "<%zu.%zu@example.com>", thread, round);
	sg_mail_sender(one, "<news@example.com>");
	sg_mail_recipient(one, "<ann@example.com>");
	sg_mail_header(one, "X-Scoregate-Campaign", "spring");
	sg_mail_header(one, "Message-ID", id);
	sg_mail_header(one, "Content-Type", "text/html");
	if (sg_mail_end_of_headers(one).answer != SG_MAIL_CONTINUE)
		abort();
	sg_mail_body(one, body, strlen(body));
	if (sg_mail_end(one, NULL, &edits, &n).answer != SG_MAIL_CONTINUE ||
	    edits[n - 1].kind != SG_EDIT_BODY)
		abort();
	sg_mail_free(one);
}

static void *
work(void *arg)
{
	size_t thread = (size_t)(uintptr_t)arg;

	for (size_t i = 0; i < ROUNDS; i++) {
		if (request(open_path) != 200 || request(click_path) != 302 ||
		    request("/hello/x") != 200)
			abort();
		if (i % 10 == 0)
			mail(thread, i);
		if (thread == 0)
			gate_tick(aid->gate, clock_now());
	}
	return NULL;
}

static size_t
read_all(void)
{
	size_t all = 0, n;
	int waits = 0;

	do {
		struct spool_position position;
		struct sg_err err;

		n = 0;
		while (spool_read(aid->spool, aid->pool, &aid->signals[0],
				  &position, &err) == SG_OK)
			n++;
		all += n;
		if (!n)
			spool_wait_for_more(aid->spool, 200);
		waits = n ? 0 : waits + 1;
	} while ((n || waits < 25) &&
		 all < THREADS * (2 * ROUNDS + ROUNDS / 10));
	return all;
}

static void
threads_share_the_gate(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work,
						(void *)(uintptr_t)i),
				 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(read_all(), THREADS * (2 * ROUNDS + ROUNDS / 10));
}

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "hello", NULL);
	snprintf(open_path, sizeof(open_path), "/o/%s.gif",
		 gate_aid_token(aid, TOKEN_OPEN, "ann@example.com", 7, ""));
	snprintf(click_path, sizeof(click_path), "/c/%s",
		 gate_aid_token(aid, TOKEN_CLICK, "ann@example.com", 7,
				"https://example.com/"));
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(threads_share_the_gate,
						open_gate, close_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* net_http_test.c - what a person hears of a server that does not answer. */
#include "net/net_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Nobody listens on port 1. */
static void
assert_says(const char *url, const char *server)
{
	struct net_http_request request = {
		.method = "POST", .url = url, .timeout_ms = 30000};
	struct net_http_response response;
	struct net_client *client;
	struct sg_err err = {.text = ""};

	assert_int_equal(net_client_new(&client, &err), SG_OK);
	assert_int_equal(net_http_call(client, &request, &response, &err),
			 SG_BUSY);
	assert_memory_equal(err.text, server, strlen(server));
	assert_null(strstr(err.text, "SECRET"));
	net_client_free(client);
}

/* The address of a webhook may be all that it takes to be let in. */
static void
of_an_address_the_server_alone_is_named(void **state)
{
	(void)state;
	assert_says("http://127.0.0.1:1/services/SECRET",
		    "http://127.0.0.1:1: ");
	assert_says("http://me:SECRET@127.0.0.1:1/?key=SECRET",
		    "http://127.0.0.1:1: ");
	assert_says("https://127.0.0.1:1?SECRET@x", "https://127.0.0.1:1: ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_an_address_the_server_alone_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

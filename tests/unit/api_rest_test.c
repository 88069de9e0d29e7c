/* api_rest_test.c - how the API is spoken to: retries, versions, types, pages,
 * many at once, and who it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_aid.h"
#include "base/crypto.h"
#include "http/api/api_call.h"
#include "http/api/api_shape.h"

#define BOB	  "/contacts/bob@example.com"
#define JSON_TYPE "Content-Type: application/json\r\n"

static void
expect_with(struct api_server *server, int status, const char *method,
	    const char *path, const char *headers, const char *body)
{
	int got = api_ask_with(server, method, path, headers, body);

	if (got != status)
		fail_msg("%s %s: %d, expected %d: %s", method, path, got,
			 status, buf_text(&server->answer.body));
}

/* A header of the last answer, "" = none. */
static const char *
header(struct api_server *server, const char *name)
{
	static char value[512];
	const char *found = http_answer_header(&server->answer, name);

	snprintf(value, sizeof(value), "%s", found ? found : "");
	return value;
}

static int
n_audits(struct api_server *server)
{
	api_expect(server, 200, "GET", "/audit?limit=1000", NULL);
	return (int)json_count(json_get(server->json, "items"));
}

/* --- retries ------------------------------------------------------------- */

static void
the_same_call_with_the_same_key_acts_once(void **state)
{
	static const char key[] = "Idempotency-Key: k-1\r\n";
	struct api_server *server = *state;

	expect_with(server, 201, "POST", "/lists", key, "{\"name\":\"news\"}");
	expect_with(server, 201, "POST", "/lists", key, "{\"name\":\"news\"}");
	assert_string_equal(header(server, "Idempotent-Replayed"), "true");
	assert_string_equal(api_got(server, "/name"), "news");
	expect_with(server, 422, "POST", "/lists", key, "{\"name\":\"b\"}");
	api_expect_text(server, "another body");
	expect_with(server, 400, "POST", "/lists", NULL, "{\"name\":\"news\"}");
	assert_int_equal(n_audits(server), 1);
	/* What was refused can be tried again. */
	expect_with(server, 400, "POST", "/lists", "Idempotency-Key: k-2\r\n",
		    "{}");
	expect_with(server, 201, "POST", "/lists", "Idempotency-Key: k-2\r\n",
		    "{\"name\":\"b\"}");
}

static void
while_one_is_under_way_another_is_refused(void **state)
{
	struct api_server *server = *state;
	struct buf text = BUF_INIT;

	api_expect(server, 200, "POST", "/verify", NULL);
	api_expect(server, 201, "POST", "/lists", "{\"name\":\"a\"}");
	api_expect(server, 200, "GET", "/audit", NULL);
	buf_printf(&text, "%s\n/api/v1/lists\n\nk-1",
		   api_got(server, "/items/0/actor"));
	server->api->under_way[0] = crypto_hash64(text.data, text.len);
	server->api->n_under_way = 1;
	expect_with(server, 409, "POST", "/lists", "Idempotency-Key: k-1\r\n",
		    "{\"name\":\"news\"}");
	assert_string_equal(header(server, "Retry-After"), "1");
	server->api->n_under_way = 0;
	expect_with(server, 201, "POST", "/lists", "Idempotency-Key: k-1\r\n",
		    "{\"name\":\"news\"}");
	assert_int_equal(server->api->n_under_way, 0);
	buf_done(&text);
}

static void
a_token_is_not_shown_again(void **state)
{
	static const char key[] = "Idempotency-Key: k-1\r\n";
	struct api_server *server = *state;

	expect_with(server, 201, "POST", "/tokens", key,
		    "{\"name\":\"a\",\"role\":\"reader\"}");
	assert_string_not_equal(api_got(server, "/token"), "-");
	expect_with(server, 201, "POST", "/tokens", key,
		    "{\"name\":\"a\",\"role\":\"reader\"}");
	assert_int_equal(server->answer.body.len, 0);
}

static enum sg_status
run_script(void *arg, struct store *store, struct sg_err *err)
{
	return db_script(store_db(store), arg, err);
}

static void
script(struct api_server *server, const char *sql)
{
	struct sg_err err = {0};

	if (apply_call(server->apply, run_script, (void *)sql, &err) != SG_OK)
		fail_msg("%s", err.text);
}

/* Between a definition and its answer there is no moment to die in: where the
 * answer cannot be kept the definition is not, either. */
static void
a_definition_and_its_answer_are_kept_together(void **state)
{
	static const char key[] = "Idempotency-Key: k-1\r\n";
	static const struct {
		const char *path, *body, *shown;
		int status;
	} rows[] = {
		{"/lists", "{\"name\":\"news\"}", "/lists/news", 201},
		{"/tokens", "{\"name\":\"crm\",\"role\":\"reader\"}", NULL,
		 201},
		{"/broadcasts",
		 "{\"name\":\"spring\",\"template\":\"From: a@far.test\\n"
		 "Subject: S\\n\\nHi\\n\",\"where\":\"email matches '*'\"}",
		 "/broadcasts/spring", 201},
		{"/imports", "{\"name\":\"x.csv\",\"header\":\"email\\n\"}",
		 "/imports/1", 201},
		{"/segments", "{\"name\":\"hot\",\"where\":\"list 'nwes'\"}",
		 "/segments/hot", 201},
		{"/users",
		 "{\"name\":\"ann\",\"role\":\"reader\","
		 "\"password\":\"correct horse battery\"}",
		 NULL, 201},
		{"/broadcasts/spring/send", "{\"at\":\"2090-12-01T09:00\"}",
		 NULL, 200},
		{"/broadcasts/spring/cancel", NULL, NULL, 200},
		{"/rules/run", NULL, NULL, 202},
	};
	struct api_server *server = *state;
	char first[4096];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int audits = n_audits(server), status;
		int good = rows[i].status;

		script(server,
		       "CREATE TRIGGER cut BEFORE INSERT ON idempotency BEGIN"
		       " SELECT RAISE(ABORT, 'the power is gone'); END");
		status = api_ask_with(server, "POST", rows[i].path, key,
				      rows[i].body);
		assert_true(status >= 400);
		script(server, "DROP TRIGGER cut");
		if (rows[i].shown)
			api_expect(server, 404, "GET", rows[i].shown, NULL);
		assert_int_equal(n_audits(server), audits);
		expect_with(server, good, "POST", rows[i].path, key,
			    rows[i].body);
		snprintf(first, sizeof(first), "%s",
			 buf_text(&server->answer.body));
		expect_with(server, good, "POST", rows[i].path, key,
			    rows[i].body);
		assert_string_equal(header(server, "Idempotent-Replayed"),
				    "true");
		if (strcmp(rows[i].path, "/tokens") != 0) /* shown once */
			assert_string_equal(buf_text(&server->answer.body),
					    first);
		assert_int_equal(n_audits(server), audits + 1);
	}
}

/* Signals are known again by the key and all else of the call: what came with
 * the same key to another resource, or later with another body, is new. */
static void
a_key_is_of_one_call_alone(void **state)
{
	static const char key[] = "Idempotency-Key: k-1\r\n";
	struct api_server *server = *state;

	expect_with(server, 201, "POST", "/contacts", key,
		    "{\"email\":\"bob@example.com\"}");
	expect_with(server, 201, "POST", "/contacts?module=account", key,
		    "{\"key\":\"ACME\"}");
	api_expect(server, 200, "GET", "/contacts/ACME?module=account", NULL);
	expect_with(server, 200, "POST", BOB "/scores/lead", key,
		    "{\"op\":\"add\",\"points\":5}");
	/* As a day later, when the answer is forgotten. */
	script(server, "DELETE FROM idempotency");
	expect_with(server, 200, "POST", BOB "/scores/lead", key,
		    "{\"op\":\"add\",\"points\":5}");
	assert_string_equal(api_got(server, "/score"), "5");
	script(server, "DELETE FROM idempotency");
	expect_with(server, 200, "POST", BOB "/scores/lead", key,
		    "{\"op\":\"add\",\"points\":7}");
	assert_string_equal(api_got(server, "/score"), "12");
	expect_with(server, 200, "POST", "/import?format=csv", key,
		    "email,city\nbob@example.com,Rome\n");
	expect_with(server, 200, "POST", "/import?scores=add&format=csv", key,
		    "email,city\nbob@example.com,Bonn\n");
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/fields/city"), "Bonn");
	for (int i = 0; i < 2; i++) {
		expect_with(server, 200, "POST", BOB "/rename", key,
			    "{\"to\":\"rob@example.com\"}");
		assert_string_equal(api_got(server, "/email"),
				    "rob@example.com");
		script(server, "DELETE FROM idempotency");
	}
}

/* --- versions ------------------------------------------------------------ */

static void
what_did_not_change_is_not_sent_again(void **state)
{
	static const char *const paths[] = {
		BOB,	  "/lists/news",  "/segments/hot",
		"/rules", "/automations", "/sequences"};
	struct api_server *server = *state;
	char headers[600];

	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"bob@example.com\"}");
	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 201, "POST", "/segments",
		   "{\"name\":\"hot\",\"where\":\"has score >= 5\"}");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		api_expect(server, 200, "GET", paths[i], NULL);
		assert_true(*header(server, "ETag") == '"');
		snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n",
			 header(server, "ETag"));
		expect_with(server, 304, "GET", paths[i], headers, NULL);
		expect_with(server, 200, "GET", paths[i],
			    "If-None-Match: \"other\"\r\n", NULL);
	}
}

static void
who_saw_an_older_one_does_not_overwrite(void **state)
{
	struct api_server *server = *state;
	char old[600];

	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"bob@example.com\"}");
	snprintf(old, sizeof(old), "If-Match: %s\r\n", header(server, "ETag"));
	expect_with(server, 200, "PATCH", BOB, old,
		    "{\"fields\":{\"city\":\"Rome\"}}");
	expect_with(server, 412, "PATCH", BOB, old,
		    "{\"fields\":{\"city\":\"Bonn\"}}");
	assert_string_equal(api_got(server, "/title"), "Changed since");
	expect_with(server, 412, "DELETE", BOB, old, NULL);
	expect_with(server, 412, "PUT", BOB "/tags/x", old, NULL);
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/fields/city"), "Rome");
	expect_with(server, 200, "PATCH", BOB, "If-Match: *\r\n",
		    "{\"fields\":{\"city\":\"Bonn\"}}");
	assert_string_equal(api_got(server, "/fields/city"), "Bonn");
	snprintf(old, sizeof(old), "If-Match: %s\r\n", header(server, "ETag"));
	expect_with(server, 204, "DELETE", BOB, old, NULL);
}

static void
definitions_heed_if_match(void **state)
{
	struct api_server *server = *state;
	char old[600];

	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 200, "GET", "/lists/news", NULL);
	snprintf(old, sizeof(old), "If-Match: %s\r\n", header(server, "ETag"));
	expect_with(server, 200, "PATCH", "/lists/news", old,
		    "{\"title\":\"The News\"}");
	assert_string_equal(api_got(server, "/title"), "The News");
	expect_with(server, 412, "PATCH", "/lists/news", old,
		    "{\"title\":\"x\"}");
	expect_with(server, 412, "DELETE", "/lists/news", old, NULL);
	api_expect(server, 200, "PATCH", "/lists/news", "{\"title\":null}");
	assert_string_equal(api_got(server, "/title"), "");
	api_expect(server, 404, "PATCH", "/lists/none", "{\"title\":\"x\"}");
	api_expect(server, 201, "POST", "/segments",
		   "{\"name\":\"hot\",\"where\":\"has score >= 5\"}");
	snprintf(old, sizeof(old), "If-Match: %s\r\n", header(server, "ETag"));
	api_expect(server, 200, "PATCH", "/segments/hot",
		   "{\"where\":\"has score >= 6\"}");
	assert_string_equal(api_got(server, "/where"), "has score >= 6");
	expect_with(server, 412, "DELETE", "/segments/hot", old, NULL);
	api_expect(server, 400, "PATCH", "/segments/hot", "{\"where\":\"(\"}");
	/* The file, too, though there is nothing in it yet. */
	expect_with(server, 200, "GET", "/rules", "Accept: text/plain\r\n",
		    NULL);
	assert_int_equal(server->answer.body.len, 0);
	snprintf(old, sizeof(old), "If-Match: %s\r\n", header(server, "ETag"));
	expect_with(server, 412, "PUT", "/rules", "If-None-Match: *\r\n",
		    "rule \"B\" { on = \"order.paid\" add = 1 }");
	expect_with(server, 412, "POST", "/segments", "If-None-Match: *\r\n",
		    "{\"name\":\"hot\",\"where\":\"has score\"}");
	expect_with(server, 201, "POST", "/segments", "If-None-Match: *\r\n",
		    "{\"name\":\"new\",\"where\":\"has score\"}");
	expect_with(server, 200, "PUT", "/rules", old,
		    "rule \"A\" { on = \"order.paid\" add = 1 }");
	expect_with(server, 412, "PUT", "/rules", old, "");
	api_expect(server, 200, "GET", "/rules", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "A");
}

/* --- partial updates ----------------------------------------------------- */

static void
a_patch_is_a_merge_patch(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"bob@example.com\",\"tags\":[\"a\",\"b\"],"
		   "\"fields\":{\"city\":\"Rome\",\"age\":4}}");
	expect_with(server, 200, "PATCH", BOB,
		    "Content-Type: application/merge-patch+json\r\n",
		    "{\"fields\":{\"age\":null},\"tags\":[\"b\",\"c\"],"
		    "\"lists\":[\"news\"]}");
	assert_string_equal(api_got(server, "/fields/city"), "Rome");
	assert_string_equal(api_got(server, "/fields/age"), "-");
	assert_string_equal(api_got(server, "/tags/0"), "b");
	assert_string_equal(api_got(server, "/tags/1"), "c");
	assert_string_equal(api_got(server, "/lists/0/state"), "joined");
	api_expect(server, 200, "PATCH", BOB, "{\"tags\":null,\"lists\":[]}");
	assert_string_equal(api_got(server, "/tags/0"), "-");
	assert_string_equal(api_got(server, "/lists/0/state"), "left");
	api_expect(server, 400, "PATCH", BOB, "{}");
	api_expect(server, 400, "PATCH", BOB, "{\"tags\":\"a\"}");
	api_expect(server, 400, "PATCH", BOB, "{\"lists\":[\"none\"]}");
	expect_with(server, 415, "PATCH", BOB, "Content-Type: text/xml\r\n",
		    "<a/>");
	assert_true(strstr(header(server, "Accept-Patch"), "merge-patch") !=
		    NULL);
}

/* --- what it may come with ----------------------------------------------- */

static void
what_is_not_taken_or_not_there_is_refused_first(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 400, "GET", "/lists?limt=1", NULL);
	api_expect_text(server, "no parameter `limt`");
	api_expect(server, 400, "POST", "/bulk?dryrun=1",
		   "{\"where\":\"has score < 1\",\"actions\":[\"delete\"]}");
	expect_with(server, 415, "POST", "/lists", "Content-Type: text/xml\r\n",
		    "<a/>");
	expect_with(server, 406, "GET", "/lists", "Accept: text/html\r\n",
		    NULL);
	expect_with(server, 200, "GET", "/lists",
		    "Accept: text/html, application/*;q=0.5\r\n", NULL);
	expect_with(server, 406, "GET", "/lists",
		    "Accept: application/json;q=0, text/html\r\n", NULL);
	expect_with(server, 200, "GET", "/rules", "Accept: text/plain\r\n",
		    NULL);
	api_expect(server, 405, "PUT", "/lists", NULL);
	assert_string_equal(header(server, "Allow"), "GET, POST");
	assert_string_equal(header(server, "Content-Type"),
			    "application/problem+json");
	api_expect(server, 404, "GET", "/nothing", NULL);
	assert_int_equal(n_audits(server), 0);
}

static void
no_other_site_is_let_in(void **state)
{
	struct api_server *server = *state;

	expect_with(server, 200, "GET", "/lists",
		    "Origin: https://other.example\r\n", NULL);
	assert_string_equal(header(server, "Access-Control-Allow-Origin"), "");
	expect_with(server, 204, "OPTIONS", "/lists",
		    "Origin: https://other.example\r\n"
		    "Access-Control-Request-Method: POST\r\n",
		    NULL);
	assert_string_equal(header(server, "Access-Control-Allow-Origin"), "");
	assert_string_equal(header(server, "Access-Control-Allow-Methods"), "");
}

/* --- pages --------------------------------------------------------------- */

static void
pages_of_definitions_stay_while_others_come_and_go(void **state)
{
	struct api_server *server = *state;
	char path[200], body[64];

	for (char c = 'a'; c <= 'e'; c++) {
		snprintf(body, sizeof(body), "{\"name\":\"%c\"}", c);
		api_expect(server, 201, "POST", "/lists", body);
	}
	api_expect(server, 200, "GET", "/lists?limit=2", NULL);
	assert_string_equal(api_got(server, "/items/1/name"), "b");
	snprintf(path, sizeof(path), "/lists?limit=2&cursor=%s",
		 api_got(server, "/next"));
	api_expect(server, 204, "DELETE", "/lists/b", NULL);
	api_expect(server, 201, "POST", "/lists", "{\"name\":\"aa\"}");
	api_expect(server, 200, "GET", path, NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "c");
	assert_string_equal(api_got(server, "/items/1/name"), "d");
	snprintf(path, sizeof(path), "/lists?limit=2&cursor=%s",
		 api_got(server, "/next"));
	api_expect(server, 200, "GET", path, NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "e");
	assert_string_equal(api_got(server, "/next"), "-");
	api_expect(server, 400, "GET", "/lists?cursor=!", NULL);
}

static void
lists_about_records_take_a_condition(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"bob@example.com\",\"tags\":[\"vip\"]}");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"ann@example.com\"}");
	api_expect(server, 200, "PUT", BOB "/suppression", NULL);
	api_expect(server, 200, "PUT", "/contacts/ann@example.com/suppression",
		   NULL);
	api_expect(server, 200, "POST", BOB "/scores/lead",
		   "{\"op\":\"add\",\"points\":5}");
	api_expect(server, 200, "POST", "/contacts/ann@example.com/scores/lead",
		   "{\"op\":\"add\",\"points\":9}");
	api_expect(server, 200, "GET", "/suppressions?where=tag%20'vip'", NULL);
	assert_string_equal(api_got(server, "/items/0/email"),
			    "bob@example.com");
	assert_string_equal(api_got(server, "/items/1/email"), "-");
	api_expect(server, 200, "GET",
		   "/scores/lead/top?where=tag%20'vip'&columns=email,score",
		   NULL);
	assert_string_equal(api_got(server, "/items/0/email"),
			    "bob@example.com");
	assert_string_equal(api_got(server, "/items/1/email"), "-");
	api_expect(server, 200, "GET",
		   "/signals?where=tag%20'vip'&name=record.created", NULL);
	assert_int_equal(json_count(json_get(server->json, "items")), 1);
	api_expect(server, 400, "GET", "/suppressions?where=(", NULL);
	api_expect(server, 200, "PUT", "/rules",
		   "automation \"Asked\" { on = \"tag.added\" do = { \"tag add"
		   " 'b'\" } }");
	for (const char *const *key =
		     (const char *const[]){BOB, "/contacts/ann@example.com",
					   NULL};
	     *key; key++) {
		char path[100];

		snprintf(path, sizeof(path), "%s/tags/a", *key);
		api_expect(server, 200, "PUT", path, NULL);
	}
	api_expect(server, 200, "GET", "/firings?where=tag%20'vip'", NULL);
	assert_true(json_count(json_get(server->json, "items")) > 0);
	for (size_t i = 0; i < json_count(json_get(server->json, "items"));
	     i++) {
		char pointer[40];

		snprintf(pointer, sizeof(pointer), "/items/%zu/key", i);
		assert_string_equal(api_got(server, pointer),
				    "bob@example.com");
	}
}

/* --- many at once -------------------------------------------------------- */

static void
many_records_have_a_result_each(void **state)
{
	struct api_server *server = *state;

	expect_with(server, 200, "POST", "/contacts/bulk", JSON_TYPE,
		    "[{\"email\":\"a@example.com\",\"tags\":[\"x\"]},"
		    "{\"email\":\"nonsense\"}, 5, null,"
		    "{\"email\":\"b@example.com\",\"lists\":[\"none\"]},"
		    "{\"email\":\"A@example.com\",\"fields\":{\"n\":1}}]");
	assert_string_equal(api_got(server, "/items/0/status"), "201");
	assert_string_equal(api_got(server, "/items/1/status"), "400");
	assert_string_equal(api_got(server, "/items/2/error"),
			    "it is not a JSON object");
	assert_string_equal(api_got(server, "/items/3/status"), "400");
	assert_string_equal(api_got(server, "/items/4/status"), "400");
	assert_string_equal(api_got(server, "/items/5/status"), "200");
	assert_string_equal(api_got(server, "/good"), "2");
	assert_string_equal(api_got(server, "/bad"), "4");
	api_expect(server, 200, "GET", "/contacts/a@example.com", NULL);
	assert_string_equal(api_got(server, "/tags/0"), "x");
	assert_string_equal(api_got(server, "/fields/n"), "1");
	api_expect(server, 404, "GET", "/contacts/b@example.com", NULL);
	assert_int_equal(n_audits(server), 1);
	assert_string_equal(api_got(server, "/items/0/action"), "contact.bulk");
	assert_string_equal(api_got(server, "/items/0/detail"), "6");
	api_expect(server, 400, "POST", "/contacts/bulk", "");
	api_expect(server, 400, "POST", "/contacts/bulk", "[1");
}

static void
many_signals_are_lines_and_count_once(void **state)
{
	static const char lines[] =
		"{\"email\":\"a@example.com\",\"name\":\"order.paid\"}\n\n"
		"{\"email\":\"a@example.com\",\"name\":\"order.paid\","
		"\"id\":\"o-1\"}\r\n{bad\n"
		"{\"email\":\"a@example.com\",\"name\":\"order\"}";
	struct api_server *server = *state;
	const char *headers = "Content-Type: application/x-ndjson\r\n"
			      "Idempotency-Key: k-1\r\n";

	for (int i = 0; i < 2; i++) {
		/* The second time as if the answer had been lost. */
		expect_with(server, 200, "POST", "/signals/bulk",
			    i ? "Idempotency-Key: k-2\r\n" : headers, lines);
		assert_string_equal(api_got(server, "/items/0/status"), "202");
		assert_string_equal(api_got(server, "/items/1/id"), "o-1");
		assert_string_equal(api_got(server, "/items/2/status"), "400");
		assert_string_equal(api_got(server, "/items/3/status"), "400");
	}
	api_expect(server, 200, "GET", "/signals?name=order.paid", NULL);
	/* The one without an id of its own came with two keys. */
	assert_int_equal(json_count(json_get(server->json, "items")), 3);
	expect_with(server, 200, "POST", "/signals/bulk", headers, lines);
	assert_string_equal(header(server, "Idempotent-Replayed"), "true");
}

static void
too_many_are_refused_before_any_is_taken(void **state)
{
	struct api_server *server = *state;
	struct buf body = BUF_INIT;

	for (int i = 0; i <= 10000; i++)
		buf_printf(&body, "{\"email\":\"p%d@example.com\"}\n", i);
	expect_with(server, 413, "POST", "/contacts/bulk",
		    "Content-Type: application/x-ndjson\r\n", buf_text(&body));
	api_expect(server, 404, "GET", "/contacts/p0@example.com", NULL);
	buf_done(&body);
}

/* --- who ----------------------------------------------------------------- */

static void
the_audit_says_who_and_from_where(void **state)
{
	struct api_server *server = *state;
	char token[128];

	api_expect(server, 201, "POST", "/tokens",
		   "{\"name\":\"crm\",\"role\":\"operator\"}");
	snprintf(token, sizeof(token), "%s", api_got(server, "/token"));
	assert_int_equal(api_ask_token(server, token, "POST", "/contacts",
				       "{\"email\":\"bob@example.com\"}"),
			 201);
	assert_int_equal(
		api_ask_token(server, token, "PUT", BOB "/tags/x", NULL), 200);
	api_expect(server, 200, "GET", "/audit?actor=crm", NULL);
	assert_int_equal(json_count(json_get(server->json, "items")), 2);
	assert_string_equal(api_got(server, "/items/0/action"), "contact.tag");
	assert_string_equal(api_got(server, "/items/0/object"),
			    "bob@example.com");
	assert_string_equal(api_got(server, "/items/0/detail"), "x");
	assert_string_equal(api_got(server, "/items/0/origin"), "127.0.0.1");
	assert_string_equal(api_got(server, "/items/1/action"),
			    "contact.create");
	api_expect(server, 200, "GET", "/audit?action=token", NULL);
	assert_true(strncmp(api_got(server, "/items/0/origin"), "uid ", 4) ==
		    0);
	api_expect(server, 200, "GET", "/audit?until=2001-01-01", NULL);
	assert_string_equal(api_got(server, "/items/0/id"), "-");
	api_expect(server, 200, "GET", "/tokens", NULL);
	assert_string_equal(api_got(server, "/items/0/state"), "active");
	assert_string_not_equal(api_got(server, "/items/0/last_used_at"), "-");
	api_expect(server, 204, "DELETE", "/tokens/crm", NULL);
	assert_int_equal(api_ask_token(server, token, "GET", BOB, NULL), 401);
	api_expect(server, 200, "GET", "/tokens", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "-");
	api_expect(server, 200, "GET", "/tokens?state=revoked", NULL);
	assert_string_equal(api_got(server, "/items/0/state"), "revoked");
}

static void
who_tries_tokens_is_slowed_down(void **state)
{
	struct api_server *server = *state;
	int status = 401;

	for (int i = 0; i < 100 && status == 401; i++)
		status = api_ask_token(server, "sg_guess", "GET", "/lists",
				       NULL);
	assert_int_equal(status, 429);
	assert_true(strtol(header(server, "Retry-After"), NULL, 10) > 0);
}

/* --- the table ----------------------------------------------------------- */

static void
every_resource_says_all_of_itself(void **state)
{
	(void)state;
	for (const struct api_resource *r = api_resources; r->method; r++) {
		const char *words = r->params;
		const char *shapes[2] = {r->body, r->answer};

		if (!words || (!r->answer && !r->produces &&
			       api_resource_status(r) != 204))
			fail_msg("%s %s says too little", r->method, r->path);
		for (; *words; words += strspn(words, " ")) {
			size_t len = strcspn(words, " ");

			if (!api_shape_find(api_params, words, len))
				fail_msg("%s: what is `%.*s`?", r->path,
					 (int)len, words);
			words += len;
		}
		for (int i = 0; i < 2; i++) {
			struct json *schema =
				shapes[i] ? api_shape_schema(shapes[i]) : NULL;

			if (shapes[i] && !schema)
				fail_msg("%s: %s", r->path, shapes[i]);
			json_free(schema);
		}
	}
	for (const struct api_shape *shape = api_shapes; shape->name; shape++) {
		struct json *schema = api_shape_schema(shape->shape);

		if (!schema)
			fail_msg("%s: %s", shape->name, shape->shape);
		if (api_shape_find(api_shapes, shape->name,
				   strlen(shape->name)) != shape)
			fail_msg("there are two shapes %s", shape->name);
		json_free(schema);
	}
	assert_null(api_shape_schema("{a:text"));
	assert_null(api_shape_schema("Nobody"));
	assert_null(api_shape_schema("text]"));
}

#define ON_A_SERVER(test) \
	cmocka_unit_test_setup_teardown(test, api_server_start, api_server_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_resource_says_all_of_itself),
		ON_A_SERVER(the_same_call_with_the_same_key_acts_once),
		ON_A_SERVER(while_one_is_under_way_another_is_refused),
		ON_A_SERVER(a_token_is_not_shown_again),
		ON_A_SERVER(a_definition_and_its_answer_are_kept_together),
		ON_A_SERVER(a_key_is_of_one_call_alone),
		ON_A_SERVER(what_did_not_change_is_not_sent_again),
		ON_A_SERVER(who_saw_an_older_one_does_not_overwrite),
		ON_A_SERVER(definitions_heed_if_match),
		ON_A_SERVER(a_patch_is_a_merge_patch),
		ON_A_SERVER(what_is_not_taken_or_not_there_is_refused_first),
		ON_A_SERVER(no_other_site_is_let_in),
		ON_A_SERVER(pages_of_definitions_stay_while_others_come_and_go),
		ON_A_SERVER(lists_about_records_take_a_condition),
		ON_A_SERVER(many_records_have_a_result_each),
		ON_A_SERVER(many_signals_are_lines_and_count_once),
		ON_A_SERVER(too_many_are_refused_before_any_is_taken),
		ON_A_SERVER(the_audit_says_who_and_from_where),
		ON_A_SERVER(who_tries_tokens_is_slowed_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

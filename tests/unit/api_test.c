/* api_test.c - the API over real HTTP, down to the store and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_aid.h"
#include "base/clock.h"
#include "store/db.h"

#define BOB "/contacts/bob@example.com"

static void
make_bob(struct api_server *server)
{
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\"}");
}

/* --- contacts ------------------------------------------------------------ */

static void
a_contact_is_made_shown_changed_and_deleted(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 404, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/detail"),
			    "no contact bob@example.com");
	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\": \" Bob@Example.COM \", \"fields\": "
		   "{\"job_title\": \"CEO\", \"age\": 44}, \"tags\": [\"vip\"],"
		   "\"lists\": [\"news\"]}");
	api_expect(server, 200, "GET", "/contacts/BOB%40example.com", NULL);
	assert_string_equal(api_got(server, "/email"), "bob@example.com");
	assert_string_equal(api_got(server, "/fields/job_title"), "CEO");
	assert_string_equal(api_got(server, "/fields/age"), "44");
	assert_string_equal(api_got(server, "/tags/0"), "vip");
	assert_string_equal(api_got(server, "/lists/0/name"), "news");
	assert_string_equal(api_got(server, "/lists/0/state"), "joined");
	assert_string_equal(api_got(server, "/suppression"), "-");
	assert_string_equal(api_got(server, "/scores/0"), "-");
	api_expect(server, 200, "PATCH", BOB,
		   "{\"fields\": {\"job_title\": null, \"city\": \"Rome\"}}");
	assert_string_equal(api_got(server, "/fields/job_title"), "-");
	assert_string_equal(api_got(server, "/fields/city"), "Rome");
	api_expect(server, 200, "POST", "/contacts",
		   "{\"email\": \"bob@example.com\"}");
	assert_string_equal(api_got(server, "/fields/city"), "Rome");
	api_expect(server, 204, "DELETE", BOB, NULL);
	api_expect(server, 404, "GET", BOB, NULL);
	api_expect(server, 404, "DELETE", BOB, NULL);
}

static void
a_consent_is_said_and_shown_of_anybody(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 200, "GET", BOB "/consent", NULL);
	assert_string_equal(api_got(server, "/opens/state"), "unknown");
	api_expect(server, 400, "PUT", BOB "/consent/reads",
		   "{\"state\":\"denied\"}");
	api_expect_text(server, "opens or clicks");
	api_expect(server, 400, "PUT", BOB "/consent/opens",
		   "{\"state\":\"denied\",\"at\":\"2090-01-01\"}");
	api_expect(server, 200, "PUT", BOB "/consent/opens",
		   "{\"state\":\"denied\",\"source\":\"letter\","
		   "\"wording\":\"No\",\"at\":\"2020-01-01\"}");
	make_bob(server);
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/consent/opens/state"), "denied");
	assert_string_equal(api_got(server, "/consent/opens/source"), "letter");
	assert_string_equal(api_got(server, "/consent/opens/wording"), "No");
	assert_string_equal(api_got(server, "/consent/opens/since"),
			    "2020-01-01T00:00:00.000Z");
	assert_string_equal(api_got(server, "/consent/clicks/state"),
			    "unknown");
}

static void
an_address_is_suppressed_and_freed(void **state)
{
	struct api_server *server = *state;
	char path[200];

	api_expect(server, 404, "DELETE", BOB "/suppression", NULL);
	api_expect_text(server, "bob@example.com is not suppressed");
	api_expect(server, 200, "PUT", BOB "/suppression", NULL);
	assert_string_equal(api_got(server, "/reason"), "manual");
	assert_string_equal(api_got(server, "/until"), "-");
	api_expect(server, 200, "GET", "/suppressions", NULL);
	assert_string_equal(api_got(server, "/items/0/email"), "-");
	make_bob(server);
	api_expect(server, 400, "PUT", BOB "/suppression",
		   "{\"expires_at\":\"2001-01-01\"}");
	api_expect_text(server, "2001-01-01 is not in the future");
	api_expect(server, 400, "PUT", BOB "/suppression",
		   "{\"expires_at\":\"soon\"}");
	api_expect(server, 200, "PUT", BOB "/suppression",
		   "{\"reason\":\"asked us to\",\"evidence\":\"by phone\","
		   "\"expires_at\":\"2090-01-31\"}");
	api_expect(server, 200, "GET", BOB, NULL);
	assert_string_equal(api_got(server, "/suppression/reason"),
			    "asked us to");
	assert_string_equal(api_got(server, "/suppression/evidence"),
			    "by phone");
	api_expect(server, 200, "PUT", "/contacts/x@example.com/suppression",
		   "{}");
	api_expect(server, 200, "GET", "/suppressions?limit=1", NULL);
	assert_string_equal(api_got(server, "/items/0/email"), "-");
	snprintf(path, sizeof(path), "/suppressions?limit=1&cursor=%s",
		 api_got(server, "/next"));
	api_expect(server, 200, "GET", path, NULL);
	assert_string_equal(api_got(server, "/items/0/email"),
			    "bob@example.com");
	assert_string_equal(api_got(server, "/items/0/until"),
			    "2090-01-31T00:00:00.000Z");
	api_expect(server, 400, "GET", "/suppressions?cursor=x", NULL);
	api_expect(server, 204, "DELETE", BOB "/suppression", NULL);
	api_expect(server, 404, "DELETE", BOB "/suppression", NULL);
}

static void
tags_and_lists_come_and_go(void **state)
{
	struct api_server *server = *state;

	make_bob(server);
	api_expect(server, 200, "PUT", BOB "/tags/a%20b", NULL);
	assert_string_equal(api_got(server, "/tags/0"), "a b");
	api_expect(server, 200, "PUT", BOB "/tags/c+d", NULL);
	assert_string_equal(api_got(server, "/tags/1"), "c+d");
	api_expect(server, 200, "DELETE", BOB "/tags/a%20b", NULL);
	assert_string_equal(api_got(server, "/tags/0"), "c+d");
	api_expect(server, 404, "PUT", BOB "/lists/news", NULL);
	api_expect_text(server, "no list `news`; make it first");
	api_expect(server, 201, "POST", "/lists",
		   "{\"name\":\"news\",\"title\":\"The News\"}");
	api_expect(server, 400, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 200, "PUT", BOB "/lists/news", NULL);
	api_expect(server, 200, "GET", "/lists/news", NULL);
	assert_string_equal(api_got(server, "/title"), "The News");
	assert_string_equal(api_got(server, "/joined"), "1");
	api_expect(server, 200, "DELETE", BOB "/lists/news", NULL);
	assert_string_equal(api_got(server, "/lists/0/state"), "left");
	api_expect(server, 200, "GET", "/lists", NULL);
	assert_string_equal(api_got(server, "/items/0/left"), "1");
	api_expect(server, 204, "DELETE", "/lists/news", NULL);
	api_expect(server, 404, "GET", "/lists/news", NULL);
	api_expect(server, 200, "GET", BOB "/history", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "list.left");
	assert_string_equal(api_got(server, "/items/0/properties/list"),
			    "news");
}

static void
what_is_wrong_is_said_exactly(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int status;
		const char *text;
	} calls[] = {
		{"POST", "/contacts", NULL, 400, "the body is empty"},
		{"POST", "/contacts", "{", 400, "not JSON"},
		{"POST", "/contacts", "[1]", 400, "not a JSON object"},
		{"POST", "/contacts", "{}", 400, "`email` is missing"},
		{"POST", "/contacts", "{\"email\":1}", 400,
		 "`email` must be a string"},
		{"POST", "/contacts", "{\"email\":\"bob\"}", 400, "bob"},
		{"POST", "/contacts",
		 "{\"email\":\"a@b.example\",\"fields\":{\"Bad Name\":1}}", 400,
		 "cannot name a field"},
		{"POST", "/contacts",
		 "{\"email\":\"a@b.example\",\"fields\":{\"x\":[1]}}", 400,
		 "the field `x` must be"},
		{"POST", "/contacts", "{\"email\":\"a@b.example\",\"tags\":1}",
		 400, "`tags` must be an array"},
		{"POST", "/contacts",
		 "{\"email\":\"a@b.example\",\"lists\":[\"none\"]}", 400,
		 "no list `none`"},
		{"GET", "/contacts/no-address", NULL, 400, "no-address"},
		{"GET", "/contacts?limit=0", NULL, 400, "from 1 to 1000"},
		{"GET", "/contacts?limit=x", NULL, 400, "not `x`"},
		{"GET", "/contacts?columns=nope", NULL, 400,
		 "no column `nope`"},
		{"GET", "/contacts?columns=score:none", NULL, 400,
		 "no score `none`"},
		{"GET", "/contacts?sort=tags", NULL, 400, "cannot sort"},
		{"GET", "/contacts?cursor=abc", NULL, 400, "not one that"},
		{"GET", "/contacts?where=%zz", NULL, 400, "percent-encoded"},
		{"GET", "/contacts?where=%ff", NULL, 400, "UTF-8"},
		{"GET", "/contacts?where=score%20%3E%3D", NULL, 400, "^"},
		{"GET", "/scores/none/summary", NULL, 404, "no score `none`"},
		{"GET", "/scores/lead/top?by=x", NULL, 400, "not `x`"},
		{"GET", "/nothing", NULL, 404, "there is no /api/v1/nothing"},
		{"PUT", "/contacts", "{}", 405, "takes GET, POST"},
		{"DELETE", "/status", NULL, 405, "takes GET"},
		{"POST", "/signals",
		 "{\"name\":\"x\",\"email\":\"a@b.example\"}", 400,
		 "not a signal's name"},
		{"POST", "/signals",
		 "{\"name\":\"tag.added\",\"email\":\"a@b.example\"}", 400,
		 "engine's own"},
		{"POST", "/signals", "{\"name\":\"order.paid\"}", 400,
		 "`key` is missing"},
		{"POST", "/signals",
		 "{\"name\":\"order.paid\",\"email\":\"a@b.example\","
		 "\"happened_at\":\"soon\"}",
		 400, "happened_at"},
		{"POST", "/segments/count", "{\"where\":\"field.x = \"}", 400,
		 "^"},
		{"POST", "/rules/check", "rule \"x\" { on = 1 ", 400,
		 "rules.conf:"},
		{"POST", "/tokens", "{\"name\":\"x\",\"role\":\"king\"}", 400,
		 "not `king`"},
		{"POST", "/tokens",
		 "{\"name\":\"x\",\"role\":\"reader\","
		 "\"expires_at\":\"2001-01-01\"}",
		 400, "past"},
		{"DELETE", "/tokens/none", NULL, 404, "no token `none`"},
		{"DELETE", "/segments/none", NULL, 404, "no segment `none`"},
		{"POST", "/backup", "{\"path\":\"x\"}", 400, "absolute"},
		{"GET", "/export?format=xml", NULL, 400, "not `xml`"},
		{"POST", "/import?scores=maybe", "email\n", 400, "not `maybe`"},
		{"POST", "/import", "", 400, "empty"},
		{"POST", "/import", "name\nx\n", 400, "one column `email`"},
		{"POST", "/import", "email,percent\n", 400,
		 "line 1: column `percent`"},
		{"POST", "/import", "email,score:none\n", 400,
		 "no score `none`"},
		{"POST", "/broadcasts/x/send", NULL, 404, "no broadcast `x`"},
		{"POST", "/broadcasts/x/burn", NULL, 404, "not `burn`"},
		{"GET", "/broadcasts/x", NULL, 404, "no broadcast `x`"},
		{"GET", "/broadcasts/x/preview", NULL, 404, "no broadcast `x`"},
		{"GET", "/broadcasts/x/recipients", NULL, 404,
		 "no broadcast `x`"},
		{"POST", "/broadcasts", "{\"name\":\"x\"}", 400,
		 "expected `template`, an .eml file"},
		{"POST", "/broadcasts",
		 "{\"name\":\"x\",\"template\":\"x\",\"where\":\"x\","
		 "\"unknown\":\"perhaps\"}",
		 400, "include or skip, not perhaps"},
	};
	struct api_server *server = *state;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		api_expect(server, calls[i].status, calls[i].method,
			   calls[i].path, calls[i].body);
		api_expect_text(server, calls[i].text);
		assert_string_equal(
			http_answer_header(&server->answer, "Content-Type"),
			"application/problem+json");
		assert_int_equal((int)api_number(server, "/status"),
				 calls[i].status);
	}
}

static void
heads_and_options_are_answered(void **state)
{
	struct api_server *server = *state;

	assert_int_equal(api_ask(server, "HEAD", "/lists", NULL), 200);
	assert_int_equal(server->answer.body.len, 0);
	assert_int_equal(api_ask(server, "OPTIONS", "/contacts", NULL), 204);
	assert_string_equal(http_answer_header(&server->answer, "Allow"),
			    "GET, POST");
	assert_string_equal(
		http_answer_header(&server->answer, "Cache-Control"),
		"no-store");
}

/* --- scores -------------------------------------------------------------- */

static void
change(struct api_server *server, const char *op, double points)
{
	char body[200];

	snprintf(body, sizeof(body),
		 "{\"op\":\"%s\",\"points\":%.17g,\"because\":\"by hand\"}", op,
		 points);
	api_expect(server, 200, "POST", BOB "/scores/lead", body);
}

/* What `why` lists must add up to the score. */
static void
assert_why_adds_up(struct api_server *server, double score)
{
	double sum = 0;
	char pointer[64];

	api_expect(server, 200, "GET", BOB "/scores/lead/why", NULL);
	for (int i = 0;; i++) {
		snprintf(pointer, sizeof(pointer), "/entries/%d/left", i);
		if (strcmp(api_got(server, pointer), "-") == 0)
			break;
		sum += api_number(server, pointer);
	}
	assert_float_equal(sum, score, 1e-6);
	assert_float_equal(api_number(server, "/summary/raw"), score, 1e-6);
}

static void
points_are_given_taken_set_and_erased(void **state)
{
	struct api_server *server = *state;

	make_bob(server);
	change(server, "add", 20);
	assert_float_equal(api_number(server, "/score"), 20, 1e-6);
	change(server, "subtract", 5.5);
	assert_float_equal(api_number(server, "/score"), 14.5, 1e-6);
	assert_float_equal(api_number(server, "/positive"), 20, 1e-6);
	assert_float_equal(api_number(server, "/negative"), -5.5, 1e-6);
	assert_why_adds_up(server, 14.5);
	assert_string_equal(api_got(server, "/entries/0/explanation"),
			    "by hand");
	change(server, "set", 50);
	assert_float_equal(api_number(server, "/score"), 50, 1e-6);
	assert_why_adds_up(server, 50);
	assert_string_equal(api_got(server, "/entries/1/left"), "-");
	assert_float_equal(api_number(server, "/in_30_days"), 50, 1e-6);
	api_expect(server, 200, "POST", BOB "/scores/lead",
		   "{\"op\":\"erase\"}");
	assert_string_equal(api_got(server, "/score"), "-");
	api_expect(server, 200, "GET", BOB "/scores", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "-");
	api_expect(server, 400, "POST", BOB "/scores/lead", "{\"op\":\"add\"}");
	api_expect(server, 400, "POST", BOB "/scores/lead",
		   "{\"op\":\"double\",\"points\":1}");
	api_expect(server, 404, "POST", BOB "/scores/none",
		   "{\"op\":\"add\",\"points\":1}");
	api_expect(server, 200, "GET", BOB "/history", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "score.erased");
}

static void
the_same_idempotency_key_acts_once(void **state)
{
	struct api_server *server = *state;

	make_bob(server);
	for (int i = 0; i < 2; i++)
		assert_int_equal(api_ask_with(server, "POST",
					      BOB "/scores/lead",
					      "Idempotency-Key: abc\r\n",
					      "{\"op\":\"add\",\"points\":10}"),
				 200);
	assert_float_equal(api_number(server, "/score"), 10, 1e-6);
	assert_int_equal(api_ask_with(server, "POST", BOB "/scores/lead",
				      "Idempotency-Key: abd\r\n",
				      "{\"op\":\"add\",\"points\":10}"),
			 200);
	assert_float_equal(api_number(server, "/score"), 20, 1e-6);
	/* One request of several changes is several signals. */
	assert_int_equal(api_ask_with(server, "PATCH", BOB,
				      "Idempotency-Key: p\r\n",
				      "{\"fields\":{\"a\":1,\"b\":2}}"),
			 200);
	assert_string_equal(api_got(server, "/fields/a"), "1");
	assert_string_equal(api_got(server, "/fields/b"), "2");
}

static const char rules[] = "rule \"Paid\" {\n"
			    "  on = \"order.paid\"\n"
			    "  add = 30\n"
			    "  because = \"paid {{signal.amount}}\"\n"
			    "}\n"
			    "rule \"Boss\" {\n"
			    "  when = \"field.job_title = 'CEO'\"\n"
			    "  add = 10\n"
			    "}\n";

static void
rules_are_checked_applied_and_explained(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 200, "POST", "/rules/check", rules);
	assert_string_equal(api_got(server, "/rules"), "2");
	api_expect(server, 200, "PUT", "/rules?dry_run=1", rules);
	assert_string_equal(api_got(server, "/differences/0/change"), "added");
	assert_string_equal(api_got(server, "/differences/0/name"), "Boss");
	api_expect(server, 200, "GET", "/rules", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "-");
	api_expect(server, 200, "PUT", "/rules", rules);
	api_expect(server, 200, "GET", "/rules", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "Paid");
	assert_string_equal(api_got(server, "/items/1/when"),
			    "field.job_title = 'CEO'");
	api_expect(server, 201, "POST", "/contacts",
		   "{\"email\":\"bob@example.com\",\"fields\":"
		   "{\"job_title\":\"CEO\"}}");
	api_expect(server, 202, "POST", "/signals",
		   "{\"name\":\"order.paid\",\"email\":\"bob@example.com\","
		   "\"properties\":{\"amount\":99.5}}");
	assert_string_equal(api_got(server, "/kept"), "true");
	assert_why_adds_up(server, 40);
	api_expect_text(server, "\"paid 99.5\"");
	api_expect_text(server, "\"Boss\"");
	assert_int_equal(api_ask_with(server, "GET", "/rules",
				      "Accept: text/plain\r\n", NULL),
			 200);
	api_expect_text(server, "rule \"Paid\"");
	/* What was written is what is there. */
	char *text = strdup(buf_text(&server->answer.body));
	api_expect(server, 200, "PUT", "/rules?dry_run=1", text);
	assert_string_equal(api_got(server, "/differences/0/change"), "-");
	free(text);
	/* CEO no more: the points go with the field. */
	api_expect(server, 200, "PATCH", BOB,
		   "{\"fields\":{\"job_title\":\"CTO\"}}");
	assert_why_adds_up(server, 30);
	assert_null(strstr(buf_text(&server->answer.body), "Boss"));
}

/* --- signals ------------------------------------------------------------- */

static void
a_signal_of_one_id_counts_once(void **state)
{
	struct api_server *server = *state;
	const char *body = "{\"name\":\"order.paid\",\"id\":\"o-1\","
			   "\"email\":\"new@example.com\","
			   "\"happened_at\":\"2026-01-31T09:00:00Z\"}";

	api_expect(server, 202, "POST", "/signals", body);
	api_expect(server, 202, "POST", "/signals", body);
	api_expect(server, 200, "GET",
		   "/signals?contact=new@example.com&name=order.paid", NULL);
	assert_string_equal(api_got(server, "/items/0/happened_at"),
			    "2026-01-31T09:00:00.000Z");
	assert_string_equal(api_got(server, "/items/1/name"), "-");
	api_expect(server, 200, "GET", "/signals/kinds", NULL);
	api_expect_text(server, "\"order.paid\"");
	api_expect_text(server, "\"record.created\"");
}

/* --- lists of contacts --------------------------------------------------- */

enum { PEOPLE = 25 };

/* p00 … p24; every third has no score, the others i points; city by i % 2. */
static void
make_people(struct api_server *server)
{
	struct buf csv = BUF_INIT;

	buf_append_text(&csv, "email,score:lead,city\n");
	for (int i = 0; i < PEOPLE; i++) {
		buf_printf(&csv, "p%02d@example.com,", i);
		if (i % 3)
			buf_printf(&csv, "%d", i);
		buf_printf(&csv, ",%s\n", i % 2 ? "Rome" : "");
	}
	api_expect(server, 200, "POST", "/import", buf_text(&csv));
	assert_string_equal(api_got(server, "/created"), "25");
	assert_string_equal(api_got(server, "/bad_lines"), "0");
	buf_done(&csv);
}

/* All e-mail addresses' numbers over pages of four, separated by blanks. */
static void
read_pages(struct api_server *server, const char *query, struct buf *out)
{
	char path[2048], cursor[1024] = "";
	int pages = 0;

	do {
		assert_true(pages++ < 20);
		snprintf(path, sizeof(path),
			 "/contacts?limit=4&columns=email,score&%s%s%s", query,
			 *cursor ? "&cursor=" : "", cursor);
		api_expect(server, 200, "GET", path, NULL);
		for (int i = 0; i < 5; i++) {
			char pointer[32];
			const char *email;

			snprintf(pointer, sizeof(pointer), "/items/%d/email",
				 i);
			email = api_got(server, pointer);
			if (*email == 'p')
				buf_printf(out, "%.2s ", email + 1);
		}
		snprintf(cursor, sizeof(cursor), "%s",
			 api_got(server, "/next"));
	} while (strcmp(cursor, "-") != 0);
}

static void
assert_pages(struct api_server *server, const char *query, const char *want)
{
	struct buf got = BUF_INIT;

	read_pages(server, query, &got);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
}

static void
pages_hold_each_contact_once_and_in_order(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	assert_pages(server, "sort=-score",
		     "23 22 20 19 17 16 14 13 11 10 08 07 05 04 02 01 "
		     "00 03 06 09 12 15 18 21 24 ");
	assert_pages(server, "sort=score",
		     "01 02 04 05 07 08 10 11 13 14 16 17 19 20 22 23 "
		     "00 03 06 09 12 15 18 21 24 ");
	assert_pages(server, "",
		     "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 "
		     "18 19 20 21 22 23 24 ");
	assert_pages(server, "sort=-email&where=score%20%3E%3D%2019",
		     "23 22 20 19 ");
	assert_pages(server, "sort=field.city&where=score%20%3C%205",
		     "01 02 04 ");
}

static void
columns_are_what_was_asked_for(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	api_expect(server, 200, "GET",
		   "/contacts?where=email%20%3D%20%27p23@example.com%27&"
		   "columns=email,score,percent,score:fit,positive,"
		   "field.city,field.none,tags,lists,created,id,module",
		   NULL);
	assert_float_equal(api_number(server, "/items/0/score"), 23, 1e-9);
	assert_float_equal(api_number(server, "/items/0/percent"), 100, 1e-9);
	assert_float_equal(api_number(server, "/items/0/positive"), 23, 1e-9);
	assert_string_equal(api_got(server, "/items/0/score:fit"), "-");
	assert_string_equal(api_got(server, "/items/0/field.city"), "Rome");
	assert_string_equal(api_got(server, "/items/0/field.none"), "-");
	assert_string_equal(api_got(server, "/items/0/module"), "contact");
	assert_int_equal(json_count(json_pointer(server->json, "/items/0")),
			 12);
	api_expect(server, 200, "GET", "/scores/lead/top?n=2", NULL);
	assert_string_equal(api_got(server, "/items/0/email"),
			    "p23@example.com");
	assert_string_equal(api_got(server, "/items/1/email"),
			    "p22@example.com");
	api_expect(server, 200, "GET", "/scores/lead/summary", NULL);
	assert_string_equal(api_got(server, "/records"), "25");
	assert_string_equal(api_got(server, "/scored"), "16");
	assert_float_equal(api_number(server, "/top"), 23, 1e-9);
	assert_float_equal(api_number(server, "/median"), 12, 1e-9);
	api_expect(server, 200, "GET", "/scores", NULL);
	assert_string_equal(api_got(server, "/items/1/name"), "fit");
}

static void
segments_are_saved_counted_and_used(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\":\"has score >= 20\"}");
	assert_string_equal(api_got(server, "/count"), "3");
	assert_string_equal(api_got(server, "/total"), "25");
	api_expect(server, 201, "POST", "/segments",
		   "{\"name\":\"hot\",\"where\":\"has score >= 20\"}");
	api_expect(server, 201, "POST", "/segments",
		   "{\"name\":\"hot romans\",\"where\":"
		   "\"segment 'hot' and field.city = 'rome'\"}");
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\":\"segment 'hot romans'\"}");
	assert_string_equal(api_got(server, "/count"), "1");
	/* One that leads back to itself is refused when it is saved. */
	api_expect(server, 400, "POST", "/segments",
		   "{\"name\":\"hot\",\"where\":\"segment 'hot romans'\"}");
	api_expect(server, 400, "POST", "/segments",
		   "{\"name\":\"self\",\"where\":\"segment 'self'\"}");
	api_expect(server, 200, "GET", "/segments", NULL);
	assert_string_equal(api_got(server, "/items/0/name"), "hot");
	assert_string_equal(api_got(server, "/items/2/name"), "-");
	api_expect(server, 204, "DELETE", "/segments/hot%20romans", NULL);
}

/* --- import and export --------------------------------------------------- */

static void
bad_lines_are_named_and_the_others_go_in(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 200, "POST", "/import",
		   "E-Mail;First Name;tags;lists;score:lead\r\n"
		   "ann@example.com;\"Ann; the 1st\";vip,new;news;12.5\r\n"
		   "no-address;x;;;\r\n"
		   "ben@example.com;Ben;;none;1\r\n"
		   "cat@example.com;Cat;;;many\r\n"
		   "dan@example.com;Dan\r\n"
		   "eve@example.com;Eve;;;0\r\n");
	assert_string_equal(api_got(server, "/lines"), "6");
	assert_string_equal(api_got(server, "/created"), "2");
	assert_string_equal(api_got(server, "/bad_lines"), "4");
	assert_string_equal(api_got(server, "/errors/0/line"), "3");
	assert_string_equal(api_got(server, "/errors/3/line"), "6");
	api_expect_text(server, "no list `none`");
	api_expect_text(server, "`many` is not a number");
	api_expect_text(server, "2 cells, where the header has 5");
	api_expect(server, 200, "GET", "/contacts/ann@example.com", NULL);
	assert_string_equal(api_got(server, "/fields/first_name"),
			    "Ann; the 1st");
	assert_string_equal(api_got(server, "/tags/1"), "vip");
	assert_string_equal(api_got(server, "/lists/0/name"), "news");
	assert_float_equal(api_number(server, "/scores/0/score"), 12.5, 1e-9);
	api_expect(server, 404, "GET", "/contacts/ben@example.com", NULL);
	/* 0 points are a score, an empty cell is none. */
	api_expect(server, 200, "GET", "/contacts/eve@example.com", NULL);
	assert_string_equal(api_got(server, "/scores/0/score"), "0");
}

static void
a_dry_run_changes_nothing(void **state)
{
	struct api_server *server = *state;

	api_expect(server, 200, "POST", "/import?dry_run=1",
		   "email\nann@example.com\nx\n");
	assert_string_equal(api_got(server, "/created"), "1");
	assert_string_equal(api_got(server, "/bad_lines"), "1");
	api_expect(server, 404, "GET", "/contacts/ann@example.com", NULL);
}

static char *export(struct api_server *server)
{
	api_expect(server, 200, "GET", "/export?sort=email", NULL);
	assert_string_equal(http_answer_header(&server->answer, "Content-Type"),
			    "text/csv; charset=utf-8");
	return strdup(buf_text(&server->answer.body));
}

static void
an_export_can_be_imported_and_is_the_same_after(void **state)
{
	struct api_server *server = *state;
	char *before, *after;

	make_people(server);
	api_expect(server, 201, "POST", "/lists", "{\"name\":\"news\"}");
	api_expect(server, 200, "POST", "/import",
		   "email,note,tags,lists\n"
		   "p01@example.com,\"=1+\"\"1\"\",\r\ntwo\",a;b,news\n");
	before = export(server);
	assert_ptr_equal(strstr(before, "email,field.city,field.note,tags,"
					"lists,score:lead,score:fit\r\n"),
			 before);
	assert_non_null(strstr(before, "p01@example.com,Rome,\"'=1+\"\"1\"\","
				       "\r\ntwo\",\"a;b\",news,1,\r\n"));
	api_expect(server, 200, "POST", "/import?scores=set", before);
	assert_string_equal(api_got(server, "/updated"), "25");
	assert_string_equal(api_got(server, "/bad_lines"), "0");
	after = export(server);
	assert_string_equal(after, before);
	free(before);
	free(after);
	assert_int_equal(api_ask(server, "GET",
				 "/export?format=ndjson&columns=email,tags&"
				 "where=tag%20%27a%27",
				 NULL),
			 200);
	assert_string_equal(buf_text(&server->answer.body),
			    "{\"email\":\"p01@example.com\","
			    "\"tags\":[\"a\",\"b\"]}\n");
}

static void
an_import_of_thousands_goes_in_batches(void **state)
{
	struct api_server *server = *state;
	struct buf csv = BUF_INIT;

	buf_append_text(&csv, "email,a,b,score:lead\n");
	for (int i = 0; i < 3000; i++)
		buf_printf(&csv, "n%d@example.com,%d,x,1\n", i % 2500, i);
	api_expect(server, 200, "POST", "/import", buf_text(&csv));
	assert_string_equal(api_got(server, "/lines"), "3000");
	assert_string_equal(api_got(server, "/created"), "2500");
	assert_string_equal(api_got(server, "/updated"), "500");
	api_expect(server, 200, "POST", "/segments/count",
		   "{\"where\":\"has score >= 2\"}");
	assert_string_equal(api_got(server, "/count"), "500");
	buf_done(&csv);
}

/* --- broadcasts ---------------------------------------------------------- */

static void
a_broadcast_is_made_previewed_and_shown(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	api_expect(server, 201, "POST", "/broadcasts",
		   "{\"name\":\"spring\",\"where\":\"has score >= 20\","
		   "\"from\":\"News <news@example.com>\",\"template\":"
		   "\"Subject: {{contactScore}} points\\n\\nHello\\n\"}");
	assert_string_equal(api_got(server, "/state"), "draft");
	assert_string_equal(api_got(server, "/recipients/total"), "0");
	api_expect(server, 200, "GET", "/broadcasts", NULL);
	assert_string_equal(api_got(server, "/items/0/where"),
			    "has score >= 20");
	api_expect(server, 200, "GET", "/broadcasts/spring/preview", NULL);
	assert_string_equal(api_got(server, "/n_recipients"), "3");
	api_expect_text(server, "\"p23@example.com\"");
	api_expect(server, 200, "GET",
		   "/broadcasts/spring/preview?for=p22@example.com", NULL);
	assert_non_null(strstr(api_got(server, "/mail"), "22 points"));
	api_expect(server, 400, "POST", "/broadcasts/spring/pause", NULL);
	api_expect(server, 400, "POST", "/broadcasts",
		   "{\"name\":\"bad\",\"where\":\"has score >=\","
		   "\"from\":\"a@b.example\",\"template\":\"Subject: "
		   "x\\n\\nHello\\n\"}");
	api_expect_text(server, "^");
	api_expect(server, 400, "POST", "/broadcasts",
		   "{\"name\":\"bad\",\"where\":\"has score\","
		   "\"from\":\"a@b.example\","
		   "\"template\":\"Subject: {{nope}}\\n\\nHello\\n\"}");
	api_expect_text(server, "nope");
	api_expect(server, 200, "GET",
		   "/broadcasts/spring/recipients?state=queued", NULL);
	api_expect(server, 400, "GET",
		   "/broadcasts/spring/recipients?state=lost", NULL);
}

static void
a_broadcast_can_wait_for_its_time(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	api_expect(server, 201, "POST", "/broadcasts",
		   "{\"name\":\"spring\",\"where\":\"has score\","
		   "\"from\":\"a@b.example\",\"pace\":5,"
		   "\"template\":\"Subject: x\\n\\nHello\\n\"}");
	api_expect(server, 400, "POST", "/broadcasts/spring/send",
		   "{\"at\":\"2020-01-01\"}");
	api_expect_text(server, "is over");
	api_expect(server, 400, "POST", "/broadcasts/spring/send",
		   "{\"at\":\"tomorrow\"}");
	api_expect(server, 400, "POST", "/broadcasts/spring/send",
		   "{\"at\":\"2099-01-01\",\"timezone\":\"Moon/Sea\"}");
	api_expect(server, 400, "POST", "/broadcasts/spring/send",
		   "{\"pace\":-1}");
	assert_int_equal(api_ask(server, "GET", "/broadcasts/spring", NULL),
			 200);
	assert_string_equal(api_got(server, "/state"), "draft");
	/* The night when the clock goes forward in Berlin. */
	api_expect(server, 200, "POST", "/broadcasts/spring/send",
		   "{\"at\":\"2099-03-29T09:00\","
		   "\"timezone\":\"Europe/Berlin\",\"pace\":9}");
	assert_string_equal(api_got(server, "/state"), "scheduled");
	assert_non_null(strstr(api_got(server, "/scheduled_at"),
			       "2099-03-29T07:00:00"));
	api_expect(server, 400, "POST", "/broadcasts/spring/pause", NULL);
	api_expect(server, 200, "POST", "/broadcasts/spring/cancel", NULL);
	api_expect(server, 400, "POST", "/broadcasts/spring/resume", NULL);
	api_expect(server, 200, "GET", "/broadcasts/spring/clicks", NULL);
	api_expect(server, 404, "GET", "/broadcasts/x/clicks", NULL);
}

static void
a_template_is_looked_at_alone(void **state)
{
	struct api_server *server = *state;

	make_people(server);
	api_expect(server, 200, "POST", "/templates/check",
		   "{\"template\":\"Subject: {{score}}\\n\\nHello\\n\"}");
	api_expect(server, 400, "POST", "/templates/check",
		   "{\"template\":\"Subject: x\\n\\n\\n {{nope}}\\n\"}");
	api_expect_text(server, "line 4, column 4");
	api_expect(server, 200, "POST", "/templates/render",
		   "{\"template\":\"From: a@b.example\\nSubject: "
		   "{{score}} points\\n\\nHello\\n\","
		   "\"to\":\"p22@example.com\"}");
	assert_non_null(strstr(api_got(server, "/mail"), "22 points"));
	api_expect(server, 400, "POST", "/templates/render",
		   "{\"template\":\"From: a@b.example\\nSubject: "
		   "x\\n\\nHello\\n\",\"to\":\"nobody@example.com\"}");
}

/* --- who may ------------------------------------------------------------- */

static void
make_token(struct api_server *server, const char *role, char token[128])
{
	char body[128];

	snprintf(body, sizeof(body), "{\"name\":\"my %s\",\"role\":\"%s\"}",
		 role, role);
	api_expect(server, 201, "POST", "/tokens", body);
	snprintf(token, 128, "%s", api_got(server, "/token"));
	assert_int_equal(strncmp(token, "sg_", 3), 0);
}

static void
over_tcp_a_token_decides(void **state)
{
	struct api_server *server = *state;
	char reader[128], operator[128], manager[128];

	make_token(server, "reader", reader);
	make_token(server, "operator", operator);
	make_token(server, "manager", manager);
	assert_int_equal(api_ask_token(server, NULL, "GET", "/status", NULL),
			 401);
	assert_string_equal(
		http_answer_header(&server->answer, "WWW-Authenticate"),
		"Bearer");
	assert_int_equal(api_ask_token(server, "sg_x", "GET", "/status", NULL),
			 401);
	assert_int_equal(api_ask_token(server, reader, "GET", "/status", NULL),
			 200);
	assert_int_equal(api_ask_token(server, reader, "POST", "/contacts",
				       "{\"email\":\"a@b.example\"}"),
			 403);
	api_expect_text(server, "needs the role operator; my reader has");
	assert_int_equal(
		api_ask_token(server, reader, "GET", "/suppressions", NULL),
		200);
	assert_int_equal(
		api_ask_token(server, reader, "PUT", BOB "/suppression", NULL),
		403);
	assert_int_equal(api_ask_token(server, operator, "POST", "/contacts",
				       "{\"email\":\"a@b.example\"}"),
			 201);
	assert_int_equal(
		api_ask_token(server, operator, "GET", "/tokens", NULL), 403);
	assert_int_equal(api_ask_token(server, manager, "GET", "/tokens", NULL),
			 200);
	assert_null(strstr(buf_text(&server->answer.body), "sg_"));
	api_expect(server, 200, "GET", "/contacts/a@b.example/history", NULL);
	assert_string_equal(api_got(server, "/items/0/actor"), "my operator");
	assert_string_equal(api_got(server, "/items/0/source"), "api");
	api_expect(server, 204, "DELETE", "/tokens/my%20reader", NULL);
	assert_int_equal(api_ask_token(server, reader, "GET", "/status", NULL),
			 401);
	api_expect(server, 400, "POST", "/tokens",
		   "{\"name\":\"my manager\",\"role\":\"reader\"}");
	api_expect(server, 200, "GET", "/audit", NULL);
	assert_string_equal(api_got(server, "/items/0/action"), "token.revoke");
	assert_string_equal(api_got(server, "/items/0/object"), "my reader");
}

static void
ask_as(struct api_server *server, const char *actor, const char *method,
       const char *path, const char *body, int status)
{
	struct sg_reply reply;

	reply_init(&reply);
	api_handle_as(server->api, actor, method, path, body,
		      body ? strlen(body) : 0, &reply);
	if (reply.status != status)
		fail_msg("%d, expected %d: %s", reply.status, status,
			 buf_text(&reply.body));
	reply_done(&reply);
}

static void
a_plugin_asks_with_the_role_of_its_actor(void **state)
{
	struct api_server *server = *state;
	char token[128];

	make_token(server, "reader", token);
	ask_as(server, "my reader", "GET", "/api/v1/lists?limit=1", NULL, 200);
	ask_as(server, "my reader", "POST", "/api/v1/lists", "{\"name\":\"x\"}",
	       403);
	ask_as(server, "nobody", "GET", "/api/v1/lists", NULL, 400);
	ask_as(server, "my reader", "GET", "/other", NULL, 404);
}

static void
everything_in_the_index_is_there(void **state)
{
	struct api_server *server = *state;
	struct json *index;
	size_t n;

	api_expect(server, 200, "GET", "/api/v1/", NULL);
	api_expect(server, 200, "GET", "/api/v1", NULL);
	index = server->json;
	server->json = NULL;
	n = json_count(json_get(index, "resources"));
	assert_true(n > 40);
	for (size_t i = 0; i < n; i++) {
		const struct json *one =
			json_at(json_get(index, "resources"), i);
		const char *path = json_get_text(one, "path");

		if (strcmp(json_get_text(one, "method"), "GET") == 0 &&
		    !strchr(path, '{') && strcmp(path, "/api/v1") != 0)
			/* A stream has no end; no plugin is loaded. */
			api_expect(server,
				   strstr(path, "/webhooks") ||
						   strstr(path, "/page/")
					   ? 404
					   : 200,
				   strstr(path, "/events") ? "HEAD" : "GET",
				   path, NULL);
	}
	json_free(index);
}

static void
the_operator_can_see_how_it_goes(void **state)
{
	struct api_server *server = *state;

	make_bob(server);
	change(server, "add", 5);
	api_expect(server, 200, "GET", "/status", NULL);
	assert_string_equal(api_got(server, "/healthy"), "true");
	assert_string_equal(api_got(server, "/apply/records"), "1");
	api_expect(server, 200, "POST", "/verify", "{\"refold\":true}");
	assert_string_equal(api_got(server, "/differences"), "0");
	api_expect(server, 200, "POST", "/verify", NULL);
	api_expect(server, 200, "POST", "/reload", NULL);
	api_expect(server, 200, "POST", "/backup", "{\"path\":\"/b\"}");
	assert_string_equal(server->backup_path, "/b");
	api_expect(server, 200, "GET", "/healthz", NULL);
	assert_string_equal(buf_text(&server->answer.body), "ok\n");
	api_expect(server, 200, "GET", "/metrics", NULL);
	api_expect_text(server, "\nscoregate_healthy 1\n");
	api_expect_text(server, "\nscoregate_records 1\n");
	api_expect_text(server, "# TYPE scoregate_signals_applied_total "
				"counter\n");
}

/* The store is away; what was kept in the spool comes true later. */
static void
a_change_that_is_kept_but_not_applied_is_202(void **state)
{
	struct api_server *server = *state;
	int64_t until = clock_monotonic_ms() + 20000;
	struct sg_err err = {0};
	struct db *db;

	make_bob(server);
	assert_int_equal(db_open(server->store_path, DB_READ_WRITE, &db, &err),
			 SG_OK);
	assert_int_equal(db_begin(db, &err), SG_OK);
	api_expect(server, 202, "POST", BOB "/scores/lead",
		   "{\"op\":\"add\",\"points\":7}");
	assert_string_equal(api_got(server, "/kept"), "true");
	assert_string_equal(api_got(server, "/applied"), "false");
	db_rollback(db);
	db_close(db);
	do {
		assert_true(clock_monotonic_ms() < until);
		api_expect(server, 200, "GET", BOB "/scores", NULL);
	} while (strcmp(api_got(server, "/items/0/score"), "7") != 0);
}

#define ON_A_SERVER(test) \
	cmocka_unit_test_setup_teardown(test, api_server_start, api_server_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_SERVER(a_contact_is_made_shown_changed_and_deleted),
		ON_A_SERVER(a_consent_is_said_and_shown_of_anybody),
		ON_A_SERVER(an_address_is_suppressed_and_freed),
		ON_A_SERVER(tags_and_lists_come_and_go),
		ON_A_SERVER(what_is_wrong_is_said_exactly),
		ON_A_SERVER(heads_and_options_are_answered),
		ON_A_SERVER(points_are_given_taken_set_and_erased),
		ON_A_SERVER(the_same_idempotency_key_acts_once),
		ON_A_SERVER(rules_are_checked_applied_and_explained),
		ON_A_SERVER(a_signal_of_one_id_counts_once),
		ON_A_SERVER(pages_hold_each_contact_once_and_in_order),
		ON_A_SERVER(columns_are_what_was_asked_for),
		ON_A_SERVER(segments_are_saved_counted_and_used),
		ON_A_SERVER(bad_lines_are_named_and_the_others_go_in),
		ON_A_SERVER(a_dry_run_changes_nothing),
		ON_A_SERVER(an_export_can_be_imported_and_is_the_same_after),
		ON_A_SERVER(an_import_of_thousands_goes_in_batches),
		ON_A_SERVER(a_broadcast_is_made_previewed_and_shown),
		ON_A_SERVER(a_broadcast_can_wait_for_its_time),
		ON_A_SERVER(a_template_is_looked_at_alone),
		ON_A_SERVER(over_tcp_a_token_decides),
		ON_A_SERVER(a_plugin_asks_with_the_role_of_its_actor),
		ON_A_SERVER(everything_in_the_index_is_there),
		ON_A_SERVER(the_operator_can_see_how_it_goes),
		cmocka_unit_test_setup_teardown(
			a_change_that_is_kept_but_not_applied_is_202,
			api_server_start_hasty, api_server_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * token_route_test.c - a token of one kind is refused everywhere else: every
 * kind at every door of the web and of the mail, through the gate into a real
 * spool. Each door takes its own kind, so that a refusal is one.
 */
#include "gate_aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"

static struct gate_aid *aid;

static const char browser[] =
	"User-Agent: Mozilla/5.0 (X11; Linux) Firefox\n"
	"Origin: https://www.example.com\n"
	"Content-Type: application/x-www-form-urlencoded\n";

/* $ is the token; `right` and `wrong` are what it answers. */
static const struct door {
	const char *method, *path, *body;
	enum token_kind kind;
	int right, wrong;
	bool keeps; /* a signal, for its own kind */
} doors[] = {
	{"GET", "/o/$.gif", NULL, TOKEN_OPEN, 200, 200, true},
	{"GET", "/c/$", NULL, TOKEN_CLICK, 302, 404, true},
	{"GET", "/u/$", NULL, TOKEN_UNSUBSCRIBE, 200, 404, false},
	{"POST", "/u/$", "List-Unsubscribe=One-Click", TOKEN_UNSUBSCRIBE, 200,
	 404, true},
	{"GET", "/w/$", NULL, TOKEN_FORWARD, 200, 404, false},
	{"POST", "/w/$", "how=page&website=", TOKEN_FORWARD, 200, 404, true},
	{"POST", "/f/news/$", "how=page", TOKEN_CONFIRM, 200, 404, true},
	{"POST", "/e",
	 "{\"id\":\"0123456789abcdef0123456789abcdef\",\"who\":\"$\","
	 "\"events\":[{\"name\":\"page.visited\","
	 "\"url\":\"https://www.example.com/a\"}]}",
	 TOKEN_VISITOR, 200, 403, true},
};

enum { DOORS = sizeof(doors) / sizeof(doors[0]) };

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "reply", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
	gate_aid_must_load(aid, "forward",
			   "subject = \"Look\" text = \"Read\"\n"
			   "link = \"https://shop.example.com/\"\n");
	gate_aid_must_load(aid, "form",
			   "form \"news\" { confirm = yes lists = { \"news\" } "
			   "}\n");
	gate_aid_must_load(aid, "page",
			   "origins = { \"https://www.example.com\" }\n");
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static const char *
payload_of(enum token_kind kind)
{
	if (kind == TOKEN_CLICK)
		return "https://shop.example.com/";
	if (kind == TOKEN_CONFIRM || kind == TOKEN_STAMP)
		return "news";
	return kind == TOKEN_VISITOR
		       ? pool_printf(aid->pool, "click %lld",
				     (long long)clock_now() - 1000)
	       : kind == TOKEN_FORWARD ? "spring"
				       : "";
}

/* Its own payload, or that which the door would like. */
static const char *
with_token(const char *text, enum token_kind kind, enum token_kind payload)
{
	const char *at = text ? strchr(text, '$') : NULL;
	uint64_t id = message_id_new(clock_now() - 60000);

	if (!at)
		return text;
	return pool_printf(aid->pool, "%.*s%s%s", (int)(at - text), text,
			   gate_aid_token(aid, kind, "ann@far.example", id,
					  payload_of(payload)),
			   at + 1);
}

static void
knock(const struct door *door, enum token_kind kind, enum token_kind payload)
{
	bool own = door->kind == kind;
	int status = gate_aid_request(
		aid, door->method, with_token(door->path, kind, payload),
		browser, with_token(door->body, kind, payload));
	size_t kept = gate_aid_signals(aid);

	if (status != (own ? door->right : door->wrong))
		fail_msg("%s %s with kind %d: %d", door->method, door->path,
			 kind, status);
	if ((kept > 0) != (own && door->keeps))
		fail_msg("%s %s with kind %d: %zu signals", door->method,
			 door->path, kind, kept);
}

static void
every_door_takes_its_own_kind_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < DOORS; i++)
		for (int kind = TOKEN_OPEN; kind <= TOKEN_STAMP; kind++) {
			knock(&doors[i], (enum token_kind)kind,
			      (enum token_kind)kind);
			if (kind != (int)doors[i].kind)
				knock(&doors[i], (enum token_kind)kind,
				      doors[i].kind);
		}
}

/* A bad one is answered as the other bad ones are. */
static void
what_is_no_token_is_answered_as_one_of_another_kind(void **state)
{
	static const char *const bad[] = {"x", "..",
					  "AAAAAAAAAAAAAAAAAAAAAAAA"
					  "AAAAAAAAAAAAAAAAAAAAA"};

	(void)state;
	for (size_t i = 0; i < DOORS; i++)
		for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
			const struct door *door = &doors[i];
			const char *in = strchr(door->path, '$') ? door->path
								 : door->body;
			const char *at = strchr(in, '$');
			const char *filled =
				pool_printf(aid->pool, "%.*s%s%s",
					    (int)(at - in), in, bad[b], at + 1);
			int status = gate_aid_request(
				aid, door->method,
				in == door->path ? filled : door->path, browser,
				in == door->path ? door->body : filled);

			if (status != door->wrong || gate_aid_signals(aid))
				fail_msg("%s %s with %s: %d", door->method,
					 door->path, bad[b], status);
		}
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(every_door_takes_its_own_kind_and_no_other),
		GATE_TEST(what_is_no_token_is_answered_as_one_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

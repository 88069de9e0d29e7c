/*
 * webhook_samples_test.c - the ready mappings of conf/webhooks: each sample of
 * golden/webhook becomes what its .want says; tampered with, or sent long ago,
 * it is refused; sent twice, it is the same event.
 */
#include "gate_aid.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "gate/gate.h"
#include "http/reply.h"
#include "signal/field_type.h"
#include "signal/record_ref.h"
#include "webhook_sign.h"

#define FOLDER "tests/unit/golden/webhook/"
enum { SAMPLE_MOST = 65536, DAY_MS = 86400000 };

struct sample {
	const char *file, *mapping, *scheme;
	const char *headers; /* that come along; NULL = none */
};

#define WOO(topic) "X-WC-Webhook-Topic: " topic "\n"
#define DISCOURSE(event) \
	"X-Discourse-Event: " event "\nX-Discourse-Event-Id: 4\n"
#define GITHUB(event)                 \
	"X-GitHub-Event: " event "\n" \
	"X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\n"

static const struct sample samples[] = {
	{"stripe-order.json", "stripe", "stripe", NULL},
	{"stripe-refund.json", "stripe", "stripe", NULL},
	{"stripe-chargeback.json", "stripe", "stripe", NULL},
	{"stripe-chargeback-unnamed.json", "stripe", "stripe", NULL},
	{"stripe-subscription.json", "stripe", "stripe", NULL},
	{"stripe-subscribed.json", "stripe", "stripe", NULL},
	{"stripe-changed.json", "stripe", "stripe", NULL},
	{"stripe-renewal.json", "stripe", "stripe", NULL},
	{"stripe-canceled.json", "stripe", "stripe", NULL},
	{"stripe-failed.json", "stripe", "stripe", NULL},
	{"stripe-other.json", "stripe", "stripe", NULL},
	{"woocommerce-order.json", "woocommerce", "woocommerce",
	 WOO("order.created")},
	{"woocommerce-refund.json", "woocommerce", "woocommerce",
	 WOO("order.updated")},
	{"woocommerce-part-refund.json", "woocommerce", "woocommerce",
	 WOO("order.updated")},
	{"woocommerce-chargeback.json", "woocommerce", "woocommerce",
	 WOO("order.updated")},
	{"woocommerce-canceled.json", "woocommerce", "woocommerce",
	 WOO("order.updated")},
	{"woocommerce-subscription.json", "woocommerce", "woocommerce",
	 WOO("subscription.created")},
	{"woocommerce-subscription-ended.json", "woocommerce", "woocommerce",
	 WOO("subscription.updated")},
	{"twilio-sms.form", "twilio", "twilio", NULL},
	{"twilio-call.form", "twilio", "twilio", NULL},
	{"twilio-missed.form", "twilio", "twilio", NULL},
	{"twilio-outbound.form", "twilio", "twilio", NULL},
	{"calendly-booked.json", "calendly", "calendly", NULL},
	{"calendly-moved.json", "calendly", "calendly", NULL},
	{"calendly-canceled.json", "calendly", "calendly", NULL},
	{"calendly-half-of-a-move.json", "calendly", "calendly", NULL},
	{"calendly-missed.json", "calendly", "calendly", NULL},
	{"calcom-booked.json", "calcom", "calcom", NULL},
	{"calcom-canceled.json", "calcom", "calcom", NULL},
	{"calcom-moved.json", "calcom", "calcom", NULL},
	{"calcom-missed.json", "calcom", "calcom", NULL},
	{"zendesk-opened.json", "zendesk", "zendesk", NULL},
	{"zendesk-solved.json", "zendesk", "zendesk", NULL},
	{"zendesk-good.json", "zendesk", "zendesk", NULL},
	{"zendesk-bad.json", "zendesk", "zendesk", NULL},
	{"typeform-survey.json", "typeform", "typeform", NULL},
	{"discourse-user.json", "discourse", "discourse",
	 DISCOURSE("user_created")},
	{"discourse-left.json", "discourse", "discourse",
	 DISCOURSE("user_destroyed")},
	{"discourse-topic.json", "discourse", "discourse",
	 DISCOURSE("topic_created")},
	{"discourse-post.json", "discourse", "discourse",
	 DISCOURSE("post_created")},
	{"discourse-group.json", "discourse", "discourse",
	 DISCOURSE("user_added_to_group")},
	{"discourse-like.json", "discourse", "discourse",
	 DISCOURSE("post_liked")},
	{"github-star.json", "github", "github", GITHUB("star")},
	{"github-issue.json", "github", "github", GITHUB("issues")},
	{"github-merged.json", "github", "github", GITHUB("pull_request")},
	{"github-comment.json", "github", "github", GITHUB("issue_comment")},
	{"github-fork.json", "github", "github", GITHUB("fork")},
	{"github-sponsor.json", "github", "github", GITHUB("sponsorship")},
	{"ses-bounce.json", "ses", "sns", NULL},
	{"ses-soft.json", "ses", "sns", NULL},
	{"ses-complaint.json", "ses", "sns", NULL},
	{"ses-open.json", "ses", "sns", NULL},
	{"ses-click.json", "ses", "sns", NULL},
	{"ses-delivery.json", "ses", "sns", NULL},
	{"sendgrid-batch.json", "sendgrid", "sendgrid", NULL},
	{"mailgun-failed.json", "mailgun", "mailgun", NULL},
	{"mailgun-temporary.json", "mailgun", "mailgun", NULL},
	{"mailgun-complained.json", "mailgun", "mailgun", NULL},
	{"mailgun-opened.json", "mailgun", "mailgun", NULL},
	{"mailgun-clicked.json", "mailgun", "mailgun", NULL},
	{"mailgun-delivered.json", "mailgun", "mailgun", NULL},
	{"mailgun-unsubscribed.json", "mailgun", "mailgun", NULL},
	{"postmark-bounce.json", "postmark", "basic", NULL},
	{"postmark-soft.json", "postmark", "basic", NULL},
	{"postmark-vacation.json", "postmark", "basic", NULL},
	{"postmark-complaint.json", "postmark", "basic", NULL},
	{"postmark-open.json", "postmark", "basic", NULL},
	{"postmark-click.json", "postmark", "basic", NULL},
	{"postmark-delivered.json", "postmark", "basic", NULL},
	{"postmark-unsubscribed.json", "postmark", "basic", NULL},
	{"eventbrite-registered.json", "eventbrite", "token", NULL},
	{"eventbrite-attended.json", "eventbrite", "token", NULL},
	{"eventbrite-canceled.json", "eventbrite", "token", NULL},
	{"thinkific-lesson.json", "thinkific", "thinkific", NULL},
	{"thinkific-worksheet.json", "thinkific", "thinkific", NULL},
	{"thinkific-completed.json", "thinkific", "thinkific", NULL},
	{"thinkific-quiz.json", "thinkific", "thinkific", NULL},
	{"thinkific-started.json", "thinkific", "thinkific", NULL},
	{"memberpress-joined.json", "memberpress", "token", NULL},
	{"memberpress-left.json", "memberpress", "token", NULL},
	{"memberpress-refund.json", "memberpress", "token", NULL},
	{"memberpress-paid.json", "memberpress", "token", NULL},
	{"facebook-page.json", "facebook", "facebook", NULL},
	{"x-follow.json", "x", "x", NULL},
	{"x-like.json", "x", "x", NULL},
	{"x-posts.json", "x", "x", NULL},
	{"x-message.json", "x", "x", NULL},
	{"orders-xml.xml", "orders-xml", "basic", NULL},
};
enum { N_SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static struct gate_aid *aid;
static struct webhook_sender *sender;

/* --- the server that Eventbrite's hooks point to -------------------------- */

static struct {
	int listening;
	unsigned short port;
	pthread_t thread;
	char body[SAMPLE_MOST], canceled[SAMPLE_MOST], request[2048];
} api;

static void *
serve(void *arg)
{
	char head[200];
	int one;

	(void)arg;
	while ((one = accept(api.listening, NULL, NULL)) >= 0) {
		ssize_t got =
			recv(one, api.request, sizeof(api.request) - 1, 0);
		const char *body = api.body;

		api.request[got > 0 ? got : 0] = '\0';
		if (strstr(api.request, "/canceled "))
			body = api.canceled;
		snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
			 "Connection: close\r\n\r\n",
			 strlen(body));
		if (send(one, head, strlen(head), MSG_NOSIGNAL) > 0)
			send(one, body, strlen(body), MSG_NOSIGNAL);
		close(one);
	}
	return NULL;
}

static void
start_server(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET};
	socklen_t len = sizeof(here);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	api.listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
		bind(api.listening, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(api.listening, 8), 0);
	getsockname(api.listening, (struct sockaddr *)&here, &len);
	api.port = ntohs(here.sin_port);
	assert_int_equal(pthread_create(&api.thread, NULL, serve, NULL), 0);
}

static void
stop_server(void)
{
	shutdown(api.listening, SHUT_RDWR);
	pthread_join(api.thread, NULL);
	close(api.listening);
}

/* --- the gate ------------------------------------------------------------ */

static const char *
read_file(const char *path)
{
	char *text = pool_alloc(aid->pool, SAMPLE_MOST);
	FILE *file = fopen(path, "re");

	if (!file)
		fail_msg("%s is missing", path);
	text[fread(text, 1, SAMPLE_MOST - 1, file)] = '\0';
	fclose(file);
	return text;
}

static const char *
write_file(const char *name, const char *text)
{
	const char *path =
		pool_printf(aid->pool, "%s/%s", aid->directory, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

/* What the operator has to say for each mapping. */
static const char *
settings(void)
{
	static const char *const hmac[] = {
		"stripe",   "woocommerce", "twilio",	"calendly", "calcom",
		"zendesk",  "typeform",	   "discourse", "github",   "mailgun",
		"facebook", "x",	   "thinkific"};
	struct pool *pool = aid->pool;
	const char *text = "";

	for (size_t i = 0; i < sizeof(hmac) / sizeof(hmac[0]); i++)
		text = pool_printf(pool,
				   "%s webhook \"%s\" {\n mapping = "
				   "\"conf/webhooks/%s.conf\"\n secret = "
				   "\"s3cret\"\n verify_token = \"word\"\n}\n",
				   text, hmac[i], hmac[i]);
	text = pool_printf(
		pool,
		"%s webhook \"sendgrid\" {\n mapping = "
		"\"conf/webhooks/sendgrid.conf\"\n public_key = \"%s\"\n}\n"
		"webhook \"ses\" {\n mapping = \"conf/webhooks/ses.conf\"\n"
		" topics = { \"arn:aws:sns:*:123456789012:mail\" }\n"
		" certificate = \"%s\"\n certificate_authority = \"%s\"\n}\n",
		text, sender->public_key,
		write_file("topic.pem", sender->certificate),
		write_file("authority.pem", sender->authority));
	return pool_printf(
		pool,
		"%s webhook \"postmark\" {\n mapping = "
		"\"conf/webhooks/postmark.conf\"\n user = u\n password = p\n}\n"
		"webhook \"orders-xml\" {\n mapping = "
		"\"conf/webhooks/orders-xml.conf\"\n user = u\n password = "
		"p\n}\n"
		"webhook \"memberpress\" {\n mapping = "
		"\"conf/webhooks/memberpress.conf\"\n token = \"long\"\n}\n"
		"webhook \"eventbrite\" {\n mapping = "
		"\"conf/webhooks/eventbrite.conf\"\n token = \"long\"\n"
		" fetch_hosts = { \"127.0.0.1:*\" }\n fetch_bearer = "
		"\"ours\"\n}\n",
		text);
}

/* Schemes that no mapping has: a webhook of that name each. */
static const char *
bare_settings(void)
{
	static const char event[] = "event \"t.t\" { email = \"/m\" }";

	return pool_printf(
		aid->pool,
		"webhook \"hmac\" { secret = s3cret\n %s }\n"
		"webhook \"shopify\" { signature = shopify secret = s3cret\n "
		"%s "
		"}\n"
		"webhook \"slack\" { signature = slack secret = s3cret "
		"challenge "
		"= slack\n %s }\n"
		/* s3cret in base64 */
		"webhook \"standard\" { signature = standard secret = "
		"\"whsec_czNjcmV0\"\n %s }\n"
		"webhook \"sha1\" { secret = s3cret signature_hash = sha1\n %s "
		"}\n"
		"webhook \"sha512\" { secret = s3cret signature_hash = "
		"sha512\n "
		"%s }\n"
		"webhook \"tw\" { signature = twilio secret = s3cret\n %s }\n"
		"webhook \"secret-url\" { signature = twilio secret = s3cret "
		"token = \"long\" token_param = \"key\" url = "
		"\"https://user:pass@tw.example.com/h/secret-url\"\n %s }\n"
		"webhook \"edwards\" { signature = sendgrid public_key = "
		"\"%s\"\n %s }\n",
		event, event, event, event, event, event, event, event,
		sender->edwards_key, event);
}

static int
open_all(void **state)
{
	static const struct field_info phone = {.name = "phone",
						.unique = true,
						.phone = true,
						.country = "49"};

	(void)state;
	sender = webhook_sender_new();
	aid = gate_aid_open("https://t.example.com", NULL);
	assert_int_equal(field_declare(&phone, NULL), SG_OK);
	gate_aid_must_load(
		aid, "webhook",
		pool_printf(aid->pool, "%s%s", settings(), bare_settings()));
	start_server();
	snprintf(api.body, sizeof(api.body), "%s",
		 read_file(FOLDER "eventbrite-attendee.json"));
	snprintf(api.canceled, sizeof(api.canceled), "%s", api.body);
	/* as long as the text in its place */
	memcpy(strstr(api.canceled, "\"cancelled\": false"),
	       "\"cancelled\":  true", 18);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	stop_server();
	gate_aid_close(aid);
	webhook_sender_free(sender);
	field_forget_declared();
	return 0;
}

/* --- sending ------------------------------------------------------------- */

static const char *
body_of(const struct sample *sample)
{
	const char *text =
		read_file(pool_printf(aid->pool, FOLDER "%s", sample->file));
	const char *mark = strstr(text, "@FETCH@");

	if (!mark)
		return text;
	return pool_printf(aid->pool, "%.*shttp://127.0.0.1:%u/v3/attendees/%s",
			   (int)(mark - text), text, (unsigned)api.port,
			   mark + strlen("@FETCH@"));
}

static const char *
type_of(const struct sample *sample)
{
	const char *dot = strrchr(sample->file, '.');

	if (strcmp(dot, ".form") == 0)
		return "application/x-www-form-urlencoded";
	return strcmp(dot, ".xml") == 0 ? "text/xml; charset=iso-8859-1"
					: "application/json";
}

static int
send_it(const struct sample *sample, const struct webhook_sent *sent,
	const char *query)
{
	return gate_aid_request(
		aid, "POST",
		pool_printf(aid->pool, "/h/%s%s", sample->mapping, query),
		pool_printf(aid->pool, "Content-Type: %s\n%s%s",
			    type_of(sample), sent->headers,
			    sample->headers ? sample->headers : ""),
		sent->body);
}

static const char *
query_of(const struct sample *sample)
{
	return strcmp(sample->scheme, "token") == 0 ? "?key=long" : "";
}

static struct webhook_sent
sign(const struct sample *sample, int64_t at)
{
	return webhook_sign(sender, sample->scheme, body_of(sample), at);
}

/* --- what came of it ----------------------------------------------------- */

static void
show(const struct signal *signal, struct buf *to)
{
	char at[CLOCK_TEXT_SIZE];

	buf_printf(to, "%s ", signal->name);
	record_ref_show(signal->key, to);
	if (signal->happened_at != signal->received_at)
		buf_printf(to, " %s", clock_format(signal->happened_at, at));
	if (signal->verdict != VERDICT_HUMAN)
		buf_printf(to, " %s", verdict_name(signal->verdict));
	buf_append_text(to, "\n");
	for (size_t i = 0; i < signal->n_props; i++)
		buf_printf(to, "  %s = %s\n", signal->props[i].name,
			   signal->props[i].value);
}

static void
compare(const struct sample *sample)
{
	const char *path = pool_printf(
		aid->pool, FOLDER "%.*s.want",
		(int)(strrchr(sample->file, '.') - sample->file), sample->file);
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < aid->n_signals; i++)
		show(&aid->signals[i], &got);
	if (getenv("WEBHOOK_WRITE_WANT")) {
		FILE *file = fopen(path, "we");

		fputs(buf_text(&got), file);
		fclose(file);
	}
	if (strcmp(read_file(path), buf_text(&got)) != 0)
		fail_msg("%s became\n%s", sample->file, buf_text(&got));
	buf_done(&got);
}

/* Each signal of the second has the id of the first, and so is dropped. */
static void
check_ids(const struct sample *sample, uint64_t *ids, bool again)
{
	for (size_t k = 0; k < aid->n_signals; k++) {
		const struct signal *signal = &aid->signals[k];

		if (!signal->external_id)
			fail_msg("%s: %s has no id", sample->file,
				 signal->name);
		if (again && ids[k] != signal->external_id)
			fail_msg("%s: %s is another", sample->file,
				 signal->name);
		ids[k] = signal->external_id;
		for (size_t other = 0; other < k; other++)
			if (ids[k] == ids[other])
				fail_msg("%s: %s and %s are one", sample->file,
					 aid->signals[other].name,
					 signal->name);
	}
}

/* "stripe order.placed\n": of which mapping there were which signals. */
static struct buf seen;

static void
note_seen(const struct sample *sample)
{
	for (size_t i = 0; i < aid->n_signals; i++)
		buf_printf(&seen, "\n%s %s\n", sample->mapping,
			   aid->signals[i].name);
}

static void
each_sample_becomes_what_is_wanted_and_twice_is_once(void **state)
{
	uint64_t ids[AID_SIGNALS_MOST];

	(void)state;
	for (size_t i = 0; i < 2 * N_SAMPLES; i++) {
		const struct sample *sample = &samples[i / 2];
		struct webhook_sent sent =
			sign(sample, clock_now() - (int64_t)(i % 2) * 1000);
		int status = send_it(sample, &sent, query_of(sample));

		if (status != 200)
			fail_msg("%s: %d %s", sample->file, status,
				 gate_aid_body(aid));
		gate_aid_signals(aid);
		compare(sample);
		check_ids(sample, ids, i % 2);
		note_seen(sample);
	}
}

static struct json *
show_webhook(const char *name)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = name,
				     .query = "",
				     .received_at = clock_now()};
	struct sg_reply reply;
	struct json *shown;

	reply_init(&reply);
	assert_int_equal(
		gate_inspect(aid->gate, "webhook", &request, NULL, &reply),
		SG_OK);
	assert_int_equal(
		json_parse(buf_text(&reply.body), reply.body.len, &shown, NULL),
		SG_OK);
	reply_done(&reply);
	return shown;
}

/* After all samples: none of a ready mapping's signals was never seen. */
static void
each_signal_of_each_mapping_has_a_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct json *shown = show_webhook(samples[i].mapping);
		const struct json *events = json_get(shown, "events");

		assert_true(json_count(events) > 0);
		for (size_t k = 0; k < json_count(events); k++) {
			const char *line = pool_printf(
				aid->pool, "\n%s %s\n", samples[i].mapping,
				json_get_text(json_at(events, k), "signal"));

			if (!strstr(buf_text(&seen), line))
				fail_msg("no sample of%s", line);
		}
		json_free(shown);
	}
	buf_done(&seen);
}

/* Nothing is kept: teardown asks, for reading the spool waits for the disk. */
static void
refused(const struct sample *sample, const struct webhook_sent *sent,
	const char *query, const char *how)
{
	int status = send_it(sample, sent, query);

	if (status != 401)
		fail_msg("%s, %s: %d", sample->file, how, status);
}

/* One character of what is signed is another. */
static const char *
tampered(const char *body)
{
	char *copy = pool_strdup(aid->pool, body);
	char *at = strstr(copy, "\\\"timestamp\\\"");

	if (!at)
		at = strstr(copy, "token\": \"c9");
	if (at)
		at[strcspn(at, "0123456789")] ^= 1;
	else
		copy[strcspn(copy, "0123456789")] ^= 1;
	return copy;
}

static void
what_was_tampered_with_is_refused(void **state)
{
	static const char *const in_headers[] = {"basic", "token"};
	bool is_in_headers;

	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct webhook_sent sent = sign(&samples[i], clock_now());
		struct webhook_sent changed = {sent.headers,
					       tampered(sent.body)};
		struct webhook_sent none = {"", sent.body};

		is_in_headers = false;
		for (size_t k = 0; k < 2; k++)
			if (strcmp(samples[i].scheme, in_headers[k]) == 0)
				is_in_headers = true;
		if (!is_in_headers)
			refused(&samples[i], &changed, "", "changed");
		if (*sent.headers || is_in_headers)
			refused(&samples[i], &none, "", "unsigned");
		sender->secret = "another";
		sent = sign(&samples[i], clock_now());
		sender->secret = "s3cret";
		if (!is_in_headers && strcmp(samples[i].scheme, "sns") != 0 &&
		    strcmp(samples[i].scheme, "sendgrid") != 0)
			refused(&samples[i], &sent, "", "another secret");
	}
}

static void
what_was_signed_long_ago_is_refused(void **state)
{
	static const char *const with_time[] = {
		"stripe", "calendly", "zendesk", "mailgun", "sendgrid", "sns"};

	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++)
		for (size_t k = 0; k < sizeof(with_time) / sizeof(with_time[0]);
		     k++) {
			struct webhook_sent sent;

			if (strcmp(samples[i].scheme, with_time[k]) != 0)
				continue;
			sent = sign(&samples[i], clock_now() - 2 * DAY_MS);
			refused(&samples[i], &sent, "", "two days ago");
			sent = sign(&samples[i], clock_now() + 2 * DAY_MS);
			refused(&samples[i], &sent, "", "in two days");
		}
}

/* Mailgun signs a time and a token: they are good for the event they came with
 * first, however often it is sent, and for no other. */
static void
a_captured_pair_is_good_for_its_own_event_only(void **state)
{
	static const struct sample opened = {"mailgun-opened.json", "mailgun",
					     "mailgun", NULL};
	int64_t at = clock_now() - 7000;
	struct webhook_sent sent = sign(&opened, at), forged = sent;
	char *recipient;

	(void)state;
	forged.body = pool_strdup(aid->pool, sent.body);
	recipient = strstr(forged.body, "\"recipient\": \"");
	assert_non_null(recipient);
	recipient[14] = 'z';
	assert_int_equal(send_it(&opened, &sent, ""), 200);
	assert_int_equal(send_it(&opened, &sent, ""), 200);
	refused(&opened, &forged, "", "with the pair of another");
	/* Another pair is none of these. */
	sent = sign(&opened, at + 3000);
	assert_int_equal(send_it(&opened, &sent, ""), 200);
	gate_aid_signals(aid);
}

static bool
is_signature(const char *scheme)
{
	return *scheme && strcmp(scheme, "basic") != 0 &&
	       strcmp(scheme, "token") != 0;
}

static void
a_signature_written_otherwise_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		/* one of each mapping is enough */
		if ((i && samples[i].mapping == samples[i - 1].mapping) ||
		    !is_signature(samples[i].scheme))
			continue;
		for (int spoil = 1; spoil < N_SPOILS; spoil++) {
			struct webhook_sent sent;

			sender->spoil = (enum webhook_spoil)spoil;
			sent = sign(&samples[i], clock_now());
			sender->spoil = SPOIL_NOTHING;
			refused(&samples[i], &sent, "",
				pool_printf(aid->pool, "spoil %d", spoil));
		}
	}
}

static void
who_names_himself_wrongly_is_refused(void **state)
{
	static const char *const wrong[] = {
		"Authorization: Basic dTpx\n", "Authorization: Basic u:p\n",
		"Authorization: Bearer dTpw\n", "Authorization: Basic\n",
		"Authorization: Basic dTpwAA\n"};

	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct webhook_sent sent = {"", body_of(&samples[i])};

		for (size_t k = 0; strcmp(samples[i].scheme, "basic") == 0 &&
				   k < sizeof(wrong) / sizeof(wrong[0]);
		     k++) {
			sent.headers = wrong[k];
			refused(&samples[i], &sent, "", wrong[k]);
		}
		if (strcmp(samples[i].scheme, "token") != 0)
			continue;
		refused(&samples[i], &sent, "?key=lon", "a shorter token");
		refused(&samples[i], &sent, "?key=longer", "a longer one");
		refused(&samples[i], &sent, "?key=", "an empty one");
		refused(&samples[i], &sent, "?other=long", "elsewhere");
	}
}

/* While a secret rolls Stripe signs with both; v0 is of test mode. */
static void
of_two_signatures_one_is_enough(void **state)
{
	static const struct sample order = {"stripe-order.json", "stripe",
					    "stripe", NULL};
	struct webhook_sent right = sign(&order, clock_now()), other, sent;
	/* T: the time; O: our signature; A: another's */
	static const struct {
		const char *form;
		int status;
	} table[] = {
		{"T,v1=A,v1=O", 200}, {"T,v1=O,v1=A", 200}, {"T, v1=A", 401},
		{"T,v0=O", 401},      {"T,v1=A,v0=O", 401}, {"v1=O", 401},
		{"T", 401},	      {"t=,v1=O", 401},
	};

	(void)state;
	sender->secret = "another";
	other = sign(&order, clock_now());
	sender->secret = "s3cret";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf header = BUF_INIT;

		for (const char *c = table[i].form; *c; c++)
			if (*c == 'T')
				buf_append(&header, right.headers + 18, 12);
			else if (*c == 'O' || *c == 'A')
				buf_append(&header,
					   strstr(*c == 'O' ? right.headers
							    : other.headers,
						  "v1=") +
						   3,
					   64);
			else
				buf_append(&header, c, 1);
		sent.headers = pool_printf(aid->pool, "Stripe-Signature: %s\n",
					   buf_text(&header));
		sent.body = right.body;
		buf_done(&header);
		if (send_it(&order, &sent, "") != table[i].status)
			fail_msg("%s: %d", table[i].form, aid->reply.status);
	}
	gate_aid_signals(aid);
}

static void
schemes_that_no_mapping_has_are_checked_too(void **state)
{
	static const char *const names[] = {"hmac", "shopify", "slack",
					    "standard"};
	static const char *const with_time[] = {"slack", "standard"};
	static const char body[] = "{\"m\":\"a@b.example\"}";
	int64_t now = clock_now();
	struct webhook_sent sent;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct sample sample = {"x.json", names[i], names[i], NULL};

		sent = webhook_sign(sender, names[i], body, now);
		assert_int_equal(send_it(&sample, &sent, ""), 200);
		assert_int_equal(gate_aid_signals(aid), 1);
		sent.body = "{\"m\":\"c@b.example\"}";
		refused(&sample, &sent, "", "changed");
	}
	for (size_t i = 0; i < 2; i++) {
		struct sample sample = {"x.json", with_time[i], "", NULL};

		sent = webhook_sign(sender, with_time[i], body, now - 600000);
		refused(&sample, &sent, "", "ten minutes ago");
	}
	for (size_t i = 0; i < 3; i++) {
		static const char *const hooks[] = {"sha1", "sha512",
						    "edwards"};
		struct sample sample = {"x.json", hooks[i], "", NULL};

		sent = i < 2 ? webhook_sign_hash(sender, hooks[i], body)
			     : webhook_sign_edwards(sender, body, now);
		assert_int_equal(send_it(&sample, &sent, ""), 200);
		assert_int_equal(gate_aid_signals(aid), 1);
		sent.body = "{\"m\":\"c@b.example\"}";
		refused(&sample, &sent, "", "changed");
	}
}

/* Of JSON Twilio signs the URL alone, which has the hash of the body. */
static void
twilio_signs_json_by_its_hash(void **state)
{
	static const char body[] = "{\"m\":\"a@b.example\"}";
	static const char other[] = "{\"m\":\"c@b.example\"}";
	struct sample sample = {"x.json", "tw", "twilio", NULL};
	const char *query, *before = sender->url;
	struct webhook_sent sent;
	unsigned char bytes[32];
	struct buf hex = BUF_INIT;

	(void)state;
	assert_int_equal(
		gnutls_hash_fast(GNUTLS_DIG_SHA256, body, strlen(body), bytes),
		0);
	encode_hex(&hex, bytes, sizeof(bytes));
	query = pool_printf(aid->pool, "?bodySHA256=%s", buf_text(&hex));
	buf_done(&hex);
	sender->url =
		pool_printf(aid->pool, "https://t.example.com/h/tw%s", query);
	sent = webhook_sign(sender, "twilio", "", clock_now());
	sender->url = before;
	sent.body = body;
	assert_int_equal(send_it(&sample, &sent, query), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	sent.body = other;
	refused(&sample, &sent, query, "another body");
	sent.body = body;
	refused(&sample, &sent, "", "without the hash");
}

/* What the plugin tells the operator of `name`. */
static void
told_of(const char *name, struct sg_reply *reply)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = name,
				     .query = "",
				     .received_at = clock_now()};

	reply_init(reply);
	assert_int_equal(
		gate_inspect(aid->gate, "webhook", &request, NULL, reply),
		SG_OK);
}

/* Readers of the API see it, and the log has it: nobody is to learn from it
 * what lets one send. */
static void
no_secret_of_an_address_is_in_what_the_operator_reads(void **state)
{
	static const struct sample sample = {"twilio-sms.form", "secret-url",
					     "twilio", NULL};
	struct webhook_sent sent = sign(&sample, clock_now());
	struct sg_reply reply;

	(void)state;
	refused(&sample, &sent, "?key=long", "another address");
	told_of("secret-url", &reply);
	assert_non_null(strstr(buf_text(&reply.body),
			       "is not that of `secret` and "
			       "https://...@tw.example.com/h/secret-url"));
	assert_null(strstr(buf_text(&reply.body), "long"));
	assert_null(strstr(buf_text(&reply.body), "pass"));
	reply_done(&reply);
}

static void
slack_is_told_its_own_word(void **state)
{
	static const struct sample slack = {"x.json", "slack", "slack", NULL};
	struct webhook_sent sent = webhook_sign(
		sender, "slack",
		"{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1\"}",
		clock_now());

	(void)state;
	assert_int_equal(send_it(&slack, &sent, ""), 200);
	assert_string_equal(gate_aid_body(aid), "3eZbrw1");
}

/* --- Amazon -------------------------------------------------------------- */

static const struct sample ses = {"ses-bounce.json", "ses", "sns", NULL};

static void
both_versions_of_amazons_signature_are_known(void **state)
{
	struct webhook_sent sent =
		webhook_sign_sns(sender, "1", body_of(&ses), clock_now());

	(void)state;
	assert_int_equal(send_it(&ses, &sent, ""), 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	sent = webhook_sign_sns(sender, "3", body_of(&ses), clock_now());
	refused(&ses, &sent, "", "version 3");
}

static void
a_topic_of_somebody_else_is_refused(void **state)
{
	char *body = pool_strdup(aid->pool, body_of(&ses));
	struct webhook_sent sent;

	(void)state;
	memcpy(strstr(body, "123456789012"), "999999999999", 12);
	sent = webhook_sign(sender, "sns", body, clock_now());
	refused(&ses, &sent, "", "another topic");
}

static void
another_authoritys_certificate_is_refused(void **state)
{
	struct webhook_sender *other = webhook_sender_new();
	struct webhook_sent sent =
		webhook_sign(other, "sns", body_of(&ses), clock_now());

	(void)state;
	refused(&ses, &sent, "", "another certificate");
	webhook_sender_free(other);
}

/* It is not fetched, but shown to the operator, and kept over a restart. */
static void
a_subscription_waits_for_the_operator(void **state)
{
	static const struct sample subscription = {"sns-subscription.json",
						   "ses", "sns", NULL};
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = "ses",
				     .query = ""};
	struct webhook_sent sent = sign(&subscription, clock_now());
	struct sg_reply reply;

	(void)state;
	assert_int_equal(send_it(&subscription, &sent, ""), 200);
	assert_int_equal(gate_aid_signals(aid), 0);
	reply_init(&reply);
	request.received_at = clock_now();
	assert_int_equal(
		gate_inspect(aid->gate, "webhook", &request, NULL, &reply),
		SG_OK);
	assert_non_null(strstr(buf_text(&reply.body),
			       "\"confirm_topic\":\"arn:aws:sns:eu-west-1"));
	assert_non_null(strstr(buf_text(&reply.body), "Token=2336412f"));
	reply_done(&reply);
	assert_non_null(strstr(
		read_file(pool_printf(aid->pool, "%s/webhook-ses.subscription",
				      aid->directory)),
		"Token=2336412f"));
}

/* --- who asks first ------------------------------------------------------ */

static void
facebook_and_x_are_told_that_we_are_there(void **state)
{
	(void)state;
	assert_int_equal(
		gate_aid_request(aid, "GET",
				 "/h/facebook?hub.mode=subscribe&"
				 "hub.verify_token=word&hub.challenge=1158",
				 "", NULL),
		200);
	assert_string_equal(gate_aid_body(aid), "1158");
	assert_int_equal(
		gate_aid_request(aid, "GET",
				 "/h/facebook?hub.mode=subscribe&"
				 "hub.verify_token=guess&hub.challenge=1158",
				 "", NULL),
		403);
	assert_int_equal(
		gate_aid_request(aid, "GET", "/h/x?crc_token=foo", "", NULL),
		200);
	/* echo -n foo | openssl dgst -sha256 -hmac s3cret -binary | base64 */
	assert_non_null(
		strstr(gate_aid_body(aid), "\"response_token\":\"sha256="));
	assert_int_equal(gate_aid_request(aid, "GET", "/h/stripe", "", NULL),
			 405);
}

/* By the same secret, in the same way, events are signed. */
static void
whoever_asks_as_x_gets_no_signature_of_an_event(void **state)
{
	static const char *const bodies[] = {
		"%7B%22tweet_create_events%22%3A%5B%5D%7D",
		"%7B%7D",
		"%5B%5D",
		"a%3Db",
		"%3Ca%2F%3E",
		"1%20",
		"a.b",
		"",
		"%00",
		"a%3D%3Db"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const char *path =
			pool_printf(aid->pool, "/h/x?crc_token=%s", bodies[i]);

		assert_in_range(gate_aid_request(aid, "GET", path, "", NULL),
				400, 405);
		assert_null(strstr(gate_aid_body(aid), "response_token"));
	}
	assert_int_equal(gate_aid_request(aid, "GET",
					  "/h/x?crc_token=NTk4NDI2Mzc1-_A%3D",
					  "", NULL),
			 200);
}

/* Twilio would send our words to the person. */
static void
twilio_is_answered_in_its_own_words(void **state)
{
	static const struct sample sms = {"twilio-sms.form", "twilio", "twilio",
					  NULL};
	struct webhook_sent sent = sign(&sms, clock_now());

	(void)state;
	assert_int_equal(send_it(&sms, &sent, ""), 200);
	assert_string_equal(gate_aid_body(aid), "<Response></Response>");
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "text/xml");
}

static void
what_eventbrite_points_to_is_fetched_with_our_token(void **state)
{
	static const struct sample sample = {"eventbrite-attended.json",
					     "eventbrite", "token", NULL};
	struct webhook_sent sent = {"", body_of(&sample)};
	char *elsewhere = pool_strdup(aid->pool, sent.body);

	(void)state;
	assert_int_equal(send_it(&sample, &sent, "?key=long"), 200);
	assert_non_null(strstr(api.request, "GET /v3/attendees/"));
	assert_non_null(strstr(api.request, "Authorization: Bearer ours"));
	memcpy(strstr(elsewhere, "127.0.0.1"), "127.0.0.2", 9);
	sent.body = elsewhere;
	assert_int_equal(send_it(&sample, &sent, "?key=long"), 422);
	snprintf(api.body, sizeof(api.body), "<html>sorry</html>");
	sent.body = body_of(&sample);
	assert_int_equal(send_it(&sample, &sent, "?key=long"), 422);
}

static int
nothing_is_left(void **state)
{
	(void)state;
	return gate_aid_signals(aid) == 0 ? 0 : -1;
}

int
main(void)
{
#define NOTHING_LEFT(f) cmocka_unit_test_teardown(f, nothing_is_left)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_sample_becomes_what_is_wanted_and_twice_is_once),
		cmocka_unit_test(each_signal_of_each_mapping_has_a_sample),
		NOTHING_LEFT(what_was_tampered_with_is_refused),
		NOTHING_LEFT(a_signature_written_otherwise_is_refused),
		NOTHING_LEFT(a_captured_pair_is_good_for_its_own_event_only),
		NOTHING_LEFT(who_names_himself_wrongly_is_refused),
		NOTHING_LEFT(of_two_signatures_one_is_enough),
		NOTHING_LEFT(what_was_signed_long_ago_is_refused),
		NOTHING_LEFT(
			no_secret_of_an_address_is_in_what_the_operator_reads),
		cmocka_unit_test(schemes_that_no_mapping_has_are_checked_too),
		cmocka_unit_test(twilio_signs_json_by_its_hash),
		cmocka_unit_test(slack_is_told_its_own_word),
		cmocka_unit_test(both_versions_of_amazons_signature_are_known),
		NOTHING_LEFT(a_topic_of_somebody_else_is_refused),
		NOTHING_LEFT(another_authoritys_certificate_is_refused),
		cmocka_unit_test(a_subscription_waits_for_the_operator),
		cmocka_unit_test(facebook_and_x_are_told_that_we_are_there),
		cmocka_unit_test(twilio_is_answered_in_its_own_words),
		cmocka_unit_test(
			whoever_asks_as_x_gets_no_signature_of_an_event),
		cmocka_unit_test(
			what_eventbrite_points_to_is_fetched_with_our_token),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}

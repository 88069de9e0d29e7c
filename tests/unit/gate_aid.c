/* gate_aid.c - see gate_aid.h. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "http/reply.h"
#include "mail/header.h"
#include "signal/record_key.h"

static const struct conf_option aid_options[] = {
	{.name = "mail", .type = CONF_SECTION, .options = gate_mail_options},
	{.name = "consent",
	 .type = CONF_SECTION,
	 .options = gate_consent_options},
	{.name = "plugin", .type = CONF_RAW},
	{0},
};

static struct conf_section *
parse(const char *text)
{
	struct conf_section *conf;
	struct sg_err err = {.text = ""};

	if (conf_parse("test.conf", text, 1, aid_options, &conf, &err) != SG_OK)
		fail_msg("%s", err.text);
	return conf;
}

static void
open_parts(struct gate_aid *aid)
{
	struct spool_options options = {.directory = NULL};
	static const struct spool_position start;
	struct sg_err err = {.text = ""};
	char *path = pool_printf(aid->pool, "%s/keys", aid->directory);

	if (keys_open(path, 1, &aid->keys, &err) != SG_OK)
		fail_msg("%s", err.text);
	options.directory = pool_printf(aid->pool, "%s/spool", aid->directory);
	options.segment_bytes = 1 << 20;
	options.sync_ms = 5;
	if (spool_open(&options, &aid->spool, &err) != SG_OK ||
	    spool_seek(aid->spool, &start, &err) != SG_OK)
		fail_msg("%s", err.text);
	aid->kinds = signal_kinds_new();
	aid->consents = consent_set_new();
}

struct gate_aid *
gate_aid_open(const char *public_url, const char *mail)
{
	return gate_aid_open_with(public_url, mail, NULL);
}

struct gate_aid *
gate_aid_open_with(const char *public_url, const char *mail,
		   const char *consent)
{
	struct gate_aid *aid = calloc(1, sizeof(*aid));
	struct sg_err err = {.text = ""};
	struct gate_options options = {
		.public_url = public_url,
		.bounce_domain = "bounces.example.com",
		.unsubscribe_address = "leave@bounces.example.com",
	};

	assert_int_equal(crypto_start(&err), SG_OK);
	log_set_level(LOG_LEVEL_ERROR);
	/* In memory where that can be had: these tests sync a lot. */
	snprintf(aid->directory, sizeof(aid->directory),
		 "%s/scoregate-gate-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(aid->directory));
	aid->pool = pool_new();
	reply_init(&aid->reply);
	open_parts(aid);
	aid->conf = parse(
		pool_printf(aid->pool, "mail {\n%s\n}\nconsent {\n%s\n}\n",
			    mail ? mail : "", consent ? consent : ""));
	options.mail = conf_section_at(aid->conf, "mail", 0);
	options.consent = conf_section_at(aid->conf, "consent", 0);
	options.consents = aid->consents;
	options.state = aid->directory;
	options.keys = aid->keys;
	options.spool = aid->spool;
	options.kinds = aid->kinds;
	options.split_directory =
		pool_printf(aid->pool, "%s/split", aid->directory);
	options.files_directory =
		pool_printf(aid->pool, "%s/files", aid->directory);
	if (gate_open(&options, &aid->gate, &err) != SG_OK)
		fail_msg("%s", err.text);
	return aid;
}

void
gate_aid_close(struct gate_aid *aid)
{
	char command[100];

	gate_close(aid->gate);
	conf_free(aid->conf);
	spool_close(aid->spool);
	keys_close(aid->keys);
	signal_kinds_free(aid->kinds);
	consent_set_free(aid->consents);
	reply_done(&aid->reply);
	pool_free(aid->pool);
	snprintf(command, sizeof(command), "rm -rf %s", aid->directory);
	{
		FILE *rm = popen(command, "r");

		if (rm)
			pclose(rm);
	}
	free(aid);
}

enum sg_status
gate_aid_load(struct gate_aid *aid, const char *name, const char *settings,
	      struct sg_err *err)
{
	char path[200];
	struct conf_section *conf;
	enum sg_status status;

	snprintf(path, sizeof(path), "%s/plugins/%s.so", BUILD_DIR, name);
	if (access(path, R_OK) != 0)
		snprintf(path, sizeof(path), "%s/refused/%s.so", BUILD_DIR,
			 name);
	if (!settings)
		return gate_load(aid->gate, path, NULL, err);
	conf = parse(pool_printf(aid->pool, "plugin \"%s\" {\n%s\n}\n", name,
				 settings));
	status = gate_load(aid->gate, path, conf_section_at(conf, "plugin", 0),
			   err);
	conf_free(conf);
	return status;
}

void
gate_aid_must_load(struct gate_aid *aid, const char *name, const char *settings)
{
	struct sg_err err = {.text = ""};

	if (gate_aid_load(aid, name, settings, &err) != SG_OK)
		fail_msg("%s", err.text);
}

/* `handle` is the text of the headers. */
static const char *
find_header(const void *handle, const char *name)
{
	static char value[2048];
	const char *line = handle;
	size_t len = strlen(name);

	for (; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " ");
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"),
			 line);
		return value;
	}
	return NULL;
}

int
gate_aid_request(struct gate_aid *aid, const char *method, const char *path,
		 const char *headers, const char *body)
{
	const char *mark = strchr(path, '?');
	struct sg_request request = {
		.size = sizeof(request),
		.method = method,
		.path = mark ? pool_memdup(aid->pool, path,
					   (size_t)(mark - path))
			     : path,
		.query = mark ? mark + 1 : "",
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.peer = "192.0.2.1",
		.received_at = clock_now(),
		.handle = headers,
	};

	reply_done(&aid->reply);
	reply_init(&aid->reply);
	if (!gate_route(aid->gate, &request, find_header, &aid->reply))
		return 0;
	return aid->reply.status;
}

const char *
gate_aid_body(struct gate_aid *aid)
{
	if (aid->reply.fixed)
		return pool_memdup(aid->pool, aid->reply.fixed,
				   aid->reply.fixed_len);
	return buf_text(&aid->reply.body);
}

bool
gate_aid_page_has(struct gate_aid *aid, const char *text)
{
	return strstr(gate_aid_body(aid), text) != NULL;
}

const char *
gate_aid_reply_header(struct gate_aid *aid, const char *name)
{
	return reply_get_header(&aid->reply, name);
}

/* Only what is synced can be read: a mark that is synced covers all before. */
size_t
gate_aid_signals(struct gate_aid *aid)
{
	struct spool_position position;
	struct signal mark, *next;
	struct sg_err err = {.text = ""};

	signal_init(&mark, "aid.mark", clock_now());
	mark.key = "aid@example.com";
	if (spool_append(aid->spool, &mark, SPOOL_SYNCED, NULL, &err) != SG_OK)
		fail_msg("%s", err.text);
	for (aid->n_signals = 0; aid->n_signals < AID_SIGNALS_MOST;
	     aid->n_signals++) {
		next = &aid->signals[aid->n_signals];
		if (spool_read(aid->spool, aid->pool, next, &position, &err) !=
		    SG_OK)
			fail_msg("the mark is missing: %s", err.text);
		if (strcmp(next->name, "aid.mark") == 0)
			break;
	}
	return aid->n_signals;
}

const struct signal *
gate_aid_kept(const struct gate_aid *aid, const char *name)
{
	for (size_t i = 0; i < aid->n_signals; i++)
		if (strcmp(aid->signals[i].name, name) == 0)
			return &aid->signals[i];
	fail_msg("no %s was kept", name);
	return NULL;
}

void
gate_aid_prop_is(const struct signal *signal, const char *prop,
		 const char *value)
{
	const char *got = signal_get(signal, prop);

	if (!got || strcmp(got, value) != 0)
		fail_msg("%s of %s is %s", prop, signal->name,
			 got ? got : "not there");
}

uint64_t
gate_aid_record_key(struct gate_aid *aid, const char *address)
{
	struct buf normal = BUF_INIT;
	struct sg_err err;
	uint64_t key;

	assert_int_equal(
		record_key_normalise("contact", address, &normal, &err), SG_OK);
	key = record_key_hash(keys_record_secret(aid->keys), "contact",
			      buf_text(&normal));
	buf_done(&normal);
	return key;
}

static const char *
make_token(struct gate_aid *aid, const struct token *token, bool base32)
{
	struct buf text = BUF_INIT;
	struct sg_err err;
	const char *copy;

	assert_int_equal(
		base32 ? token_make_base32(aid->keys, token, &text, &err)
		       : token_make(aid->keys, token, &text, &err),
		SG_OK);
	copy = pool_strdup(aid->pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

const char *
gate_aid_token(struct gate_aid *aid, enum token_kind kind, const char *address,
	       uint64_t message_id, const char *payload)
{
	struct token token = {
		.kind = kind,
		.message_id = message_id,
		.record_key = gate_aid_record_key(aid, address),
		.payload = payload,
		.payload_len = strlen(payload),
	};

	return make_token(aid, &token, false);
}

const char *
gate_aid_token_base32(struct gate_aid *aid, enum token_kind kind,
		      const char *address, uint64_t message_id)
{
	struct token token = {
		.kind = kind,
		.message_id = message_id,
		.record_key = gate_aid_record_key(aid, address),
		.payload = "",
	};

	return make_token(aid, &token, true);
}

static void
tell_headers(struct gate_aid *aid, struct aid_mail *mail, size_t *body_start)
{
	struct header_list headers;
	struct sg_err err;

	header_list_init(&headers, aid->pool);
	assert_int_equal(header_list_read(&headers, mail->message,
					  strlen(mail->message), body_start,
					  &err),
			 SG_OK);
	for (size_t i = 0; i < headers.n_fields; i++)
		sg_mail_header(mail->mail, headers.fields[i].name,
			       headers.fields[i].value +
				       (headers.fields[i].value[0] == ' '));
	mail->at_headers = sg_mail_end_of_headers(mail->mail);
}

/* In two halves, as a milter may get it. */
static void
tell_body(struct aid_mail *mail, const char *body)
{
	size_t len = strlen(body), half = len / 2;

	if (sg_mail_body(mail->mail, body, half).answer == SG_MAIL_CONTINUE)
		sg_mail_body(mail->mail, body + half, len - half);
}

void
gate_aid_mail(struct gate_aid *aid, struct aid_mail *mail)
{
	struct sg_mail_reply one;
	size_t body_start = 0;

	mail->n_edits = 0;
	mail->mail = sg_mail_new(aid->gate, &mail->from);
	sg_mail_sender(mail->mail, mail->sender);
	mail->at_recipient.answer = SG_MAIL_CONTINUE;
	for (size_t i = 0; i < 4 && mail->recipients[i]; i++) {
		one = sg_mail_recipient(mail->mail, mail->recipients[i]);
		if (one.answer != SG_MAIL_CONTINUE)
			mail->at_recipient = one;
	}
	if (mail->at_recipient.answer != SG_MAIL_CONTINUE)
		return;
	tell_headers(aid, mail, &body_start);
	if (mail->at_headers.answer == SG_MAIL_ACCEPT)
		return;
	if (mail->at_headers.answer == SG_MAIL_CONTINUE)
		tell_body(mail, mail->message + body_start);
	mail->at_end =
		sg_mail_end(mail->mail, "4QUEUE", &mail->edits, &mail->n_edits);
}

void
gate_aid_mail_done(struct aid_mail *mail)
{
	sg_mail_free(mail->mail);
	mail->mail = NULL;
}

const char *
aid_edit(const struct aid_mail *mail, enum sg_mail_edit_kind kind,
	 const char *name)
{
	for (size_t i = 0; i < mail->n_edits; i++)
		if (mail->edits[i].kind == kind &&
		    (!name || strcasecmp(mail->edits[i].name, name) == 0))
			return mail->edits[i].value ? mail->edits[i].value
						    : "(removed)";
	return NULL;
}

const char *
aid_new_body(struct gate_aid *aid, const struct aid_mail *mail)
{
	const struct sg_mail_edit *last;

	if (!mail->n_edits)
		return NULL;
	last = &mail->edits[mail->n_edits - 1];
	return last->kind == SG_EDIT_BODY
		       ? pool_memdup(aid->pool, last->bytes, last->len)
		       : NULL;
}

size_t
aid_count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

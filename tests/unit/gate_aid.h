/*
 * gate_aid.h - a gate over a real spool in a temporary directory, requests by
 * hand, mail by hand, and what was kept read back. One at a time.
 */
#ifndef TESTS_UNIT_GATE_AID_H
#define TESTS_UNIT_GATE_AID_H

#include "gate/gate.h"
#include "signal/signal.h"
#include "token/token.h"

#define URLENCODED "Content-Type: application/x-www-form-urlencoded\n"

enum { AID_SIGNALS_MOST = 64, AID_HEADERS_MOST = 8 };

struct gate_aid {
	char directory[64];
	struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	struct consent_set *consents;
	struct sg_gate *gate;
	struct pool *pool;
	struct conf_section *conf; /* of gate_aid_load() */
	/* The answer of the last request. */
	struct sg_reply reply;
	/* What was kept since the last gate_aid_signals(). */
	struct signal signals[AID_SIGNALS_MOST];
	size_t n_signals;
};

/* `mail` is the text inside `mail { … }`, NULL = the defaults. */
struct gate_aid *gate_aid_open(const char *public_url, const char *mail);
/* The same with the text inside `consent { … }`. */
struct gate_aid *gate_aid_open_with(const char *public_url, const char *mail,
				    const char *consent);
void gate_aid_close(struct gate_aid *aid);

/* build/…/plugins/NAME.so with this text in `plugin "NAME" { … }`. */
enum sg_status gate_aid_load(struct gate_aid *aid, const char *name,
			     const char *settings, struct sg_err *err);
/* Asserts that it loads. */
void gate_aid_must_load(struct gate_aid *aid, const char *name,
			const char *settings);

/* Headers: "Name: value" lines, "" = none. Returns the status; aid->reply is
 * the answer. 0: no plugin owns the path. */
int gate_aid_request(struct gate_aid *aid, const char *method, const char *path,
		     const char *headers, const char *body);
const char *gate_aid_body(struct gate_aid *aid); /* of the answer */
const char *gate_aid_reply_header(struct gate_aid *aid, const char *name);

bool gate_aid_page_has(struct gate_aid *aid, const char *text); /* likewise */

/* Reads what was kept into aid->signals; returns how many. */
size_t gate_aid_signals(struct gate_aid *aid);
/* The first of these of that name; asserts that there is one. */
const struct signal *gate_aid_kept(const struct gate_aid *aid,
				   const char *name);
/* Asserts that it is there, and so. */
void gate_aid_prop_is(const struct signal *signal, const char *prop,
		      const char *value);

uint64_t gate_aid_record_key(struct gate_aid *aid, const char *address);
/* "TOKEN" for that address, of the message with this id. */
const char *gate_aid_token(struct gate_aid *aid, enum token_kind kind,
			   const char *address, uint64_t message_id,
			   const char *payload);
const char *gate_aid_token_base32(struct gate_aid *aid, enum token_kind kind,
				  const char *address, uint64_t message_id);

/* One transaction. `message`: headers, an empty line, body, with LF. */
struct aid_mail {
	struct sg_mail_connection from;
	const char *sender;
	const char *recipients[4];
	const char *message;
	/* what came back */
	struct sg_mail *mail;
	struct sg_mail_reply at_recipient, at_headers, at_end;
	const struct sg_mail_edit *edits;
	size_t n_edits;
};
/* Runs it; gate_aid_mail_done() after. */
void gate_aid_mail(struct gate_aid *aid, struct aid_mail *mail);
void gate_aid_mail_done(struct aid_mail *mail);
/* The value of the n-th edit of that kind (and header name), NULL = none. */
const char *aid_edit(const struct aid_mail *mail, enum sg_mail_edit_kind kind,
		     const char *name);
/* The new body as text in the aid's pool, NULL = unchanged. */
const char *aid_new_body(struct gate_aid *aid, const struct aid_mail *mail);

/* How often `part` stands in `text`. */
size_t aid_count(const char *text, const char *part);

#endif

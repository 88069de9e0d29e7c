/*
 * Decided at negotiation, once:
 *
 * SMFIP_HDR_LEADSPC is not asked for. Headers that we do not touch stay in the
 * MTA as they came, with whatever space they had; ours are written "Name:
 * value" by the MTA. So a simple/simple DKIM signature made after us verifies
 * (tests/e2e/test_dkim.py), and values come to the engine clean.
 *
 * NR (no reply) flags on a unix socket only, for the connection, the sender
 * and each header: there the engine has nothing to say that cannot wait for
 * the end of the headers. Each answer is a round trip, for which the MTA waits
 * and libmilter puts a thread away and fetches it again. Over TCP the missing
 * answers would meet Nagle and the delayed ACK. The body is answered, so that
 * SKIP can be. (An MTA without these flags is offered to us with them:
 * libmilter then answers for us.)
 *
 * Macros: only those read here. {i} is not there before the second recipient
 * in Postfix, so it is read at the end.
 */
#include "milter_session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter_answer.h"
#include "milter_count.h"
#include "milter_door.h"
#include "milter_edits.h"

enum { SESSION_MAGIC = 0x5e5510 };

struct session {
	uint32_t magic;
	struct session *next, *previous; /* of all_sessions */
	bool no_replies;		 /* negotiated: see above */
	bool can_skip;			 /* the MTA knows SMFIS_SKIP */
	bool local;    /* this message comes from the MTA itself */
	bool skipping; /* no more of this body */
	bool is_held;  /* `held` is to be said at end of headers */
	struct sg_mail_reply held;
	struct sg_mail *mail; /* this message; NULL between messages */
	char client_addr[INET6_ADDRSTRLEN];
	char client_name[256];
	char daemon_name[128];
	char auth_authen[256];
};

static struct milter_shared shared;

void
milter_session_share(const struct milter_shared *with)
{
	shared = *with;
}

/* Every session there is: for the messages still open when the door closes. */
static struct {
	pthread_mutex_t lock;
	struct session *first;
} all_sessions = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct session *
new_session(void)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->magic = SESSION_MAGIC;
	pthread_mutex_lock(&all_sessions.lock);
	session->next = all_sessions.first;
	if (session->next)
		session->next->previous = session;
	all_sessions.first = session;
	pthread_mutex_unlock(&all_sessions.lock);
	return session;
}

static void
free_session(struct session *session)
{
	pthread_mutex_lock(&all_sessions.lock);
	if (session->next)
		session->next->previous = session->previous;
	if (session->previous)
		session->previous->next = session->next;
	else
		all_sessions.first = session->next;
	pthread_mutex_unlock(&all_sessions.lock);
	session->magic = 0;
	free(session);
}

/* NULL: there was no memory for one, the connection goes on without us. */
static struct session *
session_of(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	return session && session->magic == SESSION_MAGIC ? session : NULL;
}

static void
say(bool trouble, const char *line)
{
	if (shared.log && line)
		shared.log(shared.arg, trouble, line);
}

static void
forget_message(struct session *session)
{
	sg_mail_free(session->mail);
	session->mail = NULL;
	session->skipping = false;
	session->is_held = false;
	session->local = false;
}

void
milter_session_forget_messages(void)
{
	pthread_mutex_lock(&all_sessions.lock);
	for (struct session *session = all_sessions.first; session;
	     session = session->next)
		forget_message(session);
	pthread_mutex_unlock(&all_sessions.lock);
}

/* Says the answer; frees the message when the MTA sends no more of it. */
static sfsistat
answer(SMFICTX *ctx, struct session *session, enum milter_stage stage,
       const struct sg_mail_reply *reply)
{
	sfsistat said = milter_answer(ctx, stage, reply, session->local);

	if (said == SMFIS_SKIP && !session->can_skip)
		said = SMFIS_CONTINUE;
	if (milter_answer_ends(stage, said)) {
		say(false, sg_mail_log_line(session->mail));
		forget_message(session);
	}
	return said;
}

/* The first thing that is to be said is kept for the end of the headers when
 * the MTA waits for no answer now. */
static sfsistat
say_or_hold(SMFICTX *ctx, struct session *session, enum milter_stage stage,
	    const struct sg_mail_reply *reply)
{
	if (!session->no_replies)
		return answer(ctx, session, stage, reply);
	session->held = *reply;
	session->is_held = reply->answer != SG_MAIL_CONTINUE &&
			   reply->answer != SG_MAIL_SKIP;
	return SMFIS_NOREPLY;
}

/* An empty list spares a packet a stage, which costs libmilter two polls and
 * two reads. */
static void
ask_for_macros(SMFICTX *ctx)
{
	static const struct {
		int stage;
		const char *names;
	} wanted[] = {
		{SMFIM_CONNECT, "{daemon_name}"},
		{SMFIM_ENVFROM, "{auth_authen}"},
		{SMFIM_ENVRCPT, ""},
		{SMFIM_EOH, ""},
		{SMFIM_EOM, "i"},
	};
	char names[32];

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		snprintf(names, sizeof(names), "%s", wanted[i].names);
		(void)smfi_setsymlist(ctx, wanted[i].stage, names);
	}
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long offered_actions,
	     unsigned long offered_steps, unsigned long f2, unsigned long f3,
	     unsigned long *actions, unsigned long *steps, unsigned long *r2,
	     unsigned long *r3)
{
	const unsigned long no_replies =
		SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR;
	const unsigned long unused =
		SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN;
	struct session *session = new_session();

	*actions =
		offered_actions &
		(SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_CHGFROM |
		 SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_SETSYMLIST);
	*steps = offered_steps & (unused | SMFIP_SKIP);
	*r2 = *r3 = 0;
	if (session) {
		session->can_skip = offered_steps & SMFIP_SKIP;
		session->no_replies =
			shared.no_replies &&
			(offered_steps & no_replies) == no_replies;
		if (session->no_replies)
			*steps |= no_replies;
		(void)smfi_setpriv(ctx, session);
	}
	if (offered_actions & SMFIF_SETSYMLIST)
		ask_for_macros(ctx);
	return SMFIS_CONTINUE;
}

static void
keep_client(struct session *session, const char *name, const _SOCK_ADDR *from)
{
	snprintf(session->client_name, sizeof(session->client_name), "%s",
		 name ? name : "");
	if (from && from->sa_family == AF_INET)
		inet_ntop(AF_INET,
			  &((const struct sockaddr_in *)from)->sin_addr,
			  session->client_addr, sizeof(session->client_addr));
	else if (from && from->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
			  &((const struct sockaddr_in6 *)from)->sin6_addr,
			  session->client_addr, sizeof(session->client_addr));
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *from)
{
	struct session *session = session_of(ctx);

	count(&milter_count.connections);
	if (!session) {
		count(&milter_count.trouble);
		return SMFIS_ACCEPT;
	}
	keep_client(session, name, from);
	return session->no_replies ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* A macro's value into a buffer of the session; "" when it is not there. */
static void
keep_macro(SMFICTX *ctx, const char *macro, char *out, size_t size)
{
	char name[32];
	const char *value;

	snprintf(name, sizeof(name), "%s", macro);
	value = smfi_getsymval(ctx, name);
	snprintf(out, size, "%s", value ? value : "");
}

static const char *
or_null(const char *text)
{
	return *text ? text : NULL;
}

/*
 * Mail that the MTA makes itself or takes from local submission comes without
 * angle brackets, and its client is an invented one (Postfix: 127.0.0.1): for
 * the engine it has none. Brackets alone say nothing: an SMTP client may leave
 * them out too, and would pass for one of us.
 */
static bool
is_local(const struct session *session, const char *sender)
{
	return sender[0] != '<' &&
	       (!session->client_addr[0] ||
		strncmp(session->client_addr, "127.", 4) == 0 ||
		strcmp(session->client_addr, "::1") == 0);
}

static sfsistat
on_sender(SMFICTX *ctx, char **args)
{
	struct session *session = session_of(ctx);
	struct sg_mail_connection from = {0};
	struct sg_mail_reply reply;

	if (!session)
		return SMFIS_ACCEPT;
	forget_message(session);
	session->local = is_local(session, args[0]);
	keep_macro(ctx, "{daemon_name}", session->daemon_name,
		   sizeof(session->daemon_name));
	keep_macro(ctx, "{auth_authen}", session->auth_authen,
		   sizeof(session->auth_authen));
	from.daemon_name = or_null(session->daemon_name);
	from.auth_authen = or_null(session->auth_authen);
	if (!session->local) {
		from.client_addr = or_null(session->client_addr);
		from.client_name = or_null(session->client_name);
	}
	session->mail = sg_mail_new(shared.gate, &from);
	if (!session->mail) {
		count(&milter_count.trouble);
		say(true, "A message passes unseen: no memory");
		return session->no_replies ? SMFIS_NOREPLY : SMFIS_ACCEPT;
	}
	reply = sg_mail_sender(session->mail, args[0]);
	return say_or_hold(ctx, session, MILTER_AT_SENDER, &reply);
}

static sfsistat
on_recipient(SMFICTX *ctx, char **args)
{
	struct session *session = session_of(ctx);
	struct sg_mail_reply reply;

	if (!session || !session->mail)
		return SMFIS_ACCEPT;
	reply = sg_mail_recipient(session->mail, args[0]);
	return answer(ctx, session, MILTER_AT_RECIPIENT, &reply);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *session = session_of(ctx);
	struct sg_mail_reply reply;

	if (!session || !session->mail)
		return SMFIS_ACCEPT;
	if (session->is_held)
		return SMFIS_NOREPLY;
	reply = sg_mail_header(session->mail, name, value);
	return say_or_hold(ctx, session, MILTER_AT_HEADER, &reply);
}

static sfsistat
on_end_of_headers(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);
	struct sg_mail_reply reply;

	if (!session || !session->mail)
		return SMFIS_ACCEPT;
	reply = session->is_held ? session->held
				 : sg_mail_end_of_headers(session->mail);
	return answer(ctx, session, MILTER_AT_END_OF_HEADERS, &reply);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct session *session = session_of(ctx);
	struct sg_mail_reply reply;

	if (!session || !session->mail)
		return SMFIS_ACCEPT;
	if (session->skipping)
		return SMFIS_CONTINUE;
	reply = sg_mail_body(session->mail, bytes, len);
	session->skipping = reply.answer == SG_MAIL_SKIP;
	return answer(ctx, session, MILTER_AT_BODY, &reply);
}

static const char *
edit_word(enum sg_mail_edit_kind kind)
{
	static const char *const words[] = {
		[SG_EDIT_HEADER_ADD] = "a header to add",
		[SG_EDIT_HEADER_CHANGE] = "a header to change",
		[SG_EDIT_SENDER] = "the envelope sender",
		[SG_EDIT_RECIPIENT_ADD] = "a recipient to add",
		[SG_EDIT_RECIPIENT_REMOVE] = "a recipient to remove",
		[SG_EDIT_BODY] = "the body",
	};

	return words[kind];
}

/* Mail flows: what could not be applied is logged, the mail goes on. */
static void
apply_edits(SMFICTX *ctx, const char *queue_id,
	    const struct sg_mail_edit *edits, size_t n_edits)
{
	enum sg_mail_edit_kind failed;
	char line[160];

	if (n_edits == 0)
		return;
	if (milter_edits_apply(ctx, edits, n_edits, &failed)) {
		count(&milter_count.changed);
		return;
	}
	count(&milter_count.trouble);
	snprintf(line, sizeof(line),
		 "%.32s: the MTA did not take an edit; the mail goes on "
		 "edit=\"%s\"",
		 queue_id ? queue_id : "-", edit_word(failed));
	say(true, line);
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);
	const struct sg_mail_edit *edits = NULL;
	struct sg_mail_reply reply;
	const char *queue_id;
	size_t n_edits = 0;

	if (!session || !session->mail)
		return SMFIS_ACCEPT;
	count(&milter_count.messages);
	queue_id = smfi_getsymval(ctx, (char[]){"i"});
	reply = sg_mail_end(session->mail, queue_id, &edits, &n_edits);
	if (reply.answer < SG_MAIL_REJECT)
		apply_edits(ctx, queue_id, edits, n_edits);
	return answer(ctx, session, MILTER_AT_END, &reply);
}

/* Comes between messages too, and after an answer that ended one. */
static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);

	if (session)
		forget_message(session);
	return SMFIS_CONTINUE;
}

/* Comes without a connect when the MTA only looked whether we are there. */
static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *session = session_of(ctx);

	if (session) {
		forget_message(session);
		(void)smfi_setpriv(ctx, NULL);
		free_session(session);
	}
	return SMFIS_CONTINUE;
}

/* What libmilter calls: through the door, or "try again later". */
#define THROUGH_THE_DOOR(call, when_closed)     \
	do {                                    \
		sfsistat said_ = (when_closed); \
		if (milter_door_enter()) {      \
			said_ = (call);         \
			milter_door_leave();    \
		}                               \
		return said_;                   \
	} while (0)

static sfsistat
door_sender(SMFICTX *ctx, char **args)
{
	THROUGH_THE_DOOR(on_sender(ctx, args), SMFIS_TEMPFAIL);
}

static sfsistat
door_recipient(SMFICTX *ctx, char **args)
{
	THROUGH_THE_DOOR(on_recipient(ctx, args), SMFIS_TEMPFAIL);
}

static sfsistat
when_closed_header(SMFICTX *ctx)
{
	const struct session *session = session_of(ctx);

	return session && session->no_replies ? SMFIS_NOREPLY : SMFIS_TEMPFAIL;
}

static sfsistat
door_header(SMFICTX *ctx, char *name, char *value)
{
	THROUGH_THE_DOOR(on_header(ctx, name, value), when_closed_header(ctx));
}

static sfsistat
door_end_of_headers(SMFICTX *ctx)
{
	THROUGH_THE_DOOR(on_end_of_headers(ctx), SMFIS_TEMPFAIL);
}

static sfsistat
door_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	THROUGH_THE_DOOR(on_body(ctx, bytes, len), SMFIS_TEMPFAIL);
}

static sfsistat
door_end(SMFICTX *ctx)
{
	THROUGH_THE_DOOR(on_end(ctx), SMFIS_TEMPFAIL);
}

/* Behind a closed door sessions stay as they are; their messages are freed by
 * milter_session_forget_messages(). The process ends soon. */
static sfsistat
door_abort(SMFICTX *ctx)
{
	THROUGH_THE_DOOR(on_abort(ctx), SMFIS_CONTINUE);
}

static sfsistat
door_close(SMFICTX *ctx)
{
	THROUGH_THE_DOOR(on_close(ctx), SMFIS_CONTINUE);
}

const struct smfiDesc milter_session_callbacks = {
	.xxfi_name = (char[]){"scoregate"},
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY |
		      SMFIF_CHGFROM | SMFIF_ADDRCPT | SMFIF_DELRCPT |
		      SMFIF_SETSYMLIST,
	.xxfi_connect = on_connect,
	.xxfi_envfrom = door_sender,
	.xxfi_envrcpt = door_recipient,
	.xxfi_header = door_header,
	.xxfi_eoh = door_end_of_headers,
	.xxfi_body = door_body,
	.xxfi_eom = door_end,
	.xxfi_abort = door_abort,
	.xxfi_close = door_close,
	.xxfi_negotiate = on_negotiate,
};

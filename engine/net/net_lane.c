/* net_lane.c - see net_lane.h. */
#include "net/net_lane.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

/* A mail goes out in pieces of this size; and how long a reply may take that
 * says why the server broke off. */
enum { PIECE = 64 << 10, INPUT_SIZE = 4096, LAST_WORDS_MS = 1000 };

struct net_lane {
	const struct net_server *server;
	struct net_link *link;
	net_lane_next_fn *next;
	void *arg;
	bool kept; /* a mail went over this connection already */
	const struct net_smtp_mail *mail;
	/* Its MAIL, RCPT and DATA went behind the last mail's dot; NULL: none.
	 */
	const struct net_smtp_mail *begun;
	enum net_smtp_stage stage;
	enum net_link_end trouble;
	bool held;	     /* the owner would not have it handed over */
	bool cannot_be_said; /* the addresses, to this server */
	struct net_reply reply;
	char input[INPUT_SIZE]; /* what came and is not read yet */
	size_t at, end;
	struct buf output;
};

/* --- what the server says ------------------------------------------------ */

/* The reply to what was said; false: lane->trouble. */
static bool
hear(struct net_lane *lane, int64_t until)
{
	enum net_reply_end end = NET_REPLY_MORE;
	size_t used;

	net_reply_begin(&lane->reply);
	while (end == NET_REPLY_MORE) {
		if (lane->at == lane->end) {
			lane->at = lane->end = 0;
			lane->trouble =
				net_link_read(lane->link, lane->input,
					      INPUT_SIZE, until, &lane->end);
			if (lane->trouble != NET_LINK_OK)
				return false;
		}
		end = net_reply_feed(&lane->reply, lane->input + lane->at,
				     lane->end - lane->at, &used);
		lane->at += used;
	}
	if (end == NET_REPLY_WRONG)
		lane->trouble = NET_LINK_LOST;
	return end == NET_REPLY_WHOLE;
}

/* What is in `output`. The server may have broken off with a word of why. */
static bool
say(struct net_lane *lane, int64_t until)
{
	int64_t soon = clock_monotonic_ms() + LAST_WORDS_MS;
	enum net_link_end end;

	if (!buf_ok(&lane->output)) {
		lane->trouble = NET_LINK_LOST;
		return false;
	}
	end = net_link_write(lane->link, lane->output.data, lane->output.len,
			     until);
	buf_reset(&lane->output);
	if (end == NET_LINK_LOST)
		hear(lane, soon < until ? soon : until);
	lane->trouble = end;
	return end == NET_LINK_OK;
}

/* --- whom it can be sent to ---------------------------------------------- */

static bool
is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* An address that would end the command is none, wherever it comes from. */
static bool
is_safe(const char *address)
{
	while (*address && !iscntrl((unsigned char)*address))
		address++;
	return *address == '\0';
}

static bool
can_be_said(const struct net_lane *lane, const char *address)
{
	return is_safe(address) &&
	       (is_ascii(address) || net_link_offers(lane->link, "SMTPUTF8"));
}

static bool
can_be_begun(const struct net_lane *lane, const struct net_smtp_mail *mail)
{
	return can_be_said(lane, mail->sender) &&
	       can_be_said(lane, mail->recipient);
}

/* --- the dialogue -------------------------------------------------------- */

static void
command(struct net_lane *lane, const struct net_smtp_mail *mail, int stage)
{
	struct buf *out = &lane->output;

	if (stage == NET_AT_MAIL) {
		buf_printf(out, "MAIL FROM:<%s>", mail->sender);
		if (net_link_offers(lane->link, "SIZE"))
			buf_printf(out, " SIZE=%zu", mail->len);
		if (!is_ascii(mail->sender) || !is_ascii(mail->recipient))
			buf_append_text(out, " SMTPUTF8");
		buf_append_text(out, "\r\n");
	} else if (stage == NET_AT_RCPT) {
		buf_printf(out, "RCPT TO:<%s>\r\n", mail->recipient);
	} else {
		buf_append_text(out, "DATA\r\n");
	}
}

/* DATA is the last of what leaves together (RFC 2920 §3.1). */
static void
commands(struct net_lane *lane, const struct net_smtp_mail *mail)
{
	int stage;

	for (stage = NET_AT_MAIL; stage <= NET_AT_DATA; stage++)
		command(lane, mail, stage);
}

/* MAIL, RCPT, DATA and their replies: true when the mail is awaited. The stage
 * is the one whose reply came last, or did not come. */
static bool
begin_mail(struct net_lane *lane, int64_t until)
{
	bool said = lane->begun != NULL;
	bool together = said || net_link_offers(lane->link, "PIPELINING");
	int stage;

	lane->begun = NULL;
	if (together && !said)
		commands(lane, lane->mail);
	for (stage = NET_AT_MAIL; stage <= NET_AT_DATA; stage++) {
		lane->stage = (enum net_smtp_stage)stage;
		net_reply_begin(&lane->reply);
		if (!together)
			command(lane, lane->mail, stage);
		if (lane->output.len && !say(lane, until))
			return false;
		if (!hear(lane, until) ||
		    lane->reply.code / 100 != (stage == NET_AT_DATA ? 3 : 2))
			return false;
	}
	return true;
}

/* Lines that begin with a dot get another (RFC 5321 §4.5.2). */
static void
add_stuffed(struct buf *out, const char *data, size_t len, bool *at_line_start)
{
	const char *end = data + len, *from = data, *at = data;

	while (at < end) {
		if (*at_line_start && *at == '.') {
			buf_append(out, from, (size_t)(at - from));
			buf_append_char(out, '.');
			from = at;
		}
		at = memchr(at, '\n', (size_t)(end - at));
		*at_line_start = at != NULL;
		at = at ? at + 1 : end;
	}
	buf_append(out, from, (size_t)(end - from));
}

/* Behind the dot a new group begins (RFC 2920 §3.1): the next mail's commands,
 * if there is one already. Nothing of it is given away by that. */
static void
begin_next(struct net_lane *lane)
{
	const struct net_smtp_mail *next = NULL;

	if (lane->next && net_link_offers(lane->link, "PIPELINING"))
		next = lane->next(lane->arg);
	if (!next || !can_be_begun(lane, next))
		return;
	commands(lane, next);
	lane->begun = next;
}

/* The mail. Before its last piece leaves the owner is asked. */
static bool
send_data(struct net_lane *lane, int64_t until)
{
	const struct net_smtp_mail *mail = lane->mail;
	bool at_line_start = true;
	size_t at = 0;

	for (; mail->len - at > PIECE; at += PIECE) {
		add_stuffed(&lane->output, mail->data + at, PIECE,
			    &at_line_start);
		if (!say(lane, until))
			return false;
	}
	add_stuffed(&lane->output, mail->data + at, mail->len - at,
		    &at_line_start);
	buf_append_text(&lane->output, at_line_start ? ".\r\n" : "\r\n.\r\n");
	lane->held = !mail->handing_over(mail->arg);
	if (lane->held)
		return false;
	begin_next(lane);
	lane->stage = NET_AT_END;
	net_reply_begin(&lane->reply);
	return say(lane, until) && hear(lane, until);
}

/* --- what comes of a mail ------------------------------------------------ */

/* What a reply, or none, means where we were. */
static enum net_smtp_end
end_of(const struct net_lane *lane)
{
	int code = lane->reply.code, class = code / 100;

	if (lane->cannot_be_said)
		return NET_SMTP_REFUSED;
	if (lane->held)
		return NET_SMTP_HELD;
	if (code == 421 || lane->stage == NET_AT_CONNECT)
		return NET_SMTP_UNREACHABLE;
	if (lane->stage == NET_AT_MAIL)
		return class == 5 ? NET_SMTP_SENDER_REFUSED
				  : NET_SMTP_UNREACHABLE;
	if (class == 5)
		return NET_SMTP_REFUSED;
	if (class == 4 || lane->stage != NET_AT_END)
		return NET_SMTP_LATER;
	/* Any 2xx accepts (RFC 5321 §4.2.1). */
	return class == 2 ? NET_SMTP_SENT : NET_SMTP_DOUBTFUL;
}

static const char *
words_of(const struct net_lane *lane)
{
	if (lane->cannot_be_said)
		return "550 5.6.7 the server offers no SMTPUTF8 for this "
		       "address"; /* RFC 6531 §3.5 */
	if (lane->held)
		return "not handed over";
	if (lane->reply.code)
		return lane->reply.text;
	if (lane->stage == NET_AT_CONNECT)
		return net_link_trouble(lane->link);
	return lane->trouble == NET_LINK_LATE
		       ? "no answer from the mail server in time"
		       : "the mail server broke the connection off";
}

static void
fill_answer(const struct net_lane *lane, struct net_answer *answer)
{
	const char *words = words_of(lane);

	answer->end = end_of(lane);
	answer->stage = lane->stage;
	answer->code = lane->cannot_be_said ? 550
		       : lane->stage == NET_AT_CONNECT
			       ? net_link_code(lane->link)
			       : lane->reply.code;
	net_reply_status(answer->code ? words : "", answer->status);
	snprintf(answer->text, sizeof(answer->text), "%s", words);
}

/* --- one mail ------------------------------------------------------------ */

static void
drop(struct net_lane *lane)
{
	net_link_close(lane->link);
	buf_reset(&lane->output);
	lane->at = lane->end = 0;
	lane->begun = NULL;
	lane->kept = false;
}

/* Nobody waits for the answer. */
static void
say_quit(struct net_lane *lane)
{
	net_link_write(lane->link, "QUIT\r\n", 6, 0);
}

static void
reset(struct net_lane *lane)
{
	lane->stage = NET_AT_CONNECT;
	lane->trouble = NET_LINK_OK;
	lane->held = lane->cannot_be_said = false;
	net_reply_begin(&lane->reply);
}

/* It waits for this mail, or for any. A word that nobody asked for would be
 * taken for an answer. */
static bool
is_ready(struct net_lane *lane)
{
	if (lane->begun)
		return lane->begun == lane->mail;
	return lane->at == lane->end && net_link_is_alive(lane->link);
}

/* True: the connection can be kept. Only when the whole dialogue came to its
 * end, for else the next mail would read this one's answers. Nor after "451": a
 * Postfix whose milter failed says nothing else to this connection, even when
 * the milter is back. */
static bool
send_once(struct net_lane *lane, int64_t until)
{
	reset(lane);
	if (!is_ready(lane)) {
		drop(lane);
		lane->trouble = net_link_open(lane->link, until);
		if (lane->trouble != NET_LINK_OK)
			return false;
	}
	lane->cannot_be_said = !can_be_begun(lane, lane->mail);
	if (lane->cannot_be_said) {
		lane->stage = NET_AT_MAIL;
		return true;
	}
	if (!begin_mail(lane, until) || !send_data(lane, until))
		return false;
	return lane->reply.code / 100 == 2 || lane->reply.code / 100 == 5;
}

/* The server closed a connection that we had kept: once more, on a new one.
 * Nothing of the mail was given away. */
static bool
was_dead(const struct net_lane *lane)
{
	int code = lane->reply.code;

	return lane->kept && lane->stage > NET_AT_CONNECT &&
	       lane->stage < NET_AT_DATA && (code == 421 || code == 0) &&
	       lane->trouble != NET_LINK_LATE;
}

void
net_lane_send(struct net_lane *lane, const struct net_smtp_mail *mail,
	      struct net_answer *answer_out)
{
	int64_t until = clock_monotonic_ms() + lane->server->timeout_ms;
	bool keep;

	lane->mail = mail;
	keep = send_once(lane, until);
	if (!keep && was_dead(lane)) {
		drop(lane);
		keep = send_once(lane, until);
	}
	fill_answer(lane, answer_out);
	lane->kept = keep;
	if (!keep) {
		/* Where the next mail is awaited it would be part of that. */
		if (lane->reply.code && !lane->held && !lane->begun)
			say_quit(lane);
		drop(lane);
	}
	lane->mail = NULL;
}

/* --- open and close ------------------------------------------------------ */

struct net_lane *
net_lane_open(const struct net_server *server, net_lane_next_fn *next,
	      void *arg)
{
	struct net_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->server = server;
	lane->next = next;
	lane->arg = arg;
	lane->link = net_link_new(server);
	if (!lane->link) {
		free(lane);
		return NULL;
	}
	buf_init(&lane->output, 4 * PIECE);
	return lane;
}

void
net_lane_close(struct net_lane *lane)
{
	if (!lane)
		return;
	if (lane->kept && !lane->begun)
		say_quit(lane);
	net_link_free(lane->link);
	buf_done(&lane->output);
	free(lane);
}

void
net_lane_cut(struct net_lane *lane)
{
	net_link_cut(lane->link);
}

/*
 * form_dialogue.c - recipients in a transcript of an SMTP session: commands
 * and the replies to them, whatever arrows a system draws. See form.h.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "classify/form.h"

struct dialogue {
	const struct form_notice *notice;
	struct form_recipients *to;
	const char *recipient; /* of the last RCPT, NULL */
	const char *pending;   /* a reply to a command without recipient */
	bool after_command;    /* … and not after RCPT */
};

/* Past arrows and labels ("<<<", "Out:", "Received >>>"). */
static const char *
skip_arrows(const char *line, bool *arrow_out)
{
	static const char *const LABELS[] = {
		"in:",	 "out:",   "sent",     "received",
		"smtp:", "reply:", "response:"};
	size_t i, skipped;

	*arrow_out = false;
	do {
		skipped = strspn(line, "<>-= \t|");
		if (skipped == strspn(line, "<") && skipped == 1)
			skipped = 0; /* an address follows */
		*arrow_out |= skipped > 1;
		line += skipped;
		for (i = 0; i < sizeof(LABELS) / sizeof(LABELS[0]); i++) {
			if (strncasecmp(line, LABELS[i], strlen(LABELS[i])) ==
			    0) {
				skipped = strlen(LABELS[i]);
				line += skipped;
				*arrow_out = true;
				break;
			}
		}
	} while (skipped);
	return line;
}

static bool
is_reply(const char *line)
{
	return (line[0] == '4' || line[0] == '5') && line[1] >= '0' &&
	       line[1] <= '7' && isdigit((unsigned char)line[2]) &&
	       (line[3] == ' ' || line[3] == '-' || line[3] == '\0');
}

static void
read_command(struct dialogue *d, const char *line)
{
	const char *rest;

	d->after_command = true;
	if (strncasecmp(line, "rcpt to", 7) != 0)
		return;
	d->after_command = false;
	d->recipient = form_next_address(d->notice->pool, line + 7, &rest);
	if (d->recipient)
		d->pending = NULL;
}

/* "550 5.1.1 <a@b>... User unknown": whom the reply is about. */
static const char *
subject_of(struct pool *pool, const char *line)
{
	const char *open = strchr(line, '<'), *address, *rest;

	if (!open || open - line > 14)
		return NULL;
	address = form_next_address(pool, open, &rest);
	return address && rest[0] == '>' ? address : NULL;
}

static void
read_reply(struct dialogue *d, const char *line, bool arrow)
{
	struct pool *pool = d->notice->pool;
	const char *address = NULL;

	/* After MAIL it is the sender who is named. */
	if (!arrow || !d->after_command)
		address = subject_of(pool, line);
	if (!address && !d->after_command && arrow)
		address = d->recipient;
	if (!address) {
		if (arrow)
			d->pending = line;
		return;
	}
	if (d->pending)
		line = pool_printf(pool, "%s %s", d->pending, line);
	form_recipient_add(d->notice, d->to, address, line);
	d->pending = NULL;
}

static bool
is_command(const char *line)
{
	static const char *const COMMANDS[] = {"rcpt to", "mail from", "data",
					       "ehlo",	  "helo",      "quit",
					       "rset",	  "auth",      "bdat"};
	size_t i, len;

	for (i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		len = strlen(COMMANDS[i]);
		if (strncasecmp(line, COMMANDS[i], len) == 0 &&
		    !isalnum((unsigned char)line[len]))
			return true;
	}
	return false;
}

void
form_read_dialogue(const struct form_notice *notice, struct form_recipients *to)
{
	struct dialogue d = {.notice = notice, .to = to};
	const char *line, *last = NULL;
	bool arrow;
	size_t i;

	for (i = 0; i < notice->n_lines; i++) {
		line = skip_arrows(notice->lines[i].text, &arrow);
		if (arrow && is_command(line)) {
			read_command(&d, line);
			if (d.recipient)
				last = d.recipient;
		} else if (is_reply(line)) {
			read_reply(&d, line, arrow);
		}
	}
	/* Refused at DATA: whom the transaction was for. */
	if (to->n == 0 && last && d.pending)
		form_recipient_add(notice, to, last, d.pending);
}

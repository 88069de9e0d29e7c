/* form_sender.c - who seems to have sent a notice. See form.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "classify/bounce_words.h"
#include "classify/form.h"

/* Local parts by their letters alone: RFC 2142, RFC 5321 §4.5.1, custom. */
static const char *const DAEMONS[] = {
	"mailerdaemon",		 "postmaster", "maildaemon",
	"doublebounce",		 "mmdf",       "maildelivery",
	"deliverydaemon",	 "postman",    "maildeliverysystem",
	"maildeliverysubsystem",
};
static const char *const PROGRAMS[] = {
	"noreply",	 "donotreply",	  "administrator", "admin",
	"sysadmin",	 "mailadmin",	  "bounce",	   "bounces",
	"daemon",	 "mailsystem",	  "root",	   "notification",
	"notifications", "autoresponder",
};
static const char *const NAMES[] = {"mailer daemon", "mail deliver*",
				    "postmaster",    "system administrator",
				    "mail system",   "mail administrator",
				    "mail router",   "delivery subsystem",
				    "mail gateway",  NULL};

static bool
is_one_of(const char *letters, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(letters, names[i]) == 0)
			return true;
	}
	return false;
}

/* The letters of a local part, or of a word without a domain. */
static void
letters_of(char letters[64], const char *address)
{
	size_t n = 0;

	for (; *address && *address != '@' && n < 63; address++) {
		if (isalpha((unsigned char)*address))
			letters[n++] = (char)tolower((unsigned char)*address);
	}
	letters[n] = '\0';
}

/* The addresses beside a mailing list's. */
static bool
is_list_part(const char *address)
{
	static const char *const ENDS[] = {"-admin@", "-owner@", "-request@",
					   "-bounces@", "-help@"};
	size_t i;

	for (i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++) {
		if (strstr(address, ENDS[i]))
			return true;
	}
	return strncmp(address, "owner-", 6) == 0;
}

static enum form_sender
by_address(const char *address)
{
	char letters[64];

	letters_of(letters, address);
	if (is_one_of(letters, DAEMONS, sizeof(DAEMONS) / sizeof(DAEMONS[0])))
		return FORM_DAEMON;
	if (is_one_of(letters, PROGRAMS,
		      sizeof(PROGRAMS) / sizeof(PROGRAMS[0])) ||
	    is_list_part(address))
		return FORM_PROGRAM;
	return FORM_PERSON;
}

/* "<>", "<MAILER-DAEMON>": the envelope of a notice. */
static enum form_sender
by_envelope(const struct report_message *message)
{
	const char *path = message->sender;

	if (!path)
		path = header_text(message->pool, message->headers,
				   "Return-Path");
	if (!path)
		return FORM_PERSON;
	path += strspn(path, "< \t");
	if (!*path || *path == '>')
		return FORM_NULL;
	return by_address(
		pool_memdup(message->pool, path, strcspn(path, "> \t")));
}

bool
form_is_of_nobody(const struct report_message *message)
{
	return by_envelope(message) >= FORM_NULL;
}

static bool
has_program_name(const struct report_message *message)
{
	const char *from = header_get(message->headers, "From");
	char words[BOUNCE_WORDS_SIZE];
	const char *name;

	if (!from)
		return false;
	name = header_decode(message->pool, from);
	bounce_words_normalise(
		words, pool_memdup(message->pool, name, strcspn(name, "<")));
	return bounce_words_any(words, NAMES);
}

enum form_sender
form_sender_of(const struct report_message *message, const char *from)
{
	enum form_sender sender = by_address(from), envelope;

	if (sender != FORM_DAEMON &&
	    (has_program_name(message) ||
	     header_get(message->headers, "X-Failed-Recipients")))
		sender = FORM_DAEMON;
	envelope = by_envelope(message);
	if (envelope > sender)
		sender = envelope;
	if (sender == FORM_PERSON &&
	    header_get(message->headers, "Auto-Submitted"))
		sender = FORM_PROGRAM;
	return sender;
}

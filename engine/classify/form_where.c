/*
 * form_where.c - recipients by the places where forms have them: at the head
 * of what is said of them, in a sentence, behind a name, in a header. See
 * form.h.
 */
#include <string.h>
#include <strings.h>

#include "classify/bounce_words.h"
#include "classify/form.h"
#include "mail/address.h"

/* A head, and all that is said until the next one. */
struct head {
	const char *address;
	const char *rest;
	size_t line;
};

struct heads {
	const struct form_notice *notice;
	bool by_paragraph;
	struct head first, current;
	struct form_recipients *to;
};

static bool
is_rule(const char *line)
{
	return strlen(line) > 3 && strspn(line, "-=*_#") == strlen(line);
}

/* The lines from the head to `end`, as one text. */
static const char *
said_until(const struct heads *heads, size_t end)
{
	const struct form_line *lines = heads->notice->lines;
	struct buf said = BUF_INIT;
	const char *copy;
	size_t i;

	buf_append_text(&said, heads->current.rest);
	for (i = heads->current.line + 1; i < end && said.len < 1000; i++) {
		/* After a reply an empty line ends what is said. */
		if (!*lines[i].text && form_find_reply(buf_text(&said)))
			break;
		if (is_rule(lines[i].text))
			continue;
		buf_append_char(&said, ' ');
		buf_append_text(&said, lines[i].text);
	}
	copy = pool_strdup(heads->notice->pool, buf_text(&said));
	buf_done(&said);
	return copy;
}

static void
end_head(struct heads *heads, size_t end)
{
	if (heads->current.address)
		form_recipient_add(heads->notice, heads->to,
				   heads->current.address,
				   said_until(heads, end));
}

/* A head is no deeper than the first one; what is deeper is said of it. */
static bool
may_be_head(const struct heads *heads, size_t i, const char *rest)
{
	const struct form_line *lines = heads->notice->lines;

	if (!heads->current.address)
		return true;
	if (lines[i].indent > lines[heads->first.line].indent)
		return false;
	if (heads->by_paragraph && i && *lines[i - 1].text)
		return false;
	/* The later ones have the form of the first. */
	return !*rest == !*heads->first.rest || !*rest;
}

/* Not whom the notice was sent to, and not who helps. */
static bool
may_be_recipient(const struct form_notice *notice, const char *address)
{
	static const char *const HELPERS[] = {"postmaster@", "support@",
					      "helpdesk@",   "abuse@",
					      "admin@",	     "help@"};
	size_t i;

	for (i = 0; i < sizeof(HELPERS) / sizeof(HELPERS[0]); i++) {
		if (strncasecmp(address, HELPERS[i], strlen(HELPERS[i])) == 0)
			return false;
	}
	return !address_equal(address, notice->to) &&
	       !address_equal(address, notice->from);
}

void
form_read_heads(const struct form_notice *notice, size_t from,
		bool by_paragraph, struct form_recipients *to)
{
	struct heads heads = {
		.notice = notice, .by_paragraph = by_paragraph, .to = to};
	const char *address, *rest;
	size_t i;

	for (i = from; i < notice->n_lines; i++) {
		if (!strchr(notice->lines[i].text, '@'))
			continue;
		address = form_head(notice->pool, notice->lines[i].text, &rest);
		if (!address || !may_be_head(&heads, i, rest))
			continue;
		/* Without a banner it may be a salutation or a signature. */
		if (from == 0 && !may_be_recipient(notice, address))
			continue;
		if (heads.current.address &&
		    address_equal(heads.current.address, address))
			continue;
		end_head(&heads, i);
		heads.current = (struct head){address, rest, i};
		if (!heads.first.address)
			heads.first = heads.current;
	}
	end_head(&heads, notice->n_lines);
}

/* The text of the lines from `from` on, as one. */
static const char *
joined(const struct form_notice *notice, size_t from, size_t n)
{
	struct buf text = BUF_INIT;
	const char *copy;
	size_t i;

	for (i = from; i < notice->n_lines && i < from + n; i++) {
		buf_append_text(&text, notice->lines[i].text);
		buf_append_char(&text, ' ');
	}
	copy = pool_strdup(notice->pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

/* The addresses of one line that may be recipients; a list goes on with a
 * comma or a blank, a sentence does not. */
static size_t
read_list(const struct form_notice *notice, const char *line,
	  const char *found[10])
{
	const char *address, *rest;
	size_t n = 0;

	while (n < 10 &&
	       (address = form_next_address(notice->pool, line, &rest))) {
		line = rest;
		if (may_be_recipient(notice, address))
			found[n++] = address;
		if (n && (!strchr(",; <", rest[strspn(rest, "> ")]) ||
			  strcspn(rest, "@") > strcspn(rest, ".:")))
			break;
	}
	return n;
}

void
form_read_sentence(const struct form_notice *notice, size_t from,
		   struct form_recipients *to)
{
	/* Behind a banner it is near; without one anywhere. */
	size_t end = from ? from + 8 : notice->n_lines, at, i, n = 0;
	const char *found[10], *rest;

	for (at = from; at < end && at < notice->n_lines; at++) {
		if (strchr(notice->lines[at].text, '@'))
			n = read_list(notice, notice->lines[at].text, found);
		if (n)
			break;
	}
	if (!n)
		return;
	rest = joined(notice, at, 13);
	for (i = 0; i < n; i++)
		form_recipient_add(notice, to, found[i], rest);
}

/* Names that mean the recipient, in whatever language the rest is. */
static const char *const KEYS[] = {
	"recipient*",	   "rcpt to",	     "rcpt",
	"deliver*",	   "undeliver*",     "mail address",
	"email address",   "e mail address", "failed address",
	"empfänger*",	   "adressat*",	     "destinat*",
	"destinatár*",	   "получател*",     "mottagar*",
	"modtager*",	   "odbiorc*",	     "ontvanger",
	"příjemc*",	   "unknown user",   "user unknown",
	"unknown address", "invalid*",	     "mailbox*",
	"user*",	   "受信者",	     "宛先",
	"收件人",	   "수신자",	     NULL};

/* "Recipient: <a@b>" */
static const char *
key_value(const char *line)
{
	char words[BOUNCE_WORDS_SIZE], key[80];
	size_t len = strcspn(line, ":");

	if (line[len] != ':' || len >= sizeof(key))
		return NULL;
	memcpy(key, line, len);
	key[len] = '\0';
	if (strchr(key, '@'))
		return NULL;
	bounce_words_normalise(words, key);
	return bounce_words_any(words, KEYS) ? line + len + 1 : NULL;
}

void
form_read_keys(const struct form_notice *notice, struct form_recipients *to)
{
	const char *value, *address, *rest, *next;
	size_t i;

	for (i = 0; i < notice->n_lines; i++) {
		value = key_value(notice->lines[i].text);
		if (!value)
			continue;
		/* The value may be on the line below. */
		if (!value[strspn(value, " \t")] && i + 1 < notice->n_lines)
			value = notice->lines[++i].text;
		next = strchr(value, ';');
		if (next &&
		    strncasecmp(value + strspn(value, " "), "rfc822", 6) == 0)
			value = next + 1;
		address = form_head(notice->pool, value, &rest);
		if (address)
			form_recipient_add(
				notice, to, address,
				pool_printf(notice->pool, "%s %s", rest,
					    joined(notice, i + 1, 12)));
	}
}

void
form_read_failed(const struct form_notice *notice, struct form_recipients *to)
{
	const char *addresses[CLASSIFY_RECIPIENTS_MOST], *value, *said;
	unsigned i, n_fields;
	size_t k, n;

	n_fields =
		header_count(notice->message->headers, "X-Failed-Recipients");
	for (i = 1; i <= n_fields && i < 50; i++) {
		value = header_get_index(notice->message->headers,
					 "X-Failed-Recipients", i);
		n = address_list(notice->pool, value, addresses,
				 CLASSIFY_RECIPIENTS_MOST);
		for (k = 0; k < n; k++) {
			said = report_notice_about(notice->pool, notice->text,
						   addresses[k]);
			form_recipient_add(notice, to, addresses[k], said);
		}
	}
}

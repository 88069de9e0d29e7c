/*
 * form_said.c - addresses in the words for people, and what is said of them:
 * SMTP reply and enhanced status. See form.h.
 */
#include <ctype.h>
#include <string.h>

#include "classify/bounce_words.h"
#include "classify/form.h"
#include "mail/address.h"

/* Of what is said of one recipient; more is of other things. */
enum { SAID_MOST = 700 };

static bool
is_address_char(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~.@", c));
}

/* The address whose '@' this is, if it is one. */
static const char *
address_around(struct pool *pool, const char *text, const char *at_sign,
	       const char **rest_out)
{
	const char *start = at_sign, *end = at_sign + 1, *address, *dot;
	char *copy;

	while (start > text && is_address_char(start[-1]) && start[-1] != '@')
		start--;
	while (is_address_char(*end) && *end != '@')
		end++;
	*rest_out = end;
	/* Signs of quoting and of sentences. */
	while (start < at_sign && strchr("'`*=./", *start))
		start++;
	while (end > at_sign + 1 && !isalnum((unsigned char)end[-1]) &&
	       (unsigned char)end[-1] < 0x80)
		end--;
	if (start == at_sign || end - at_sign < 2 || end - start > ADDRESS_MOST)
		return NULL;
	dot = memchr(at_sign, '.', (size_t)(end - at_sign));
	if (!dot && end[0] != '>')
		return NULL;
	*rest_out = end;
	copy = pool_memdup(pool, start, (size_t)(end - start));
	return address_list(pool, copy, &address, 1) ? address : NULL;
}

const char *
form_next_address(struct pool *pool, const char *text, const char **rest_out)
{
	const char *at, *address;

	for (at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
		address = address_around(pool, text, at, rest_out);
		if (address)
			return address;
	}
	return NULL;
}

const char *
form_head(struct pool *pool, const char *line, const char **rest_out)
{
	const char *start, *address;

	start = line + strspn(line, " \t*->\"'(<;:");
	if (!is_address_char(*start))
		return NULL;
	address = form_next_address(pool, start, rest_out);
	/* Nothing but its own local part before it. */
	if (!address || strcspn(start, "@ \t") != strcspn(start, "@") ||
	    strncmp(start, address, strcspn(address, "@")) != 0)
		return NULL;
	*rest_out += strspn(*rest_out, ">\"'):; \t");
	return address;
}

const char *
form_find_reply(const char *text)
{
	const char *at;

	for (at = text; (at = strpbrk(at, "45")) != NULL; at++) {
		if (at > text &&
		    (isalnum((unsigned char)at[-1]) || strchr(".-@_/", at[-1])))
			continue;
		if (at[1] < '0' || at[1] > '7' ||
		    !isdigit((unsigned char)at[2]))
			continue;
		if (at > text && at[-1] == ':' && !strchr(" -,", at[3]))
			continue;
		if (at[3] == ' ' || at[3] == '-' || at[3] == ':' ||
		    at[3] == ',' || at[3] == '\t')
			return at;
	}
	return NULL;
}

static const char *
status_of(struct pool *pool, const char *said, const char *reply,
	  bool is_permanent)
{
	const char *start;
	size_t len = report_status_find(reply ? reply : said, &start);

	if (!len && reply)
		len = report_status_find(said, &start);
	if (len && *start != '2')
		return pool_memdup(pool, start, len);
	if (reply)
		return *reply == '4' ? "4.0.0" : "5.0.0";
	return is_permanent ? "5.0.0" : "";
}

static struct classify_recipient *
find(const struct form_recipients *to, const char *address)
{
	size_t i;

	for (i = 0; i < to->n; i++) {
		if (address_equal(to->items[i].address, address))
			return &to->items[i];
	}
	return NULL;
}

void
form_recipient_add(const struct form_notice *notice, struct form_recipients *to,
		   const char *address, const char *said)
{
	struct classify_recipient *recipient = find(to, address);
	const char *cut, *reply;

	if (!to->items)
		to->items =
			pool_alloc(notice->pool, CLASSIFY_RECIPIENTS_MOST *
							 sizeof(*to->items));
	if (recipient && *recipient->diagnostic)
		return;
	if (!recipient) {
		if (to->n == CLASSIFY_RECIPIENTS_MOST)
			return;
		recipient = &to->items[to->n++];
		recipient->address = address;
		recipient->final = recipient->status = "";
		recipient->diagnostic = "";
	}
	cut = pool_memdup(notice->pool, said, strnlen(said, SAID_MOST));
	cut = report_clean_text(notice->pool, cut);
	if (!*cut)
		return;
	reply = form_find_reply(cut);
	recipient->status =
		status_of(notice->pool, cut, reply, to->is_permanent);
	recipient->diagnostic = reply ? reply : cut;
}

/*
 * report_notice.c - the part of a report that is for people, where the one for
 * programs leaves out what matters. See report.h.
 */
#include <ctype.h>
#include <string.h>

#include "classify/bounce_words.h"
#include "classify/report.h"

/* What is said of a recipient stands in this many bytes after its address. */
enum { ABOUT_MOST = 500, NOTICE_MOST = 64 * 1024 };

void
report_set_reason(struct classify_recipient *recipient)
{
	if (recipient->kind != CLASSIFY_BOUNCE &&
	    recipient->kind != CLASSIFY_DELAY)
		return;
	recipient->reason =
		bounce_reason_find(recipient->status, recipient->diagnostic);
	if (recipient->kind == CLASSIFY_BOUNCE)
		recipient->class = bounce_reason_class(recipient->reason,
						       recipient->status);
}

const char *
report_notice(const struct report_message *message)
{
	const struct part *part;
	const char *text;
	size_t i, len;

	for (i = 0; i < message->map->n_parts; i++) {
		part = &message->map->parts[i];
		if (part->inside_message ||
		    strcmp(part->type, "text/plain") != 0)
			continue;
		text = report_part_text(message, part, &len);
		return pool_memdup(message->pool, text,
				   strnlen(text, NOTICE_MOST));
	}
	return "";
}

/* "550 …" or "550-…" where a reply begins. */
static const char *
find_reply(const char *text)
{
	const char *at;

	for (at = text; *at; at++) {
		if ((*at != '4' && *at != '5') ||
		    (at > text && (isalnum((unsigned char)at[-1]) ||
				   strchr(".-:[", at[-1]))))
			continue;
		if (at[1] >= '0' && at[1] <= '7' &&
		    isdigit((unsigned char)at[2]) &&
		    (at[3] == ' ' || at[3] == '-'))
			return at;
	}
	return NULL;
}

const char *
report_notice_about(struct pool *pool, const char *notice, const char *address)
{
	const char *at = address ? strstr(notice, address) : NULL;

	if (at) {
		at += strlen(address);
		at += strspn(at, ">\"'):; \t\r\n");
	} else {
		at = find_reply(notice);
	}
	if (!at)
		return "";
	return report_clean_text(
		pool, pool_memdup(pool, at, strnlen(at, ABOUT_MOST)));
}

static bool
tells_of_delay(const char *text)
{
	char words[BOUNCE_WORDS_SIZE];

	bounce_words_normalise(words, text);
	return strstr(words, " delay") || strstr(words, " warning ") ||
	       strstr(words, " not yet been") || strstr(words, " retried ") ||
	       strstr(words, " still ");
}

enum sg_status
report_read_notice(const struct report_message *message,
		   struct classify_result *result)
{
	const char *subject = header_decode(
		message->pool, header_get(message->headers, "Subject"));
	const char *text = report_notice(message);

	/* A delay must never count as a bounce. */
	if (!*text || tells_of_delay(text) ||
	    (subject && tells_of_delay(subject)))
		return SG_NONE;
	result->kind = CLASSIFY_BOUNCE;
	result->confidence = 0.6;
	result->evidence = report_notice_about(message->pool, text, NULL);
	return SG_OK;
}

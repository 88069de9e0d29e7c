/*
 * form_other.c - notices of no known form: what all of them have. A program
 * says in its subject or its words that mail did not arrive, and names an
 * address, a reply or the message. See form.h.
 */
#include <string.h>

#include "classify/answer.h"
#include "classify/bounce_words.h"
#include "classify/form.h"

static bool
has_code(const struct form_notice *notice)
{
	const char *start;
	size_t i;

	for (i = 0; i < notice->n_lines; i++) {
		if (form_find_reply(notice->lines[i].text) ||
		    report_status_find(notice->lines[i].text, &start))
			return true;
	}
	return false;
}

static bool
is_report(const struct form_notice *notice)
{
	return strcmp(header_keyword(notice->pool,
				     header_get(notice->message->headers,
						"Content-Type")),
		      "multipart/report") == 0;
}

/* X-Failed-Recipients says it in any language. */
static bool
tells_failure(const struct form_notice *notice)
{
	if (header_get(notice->message->headers, "X-Failed-Recipients"))
		return true;
	/* So does what is called a report and gives the message back. */
	if (notice->has_returned && is_report(notice))
		return true;
	return form_tells_failure(notice) || form_tells_delay(notice);
}

/*
 * From a person's address with the null sender: many programs that answer for
 * a person send so, and these tell of failures too.
 */
static bool
tells_failure_and_proves_it(const struct form_notice *notice)
{
	return (has_code(notice) || notice->has_returned) &&
	       !answer_is_away(notice->subject) && form_tells_failure(notice);
}

static bool
has_fields(const struct form_notice *notice)
{
	return bounce_words_match(notice->words, "final recipient&action");
}

/* A report that lost its type on the way, or never had one. */
const struct bounce_form form_fields[] = {
	{.name = "fields",
	 .also = has_fields,
	 .sender = FORM_PROGRAM,
	 .places = FORM_FIELDS},
	{0},
};

#define ANYWHERE                                                              \
	(FORM_FIELDS | FORM_HEADS | FORM_DIALOGUE | FORM_KEYS | FORM_FAILED | \
	 FORM_RETURNED)

const struct bounce_form form_other[] = {
	{.name = "notice",
	 .also = tells_failure,
	 .sender = FORM_DAEMON,
	 .places = ANYWHERE | FORM_SENTENCE},
	{.name = "null sender",
	 .also = tells_failure_and_proves_it,
	 .sender = FORM_NULL,
	 .places = ANYWHERE},
	{0},
};

/* unsubscribe_show.c - the page: what holds, and a button for each wish. */
#include "unsubscribe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const reasons[] = {"often", "irrelevant", "never", "other"};
static const char *const breaks[] = {"30", "90", "180"}; /* days */

enum { KEY_SIZE = 64 };

const char *
wishes_reason(const char *given)
{
	for (size_t i = 0; given && i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(reasons[i], given) == 0)
			return reasons[i];
	return "";
}

/* Who is not on the list any more has nothing to leave. */
static void
add_list(const struct sg_call *call, struct sg_page *page,
	 const struct sg_token *token, const struct wishes *wishes)
{
	const struct sg_host *host = call->host;
	struct sg_text *name = host->text(call);
	const char *list, *title;

	host->append(name, token->payload, token->payload_len);
	list = title = host->text_value(name);
	for (size_t i = 0; i < wishes->n_lists; i++) {
		if (strcmp(wishes->lists[i].name, list) != 0)
			continue;
		title = wishes->lists[i].title;
		host->page_set(page, "off", wishes->lists[i].joined ? "" : "1");
	}
	host->page_set(page, "list", title);
}

static void
add_choices(const struct sg_call *call, struct sg_page *page)
{
	const struct sg_host *host = call->host;
	struct sg_page *row;
	char key[KEY_SIZE];

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		row = host->page_row(page, "reasons");
		snprintf(key, sizeof(key), "unsubscribe.reason_%s", reasons[i]);
		host->page_set(row, "value", reasons[i]);
		host->page_set(row, "label", host->page_say(row, key));
	}
	for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++) {
		row = host->page_row(page, "pauses");
		host->page_set(row, "value", breaks[i]);
		host->page_set(row, "days", breaks[i]);
		host->page_set(row, "label",
			       host->page_say(row, "unsubscribe.pause_days"));
	}
}

static void
add_wishes(const struct sg_call *call, struct sg_page *page,
	   const struct wishes *wishes)
{
	const struct sg_host *host = call->host;
	struct sg_page *row;

	for (size_t i = 0; i < wishes->n_lists; i++) {
		row = host->page_row(page, "lists");
		host->page_set(row, "name", wishes->lists[i].name);
		host->page_set(row, "title", wishes->lists[i].title);
		host->page_set(row, "joined",
			       wishes->lists[i].joined ? "1" : "");
	}
	host->page_set(page, "known", wishes->known ? "1" : "");
	host->page_set(page, "paused", wishes->paused_until);
	host->page_set(page, "granted",
		       strcmp(wishes->tracking, "granted") == 0 ? "1" : "");
	host->page_set(page, "denied",
		       strcmp(wishes->tracking, "denied") == 0 ? "1" : "");
	host->page_set(page, "asked", wishes->asked);
}

/* Who sends the form back has seen the page, and not long ago: the address of
 * the page alone, which stands in a header of the mail, does not do. */
static void
add_form(const struct sg_call *call, struct sg_page *page,
	 const struct sg_token *token)
{
	const struct sg_host *host = call->host;
	struct sg_text *text = host->text(call);
	char when[40];
	struct sg_token form = {.kind = SG_TOKEN_STAMP,
				.message_id = token->message_id,
				.record_key = token->record_key,
				.payload = when};

	form.payload_len = (size_t)snprintf(when, sizeof(when),
					    WISHES_FORM "%" PRId64, call->now);
	if (host->token_make(call, &form, SG_TOKEN_URL, text, NULL) == SG_OK)
		host->page_set(page, "form", host->text_value(text));
}

void
wishes_show(const struct sg_call *call, const struct sg_request *request,
	    const struct sg_token *token, const struct wishes *wishes,
	    const struct wishes_said *said, int status, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "unsubscribe");

	add_list(call, page, token, wishes);
	host->page_set(page, "left", said->left ? "1" : "");
	add_choices(call, page);
	add_wishes(call, page, wishes);
	if (wishes->read)
		add_form(call, page, token);
	/* A link for one list can leave the others, too. */
	if (token->payload_len || wishes->n_lists > 1)
		host->page_set(page, "everything", "1");
	if (said->done)
		host->page_set(page, "done", host->page_say(page, said->done));
	if (said->trouble)
		host->page_set(page, "trouble",
			       host->page_say(page, said->trouble));
	host->reply_with(reply, status, page);
}

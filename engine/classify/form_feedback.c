/*
 * form_feedback.c - complaints that are no report of RFC 5965: Microsoft's
 * junk mail reports, which pass the message on with a field of their own. See
 * form.h.
 */
#include <string.h>

#include "classify/form.h"

enum { HEAD_MOST = 64 * 1024 };

/* The header of the message passed on; NULL: none. */
static const struct header_list *
passed_on(const struct report_message *message)
{
	const struct part *part;
	struct header_list *headers;
	size_t i, len, used;

	for (i = 0; i < message->map->n_parts; i++) {
		part = &message->map->parts[i];
		if (!part->is_message || part->inside_message)
			continue;
		len = part->end - part->start;
		headers = pool_alloc(message->pool, sizeof(*headers));
		header_list_init(headers, message->pool);
		return header_list_read(headers, message->body + part->start,
					len < HEAD_MOST ? len : HEAD_MOST,
					&used, NULL) == SG_OK
			       ? headers
			       : NULL;
	}
	return NULL;
}

enum sg_status
form_read_feedback(const struct report_message *message,
		   struct classify_result *result)
{
	static const char FIELD[] = "X-HmXmrOriginalRecipient";
	const struct header_list *headers;
	struct classify_recipient *recipient;
	const char *address, *id;

	/* Cheap before the rest: such a report has one part, the message. */
	if (message->map->n_parts == 0 || !message->map->parts[0].is_message)
		return SG_NONE;
	headers = passed_on(message);
	address = headers ? report_address(message->pool,
					   header_get(headers, FIELD))
			  : NULL;
	if (!address)
		return SG_NONE;
	recipient = pool_alloc(message->pool, sizeof(*recipient));
	recipient->address = address;
	recipient->kind = CLASSIFY_COMPLAINT;
	recipient->final = recipient->status = recipient->diagnostic = "";
	id = header_text(message->pool, headers, "Message-ID");
	if (id)
		result->message_id = report_clean_text(message->pool, id);
	result->kind = CLASSIFY_COMPLAINT;
	result->confidence = 0.9;
	result->evidence = FIELD;
	result->feedback_type = "abuse";
	result->recipients = recipient;
	result->n_recipients = 1;
	return SG_OK;
}

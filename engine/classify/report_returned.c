/*
 * report_returned.c - what a report gives back of the original: the message
 * (message/rfc822) or its header (text/rfc822-headers). See report.h.
 */
#include <string.h>

#include "classify/report.h"
#include "mail/address.h"

/* A returned header block; more of a message is of no interest. */
enum { HEAD_MOST = 256 * 1024 };

static bool
is_returned(const struct part *part)
{
	return strcmp(part->type, "message/rfc822") == 0 ||
	       strcmp(part->type, "message/global") == 0 ||
	       strcmp(part->type, "text/rfc822-headers") == 0 ||
	       strcmp(part->type, "text/rfc822-header") == 0 ||
	       strcmp(part->type, "text/rfc822") == 0 ||
	       strcmp(part->type, "message/global-headers") == 0;
}

/* Who the message went to, when the report itself does not say. */
static void
add_recipient(struct pool *pool, const struct header_list *headers,
	      struct classify_result *result)
{
	struct classify_recipient *recipient;
	const char *to = header_get(headers, "To"), *address;

	if (result->n_recipients || !to)
		return;
	if (address_list(pool, to, &address, 1) == 0)
		return;
	recipient = pool_alloc(pool, sizeof(*recipient));
	recipient->address = address;
	recipient->kind = result->kind;
	recipient->status = recipient->final = "";
	recipient->diagnostic = result->kind == CLASSIFY_BOUNCE ||
						result->kind == CLASSIFY_DELAY
					? result->evidence
					: "";
	report_set_reason(recipient);
	result->recipients = recipient;
	result->n_recipients = 1;
	result->confidence *= 0.8;
}

void
report_read_returned_text(const struct report_message *message,
			  const char *text, size_t len,
			  struct classify_result *result)
{
	struct pool *pool = message->pool;
	struct header_list headers;
	const char *id;
	size_t used;

	header_list_init(&headers, pool);
	if (header_list_read(&headers, text, len < HEAD_MOST ? len : HEAD_MOST,
			     &used, NULL) != SG_OK)
		return;
	id = header_text(pool, &headers, "Message-ID");
	if (id && !*result->message_id)
		result->message_id = report_clean_text(pool, id);
	add_recipient(pool, &headers, result);
}

void
report_read_returned(const struct report_message *message,
		     struct classify_result *result)
{
	const struct part *part;
	const char *text;
	size_t i, len;

	for (i = 0; i < message->map->n_parts; i++) {
		part = &message->map->parts[i];
		if (!is_returned(part) || part->inside_message)
			continue;
		if (part->is_message) {
			text = message->body + part->start;
			len = part->end - part->start;
		} else {
			text = report_part_text(message, part, &len);
		}
		report_read_returned_text(message, text, len, result);
		return;
	}
}

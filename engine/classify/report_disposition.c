/*
 * report_disposition.c - message/disposition-notification (RFC 8098): the
 * reader's program says what became of a message. See report.h.
 */
#include <string.h>

#include "classify/report.h"

enum sg_status
report_read_disposition(const struct report_message *message,
			const struct part *part, struct classify_result *result)
{
	struct classify_recipient *recipient;
	struct header_list fields;
	const char *value, *address, *final;
	size_t len, used;
	const char *text = report_part_text(message, part, &len);

	header_list_init(&fields, message->pool);
	if (header_list_read(&fields, text, len, &used, NULL) != SG_OK)
		return SG_NONE;
	value = header_text(message->pool, &fields, "Disposition");
	if (!value)
		return SG_NONE;
	result->kind = CLASSIFY_MDN;
	result->confidence = 1.0;
	result->evidence = report_clean_text(
		message->pool,
		pool_printf(message->pool, "Disposition: %s", value));
	value = header_text(message->pool, &fields, "Original-Message-ID");
	if (value)
		result->message_id = report_clean_text(message->pool, value);
	final = report_address(message->pool,
			       header_get(&fields, "Final-Recipient"));
	address = report_original_address(
		message->pool, header_get(&fields, "Original-Recipient"),
		final);
	if (!address)
		address = final;
	if (!address)
		return SG_OK;
	recipient = pool_alloc(message->pool, sizeof(*recipient));
	recipient->address = address;
	recipient->kind = CLASSIFY_MDN;
	recipient->status = recipient->diagnostic = recipient->final = "";
	result->recipients = recipient;
	result->n_recipients = 1;
	return SG_OK;
}

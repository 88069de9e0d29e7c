/* report_feedback.c - message/feedback-report (RFC 5965). See report.h. */
#include <string.h>

#include "classify/report.h"
#include "mail/address.h"

struct feedback_kind {
	const char *type;
	enum classify_kind kind;
};

/* RFC 5965 §7.3, RFC 6591, RFC 6430 and what is in use beside them. */
static const struct feedback_kind TYPES[] = {
	{"abuse", CLASSIFY_COMPLAINT},
	{"fraud", CLASSIFY_COMPLAINT},
	{"virus", CLASSIFY_COMPLAINT},
	{"miscategorized", CLASSIFY_COMPLAINT},
	{"complaint", CLASSIFY_COMPLAINT},
	{"other", CLASSIFY_COMPLAINT},
	{"opt-out", CLASSIFY_UNSUBSCRIBE},
	{"opt-out-list", CLASSIFY_UNSUBSCRIBE},
	{"unsubscribe", CLASSIFY_UNSUBSCRIBE},
	{"auth-failure", CLASSIFY_AUTHREPORT},
	{"not-spam", CLASSIFY_AUTHREPORT}, /* kept, of no effect */
};

static void
add_recipients(const struct report_message *message,
	       const struct header_list *fields, struct classify_result *result)
{
	struct classify_recipient *recipients;
	unsigned i, count = header_count(fields, "Original-Rcpt-To");
	const char *address;
	size_t n = 0;

	if (count == 0)
		return;
	recipients = pool_alloc(message->pool,
				CLASSIFY_RECIPIENTS_MOST * sizeof(*recipients));
	for (i = 1; i <= count && n < CLASSIFY_RECIPIENTS_MOST; i++) {
		address = report_address(
			message->pool,
			header_get_index(fields, "Original-Rcpt-To", i));
		if (!address)
			continue;
		recipients[n++] = (struct classify_recipient){
			.address = address,
			.kind = result->kind,
			.final = "",
			.status = "",
			.diagnostic = "",
		};
	}
	result->recipients = recipients;
	result->n_recipients = n;
}

enum sg_status
report_read_feedback(const struct report_message *message,
		     const struct part *part, struct classify_result *result)
{
	struct header_list fields;
	size_t len, used, i;
	const char *text = report_part_text(message, part, &len), *agent;

	header_list_init(&fields, message->pool);
	if (header_list_read(&fields, text, len, &used, NULL) != SG_OK ||
	    !header_get(&fields, "Feedback-Type"))
		return SG_NONE;
	result->feedback_type = report_clean_text(
		message->pool,
		header_keyword(message->pool,
			       header_get(&fields, "Feedback-Type")));
	result->kind = CLASSIFY_COMPLAINT;
	for (i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		if (strcmp(TYPES[i].type, result->feedback_type) == 0)
			result->kind = TYPES[i].kind;
	}
	agent = header_text(message->pool, &fields, "User-Agent");
	if (agent)
		result->user_agent = report_clean_text(message->pool, agent);
	result->evidence = pool_printf(message->pool, "Feedback-Type: %s",
				       result->feedback_type);
	result->confidence = 1.0;
	add_recipients(message, &fields, result);
	return SG_OK;
}

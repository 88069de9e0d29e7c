/* classify_json.c - see classify_json.h. What came with a mail is in any
 * charset; JSON is in UTF-8. */
#include "classify/classify_json.h"

static struct json *
recipient_json(const struct classify_recipient *recipient)
{
	struct json *json = json_new_object();
	bool failed = recipient->kind == CLASSIFY_BOUNCE ||
		      recipient->kind == CLASSIFY_DELAY;

	json_add_clean(json, "address", recipient->address);
	if (recipient->kind == CLASSIFY_BOUNCE)
		json_add_text(json, "class",
			      bounce_class_name(recipient->class));
	else
		json_add_text(json, "class",
			      classify_kind_name(recipient->kind));
	json_add_clean(json, "status", recipient->status);
	json_add_text(json, "reason",
		      failed ? bounce_reason_name(recipient->reason) : "");
	json_add_clean(json, "diagnostic", recipient->diagnostic);
	return json;
}

void
classify_json(const struct classify_result *result, struct json *to)
{
	struct json *recipients = json_new_array();

	json_add_text(to, "kind", classify_kind_name(result->kind));
	json_add_number(to, "confidence", result->confidence);
	json_add_clean(to, "evidence", result->evidence);
	for (size_t i = 0; i < result->n_recipients; i++)
		json_push(recipients, recipient_json(&result->recipients[i]));
	json_add(to, "recipients", recipients);
	json_add_clean(to, "message_id", result->message_id);
}

/*
 * form_event.c - events that a sending service mails as JSON (Amazon SES over
 * SNS). See form.h.
 */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "classify/form.h"

/* An event type, and where it lists its recipients. */
struct event {
	const char *type;
	enum classify_kind kind;
	const char *recipients; /* RFC 6901 */
};

static const struct event EVENTS[] = {
	{"Bounce", CLASSIFY_BOUNCE, "/bounce/bouncedRecipients"},
	{"Complaint", CLASSIFY_COMPLAINT, "/complaint/complainedRecipients"},
	{"Delivery", CLASSIFY_DELIVERED, "/delivery/recipients"},
	{"DeliveryDelay", CLASSIFY_DELAY, "/deliveryDelay/delayedRecipients"},
};

static const char *
text_of(struct pool *pool, const struct json *object, const char *name)
{
	const char *text = json_get_text(object, name);

	return text ? report_clean_text(pool, text) : "";
}

/* "smtp; 550 …" without its type. */
static const char *
diagnostic_of(const char *text)
{
	const char *semicolon = strchr(text, ';');

	if (!semicolon || strncasecmp(text, "smtp", 4) != 0)
		return text;
	return semicolon + 1 + strspn(semicolon + 1, " ");
}

static struct classify_recipient
recipient_of(struct pool *pool, const struct json *item,
	     enum classify_kind kind)
{
	struct classify_recipient recipient = {.kind = kind, .final = ""};
	struct buf text = BUF_INIT;

	recipient.status = recipient.diagnostic = "";
	if (json_is_object(item)) {
		recipient.address = report_address(
			pool, json_get_text(item, "emailAddress"));
		recipient.status = text_of(pool, item, "status");
		recipient.diagnostic =
			diagnostic_of(text_of(pool, item, "diagnosticCode"));
	} else if (json_is_text(item) && json_scalar(item, &text)) {
		recipient.address = report_address(
			pool, pool_strdup(pool, buf_text(&text)));
	}
	buf_done(&text);
	report_set_reason(&recipient);
	return recipient;
}

static void
read_recipients(struct pool *pool, const struct json *list,
		enum classify_kind kind, struct classify_result *result)
{
	struct classify_recipient *found, one;
	size_t i, n = 0;

	found = pool_alloc(pool, CLASSIFY_RECIPIENTS_MOST * sizeof(*found));
	for (i = 0; i < json_count(list) && n < CLASSIFY_RECIPIENTS_MOST; i++) {
		one = recipient_of(pool, json_at(list, i), kind);
		if (one.address)
			found[n++] = one;
	}
	result->recipients = found;
	result->n_recipients = n;
}

static enum sg_status
read_event(struct pool *pool, const struct json *json,
	   struct classify_result *result)
{
	const char *type = json_get_text(json, "notificationType"), *text;
	const struct json *list;
	size_t i;

	if (!type)
		type = json_get_text(json, "eventType");
	for (i = 0; type && i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++) {
		if (strcmp(type, EVENTS[i].type) != 0)
			continue;
		list = json_pointer(json, EVENTS[i].recipients);
		if (!list || !json_is_array(list))
			list = json_pointer(json, "/mail/destination");
		if (!list || !json_is_array(list))
			return SG_NONE;
		read_recipients(pool, list, EVENTS[i].kind, result);
		result->kind = EVENTS[i].kind;
		result->confidence = 0.95;
		result->evidence = pool_printf(pool, "%s event", type);
		if (EVENTS[i].kind == CLASSIFY_COMPLAINT) {
			list = json_pointer(json, "/complaint");
			text = text_of(pool, list, "complaintFeedbackType");
			result->feedback_type = *text ? text : "abuse";
			result->user_agent = text_of(pool, list, "userAgent");
		}
		return SG_OK;
	}
	return SG_NONE;
}

static enum sg_status
read_wrapped(struct pool *pool, const struct json *json,
	     struct classify_result *result)
{
	const char *text = json_get_text(json, "Message");
	struct json *inner;
	enum sg_status status = SG_NONE;

	if (!text || *text != '{' ||
	    json_parse(text, strlen(text), &inner, NULL) != SG_OK)
		return SG_NONE;
	if (json_is_object(inner))
		status = read_event(pool, inner, result);
	json_free(inner);
	return status;
}

enum sg_status
form_read_event(const struct report_message *message,
		struct classify_result *result)
{
	const char *text, *end;
	struct json *json;
	enum sg_status status;
	size_t len;

	if (message->map->n_parts == 0 ||
	    strncmp(message->map->parts[0].type, "text/", 5) != 0)
		return SG_NONE;
	text = report_part_text(message, &message->map->parts[0], &len);
	text += strspn(text, " \t\r\n");
	end = strstr(text, "\n\n--");
	if (*text != '{')
		return SG_NONE;
	len = end ? (size_t)(end - text) : strlen(text);
	if (json_parse(text, len, &json, NULL) != SG_OK)
		return SG_NONE;
	status = SG_NONE;
	if (json_is_object(json))
		status = read_event(message->pool, json, result);
	/* SNS puts the event as a text into a notification of its own. */
	if (status == SG_NONE && json_is_object(json))
		status = read_wrapped(message->pool, json, result);
	json_free(json);
	return status;
}

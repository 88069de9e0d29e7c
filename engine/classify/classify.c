/* classify.c - see classify.h. */
#include "classify/classify.h"

#include <stdbool.h>
#include <string.h>

#include "classify/answer.h"
#include "classify/form.h"
#include "classify/report.h"

/* The machine-readable part of a report is small. */
enum { PART_TEXT_MOST = 1 << 20 };

typedef enum sg_status (*report_fn)(const struct report_message *message,
				    const struct part *part,
				    struct classify_result *result);

struct report_type {
	const char *type; /* of the part */
	report_fn read;
};

/* In order: a message with two of them is a delivery report first. */
static const struct report_type REPORTS[] = {
	{"message/delivery-status", report_read_delivery},
	{"message/global-delivery-status", report_read_delivery},
	{"message/feedback-report", report_read_feedback},
	{"message/disposition-notification", report_read_disposition},
	{"message/global-disposition-notification", report_read_disposition},
};

static const char *const KIND_NAMES[] = {
	[CLASSIFY_NORMAL] = "normal",
	[CLASSIFY_BOUNCE] = "bounce",
	[CLASSIFY_DELAY] = "delay",
	[CLASSIFY_DELIVERED] = "delivered",
	[CLASSIFY_COMPLAINT] = "complaint",
	[CLASSIFY_AUTHREPORT] = "authreport",
	[CLASSIFY_UNSUBSCRIBE] = "unsubscribe",
	[CLASSIFY_AUTOREPLY] = "autoreply",
	[CLASSIFY_MDN] = "mdn",
	[CLASSIFY_REPLY] = "reply",
	[CLASSIFY_FORWARD] = "forward",
};

const char *
classify_kind_name(enum classify_kind kind)
{
	return KIND_NAMES[kind];
}

const char *
report_part_text(const struct report_message *message, const struct part *part,
		 size_t *len_out)
{
	struct buf text;
	const char *copy = "";

	*len_out = 0;
	buf_init(&text, PART_TEXT_MOST);
	if (part_decode(part, message->body, &text, NULL) == SG_OK) {
		copy = pool_memdup(message->pool, buf_text(&text), text.len);
		*len_out = text.len;
	}
	buf_done(&text);
	return copy;
}

static void
result_init(struct classify_result *result)
{
	memset(result, 0, sizeof(*result));
	result->evidence = result->message_id = result->queue_id = "";
	result->sender = result->feedback_type = result->user_agent = "";
}

/* A report under another type may be one that somebody shows around. */
static bool
is_report(const struct header_list *headers)
{
	return strcmp(header_keyword(headers->pool,
				     header_get(headers, "Content-Type")),
		      "multipart/report") == 0;
}

/*
 * Somebody may forward a report inside an ordinary mail: only parts of the
 * message itself count.
 */
static enum sg_status
read_report(const struct report_message *message,
	    struct classify_result *result)
{
	const struct part *part;
	size_t i, k;

	for (k = 0; k < sizeof(REPORTS) / sizeof(REPORTS[0]); k++) {
		for (i = 0; i < message->map->n_parts; i++) {
			part = &message->map->parts[i];
			if (part->inside_message ||
			    strcmp(part->type, REPORTS[k].type) != 0)
				continue;
			if (REPORTS[k].read(message, part, result) == SG_OK)
				return SG_OK;
		}
	}
	return SG_NONE;
}

/* Not in a report of a standard: an event, feedback, a notice, an answer. */
static void
read_other(const struct report_message *message, struct classify_result *result)
{
	typedef enum sg_status (*read_fn)(const struct report_message *,
					  struct classify_result *);
	static const read_fn READ[] = {form_read_event, form_read_feedback,
				       form_read_notice, answer_read};
	size_t i;

	for (i = 0; i < sizeof(READ) / sizeof(READ[0]); i++) {
		result_init(result);
		if (READ[i](message, result) == SG_OK)
			return;
	}
	result_init(result);
}

enum sg_status
classify_message(struct pool *pool, const struct classify_mail *mail,
		 struct classify_result *result_out, struct sg_err *err)
{
	struct part_map map;
	struct report_message message = {.pool = pool,
					 .headers = mail->headers,
					 .map = &map,
					 .body = mail->body,
					 .body_len = mail->body_len,
					 .sender = mail->sender};
	struct classify_result result;
	enum sg_status status;

	status = part_map_build(pool, mail->headers, mail->body, mail->body_len,
				&map, err);
	if (status != SG_OK)
		return status;
	result_init(&result);
	if (read_report(&message, &result) == SG_OK) {
		report_read_returned(&message, &result);
		if (!is_report(mail->headers))
			result.confidence *= 0.8;
	} else {
		read_other(&message, &result);
	}
	*result_out = result;
	return SG_OK;
}

/*
 * report.h - the three kinds of multipart/report (RFC 6522), each read from
 * its machine-readable part. Pure, any thread; results live in the pool.
 */
#ifndef ENGINE_CLASSIFY_REPORT_H
#define ENGINE_CLASSIFY_REPORT_H

#include "classify/classify.h"
#include "mail/part_map.h"

/* A message with its parts; borrowed. */
struct report_message {
	struct pool *pool;
	const struct header_list *headers;
	const struct part_map *map;
	const char *body;
	size_t body_len;
	const char *sender; /* as in struct classify_mail */
};

/* The content of a part, decoded, NUL after it; "" when it cannot be. */
const char *report_part_text(const struct report_message *message,
			     const struct part *part, size_t *len_out);

/* message/delivery-status (RFC 3464). SG_NONE: no recipient group in it. */
enum sg_status report_read_delivery(const struct report_message *message,
				    const struct part *part,
				    struct classify_result *result) MUST_CHECK;
/* The same, its text being given: some put it into the words for people. */
enum sg_status
report_read_delivery_text(const struct report_message *message,
			  const char *text, size_t len,
			  struct classify_result *result) MUST_CHECK;
/* message/feedback-report (RFC 5965). SG_NONE: no Feedback-Type. */
enum sg_status report_read_feedback(const struct report_message *message,
				    const struct part *part,
				    struct classify_result *result) MUST_CHECK;
/* message/disposition-notification (RFC 8098). SG_NONE: no Disposition. */
enum sg_status
report_read_disposition(const struct report_message *message,
			const struct part *part,
			struct classify_result *result) MUST_CHECK;

/*
 * A delivery report that has no group on a recipient: all that is known is
 * that there is one, and the words for people. SG_NONE: they do not tell a
 * failure from a delay.
 */
enum sg_status report_read_notice(const struct report_message *message,
				  struct classify_result *result) MUST_CHECK;
/* The first text part of the report itself, its beginning; "" for none. */
const char *report_notice(const struct report_message *message);
/*
 * The words for people about a recipient (NULL: any): from the line with its
 * address, else from one with an SMTP reply; "" for none.
 */
const char *report_notice_about(struct pool *pool, const char *notice,
				const char *address);
/* Reason and class of a bounce or delay from its status and diagnostic. */
void report_set_reason(struct classify_recipient *recipient);

/* What the returned message or its header says: Message-ID, recipient. */
void report_read_returned(const struct report_message *message,
			  struct classify_result *result);
/* The same, out of a header block given. */
void report_read_returned_text(const struct report_message *message,
			       const char *text, size_t len,
			       struct classify_result *result);

/* "rfc822; ann@example.net" (RFC 3464 §2.1.2), utf-8 (RFC 6533), or a bare
 * address; NULL: none. */
const char *report_address(struct pool *pool, const char *value);
/* As that, of an Original-Recipient, which some give as xtext (RFC 3461 §4);
 * `final` is the Final-Recipient's address or NULL. */
const char *report_original_address(struct pool *pool, const char *value,
				    const char *final);
/* The first enhanced status code (RFC 3463) in a text; its length, 0: none. */
size_t report_status_find(const char *text, const char **start_out);
/* Cut at CLASSIFY_TEXT_MOST, controls to blanks. */
const char *report_clean_text(struct pool *pool, const char *text);

#endif

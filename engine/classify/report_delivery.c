/*
 * report_delivery.c - message/delivery-status (RFC 3464): a group of fields on
 * the message, then one on each recipient. See report.h.
 */
#include <string.h>
#include <strings.h>

#include "classify/report.h"
#include "mail/address.h"

/* Groups past it are not read: each recipient has one. */
enum { GROUPS_MOST = CLASSIFY_RECIPIENTS_MOST + 50 };

struct reader {
	const struct report_message *message;
	struct classify_result *result;
	struct classify_recipient *recipients;
	size_t n;
	const char *notice; /* for people; NULL: not yet read */
	bool has_group;	    /* one on a recipient, with an address or not */
};

struct action_kind {
	const char *action;
	enum classify_kind kind;
};

/* RFC 3464 §2.3.3 */
static const struct action_kind ACTIONS[] = {
	{"failed", CLASSIFY_BOUNCE},	     {"failure", CLASSIFY_BOUNCE},
	{"delayed", CLASSIFY_DELAY},	     {"delivered", CLASSIFY_DELIVERED},
	{"relayed", CLASSIFY_DELIVERED},     {"expanded", CLASSIFY_DELIVERED},
	{"deliverable", CLASSIFY_DELIVERED},
};

static enum classify_kind
kind_of(const char *action, const char *status)
{
	size_t i;

	for (i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++) {
		if (strcmp(ACTIONS[i].action, action) == 0)
			return ACTIONS[i].kind;
	}
	/* No action, or one that is none: the code's class has to do. */
	if (status[0] == '2')
		return CLASSIFY_DELIVERED;
	return CLASSIFY_BOUNCE;
}

/*
 * The Status field, unless it says no more than its class and the remote
 * server's own words have a code of the same class.
 */
static const char *
status_of(struct pool *pool, const char *field, const char *diagnostic)
{
	const char *start, *status = "";
	size_t len = field ? report_status_find(field, &start) : 0;

	if (len)
		status = pool_memdup(pool, start, len);
	if (len && strcmp(status + 1, ".0.0") != 0)
		return status;
	len = report_status_find(diagnostic, &start);
	if (len && (!*status || *start == *status))
		status = pool_memdup(pool, start, len);
	return status;
}

/* "smtp; 550 5.1.1 …" without its type. */
static const char *
diagnostic_of(struct pool *pool, const char *field)
{
	const char *semicolon;

	if (!field)
		return "";
	field = header_unfold(pool, field);
	semicolon = strchr(field, ';');
	if (semicolon && strcspn(field, " \t") >= (size_t)(semicolon - field))
		field = semicolon + 1;
	return report_clean_text(pool, field);
}

static void
set_address(struct pool *pool, const struct header_list *group,
	    struct classify_recipient *recipient)
{
	const char *final =
		report_address(pool, header_get(group, "Final-Recipient"));
	const char *original = report_original_address(
		pool, header_get(group, "Original-Recipient"), final);

	if (!final)
		final = report_address(pool,
				       header_get(group, "X-Actual-Recipient"));
	/* The original is whom the mail was for: our record. */
	recipient->address = original ? original : final;
	recipient->final = "";
	if (original && final && !address_equal(original, final))
		recipient->final = final;
}

static void
add_evidence(struct reader *r, const char *action,
	     const struct classify_recipient *recipient)
{
	struct pool *pool = r->message->pool;

	if (!*r->result->evidence)
		r->result->evidence = report_clean_text(
			pool,
			pool_printf(pool, "Action: %s; Status: %s; %.800s",
				    action, recipient->status,
				    recipient->diagnostic));
}

/* What the notice says where the fields are silent; read once. */
static const char *
ask_notice(struct reader *r, const char *address)
{
	if (!r->notice)
		r->notice = report_notice(r->message);
	return report_notice_about(r->message->pool, r->notice, address);
}

static void
add_recipient(struct reader *r, const struct header_list *group)
{
	struct pool *pool = r->message->pool;
	struct classify_recipient recipient = {0};
	const char *action = header_keyword(pool, header_get(group, "Action"));

	r->has_group = true;
	set_address(pool, group, &recipient);
	recipient.diagnostic =
		diagnostic_of(pool, header_get(group, "Diagnostic-Code"));
	if (!*recipient.diagnostic)
		recipient.diagnostic = ask_notice(r, recipient.address);
	recipient.status = status_of(pool, header_get(group, "Status"),
				     recipient.diagnostic);
	recipient.kind = kind_of(action, recipient.status);
	report_set_reason(&recipient);
	add_evidence(r, action, &recipient);
	if (recipient.address && r->n < CLASSIFY_RECIPIENTS_MOST)
		r->recipients[r->n++] = recipient;
	else if (r->n == 0 && r->result->kind == CLASSIFY_NORMAL)
		r->result->kind = recipient.kind;
}

static void
read_group(struct reader *r, const struct header_list *group)
{
	struct pool *pool = r->message->pool;
	const char *value;

	value = header_text(pool, group, "X-Postfix-Queue-ID");
	if (value)
		r->result->queue_id = report_clean_text(pool, value);
	value = report_address(pool, header_get(group, "X-Postfix-Sender"));
	if (value)
		r->result->sender = value;
	if (header_get(group, "Final-Recipient") ||
	    header_get(group, "Original-Recipient") ||
	    header_get(group, "Action"))
		add_recipient(r, group);
}

/*
 * A group that goes on after its recipient with a second one, as programs
 * write it that forget the empty line: cut before each Final-Recipient.
 */
static void
split_group(struct reader *r, const struct header_list *all)
{
	struct header_list group;
	size_t i;

	if (header_count(all, "Final-Recipient") < 2) {
		read_group(r, all);
		return;
	}
	header_list_init(&group, r->message->pool);
	for (i = 0; i < all->n_fields; i++) {
		if (strcasecmp(all->fields[i].name, "Final-Recipient") == 0 &&
		    header_get(&group, "Final-Recipient")) {
			read_group(r, &group);
			header_list_init(&group, r->message->pool);
		}
		if (header_add(&group, all->fields[i].name,
			       all->fields[i].value, NULL) != SG_OK)
			return;
	}
	read_group(r, &group);
}

static void
set_kind(struct classify_result *result)
{
	/* The weightiest wins: a report of one failure among deliveries is a
	 * bounce. */
	static const enum classify_kind ORDER[] = {
		CLASSIFY_BOUNCE, CLASSIFY_DELAY, CLASSIFY_DELIVERED};
	size_t i, k;

	for (k = 0; k < 3; k++) {
		for (i = 0; i < result->n_recipients; i++) {
			if (result->recipients[i].kind == ORDER[k]) {
				result->kind = ORDER[k];
				return;
			}
		}
	}
}

enum sg_status
report_read_delivery_text(const struct report_message *message,
			  const char *text, size_t len,
			  struct classify_result *result)
{
	struct reader r = {.message = message, .result = result};
	struct header_list group;
	size_t at = 0, used;
	unsigned n_groups;

	r.recipients = pool_alloc(message->pool, CLASSIFY_RECIPIENTS_MOST *
							 sizeof(*r.recipients));
	for (n_groups = 0; at < len && n_groups < GROUPS_MOST; n_groups++) {
		header_list_init(&group, message->pool);
		if (header_list_read(&group, text + at, len - at, &used,
				     NULL) != SG_OK)
			break;
		at += used;
		if (group.n_fields)
			split_group(&r, &group);
	}
	if (!r.has_group)
		return report_read_notice(message, result);
	result->recipients = r.recipients;
	result->n_recipients = r.n;
	result->confidence = r.n ? 1.0 : 0.7;
	set_kind(result);
	return SG_OK;
}

enum sg_status
report_read_delivery(const struct report_message *message,
		     const struct part *part, struct classify_result *result)
{
	size_t len;
	const char *text = report_part_text(message, part, &len);

	return report_read_delivery_text(message, text, len, result);
}

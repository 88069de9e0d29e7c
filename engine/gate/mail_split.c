/*
 * mail_split.c - see mail_split.h. What is taken over is on disk before any
 * recipient is removed; who was taken over when the same mail came before is
 * removed again and not taken over twice.
 */
#include "gate/mail_split.h"

#include <ctype.h>

#include "base/clock.h"
#include "base/clock_date.h"
#include "base/crypto.h"
#include "gate/split_queue.h"
#include "mail/protect.h"

static const char trace_mark[] = "(scoregate split) with SMTP id ";

void
mail_split_trace(struct buf *to, const char *id, int64_t now)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day = now / CLOCK_DAY_MS, year;
	int s = (int)(now % CLOCK_DAY_MS / 1000), month, day_of_month;

	clock_date_from_day(day, &year, &month, &day_of_month);
	buf_printf(to,
		   "Received: by localhost %s%s;\r\n"
		   "\t%.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
		   trace_mark, id, days + 3 * (day % 7), day_of_month,
		   months + 3 * (month - 1), (int)year, s / 3600, s / 60 % 60,
		   s % 60);
}

bool
mail_split_is_copy(const struct sg_mail *mail)
{
	const char *value, *id;
	char text[48];
	size_t len;

	if (!mail->gate->split)
		return false;
	for (unsigned i = 1;
	     (value = header_get_index(&mail->headers, "Received", i)); i++) {
		id = strstr(value, trace_mark);
		if (!id)
			continue;
		id += strlen(trace_mark);
		len = strcspn(id, "; \t\n");
		if (len >= sizeof(text))
			continue;
		memcpy(text, id, len);
		text[len] = '\0';
		if (split_queue_is_sending(mail->gate->split, text))
			return true;
	}
	return false;
}

/* Somebody's signature may cover the header fields as they are spelt, which a
 * copy cannot promise to keep. */
bool
mail_split_may(const struct sg_mail *mail)
{
	const char *id = header_get(&mail->headers, "Message-ID");

	return mail->gate->split && id && id[strspn(id, " \t\n")] &&
	       protect_by_headers(&mail->headers,
				  mail->gate->mail.skip_signed) == PROTECT_NONE;
}

/* Without brackets: how it is said to the MTA again. */
static const char *
bare(struct sg_mail *mail, const struct mail_recipient *recipient)
{
	const char *given = recipient->given;
	size_t len = strlen(given);

	if (recipient->address)
		return recipient->address;
	if (len >= 2 && given[0] == '<' && given[len - 1] == '>')
		return pool_memdup(mail->pool, given + 1, len - 2);
	return given;
}

static uint64_t
key_of(struct sg_mail *mail, const char *recipient)
{
	const char *id = header_text(mail->pool, &mail->headers, "Message-ID");
	char *both = pool_printf(mail->pool, "split\n%s\n%s", id, recipient);
	size_t len = strlen(both);
	uint64_t key;

	for (size_t i = len - strlen(recipient); i < len; i++)
		both[i] = (char)tolower((unsigned char)both[i]);
	key = crypto_hash64(both, len);
	return key ? key : 1;
}

struct parts {
	struct mail_recipient *stay;
	struct split_copy *copies;
	size_t n_stay, n_copies, n_known;
};

static bool
is_among(const struct parts *parts, uint64_t key)
{
	for (size_t i = 0; i < parts->n_copies; i++)
		if (parts->copies[i].key == key)
			return true;
	return false;
}

/*
 * Who is not known yet: the first stays, the rest become copies. The first
 * stands among the copies too, so that one who is named twice is one.
 */
static void
sort_out(struct sg_mail *mail, struct parts *parts)
{
	size_t n = mail->n_recipients;

	parts->stay = pool_alloc(mail->pool, n * sizeof(*parts->stay));
	parts->copies = pool_alloc(mail->pool, n * sizeof(*parts->copies));
	for (size_t i = 0; i < n; i++) {
		struct mail_recipient *recipient = &mail->recipients[i];
		const char *to = bare(mail, recipient);
		uint64_t key = key_of(mail, to);
		struct split_copy *copy;

		if (split_queue_knows(mail->gate->split, key, mail->now) ||
		    is_among(parts, key)) {
			mail_edit_recipient(mail, SG_EDIT_RECIPIENT_REMOVE,
					    recipient->given);
			parts->n_known++;
			continue;
		}
		copy = &parts->copies[parts->n_copies++];
		memset(copy, 0, sizeof(*copy));
		copy->key = key;
		copy->message_id = message_id_new(mail->now);
		copy->recipient = pool_strdup(mail->pool, to);
		parts->stay[parts->n_stay++] = *recipient;
	}
	mail->n_kept_edits = mail->n_edits;
}

static enum sg_status
take_over(struct sg_mail *mail, const char *queue_id, struct parts *parts,
	  struct sg_err *err)
{
	struct split_mail taken = {
		.sender = pool_strdup(mail->pool, mail->sender),
		.user = pool_strdup(mail->pool,
				    mail->auth_authen ? mail->auth_authen : ""),
		.queue_id = pool_strdup(mail->pool, queue_id),
		.copies = parts->copies + 1,
		.n_copies = parts->n_copies - 1,
	};
	enum sg_status status =
		split_queue_put(mail->gate->split, &taken, &mail->headers,
				&mail->body, mail->now, err);

	if (status != SG_OK)
		return status;
	for (size_t i = 1; i < parts->n_stay; i++)
		mail_edit_recipient(mail, SG_EDIT_RECIPIENT_REMOVE,
				    parts->stay[i].given);
	mail->n_kept_edits = mail->n_edits;
	parts->n_stay = 1;
	return SG_OK;
}

enum sg_status
mail_split(struct sg_mail *mail, const char *queue_id, struct sg_err *err)
{
	struct parts parts = {0};
	enum sg_status status = SG_OK;

	sort_out(mail, &parts);
	if (parts.n_copies > 1)
		status = take_over(mail, queue_id, &parts, err);
	mail->recipients = parts.stay;
	mail->n_recipients = parts.n_stay;
	mail->is_taken_over = parts.n_stay == 0;
	if (parts.n_copies > 1 && status == SG_OK)
		mail->n_split = parts.n_copies - 1;
	return status;
}

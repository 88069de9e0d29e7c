/*
 * outbox_notice.c - a mail that tells somebody what fired. All that came from
 * outside stands base64-encoded, in the body and in the subject: nothing of it
 * can end a line.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/text.h"
#include "mail/address.h"
#include "outbox/outbox_parts.h"

enum { HOST_SIZE = 256, LINE = 57, SUBJECT_PART = 42, SUBJECT_MOST = 168 };

const char *
outbox_from(const struct outbox_conf *conf, struct pool *pool)
{
	char host[HOST_SIZE] = "localhost";

	if (conf->from)
		return conf->from;
	if (gethostname(host, sizeof(host) - 1) != 0 || !*host)
		memcpy(host, "localhost", sizeof("localhost"));
	return pool_printf(pool, "Scoregate <scoregate@%s>", host);
}

/* In words of at most 75 characters, cut between characters (RFC 2047). */
static void
write_subject(struct buf *to, const char *text)
{
	size_t len = strlen(text), at = 0;

	if (len > SUBJECT_MOST)
		len = SUBJECT_MOST;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	buf_append_text(to, "Subject:");
	while (at < len) {
		size_t n = len - at < SUBJECT_PART ? len - at : SUBJECT_PART;

		while (at + n < len && n > 1 &&
		       ((unsigned char)text[at + n] & 0xc0) == 0x80)
			n--;
		buf_append_text(to, at ? "\r\n =?utf-8?B?" : " =?utf-8?B?");
		encode_base64(to, text + at, n);
		buf_append_text(to, "?=");
		at += n;
	}
	buf_append_text(to, "\r\n");
}

static void
write_body(struct buf *to, const char *text, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += LINE) {
		encode_base64(to, text + at, len - at < LINE ? len - at : LINE);
		buf_append_text(to, "\r\n");
	}
}

static bool
write_pair(void *arg, const char *name, struct json *value)
{
	struct buf *to = arg, scalar = BUF_INIT;

	if (json_scalar(value, &scalar))
		buf_printf(to, "  %s: %s\r\n", name, buf_text(&scalar));
	buf_done(&scalar);
	return true;
}

static const char *
text_at(const struct json *payload, const char *pointer)
{
	struct json *value = json_pointer(payload, pointer);
	struct json *holder;
	const char *text;

	if (!value || !json_is_text(value))
		return "";
	/* json_get_text() takes a member's name: the last part */
	holder = (struct json *)payload;
	if (strncmp(pointer, "/record/", 8) == 0)
		holder = json_get(payload, "record");
	text = json_get_text(holder, strrchr(pointer, '/') + 1);
	return text ? text : "";
}

static void
write_text(const struct json *payload, struct buf *to)
{
	const char *text = text_at(payload, "/text");

	if (*text)
		buf_printf(to, "%s\r\n\r\n", text);
	buf_printf(to, "%s\r\n\r\nby: %s\r\nbecause: %s\r\nat: %s\r\n",
		   text_at(payload, "/record/key"), text_at(payload, "/by"),
		   text_at(payload, "/cause"), text_at(payload, "/at"));
	buf_append_text(to, "\r\nscores\r\n");
	json_each(json_get(payload, "scores"), write_pair, to);
	buf_append_text(to, "\r\nfields\r\n");
	json_each(json_pointer(payload, "/record/fields"), write_pair, to);
}

static void
write_mail(const struct json *payload, const struct store_outbox *row,
	   const char *from, const char *sender, struct buf *to)
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun",
					   "Mon", "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	char date[CLOCK_TEXT_SIZE];
	struct buf text = BUF_INIT, subject = BUF_INIT;
	const char *note = text_at(payload, "/text");

	clock_format(row->created_at, date); /* 2026-01-31T09:00:00.000Z */
	buf_printf(to, "From: %s\r\nTo: <%s>\r\n", from, row->target);
	buf_printf(to, "Date: %s, %.2s %s %.4s %.8s +0000\r\n",
		   days[(row->created_at / CLOCK_DAY_MS) % 7], date + 8,
		   months[((date[5] - '0') * 10 + date[6] - '1') % 12], date,
		   date + 11);
	buf_printf(&subject, "%s: %s", text_at(payload, "/record/key"),
		   *note ? note : text_at(payload, "/cause"));
	write_subject(to, buf_text(&subject));
	buf_printf(to,
		   "Message-ID: <%s@%s>\r\n"
		   "Auto-Submitted: auto-generated\r\n"
		   "MIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: base64\r\n\r\n",
		   row->key, address_domain(sender));
	write_text(payload, &text);
	write_body(to, buf_text(&text), text.len);
	buf_done(&text);
	buf_done(&subject);
}

enum sg_status
outbox_write_notice(const struct outbox_conf *conf,
		    const struct store_outbox *row, struct pool *pool,
		    struct outbox_mail *mail_out, struct sg_err *err)
{
	const char *from = outbox_from(conf, pool), *sender;
	struct buf data = BUF_INIT;
	struct json *payload;

	if (address_from_header(pool, from, &sender, err) != SG_OK)
		return err_set(err, SG_REFUSED, "`from` is no address: %s",
			       from);
	if (json_parse(row->payload, strlen(row->payload), &payload, err) !=
	    SG_OK)
		return SG_REFUSED;
	write_mail(payload, row, from, sender, &data);
	json_free(payload);
	*mail_out = (struct outbox_mail){
		.sender = sender,
		.recipient = pool_strdup(pool, row->target),
		.data = pool_memdup(pool, buf_text(&data), data.len),
		.len = data.len};
	buf_done(&data);
	return SG_OK;
}

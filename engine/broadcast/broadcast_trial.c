/*
 * broadcast_trial.c - one mail of a broadcast to somebody who is to look at it:
 * as a contact would get it, but no mail of the broadcast's, and not
 * instrumented.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "broadcast/broadcast_parts.h"
#include "mail/address.h"

enum { STEP_MS = 100, TRIAL_MS = 30000 };

static bool
is_field(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && line[n] == ':' && text_starts_ascii(line, name);
}

/* With the lines that continue it. */
static size_t
field_len(const char *at, const char *end)
{
	const char *next = at;

	do {
		next = memchr(next, '\n', (size_t)(end - next));
		next = next ? next + 1 : end;
	} while (next < end && (*next == ' ' || *next == '\t'));
	return (size_t)(next - at);
}

/* What tells our milter of a broadcast goes, what tells people comes. */
static void
write_trial(const struct broadcast_mail *mail, const char *to, struct buf *out)
{
	const char *at = buf_text(&mail->data), *end = at + mail->data.len;
	size_t len;

	buf_append_text(out, "X-Scoregate-Track: none\r\n");
	for (; at < end && *at != '\r'; at += len) {
		len = field_len(at, end);
		if (is_field(at, len, "Subject"))
			buf_printf(out, "Subject: [Test] %.*s",
				   (int)(len - strlen("Subject: ")),
				   at + strlen("Subject: "));
		else if (is_field(at, len, "To"))
			buf_printf(out, "To: %s\r\n", to);
		else if (!is_field(at, len, "X-Scoregate-Campaign") &&
			 !is_field(at, len, "X-Scoregate-Message"))
			buf_append(out, at, len);
	}
	buf_append(out, at, (size_t)(end - at));
}

struct trial {
	bool done;
	enum sg_status status;
	struct sg_err *err;
};

static bool
hand_over(void *arg)
{
	(void)arg;
	return true;
}

static void
ended(void *arg, const struct net_smtp_result *result)
{
	struct trial *trial = arg;

	trial->done = true;
	if (result->end != NET_SMTP_SENT)
		trial->status = err_set(trial->err, SG_REFUSED, "not sent: %s",
					result->text);
}

static enum sg_status
send_trial(const struct broadcasts *broadcasts,
	   const struct broadcast_mail *mail, const char *to,
	   struct sg_err *err)
{
	struct net_smtp_options options = broadcasts->smtp;
	struct trial trial = {false, SG_OK, err};
	struct net_smtp_mail out = {.sender = mail->sender,
				    .recipient = to,
				    .handing_over = hand_over,
				    .done = ended,
				    .arg = &trial};
	struct net_smtp *smtp = NULL;
	enum sg_status status;
	struct buf data;

	buf_init(&data, TEMPLATE_MAIL_MOST + 4096);
	write_trial(mail, to, &data);
	options.connections = 1;
	options.timeout_ms = TRIAL_MS;
	status = buf_ok(&data) ? net_smtp_new(&options, &smtp, err)
			       : err_set(err, SG_REFUSED, "it is too long");
	out.data = buf_text(&data);
	out.len = data.len;
	if (status == SG_OK)
		status = net_smtp_send(smtp, &out, err);
	/* It ends by itself: a mail has a time-out. */
	while (status == SG_OK && !trial.done)
		net_smtp_run(smtp, STEP_MS);
	net_smtp_free(smtp);
	buf_done(&data);
	return status == SG_OK ? trial.status : status;
}

static enum sg_status
check_address(const char *to, struct sg_err *err)
{
	struct pool *pool = pool_new();
	const char *address = NULL;
	bool good = !strpbrk(to, " \r\n<>") &&
		    address_from_header(pool, to, &address, NULL) == SG_OK;

	pool_free(pool);
	return good ? SG_OK
		    : err_set(err, SG_REFUSED, "`to` is no address: %s", to);
}

enum sg_status
broadcast_send_test(struct broadcasts *broadcasts,
		    const struct broadcast_preview_asked *as, const char *to,
		    struct sg_err *err)
{
	struct broadcast_mail mail = {0};
	enum sg_status status = check_address(to, err);

	if (status == SG_OK)
		status = broadcast_make_for(broadcasts, as, &mail, err);
	if (status != SG_OK)
		return status;
	status = send_trial(broadcasts, &mail, to, err);
	broadcast_mail_done(&mail);
	return status;
}

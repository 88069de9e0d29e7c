/* broadcast_mail.c - one recipient's mail out of the template. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broadcast/broadcast_parts.h"
#include "broadcast/template_envelope.h"
#include "gate/mail_here.h"
#include "mail/address.h"
#include "rule/condition_set.h"
#include "store/store_record.h"
#include "token/token.h"

/* Whoever may look at a mail may not leave a list, or speak for a broadcast, in
 * its reader's name: the end of the tag is other words. */
static enum sg_status
make_token(const struct broadcasts *broadcasts,
	   const struct broadcast_mail *mail, const struct token *token,
	   struct buf *to, struct sg_err *err)
{
	static const char instead[] = "preview-only";
	const size_t len = sizeof(instead) - 1;
	enum sg_status status = token_make(broadcasts->keys, token, to, err);

	if (status == SG_OK && mail->only_shown && buf_ok(to))
		memcpy(to->data + to->len - len, instead, len);
	return status;
}

/* https://t.example.com/u/TOKEN; "" when there is no public URL. */
static enum sg_status
unsubscribe_url(const struct broadcasts *broadcasts,
		const struct broadcast_mail *mail, const char *list,
		struct buf *to, struct sg_err *err)
{
	struct token token = {.kind = TOKEN_UNSUBSCRIBE,
			      .message_id = mail->message_id,
			      .record_key = mail->record_key,
			      .payload = list,
			      .payload_len = strlen(list)};

	if (!broadcasts->public_url)
		return SG_OK;
	buf_printf(to, "%s/u/", broadcasts->public_url);
	return make_token(broadcasts, mail, &token, to, err);
}

/* https://t.example.com/w/TOKEN; "" when no page would answer there. */
static enum sg_status
forward_url(const struct broadcasts *broadcasts,
	    const struct broadcast_mail *mail, const char *campaign,
	    struct buf *to, struct sg_err *err)
{
	struct token token = {.kind = TOKEN_FORWARD,
			      .message_id = mail->message_id,
			      .record_key = mail->record_key,
			      .payload = campaign,
			      .payload_len = strlen(campaign)};

	if (!broadcasts->has_forward_page)
		return SG_OK;
	buf_printf(to, "%s/w/", broadcasts->public_url);
	return make_token(broadcasts, mail, &token, to, err);
}

/* https://t.example.com/f/news/TOKEN */
static enum sg_status
confirm_url(const struct broadcasts *broadcasts,
	    const struct broadcast_mail *mail, struct buf *to,
	    struct sg_err *err)
{
	struct token token = {.kind = TOKEN_CONFIRM,
			      .message_id = mail->confirm->id,
			      .record_key = mail->record_key,
			      .payload = mail->confirm->payload,
			      .payload_len = strlen(mail->confirm->payload)};

	if (!broadcasts->public_url)
		return err_set(err, SG_REFUSED,
			       "a mail with {{confirm_url}} needs public_url "
			       "in the configuration");
	buf_printf(to, "%s%s", broadcasts->public_url, mail->confirm->path);
	return make_token(broadcasts, mail, &token, to, err);
}

static enum sg_status
render(struct broadcasts *broadcasts, const struct store_broadcast *broadcast,
       const struct template *template, struct stored_view *view, int64_t now,
       struct broadcast_mail *mail, struct sg_err *err)
{
	struct token token = {.kind = TOKEN_MESSAGE,
			      .message_id = mail->message_id,
			      .record_key = mail->record_key,
			      .payload = broadcast->name,
			      .payload_len = strlen(broadcast->name)};
	struct buf signed_id = BUF_INIT, url = BUF_INIT, id = BUF_INIT;
	struct buf forward = BUF_INIT, confirm = BUF_INIT;
	enum sg_status status;

	/* Made of the message id: the same for every try of this mail. */
	buf_printf(&id, "<%016" PRIx64 ".%016" PRIx64 "@%s>", mail->message_id,
		   mail->record_key, address_domain(mail->sender));
	status = make_token(broadcasts, mail, &token, &signed_id, err);
	if (status == SG_OK)
		status = unsubscribe_url(broadcasts, mail,
					 template_list(template), &url, err);
	if (status == SG_OK && template_forwards(template))
		status = forward_url(broadcasts, mail, broadcast->name,
				     &forward, err);
	if (status == SG_OK && mail->confirm)
		status = confirm_url(broadcasts, mail, &confirm, err);
	if (status == SG_OK) {
		struct template_values values = {
			.view = stored_view_get(view),
			.now = now,
			.unsubscribe_url = buf_text(&url),
			.forward_url = buf_text(&forward),
			.confirm_url = buf_text(&confirm),
			.title = mail->confirm ? mail->confirm->title : "",
		};
		struct template_envelope envelope = {
			.from = *broadcast->sender ? broadcast->sender
						   : template_from(template),
			.to = mail->recipient,
			.message_id = buf_text(&id),
			.campaign = broadcast->name,
			.message_token = buf_text(&signed_id),
			.domain = mail->confirm ? NULL
						: address_domain(mail->sender),
			.date = now,
		};
		status = template_render(template, &values, &envelope,
					 &mail->data, err);
	}
	buf_done(&id);
	buf_done(&url);
	buf_done(&forward);
	buf_done(&confirm);
	buf_done(&signed_id);
	return status;
}

static char *
ascii_sender(const char *address)
{
	struct buf ascii = BUF_INIT;

	template_ascii_domain(address, &ascii);
	return buf_take(&ascii, NULL);
}

/* Recipient and envelope sender; SG_NONE: nobody to send to. */
static enum sg_status
address_it(struct store *store, const struct store_broadcast *broadcast,
	   const struct template *template, uint32_t record_id,
	   struct broadcast_mail *mail, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_record record;
	const char *from = *broadcast->sender ? broadcast->sender
					      : template_from(template);
	const char *address;
	enum sg_status status =
		store_record_get(store, record_id, pool, &record, err);

	if (status == SG_OK && (record.deleted_at || !strchr(record.key, '@')))
		status = err_set(err, SG_NONE, "no address any more");
	if (status == SG_OK &&
	    address_from_header(pool, from, &address, err) != SG_OK)
		status = err_set(err, SG_REFUSED, "From is no address: %s",
				 from);
	if (status == SG_OK) {
		mail->recipient = strdup(record.key);
		mail->sender = ascii_sender(address);
		mail->record_key = record.record_key;
	}
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_mail_make(struct broadcasts *broadcasts, struct store *store,
		    const struct store_broadcast *broadcast,
		    const struct template *template, uint32_t record_id,
		    int64_t now, struct broadcast_mail *mail,
		    struct sg_err *err)
{
	struct stored_view *view = NULL;
	const struct broadcast_confirm *confirm = mail->confirm;
	uint64_t message_id = mail->message_id;
	bool only_shown = mail->only_shown;
	enum sg_status status;

	memset(mail, 0, sizeof(*mail));
	buf_init(&mail->data, TEMPLATE_MAIL_MOST);
	mail->message_id = message_id ? message_id : message_id_new(now);
	mail->confirm = confirm;
	mail->only_shown = only_shown;
	status = address_it(store, broadcast, template, record_id, mail, err);
	if (status == SG_OK)
		status = stored_view_open(store, broadcasts->scoreboard,
					  record_id, now, &view, err);
	if (status == SG_OK)
		status = render(broadcasts, broadcast, template, view, now,
				mail, err);
	stored_view_close(view);
	if (status != SG_OK)
		broadcast_mail_done(mail);
	return status;
}

void
broadcast_mail_done(struct broadcast_mail *mail)
{
	free(mail->sender);
	free(mail->recipient);
	buf_done(&mail->data);
	mail_made_free(mail->made);
	mail->sender = mail->recipient = NULL;
	mail->made = NULL;
}

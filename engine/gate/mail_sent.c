/*
 * mail_sent.c - which message this is, to whom, and the signal email.sent.
 * Idempotent on (Message-ID, record): what the MTA could not take in the end
 * and sends again keeps its first id.
 */
#include "base/crypto.h"
#include "gate/mail_parts.h"
#include "mail/address.h"
#include "signal/record_key.h"
#include "signal/signal.h"

static const char *
header_or_empty(struct sg_mail *mail, const char *name)
{
	const char *text = header_text(mail->pool, &mail->headers, name);

	return text ? text : "";
}

/* X-Scoregate-List, else what stands between <> in List-Id (RFC 2919). */
static const char *
list_of(struct sg_mail *mail)
{
	const char *list = header_or_empty(mail, "X-Scoregate-List");
	const char *open, *close;

	if (list[0])
		return list;
	list = header_or_empty(mail, "List-Id");
	open = strrchr(list, '<');
	close = open ? strchr(open, '>') : NULL;
	return close ? pool_memdup(mail->pool, open + 1,
				   (size_t)(close - open - 1))
		     : list;
}

/* Cut to what a signal may carry; a subject is text for people. */
static const char *
bounded(struct sg_mail *mail, const char *text, size_t most)
{
	size_t len = strlen(text);

	if (len <= most)
		return text;
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return pool_memdup(mail->pool, text, most);
}

/* What identifies it over several tries; 0 without a Message-ID. */
static uint64_t
try_key(struct sg_mail *mail, const struct mail_sent *sent)
{
	char *both;

	if (!sent->rfc_id[0])
		return 0;
	both = pool_printf(mail->pool, "email.sent\n%s\n%016llx", sent->rfc_id,
			   (unsigned long long)sent->record_key);
	return crypto_hash64(both, strlen(both));
}

/* A broadcast gave the id when it made the mail. Anybody can write the header,
 * so it is taken only with our tag and for this recipient. */
static bool
take_given_id(struct sg_mail *mail, struct mail_sent *sent)
{
	const char *text = header_or_empty(mail, "X-Scoregate-Message");
	struct buf scratch = BUF_INIT;
	struct token token;
	bool is_ours = false;

	if (text[0] &&
	    token_read(mail->gate->keys, TOKEN_MESSAGE, text, strlen(text),
		       &scratch, &token, NULL) == SG_OK)
		is_ours = token.record_key == sent->record_key;
	if (is_ours) {
		sent->message_id = token.message_id;
		sent->broadcast = pool_memdup(mail->pool, token.payload,
					      token.payload_len);
	}
	buf_done(&scratch);
	return is_ours;
}

static enum sg_status
identify_record(struct sg_mail *mail, struct mail_sent *sent,
		struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status;

	sent->key = "";
	if (mail->is_shared) /* one token for all: nobody's */
		return SG_OK;
	status = record_key_normalise("contact", mail->recipients[0].address,
				      &normal, err);
	if (status == SG_OK) {
		sent->key = pool_strdup(mail->pool, buf_text(&normal));
		sent->record_key =
			record_key_hash(keys_record_secret(mail->gate->keys),
					"contact", sent->key);
	}
	buf_done(&normal);
	return status;
}

uint64_t
mail_sent_key(const struct sg_mail *mail, size_t i)
{
	struct buf normal = BUF_INIT;
	uint64_t key = 0;

	if (mail->recipients[i].address &&
	    record_key_normalise("contact", mail->recipients[i].address,
				 &normal, NULL) == SG_OK)
		key = record_key_hash(keys_record_secret(mail->gate->keys),
				      "contact", buf_text(&normal));
	buf_done(&normal);
	return key;
}

enum sg_status
mail_sent_identify(struct sg_mail *mail, struct mail_sent *sent,
		   struct sg_err *err)
{
	const char *subject = header_decode(
		mail->pool, header_get(&mail->headers, "Subject"));
	uint64_t known;
	enum sg_status status;

	memset(sent, 0, sizeof(*sent));
	sent->broadcast = "";
	status = identify_record(mail, sent, err);
	if (status != SG_OK)
		return status;
	sent->rfc_id = bounded(mail, header_or_empty(mail, "Message-ID"), 998);
	sent->campaign = bounded(
		mail, header_or_empty(mail, "X-Scoregate-Campaign"), 200);
	sent->list = bounded(mail, list_of(mail), 200);
	sent->subject = bounded(mail, subject ? subject : "", 998);
	known = sent->rfc_id[0]
			? mail_recent_find(mail->gate->recent,
					   try_key(mail, sent), mail->now)
			: 0;
	if (!known)
		known = mail->given_id;
	if (!take_given_id(mail, sent))
		sent->message_id = known ? known : message_id_new(mail->now);
	else if (!header_get(&mail->headers, "X-Scoregate-List"))
		sent->list = ""; /* its List-Id only says that it has none */
	sent->is_retry = known == sent->message_id && known != mail->given_id;
	return SG_OK;
}

/* Header From and Reply-To, where they are not the sender: an answer goes
 * there. */
static const char *
reply_to_of(struct sg_mail *mail)
{
	static const char *const names[] = {"From", "Reply-To"};
	const char *addresses[4], *value, *all = "";
	size_t n;

	for (size_t i = 0; i < 2; i++) {
		value = header_get(&mail->headers, names[i]);
		n = value ? address_list(mail->pool, value, addresses, 4) : 0;
		for (size_t k = 0; k < n; k++)
			if (!address_equal(addresses[k], mail->sender))
				all = pool_printf(mail->pool, "%s%s%s", all,
						  all[0] ? ", " : "",
						  addresses[k]);
	}
	return all;
}

enum sg_status
mail_sent_keep(struct sg_mail *mail, const struct mail_sent *sent,
	       struct sg_err *err)
{
	const struct signal_prop props[] = {
		{"campaign", sent->campaign}, {"subject", sent->subject},
		{"rfc_id", sent->rfc_id},     {"sender", mail->sender},
		{"list", sent->list},	      {"broadcast", sent->broadcast},
		{"tracking", sent->tracking}, {"reply_to", reply_to_of(mail)},
	};
	struct signal signal;
	enum sg_status status = SG_OK;

	if (sent->is_retry)
		return SG_OK;
	signal_init(&signal, "email.sent", mail->now);
	signal.record_key = sent->record_key;
	signal.key = sent->key;
	signal.message_id = sent->message_id;
	signal.source = "engine";
	signal.external_id = try_key(mail, sent);
	for (size_t i = 0; i < sizeof(props) / sizeof(props[0]); i++)
		if (status == SG_OK && props[i].value[0])
			status = signal_set(&signal, props[i].name,
					    props[i].value, err);
	if (status == SG_OK)
		status = spool_append(mail->gate->spool, &signal, SPOOL_WRITTEN,
				      NULL, err);
	if (status == SG_OK)
		mail_senders_add(mail->gate->senders, sent->message_id,
				 mail->sender);
	if (status == SG_OK && signal.external_id)
		mail_recent_add(mail->gate->recent, signal.external_id,
				sent->message_id, mail->now);
	return status;
}

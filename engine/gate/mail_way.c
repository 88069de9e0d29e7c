/*
 * mail_way.c - which way a message goes: whose its recipients are, in or out,
 * and whether an operator wants it instrumented.
 */
#include "base/text.h"
#include "gate/mail_here.h"
#include "gate/mail_split.h"
#include "mail/address.h"

static bool
ends_with_domain(const char *address, const char *domain)
{
	return domain[0] && text_equal_ascii(address_domain(address), domain);
}

/* "bounce+TOKEN@domain" -> TOKEN; NULL: another address. */
static const char *
token_in(const char *address, const char *name, size_t name_len,
	 size_t *len_out)
{
	const char *at = strrchr(address, '@');
	const char *token = address + name_len + 1;

	if (!at || (size_t)(at - address) <= name_len ||
	    address[name_len] != '+' ||
	    strncasecmp(address, name, name_len) != 0)
		return NULL;
	*len_out = (size_t)(at - token);
	return token;
}

static enum sg_status
read_own(const struct sg_mail *mail, struct mail_recipient *recipient,
	 enum mail_whose whose, const char *token, size_t len,
	 struct sg_err *err)
{
	enum token_kind kind =
		whose == MAIL_OUR_BOUNCE ? TOKEN_BOUNCE : TOKEN_UNSUBSCRIBE;
	enum sg_status status = token_read_base32(mail->gate->keys, kind, token,
						  len, &recipient->token, err);

	if (status != SG_OK)
		return status;
	/* Who leaves a list may do so years later. */
	if (whose == MAIL_OUR_BOUNCE &&
	    message_id_time(recipient->token.message_id) +
			    mail->gate->mail.verp_ms <
		    mail->now)
		return err_set(err, SG_REFUSED, "the bounce address expired");
	recipient->whose = whose;
	return SG_OK;
}

enum sg_status
mail_way_recipient(const struct sg_mail *mail, struct mail_recipient *recipient,
		   struct sg_err *err)
{
	const char *address = recipient->address, *token;
	const char *leave = mail->gate->unsubscribe_address;
	const char *leave_at = strrchr(leave, '@');
	size_t len;

	recipient->whose = MAIL_NOT_OURS;
	if (!address)
		return SG_OK;
	if (ends_with_domain(address, mail->gate->bounce_domain)) {
		token = token_in(address, "bounce", strlen("bounce"), &len);
		if (token)
			return read_own(mail, recipient, MAIL_OUR_BOUNCE, token,
					len, err);
	}
	if (leave_at && ends_with_domain(address, leave_at + 1)) {
		token = token_in(address, leave, (size_t)(leave_at - leave),
				 &len);
		if (token)
			return read_own(mail, recipient, MAIL_OUR_UNSUBSCRIBE,
					token, len, err);
	}
	return SG_OK;
}

/* Submission is what goes out: named so, authenticated, or from inside. */
static bool
is_outbound(const struct sg_mail *mail)
{
	const struct mail_conf *conf = &mail->gate->mail;

	if (mail->daemon_name) {
		if (mail_conf_lists(conf, "outbound_daemons",
				    mail->daemon_name))
			return true;
		if (mail_conf_lists(conf, "inbound_daemons", mail->daemon_name))
			return false;
	}
	return mail->auth_authen || !mail->client_addr ||
	       mail_conf_trusts(conf, mail->client_addr);
}

/* "Name", or "Name: glob". */
static bool
fits_header(const struct sg_mail *mail, const char *condition)
{
	const char *colon = strchr(condition, ':');
	const char *value;
	char *name;

	if (!colon)
		return header_get(&mail->headers, condition);
	name = pool_memdup(mail->pool, condition, (size_t)(colon - condition));
	value = header_text(mail->pool, &mail->headers, name);
	return value &&
	       text_glob_fold(colon + 1 + strspn(colon + 1, " "), value);
}

static bool
is_matched(const struct sg_mail *mail)
{
	const struct mail_conf *conf = &mail->gate->mail;
	size_t n = conf_list_count(conf->section, "match_headers");

	for (size_t i = 0; i < n; i++)
		if (fits_header(mail, conf_list_at(conf->section,
						   "match_headers", i)))
			return true;
	return mail_conf_lists(conf, "match_senders", mail->sender) ||
	       (mail->auth_authen &&
		mail_conf_lists(conf, "match_users", mail->auth_authen));
}

/* Several recipients share one body, which cannot carry each one's tokens. */
static bool
fits_recipients(const struct sg_mail *mail)
{
	enum mail_multi multi = mail->gate->mail.multi;

	if (multi == MAIL_MULTI_SPLIT && !mail->is_copy && mail_split_may(mail))
		return mail->n_recipients > 0;
	if (mail->n_recipients > 1)
		return multi == MAIL_MULTI_MESSAGE;
	return mail->n_recipients == 1 && mail->recipients[0].address;
}

static bool
is_from_us(const struct sg_mail *mail)
{
	struct mail_recipient sender = {.address = mail->sender};

	return mail->sender[0] &&
	       mail_way_recipient(mail, &sender, NULL) == SG_OK &&
	       sender.whose == MAIL_OUR_BOUNCE;
}

static bool
has_our_headers(const struct sg_mail *mail)
{
	for (size_t i = 0; i < mail->headers.n_fields; i++)
		if (text_starts_ascii(mail->headers.fields[i].name,
				      "X-Scoregate-"))
			return true;
	return false;
}

enum mail_way
mail_way_decide(const struct sg_mail *mail)
{
	if (mail->n_own)
		return MAIL_UNDERSTAND;
	if (mail->is_too_large)
		return MAIL_PASS;
	if (!is_outbound(mail))
		return mail_about_may(mail) ? MAIL_LOOK : MAIL_PASS;
	if (mail_split_is_copy(mail))
		return MAIL_PASS;
	/* A null sender is a report about some other mail; what comes from a
	 * bounce address of ours, or with our tag, was instrumented before. */
	if (is_matched(mail) && mail->sender[0] && !is_from_us(mail) &&
	    !mail_here_made(mail) && fits_recipients(mail))
		return MAIL_INSTRUMENT;
	return has_our_headers(mail) ? MAIL_STRIP : MAIL_PASS;
}

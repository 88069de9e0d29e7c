/*
 * mail_out.c - instrument one outgoing message: ask the plugins what they want,
 * splice it into the body, keep email.sent, and only then hand out edits.
 */
#include "gate/mail_out.h"

#include "base/log.h"
#include "base/text.h"
#include "gate/gate_call.h"
#include "mail/address.h"
#include "mail/part_map.h"
#include "mail/protect.h"
#include "mail/splice.h"

/* One plugin's part in this message. Its call lives until the edits are made:
 * the splicer asks its function for each link. */
struct out_plugin {
	struct gate_call call;
	struct outgoing_intents intents;
	struct sg_text *target; /* of the link under way */
	bool was_called, is_in;
};

struct out {
	struct sg_mail *mail;
	const char *queue_id;
	struct mail_sent sent;
	struct part_map map;
	enum protect_reason protection;
	struct splice_result body;
	struct out_plugin *plugins; /* n_plugins of the gate */
};

/* Of whom the reader sees it from; the envelope's may be a list's. */
static const char *
sender_domain(struct sg_mail *mail)
{
	const char *from = header_get(&mail->headers, "From"), *address;

	if (from &&
	    address_from_header(mail->pool, from, &address, NULL) == SG_OK)
		return address_domain(address);
	return address_domain(mail->sender);
}

/* One body for all of them: one who says no says it for all. */
static unsigned
all_allow(struct sg_mail *mail, const struct mail_sent *sent, unsigned track)
{
	const char *domain = sender_domain(mail);

	for (size_t i = 0; track && i < mail->n_recipients; i++)
		track = mail_consent_allows(&mail->gate->consent,
					    mail_sent_key(mail, i),
					    sent->campaign, domain, track);
	return track;
}

static unsigned
tracking_of(struct sg_mail *mail, const struct mail_sent *sent)
{
	const char *text =
		header_text(mail->pool, &mail->headers, "X-Scoregate-Track");
	unsigned track = mail->gate->mail.track;

	if (text)
		(void)mail_conf_track(text, &track);
	track = mail->is_shared
			? all_allow(mail, sent, track)
			: mail_consent_allows(&mail->gate->consent,
					      sent->record_key, sent->campaign,
					      sender_domain(mail), track);
	/* It tells the clicks of machines from those of people. */
	if (mail->gate->mail.honeypot && (track & SG_TRACK_CLICKS))
		track |= SG_TRACK_HONEYPOT;
	return track;
}

static enum sg_status
ask_plugin(struct out *out, struct gate_plugin *plugin, struct out_plugin *part,
	   const struct sg_outgoing *outgoing, struct sg_err *err)
{
	enum sg_status status;

	if (!plugin->descriptor.outgoing ||
	    !gate_call_may(plugin, out->mail->now))
		return SG_OK;
	gate_call_begin(&part->call, plugin, out->mail->now);
	part->was_called = true;
	part->intents.mail = out->mail;
	part->call.outgoing = &part->intents;
	status = plugin->descriptor.outgoing(&part->call.public, outgoing, err);
	gate_call_count(&part->call, status, "outgoing mail", err);
	part->call.outgoing = NULL;
	part->is_in = status == SG_OK;
	if (status != SG_FAILED && status != SG_BUSY)
		return SG_OK;
	err_prefix(err, "plugin %s", plugin->descriptor.name);
	return status;
}

static enum sg_status
ask_plugins(struct out *out, struct sg_err *err)
{
	struct sg_mail *mail = out->mail;
	struct sg_gate *gate = mail->gate;
	struct sg_outgoing outgoing = {
		.size = sizeof(outgoing),
		.message_id = out->sent.message_id,
		.record_key = out->sent.record_key,
		.recipient = mail->is_shared ? "" : mail->recipients[0].address,
		.sender = mail->sender,
		.campaign = out->sent.campaign,
		.list = out->sent.list,
		.broadcast = out->sent.broadcast,
		.track = tracking_of(mail, &out->sent),
		.body_editable = out->protection == PROTECT_NONE,
		.queue_id = out->queue_id,
		.rfc_id = out->sent.rfc_id,
	};
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < gate->n_plugins; i++)
		status = ask_plugin(out, gate->plugins[i], &out->plugins[i],
				    &outgoing, err);
	return status;
}

/* Each plugin sees what the one before it made. */
static const char *
map_target(struct out *out, struct pool *pool, const char *target, bool in_text)
{
	struct out_plugin *part;
	const char *now = target;
	struct buf *buf;

	for (size_t i = 0; i < out->mail->gate->n_plugins; i++) {
		part = &out->plugins[i];
		if (!part->is_in || !part->intents.map ||
		    (in_text && !part->intents.maps_text))
			continue;
		if (!part->target)
			part->target =
				gate_call_text(&part->call, SPLICE_TARGET_MOST);
		buf = &part->target->buf;
		buf_reset(buf);
		if (part->intents.map(&part->call.public, part->intents.map_arg,
				      now, strlen(now), part->target) &&
		    buf_ok(buf) && buf->len)
			now = pool_memdup(pool, buf->data, buf->len);
	}
	return now == target ? NULL : now;
}

/* splice_link_fn: of a tag, of plain text. */
static const char *
map_link(void *arg, struct pool *pool, const char *target)
{
	return map_target(arg, pool, target, false);
}

static const char *
map_text(void *arg, struct pool *pool, const char *target)
{
	return map_target(arg, pool, target, true);
}

/* What tells that a part has had such HTML before: "PUBLIC/o/" of the first
 * URL of ours in it. */
static const char *
mark_in(struct out *out, const char *html)
{
	const char *url = out->mail->gate->public_url;
	size_t len = strlen(url);
	const char *at = len ? strstr(html, url) : NULL;

	if (!at || at[len] != '/')
		return NULL;
	len += 1 + strcspn(at + len + 1, "/\"");
	return at[len] == '/' ? pool_memdup(out->mail->pool, at, len + 1)
			      : NULL;
}

/* The HTML of all plugins together, and whether anybody maps links. */
static struct splice_wish
wish_of(struct out *out)
{
	struct splice_wish wish = {.arg = out};
	const char *html = "";
	struct out_plugin *part;

	for (size_t i = 0; i < out->mail->gate->n_plugins; i++) {
		part = &out->plugins[i];
		if (!part->is_in)
			continue;
		if (part->intents.map)
			wish.map_link = map_link;
		if (part->intents.map && part->intents.maps_text)
			wish.map_text = map_text;
		if (part->intents.html)
			html = pool_printf(out->mail->pool, "%s%s", html,
					   part->intents.html);
	}
	wish.append_html = html[0] ? html : NULL;
	wish.append_mark = mark_in(out, html);
	return wish;
}

static enum sg_status
splice(struct out *out, struct sg_err *err)
{
	struct splice_wish wish = wish_of(out);

	if (out->protection != PROTECT_NONE ||
	    (!wish.map_link && !wish.append_html))
		return SG_OK;
	return splice_body(out->mail->pool, &out->map,
			   buf_text(&out->mail->body), out->mail->body.len, 0,
			   &wish, &out->body, err);
}

static bool
is_ours(const char *name)
{
	return text_starts_ascii(name, "X-Scoregate-");
}

void
mail_out_strip(struct sg_mail *mail)
{
	const struct header_list *headers = &mail->headers;
	bool seen;

	for (size_t i = 0; i < headers->n_fields; i++) {
		seen = !is_ours(headers->fields[i].name);
		for (size_t j = 0; !seen && j < i; j++)
			seen = text_equal_ascii(headers->fields[i].name,
						headers->fields[j].name);
		if (!seen)
			mail_edit_remove_header(mail, headers->fields[i].name);
	}
}

static void
write_headers(struct out *out, const struct outgoing_intents *intents)
{
	for (size_t i = 0; i < intents->n_headers; i++)
		if (!intents->headers[i].value)
			mail_edit_remove_header(out->mail,
						intents->headers[i].name);
	for (size_t i = 0; i < intents->n_headers; i++)
		if (intents->headers[i].value)
			mail_edit_add_header(out->mail,
					     intents->headers[i].name,
					     intents->headers[i].value);
}

/* Headers first, the body last. */
static void
write_edits(struct out *out)
{
	struct sg_mail *mail = out->mail;
	const char *sender = NULL;

	mail_out_strip(mail);
	for (size_t i = 0; i < mail->gate->n_plugins; i++) {
		if (!out->plugins[i].is_in)
			continue;
		write_headers(out, &out->plugins[i].intents);
		if (out->plugins[i].intents.sender)
			sender = out->plugins[i].intents.sender;
	}
	if (sender)
		mail_edit_sender(mail, sender);
	if (out->body.changed)
		mail_edit_body(mail, out->body.body, out->body.body_len);
}

static void
say_done(struct out *out, const char *queue_id)
{
	char campaign[LOG_QUOTE_SIZE], split[32] = "";

	if (!out->mail->trial)
		atomic_fetch_add(&out->mail->gate->instrumented, 1);
	if (out->mail->n_split)
		snprintf(split, sizeof(split), " split=%zu",
			 out->mail->n_split);
	mail_say(out->mail,
		 "%s: instrumented campaign=%s links=%u of=%u image=%s%s%s%s",
		 queue_id, log_quote(out->sent.campaign, campaign),
		 out->body.n_mapped, out->body.n_links,
		 out->body.appended ? "yes" : "no",
		 out->protection == PROTECT_NONE ? "" : " untouched=",
		 out->protection == PROTECT_NONE
			 ? ""
			 : protect_name(out->protection),
		 split);
}

/* That nobody opened a mail says something only of one whose opens can be
 * seen: rules that wait for nothing to happen ask this. */
static const char *
tracking_in(const struct out *out)
{
	if (out->body.appended)
		return out->body.n_mapped ? "opens,clicks" : "opens";
	return out->body.n_mapped ? "clicks" : "none";
}

/* Of mail_here.c: it is kept when the mail is about to be handed over. */
static void
remember_sent(struct sg_mail *mail, const struct mail_sent *sent)
{
	mail->sent = pool_alloc(mail->pool, sizeof(*mail->sent));
	*mail->sent = *sent;
}

static enum sg_status
instrument(struct out *out, const char *queue_id, struct sg_err *err)
{
	struct sg_mail *mail = out->mail;
	enum sg_status status = mail_sent_identify(mail, &out->sent, err);

	if (status == SG_OK)
		status = part_map_build(mail->pool, &mail->headers,
					buf_text(&mail->body), mail->body.len,
					&out->map, err);
	if (status != SG_OK)
		return status;
	out->protection = protect_message(&mail->headers, &out->map,
					  buf_text(&mail->body),
					  mail->gate->mail.skip_signed);
	status = ask_plugins(out, err);
	if (status == SG_OK)
		status = splice(out, err);
	out->sent.tracking = tracking_in(out);
	/* Before the edits: a mail whose email.sent is not kept goes on as it
	 * came, so that no token is out that nobody knows. */
	if (status == SG_OK && mail->keeps_later)
		remember_sent(mail, &out->sent);
	else if (status == SG_OK)
		status = mail_sent_keep(mail, &out->sent, err);
	if (status != SG_OK)
		return status;
	write_edits(out);
	say_done(out, queue_id);
	return SG_OK;
}

enum sg_status
mail_out(struct sg_mail *mail, const char *queue_id, struct sg_err *err)
{
	size_t n = mail->gate->n_plugins;
	struct out out = {.mail = mail,
			  .queue_id =
				  strcmp(queue_id, "-") == 0 ? "" : queue_id};
	enum sg_status status;

	out.plugins = pool_alloc(mail->pool, (n + 1) * sizeof(*out.plugins));
	status = instrument(&out, queue_id, err);
	for (size_t i = 0; i < n; i++)
		if (out.plugins[i].was_called)
			gate_call_end(&out.plugins[i].call);
	return status;
}

/*
 * apply_about.c - a signal about mail that carries no token of ours: it names
 * Message-IDs (property `about`), and here, where the store is, they are held
 * against what was sent to its record. Of an answer (property `from`) it is
 * decided here, too, whether it was a reply, or passed the mail on.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "base/crypto.h"
#include "base/text.h"
#include "mail/address.h"
#include "signal/record_key.h"
#include "store/store_message.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* What was for the search is no property of the signal. */
static void
drop_property(struct signal *signal, const char *name)
{
	size_t n = 0, i;

	for (i = 0; i < signal->n_props; i++)
		if (strcmp(signal->props[i].name, name) != 0)
			signal->props[n++] = signal->props[i];
	signal->n_props = n;
}

/* 0: no key can be made of it. */
static uint64_t
key_of(struct apply *apply, const char *module, const char *text)
{
	struct buf normal = BUF_INIT;
	uint64_t key = 0;

	if (*text && record_key_normalise(module, text, &normal, NULL) == SG_OK)
		key = record_key_hash(apply->options.record_secret, module,
				      buf_text(&normal));
	buf_done(&normal);
	return key;
}

/* The next of blank-separated Message-IDs, hashed as email.sent's is; 0: no
 * more. */
static uint64_t
next_id(const char **at)
{
	const char *start = *at + strspn(*at, " ");
	size_t len = strcspn(start, " ");

	*at = start + len;
	return len ? crypto_hash64(start, len) : 0;
}

/* The first that went to this record; to anybody when the key is 0. */
static enum sg_status
find_named(struct apply *apply, const char *about, uint64_t record_key,
	   struct store_message *out, struct sg_err *err)
{
	enum sg_status status = SG_NONE;
	uint64_t id;

	while (status == SG_NONE && (id = next_id(&about)))
		status = record_key ? store_message_find(apply->store, id,
							 record_key,
							 apply->work, out, err)
				    : store_message_find_any(apply->store, id,
							     apply->work, out,
							     err);
	return status;
}

/* One record may have had another address. */
static enum sg_status
same_record(struct apply *apply, uint64_t a, uint64_t b, bool *same_out,
	    struct sg_err *err)
{
	struct store_record first, second;
	enum sg_status status;

	*same_out = a == b;
	if (a == b || !a || !b)
		return SG_OK;
	status = store_record_find(apply->store, a, apply->work, &first, err);
	if (status == SG_OK)
		status = store_record_find(apply->store, b, apply->work,
					   &second, err);
	if (status == SG_OK)
		*same_out = first.id == second.id;
	return status == SG_NONE ? SG_OK : status;
}

/* Is one of `to` one of `from`? Both are "a@b, c@d". */
static bool
meets(const char *to, const char *from)
{
	size_t len, other;
	const char *at;

	for (; *to; to += len + strspn(to + len, ", ")) {
		len = strcspn(to, ",");
		for (at = from; *at; at += other + strspn(at + other, ", ")) {
			other = strcspn(at, ",");
			if (len == other && strncasecmp(to, at, len) == 0)
				return true;
		}
	}
	return false;
}

static void
name_it(struct signal *signal, const struct store_message *message)
{
	signal->message_id = message->message_id;
	signal->record_key = message->record_key;
	signal->key = "";
	drop_property(signal, "about");
}

/* Which message it answers; *is_record_out: by the one who got it. */
static enum sg_status
find_answered(struct apply *apply, struct signal *signal,
	      struct store_message *message, bool *is_record_out,
	      struct sg_err *err)
{
	uint64_t from = key_of(apply, "contact", property(signal, "from"));
	const char *about = property(signal, "about");
	enum sg_status status = SG_NONE;

	if (signal->message_id) { /* it quotes a token of ours */
		status = store_message_get(apply->store, signal->message_id,
					   signal->record_key, apply->work,
					   message, err);
		if (status == SG_OK)
			status = same_record(apply, from, signal->record_key,
					     is_record_out, err);
		return status;
	}
	*is_record_out = true;
	if (from)
		status = find_named(apply, about, from, message, err);
	if (status != SG_NONE)
		return status;
	status = find_named(apply, about, 0, message, err);
	if (status != SG_OK)
		return status;
	return same_record(apply, from, message->record_key, is_record_out,
			   err);
}

/*
 * From the record: a reply when it goes to who sent the message, else passed
 * on to others. From somebody else: a copy that was passed on, or nothing
 * that says anything of the record.
 */
static enum sg_status
settle_answer(struct apply *apply, struct signal *signal, struct sg_err *err)
{
	bool is_forward = strcmp(signal->name, "email.forwarded") == 0;
	struct store_message message;
	bool is_record = false, is_reply;
	enum sg_status status =
		find_answered(apply, signal, &message, &is_record, err);
	const char *to = property(signal, "to");

	if (status != SG_OK)
		return status;
	if (!is_record && !is_forward)
		return SG_NONE;
	is_reply = is_record &&
		   (meets(to, message.sender) || meets(to, message.reply_to));
	signal->name = is_reply ? "email.replied" : "email.forwarded";
	name_it(signal, &message);
	drop_property(signal, "from");
	drop_property(signal, "to");
	return SG_OK;
}

enum sg_status
apply_about(struct apply *apply, struct signal *signal, struct sg_err *err)
{
	struct store_message message;
	enum sg_status status;
	uint64_t key;

	if (signal->kind != SIGNAL_HAPPENED)
		return SG_OK;
	if (signal_get(signal, "from") &&
	    (strcmp(signal->name, "email.replied") == 0 ||
	     strcmp(signal->name, "email.forwarded") == 0))
		return settle_answer(apply, signal, err);
	if (signal->message_id || !signal_get(signal, "about"))
		return SG_OK;
	key = signal->record_key
		      ? signal->record_key
		      : key_of(apply,
			       *signal->module ? signal->module : "contact",
			       signal->key);
	if (!key)
		return SG_NONE;
	status = find_named(apply, property(signal, "about"), key, &message,
			    err);
	if (status == SG_OK)
		name_it(signal, &message);
	return status;
}

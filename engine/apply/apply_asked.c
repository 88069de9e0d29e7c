/*
 * apply_asked.c - what a form asks for beside changes: a mail (SIGNAL_MAIL, a
 * row of the outbox in the transaction that makes its entry), and, once the
 * address is confirmed, that the fields be as they were filled. Only then may a
 * form overwrite what is there (architecture §8).
 */
#include <string.h>

#include "apply/apply_automation.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/json.h"
#include "store/store_outbox.h"

enum { KEY_BYTES = 16 };

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* --- a mail ------------------------------------------------------------- */

static const char *
new_key(struct apply *apply)
{
	unsigned char bytes[KEY_BYTES];
	struct buf text = BUF_INIT;
	const char *key;

	crypto_random(bytes, sizeof(bytes));
	encode_hex(&text, bytes, sizeof(bytes));
	key = pool_strdup(apply->work, buf_text(&text));
	buf_done(&text);
	return key;
}

static enum sg_status
queue_mail(struct apply *apply, const struct apply_target *target,
	   const struct signal *signal, struct sg_err *err)
{
	struct store_outbox row = {.record_id = target->id,
				   .action = "mail",
				   .target = property(signal, "template"),
				   .key = new_key(apply),
				   .due_at = apply->now,
				   .created_at = apply->now};
	struct buf payload = BUF_INIT;
	enum sg_status status;

	signal_props_to_json(signal, &payload);
	row.payload = buf_text(&payload);
	row.id = store_new_id(apply->store, apply->now);
	status = store_outbox_append(apply->store, &row, err);
	buf_done(&payload);
	apply->automations->delivers = true;
	return status;
}

/* --- what was filled in -------------------------------------------------- */

struct search {
	struct apply *apply;
	const char *submission;
	struct signal filled; /* n_props 0: not found */
};

/* Rows are borrowed: what is kept of one is copied. */
static enum sg_status
look(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct search *search = arg;
	struct pool *work = search->apply->work;
	struct signal signal;
	enum sg_status status;

	if (search->filled.n_props)
		return SG_OK;
	status = store_history_signal(row, work, &signal, err);
	if (status == SG_OK &&
	    strcmp(property(&signal, "submission"), search->submission) == 0)
		signal_copy(&search->filled, &signal, work);
	return status;
}

static enum sg_status
set_field(struct apply *apply, const struct apply_target *target,
	  const struct signal *confirmed, const struct signal_prop *filled,
	  struct sg_err *err)
{
	struct signal signal;

	signal_init(&signal, "field.changed", confirmed->happened_at);
	signal.kind = SIGNAL_FIELD_SET;
	signal.received_at = confirmed->received_at;
	signal.record_key = confirmed->record_key;
	signal.module = confirmed->module;
	signal.key = confirmed->key;
	signal.source = confirmed->source;
	signal.because = confirmed->name;
	signal.n_props = 2;
	signal.props[0] = (struct signal_prop){"name", filled->name};
	signal.props[1] = (struct signal_prop){"value", filled->value};
	return apply_place(apply, target->id, &signal, err);
}

/* Is the word one of those, which stand with a blank between them? */
static bool
names(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static enum sg_status
fill_confirmed(struct apply *apply, const struct apply_target *target,
	       const struct signal *confirmed, struct sg_err *err)
{
	struct store_history_span span = {"form.submitted", 0, INT64_MAX};
	struct search search = {.apply = apply,
				.submission =
					property(confirmed, "submission")};
	enum sg_status status;

	if (!*search.submission || !*property(confirmed, "fields"))
		return SG_OK;
	status = store_history_each_of(apply->store, target->id, &span, look,
				       &search, err);
	for (size_t i = 0; status == SG_OK && i < search.filled.n_props; i++)
		if (names(property(confirmed, "fields"),
			  search.filled.props[i].name))
			status = set_field(apply, target, confirmed,
					   &search.filled.props[i], err);
	return status;
}

enum sg_status
apply_asked(struct apply *apply, const struct apply_target *target,
	    const struct signal *signal, struct sg_err *err)
{
	if (!target->id)
		return SG_OK;
	if (signal->kind == SIGNAL_MAIL)
		return queue_mail(apply, target, signal, err);
	if (signal->kind == SIGNAL_HAPPENED &&
	    signal->verdict == VERDICT_HUMAN &&
	    strcmp(signal->name, "form.confirmed") == 0)
		return fill_confirmed(apply, target, signal, err);
	return SG_OK;
}

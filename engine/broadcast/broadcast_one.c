/*
 * broadcast_one.c - one mail from a template to one record, outside of any
 * broadcast: the same rendering, and the same people who get none.
 */
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_parts.h"
#include "gate/mail_here.h"
#include "signal/module.h"
#include "store/store_list.h"
#include "store/store_outbox.h"
#include "store/store_record.h"
#include "store/store_suppression.h"

enum { LOOK_AGAIN_MS = 3600000 };

const struct net_smtp_options *
broadcasts_smtp(const struct broadcasts *broadcasts)
{
	return &broadcasts->smtp;
}

bool
broadcast_has_left(const struct store_members *members, const char *list)
{
	size_t joined = 0, left = 0, i;

	for (i = 0; i < members->n_rows; i++) {
		const struct store_member *one = &members->rows[i];
		bool is_left = one->state == LIST_LEFT;

		if (is_left && (strcmp(one->list, LIST_EVERYTHING) == 0 ||
				(*list && strcmp(one->list, list) == 0)))
			return true;
		joined += one->state == LIST_JOINED;
		left += is_left;
	}
	return left && !joined;
}

/* Who is asked about, and what is said of it. */
struct asked {
	struct store *store;
	const char *list;
	int64_t now;
	int64_t paused_until; /* that is why it must not; 0 = it is not */
};

/* Of one record. SG_NONE: it must not. */
static enum sg_status
record_may_get(struct asked *asked, const struct store_record *record,
	       struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store *store = asked->store;
	struct store_suppression suppression;
	struct store_members members = {0};
	enum sg_status status = store_suppression_get(
		store, record->record_key, asked->now, pool, &suppression, err);

	if (status == SG_OK)
		status = err_set(err, SG_NONE, "suppressed: %s",
				 suppression.reason);
	else if (status == SG_NONE)
		status = store_members_of(store, record->id, pool, &members,
					  err);
	if (status == SG_OK && broadcast_has_left(&members, asked->list))
		status = err_set(err, SG_NONE, "unsubscribed");
	if (status == SG_OK)
		status = broadcast_paused_until(store, record->id, asked->now,
						&asked->paused_until, err);
	if (status == SG_OK && asked->paused_until)
		status = err_set(err, SG_NONE, "paused");
	pool_free(pool);
	return status;
}

/* What holds for an address in one module holds for it in all. */
static enum sg_status
address_may_get(struct asked *asked, const struct store_record *record,
		struct sg_err *err)
{
	struct pool *pool = pool_new();
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < module_count() && status == SG_OK; i++) {
		const char *module = module_at(i)->name;
		struct store_record other;

		if (!module_has_email(module) ||
		    strcmp(module, record->module) == 0)
			continue;
		status = store_record_find_key(asked->store, module,
					       record->key, pool, &other, err);
		status = status == SG_OK ? record_may_get(asked, &other, err)
			 : status == SG_NONE ? SG_OK
					     : status;
	}
	pool_free(pool);
	return status;
}

static enum sg_status
may_get(struct asked *asked, uint32_t record_id, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_record record;
	enum sg_status status =
		store_record_get(asked->store, record_id, pool, &record, err);

	if (status == SG_OK && record.deleted_at)
		status = err_set(err, SG_NONE, "the record was deleted");
	if (status == SG_OK)
		status = record_may_get(asked, &record, err);
	if (status == SG_OK && module_has_email(record.module))
		status = address_may_get(asked, &record, err);
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_may_get(struct store *store, uint32_t record_id, const char *list,
		  int64_t now, struct sg_err *err)
{
	struct asked asked = {store, list, now, 0};

	return may_get(&asked, record_id, err);
}

/* SG_BUSY: not before *not_before_out. A pause that is ended before it is
 * over is seen within LOOK_AGAIN_MS, wherever it was ended. */
static enum sg_status
may_get_now(struct asked *asked, uint32_t record_id, int64_t *not_before_out,
	    struct sg_err *err)
{
	enum sg_status status = may_get(asked, record_id, err);
	char until[CLOCK_TEXT_SIZE];

	if (status != SG_NONE || !asked->paused_until)
		return status;
	*not_before_out = asked->paused_until;
	if (*not_before_out > asked->now + LOOK_AGAIN_MS)
		*not_before_out = asked->now + LOOK_AGAIN_MS;
	clock_format(asked->paused_until, until);
	return err_set(err, SG_BUSY, STORE_OUTBOX_PAUSED "%s", until);
}

enum sg_status
broadcasts_objection(struct broadcasts *broadcasts, struct store *store,
		     const struct store_broadcast *row, uint32_t record_id,
		     struct pool *pool, const char **reason_out,
		     struct sg_err *err)
{
	struct template *template;
	struct sg_err why = {.text = ""};
	enum sg_status status =
		broadcast_template(broadcasts, store, row->template,
				   row->template_len, &template, err);

	if (status != SG_OK)
		return status;
	*reason_out = "";
	status = broadcast_may_get(store, record_id, template_list(template),
				   clock_now(), &why);
	template_free(template);
	if (status == SG_NONE) {
		*reason_out = pool_strdup(pool, why.text);
		status = SG_OK;
	}
	return status == SG_OK ? SG_OK : err_set(err, status, "%s", why.text);
}

static enum sg_status
make(struct broadcasts *broadcasts, struct store *store,
     const struct broadcast_one *one, struct pool *pool,
     struct broadcast_one_mail *mail_out, struct sg_err *err)
{
	struct store_broadcast row = {.name = one->name,
				      .sender = one->sender ? one->sender : ""};
	struct broadcast_mail mail = {.message_id = one->message_id,
				      .confirm = one->confirm};
	struct template *template;
	int64_t now = clock_now();
	struct asked asked = {.store = store, .now = now};
	enum sg_status status =
		broadcast_template(broadcasts, store, one->template,
				   one->template_len, &template, err);

	if (status != SG_OK)
		return status;
	asked.list = template_list(template);
	if (!one->confirm)
		status = may_get_now(&asked, one->record_id,
				     &mail_out->not_before, err);
	if (status == SG_OK)
		status = broadcast_mail_make(broadcasts, store, &row, template,
					     one->record_id, now, &mail, err);
	template_free(template);
	if (status != SG_OK)
		return status;
	status = broadcast_here(broadcasts, &mail, err);
	if (status != SG_OK) {
		broadcast_mail_done(&mail);
		return status;
	}
	*mail_out = (struct broadcast_one_mail){
		.sender = pool_strdup(pool, mail.sender),
		.recipient = pool_strdup(pool, mail.recipient),
		.data = pool_memdup(pool, buf_text(&mail.data), mail.data.len),
		.len = mail.data.len,
		.campaign = one->name,
		.record_key = mail.record_key,
		.message_id = mail.message_id,
		.made = mail.made};
	mail.made = NULL;
	broadcast_mail_done(&mail);
	return SG_OK;
}

/* A second try has the same Message-ID, so it is told once. */
enum sg_status
broadcast_one_keep(const struct broadcast_one_mail *mail, struct sg_err *err)
{
	return mail->made ? mail_here_keep(mail->made, clock_now(), err)
			  : SG_OK;
}

void
broadcast_one_done(struct broadcast_one_mail *mail)
{
	mail_made_free(mail->made);
	mail->made = NULL;
}

enum sg_status
broadcast_make_one(struct broadcasts *broadcasts,
		   const struct broadcast_one *one, struct pool *pool,
		   struct broadcast_one_mail *mail_out, struct sg_err *err)
{
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = make(broadcasts, store, one, pool, mail_out, err);
	store_readers_give(broadcasts->readers, store);
	return status;
}

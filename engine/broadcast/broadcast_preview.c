/* broadcast_preview.c - who would get it now, who not, and the mail. */
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_parts.h"
#include "signal/record_key.h"
#include "store/store_record.h"

struct people {
	struct broadcasts *broadcasts;
	struct store *store;
	struct pool *pool;
	struct broadcast_person *out;
	size_t n, most;
	const char *reason;
	int64_t now;
	enum sg_status status;
	struct sg_err *err;
};

static bool
add_person(void *arg, uint32_t record_id)
{
	struct people *people = arg;
	struct broadcast_person *person = &people->out[people->n];
	struct score_settings lead;
	struct score_summary summary = {0};
	struct store_record record;

	if (people->n == people->most)
		return false;
	people->status = store_record_get(people->store, record_id,
					  people->pool, &record, people->err);
	if (people->status != SG_OK)
		return false;
	if (scoreboard_find_score(people->broadcasts->scoreboard, "lead",
				  &lead) == SG_OK)
		scoreboard_summary(people->broadcasts->scoreboard, record_id,
				   lead.id, people->now, &summary);
	person->record_id = record_id;
	person->email = record.key;
	person->has_score = summary.has_score;
	person->score = summary.value[SCORE_SCORE];
	person->reason = people->reason;
	people->n++;
	return true;
}

static void
show_skipped(struct people *people, const struct record_set *set,
	     const char *reason)
{
	people->reason = reason;
	record_set_each(set, add_person, people);
}

static bool
first_one(void *arg, uint32_t record_id)
{
	*(uint32_t *)arg = record_id;
	return false;
}

/* Whose mail is shown: the contact asked for, else the first recipient. */
static enum sg_status
choose_reader(struct people *people, const struct record_set *recipients,
	      const char *for_address, uint32_t *record_out)
{
	struct buf key = BUF_INIT;
	struct store_record record;
	enum sg_status status;

	*record_out = 0;
	record_set_each(recipients, first_one, record_out);
	if (!for_address)
		return SG_OK;
	status =
		record_key_normalise("contact", for_address, &key, people->err);
	if (status == SG_OK)
		status = store_record_find_key(people->store, "contact",
					       buf_text(&key), people->pool,
					       &record, people->err);
	if (status == SG_NONE)
		status = err_set(people->err, SG_REFUSED, "no contact %s",
				 for_address);
	if (status == SG_OK)
		*record_out = record.id;
	buf_done(&key);
	return status;
}

static enum sg_status
show_mail(struct people *people, const struct store_broadcast *row,
	  const struct template *template, uint32_t record_id,
	  struct broadcast_preview *preview)
{
	struct broadcast_mail mail = {.only_shown = true};
	enum sg_status status;

	if (record_id == 0)
		return SG_OK;
	status = broadcast_mail_make(people->broadcasts, people->store, row,
				     template, record_id, people->now, &mail,
				     people->err);
	if (status != SG_OK)
		return status;
	preview->mail =
		pool_memdup(people->pool, buf_text(&mail.data), mail.data.len);
	preview->mail_len = mail.data.len;
	broadcast_mail_done(&mail);
	return SG_OK;
}

static void
show_people(struct people *people, const struct broadcast_selection *selection,
	    struct broadcast_preview *preview)
{
	const struct {
		const struct record_set *set;
		const char *text;
	} reasons[BROADCAST_REASONS] = {
		{selection->suppressed, "suppressed"},
		{selection->unsubscribed, "unsubscribed"},
		{selection->paused, "paused"},
		{selection->no_address, "no e-mail address"},
		{selection->doubles, "another has this address"},
	};
	size_t i;

	preview->n_recipients = record_set_count(selection->recipients);
	people->out = preview->recipients;
	show_skipped(people, selection->recipients, "");
	preview->n_recipients_shown = people->n;
	people->out = preview->skipped;
	people->n = 0;
	for (i = 0; i < BROADCAST_REASONS; i++) {
		struct broadcast_reason *reason = &preview->reasons[i];

		reason->text = reasons[i].text;
		reason->n = record_set_count(reasons[i].set);
		preview->n_skipped += reason->n;
		show_skipped(people, reasons[i].set, reason->text);
	}
	preview->n_skipped_shown = people->n;
}

/* The broadcast, and the version of its mail that is asked for. */
static enum sg_status
read_asked(struct people *people, const struct broadcast_preview_asked *asked,
	   struct store_broadcast *row, struct template **template_out)
{
	enum sg_status status = store_broadcast_get(
		people->store, asked->name, people->pool, row, people->err);

	if (status == SG_NONE)
		return err_set(people->err, SG_NONE, "no broadcast `%s`",
			       asked->name);
	if (status == SG_OK && asked->other)
		status = store_broadcast_get_variant(
			people->store, asked->name, people->pool,
			&row->template, &row->template_len, people->err);
	if (status == SG_NONE)
		return err_set(people->err, SG_REFUSED,
			       "broadcast `%s` has no version b", asked->name);
	if (status != SG_OK)
		return status;
	return broadcast_template(people->broadcasts, people->store,
				  row->template, row->template_len,
				  template_out, people->err);
}

static enum sg_status
look(struct people *people, const struct broadcast_preview_asked *asked,
     struct broadcast_preview *preview)
{
	struct broadcast_selection selection = {0};
	struct store_broadcast row;
	struct template *template = NULL;
	uint32_t reader;
	enum sg_status status = read_asked(people, asked, &row, &template);

	if (status != SG_OK)
		return status;
	status = broadcast_select(people->broadcasts, people->store,
				  row.condition, template_list(template),
				  people->now, &selection, people->err);
	if (status != SG_OK)
		goto out;
	preview->condition = row.condition;
	show_people(people, &selection, preview);
	status = people->status;
	if (status == SG_OK)
		status = choose_reader(people, selection.recipients,
				       asked->for_address, &reader);
	if (status == SG_OK)
		status = show_mail(people, &row, template, reader, preview);
out:
	broadcast_selection_done(&selection);
	template_free(template);
	return status;
}

enum sg_status
broadcast_get_preview(struct broadcasts *broadcasts,
		      const struct broadcast_preview_asked *asked,
		      struct pool *pool, struct broadcast_preview *preview_out,
		      struct sg_err *err)
{
	struct people people = {.broadcasts = broadcasts,
				.pool = pool,
				.most = BROADCAST_PREVIEW_MOST,
				.now = clock_now(),
				.err = err};
	enum sg_status status =
		store_readers_take(broadcasts->readers, &people.store, err);

	if (status != SG_OK)
		return status;
	memset(preview_out, 0, sizeof(*preview_out));
	status = look(&people, asked, preview_out);
	store_readers_give(broadcasts->readers, people.store);
	return status;
}

enum sg_status
broadcast_render_template(struct broadcasts *broadcasts,
			  const struct broadcast_draft *draft,
			  const char *address, struct pool *pool,
			  const char **mail_out, size_t *len_out,
			  struct sg_err *err)
{
	struct people people = {.broadcasts = broadcasts,
				.pool = pool,
				.now = clock_now(),
				.err = err};
	struct store_broadcast row = {.name = draft->name,
				      .sender = draft->sender ? draft->sender
							      : ""};
	struct broadcast_preview preview = {0};
	struct record_set *nobody = record_set_new();
	struct template *template = NULL;
	uint32_t reader;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &people.store, err);

	if (status != SG_OK)
		goto out;
	status = broadcast_template(broadcasts, people.store, draft->template,
				    draft->template_len, &template, err);
	if (status == SG_OK)
		status = choose_reader(&people, nobody, address, &reader);
	if (status == SG_OK)
		status = show_mail(&people, &row, template, reader, &preview);
	template_free(template);
	store_readers_give(broadcasts->readers, people.store);
	if (status == SG_OK) {
		*mail_out = preview.mail;
		*len_out = preview.mail_len;
	}
out:
	record_set_free(nobody);
	return status;
}

/* --- one mail ------------------------------------------------------------ */

static enum sg_status
make_for(struct people *people, const struct broadcast_preview_asked *asked,
	 struct broadcast_mail *mail_out)
{
	struct broadcast_selection selection = {0};
	struct store_broadcast row;
	struct template *template = NULL;
	uint32_t reader = 0;
	enum sg_status status = read_asked(people, asked, &row, &template);

	if (status != SG_OK)
		return status;
	status = broadcast_select(people->broadcasts, people->store,
				  row.condition, template_list(template),
				  people->now, &selection, people->err);
	if (status == SG_OK)
		status = choose_reader(people, selection.recipients,
				       asked->for_address, &reader);
	if (status == SG_OK && !reader)
		status = err_set(people->err, SG_REFUSED,
				 "nobody would get it now: say as whom it is "
				 "to be written");
	if (status == SG_OK)
		status = broadcast_mail_make(
			people->broadcasts, people->store, &row, template,
			reader, people->now, mail_out, people->err);
	broadcast_selection_done(&selection);
	template_free(template);
	return status;
}

enum sg_status
broadcast_make_for(struct broadcasts *broadcasts,
		   const struct broadcast_preview_asked *asked,
		   struct broadcast_mail *mail_out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct people people = {.broadcasts = broadcasts,
				.pool = pool,
				.now = clock_now(),
				.err = err};
	enum sg_status status =
		store_readers_take(broadcasts->readers, &people.store, err);

	if (status == SG_OK) {
		status = make_for(&people, asked, mail_out);
		store_readers_give(broadcasts->readers, people.store);
	}
	pool_free(pool);
	return status;
}

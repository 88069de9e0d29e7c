/* daemon_outbox.c - see daemon_outbox.h. */
#include "daemon/daemon_outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "broadcast/template.h"
#include "daemon/daemon_templates.h"
#include "gate/gate_action.h"

/* --- send 'template' ---------------------------------------------------- */

static uint64_t
message_id_of(const struct store_outbox *row)
{
	return store_outbox_message_id(row->created_at, row->key);
}

/* A mail on its way; in the pool of its try. */
struct one_mail {
	struct daemon *daemon;
	struct broadcast_one_mail mail;
};

static bool
hand_over(void *arg)
{
	const struct one_mail *one = arg;
	char quoted[LOG_QUOTE_SIZE];
	struct sg_err err;

	if (broadcast_one_keep(&one->mail, &err) == SG_OK)
		return true;
	log_warn("a mail waits: its email.sent cannot be kept reason=%s",
		 log_quote_private(err.text, quoted));
	return false;
}

static void
refused(void *arg, const char *reply)
{
	const struct one_mail *one = arg;
	char quoted[LOG_QUOTE_SIZE];
	struct sg_err err;

	if (broadcast_one_refused(one->daemon->broadcasts, &one->mail, reply,
				  &err) != SG_OK)
		log_warn("a refusal is not told: %s",
			 log_quote_private(err.text, quoted));
}

static void
done(void *arg)
{
	struct one_mail *one = arg;

	broadcast_one_done(&one->mail);
}

static enum sg_status
render(struct daemon *daemon, const struct broadcast_one *one,
       struct pool *pool, struct outbox_mail *mail_out, struct sg_err *err)
{
	struct one_mail *made = pool_alloc(pool, sizeof(*made));
	const struct broadcast_one_mail *mail = &made->mail;
	enum sg_status status = broadcast_make_one(daemon->broadcasts, one,
						   pool, &made->mail, err);

	made->daemon = daemon;
	mail_out->not_before = mail->not_before;
	if (status == SG_OK)
		*mail_out = (struct outbox_mail){.sender = mail->sender,
						 .recipient = mail->recipient,
						 .data = mail->data,
						 .len = mail->len,
						 .handing_over = hand_over,
						 .refused = refused,
						 .done = done,
						 .arg = made};
	return status;
}

static enum sg_status
render_file(struct daemon *daemon, const char *name, struct broadcast_one *one,
	    struct pool *pool, struct outbox_mail *mail_out, struct sg_err *err)
{
	const struct outbox_template *template =
		outbox_conf_template(daemon->conf->outbox, name);
	struct buf text;
	enum sg_status status;

	if (!template)
		return err_set(err, SG_REFUSED,
			       "the configuration has no template \"%s\"",
			       name);
	buf_init(&text, TEMPLATE_MOST);
	status = daemon_template_read(template, &text, err);
	if (status == SG_OK) {
		one->name = template->name;
		one->template = buf_text(&text);
		one->template_len = text.len;
		one->sender = template->from;
		status = render(daemon, one, pool, mail_out, err);
	}
	buf_done(&text);
	return status;
}

/* --- a mail that somebody asked for (SIGNAL_MAIL) ------------------------ */

static const char *
text_of(const struct json *payload, const char *name)
{
	const char *value = json_get_text(payload, name);

	return value ? value : "";
}

static enum sg_status
make_confirmation(struct daemon *daemon, const struct store_outbox *row,
		  const struct json *payload, struct pool *pool,
		  struct outbox_mail *mail_out, struct sg_err *err)
{
	struct broadcast_confirm confirm = {
		.path = text_of(payload, "path"),
		.id = strtoull(text_of(payload, "id"), NULL, 16),
		.payload = text_of(payload, "payload"),
		.title = text_of(payload, "title"),
	};
	struct broadcast_one one = {.name = "confirmation",
				    .record_id = row->record_id,
				    .message_id = message_id_of(row),
				    .confirm = &confirm};

	if (*row->target)
		return render_file(daemon, row->target, &one, pool, mail_out,
				   err);
	one.template = broadcast_confirm_template(text_of(payload, "language"));
	one.template_len = strlen(one.template);
	one.sender = outbox_from(daemon->conf->outbox, pool);
	return render(daemon, &one, pool, mail_out, err);
}

static enum sg_status
make_mail(void *arg, const struct store_outbox *row, struct pool *pool,
	  struct outbox_mail *mail_out, struct sg_err *err)
{
	struct daemon *daemon = arg;
	struct broadcast_one one = {.record_id = row->record_id,
				    .message_id = message_id_of(row)};
	struct json *payload;
	enum sg_status status;

	if (strcmp(row->action, "mail") != 0)
		return render_file(daemon, row->target, &one, pool, mail_out,
				   err);
	status = json_parse(row->payload, strlen(row->payload), &payload, err);
	if (status != SG_OK)
		return SG_REFUSED;
	status = make_confirmation(daemon, row, payload, pool, mail_out, err);
	json_free(payload);
	return status;
}

/* --- run 'plugin.action' ------------------------------------------------ */

/* The record as it was when it fired. */
struct snapshot {
	struct sg_record public;
	struct json *payload;
};

static const struct snapshot *
snapshot_of(const struct sg_record *record)
{
	return record->handle;
}

static const char *
snapshot_field(const struct sg_record *record, const char *name)
{
	const char *value = json_get_text(
		json_pointer(snapshot_of(record)->payload, "/record/fields"),
		name);

	return value ? value : "";
}

static bool
snapshot_tag(const struct sg_record *record, const char *name)
{
	struct json *tags =
		json_pointer(snapshot_of(record)->payload, "/record/tags");
	struct buf tag = BUF_INIT;
	bool has = false;

	for (size_t i = 0; tags && i < json_count(tags) && !has; i++) {
		buf_reset(&tag);
		has = json_scalar(json_at(tags, i), &tag) &&
		      strcmp(buf_text(&tag), name) == 0;
	}
	buf_done(&tag);
	return has;
}

static bool
snapshot_score(const struct sg_record *record, const char *name,
	       double *points_out)
{
	return json_get_number(json_get(snapshot_of(record)->payload, "scores"),
			       name, points_out);
}

static bool
write_setting(void *arg, const char *name, struct json *value)
{
	struct buf *to = arg, text = BUF_INIT;

	if (json_scalar(value, &text)) {
		buf_printf(to, "%s = \"", name);
		for (const char *c = buf_text(&text); *c; c++) {
			if (*c == '"' || *c == '\\' ||
			    (c[0] == '$' && c[1] == '{'))
				buf_append_char(to, '\\');
			buf_append_char(to, *c);
		}
		buf_append_text(to, "\"\n");
	}
	buf_done(&text);
	return true;
}

static enum sg_status
run(void *arg, const struct store_outbox *row, struct sg_err *err)
{
	struct daemon *daemon = arg;
	struct buf settings = BUF_INIT;
	struct snapshot snapshot = {.public = {.size = sizeof(snapshot.public),
					       .handle = &snapshot,
					       .field = snapshot_field,
					       .tag = snapshot_tag,
					       .score = snapshot_score}};
	struct gate_action action = {.name = row->target,
				     .now = clock_now(),
				     .record = &snapshot.public};
	struct json *record;
	enum sg_status status = json_parse(row->payload, strlen(row->payload),
					   &snapshot.payload, err);

	if (status != SG_OK)
		return SG_REFUSED;
	record = json_get(snapshot.payload, "record");
	snapshot.public.module = json_get_text(record, "module");
	snapshot.public.key = json_get_text(record, "key");
	if (json_get(snapshot.payload, "settings"))
		json_each(json_get(snapshot.payload, "settings"), write_setting,
			  &settings);
	action.settings = buf_text(&settings);
	status = gate_run_action(daemon->gate, &action, err);
	buf_done(&settings);
	json_free(snapshot.payload);
	return status;
}

/* --- its life ----------------------------------------------------------- */

enum sg_status
daemon_outbox_open(struct daemon *daemon, struct sg_err *err)
{
	struct outbox_options options = {
		.apply = daemon->apply,
		.readers = daemon->readers,
		.conf = daemon->conf->outbox,
		.smtp = broadcasts_smtp(daemon->broadcasts),
		.pace = daemon->conf->smtp
				? conf_number(daemon->conf->smtp, "pace")
				: 0,
		.make_mail = make_mail,
		.run = run,
		.arg = daemon,
	};
	struct outbox *outbox;
	enum sg_status status = outbox_open(&options, &outbox, err);

	if (status == SG_OK)
		atomic_store(&daemon->outbox, outbox);
	return status;
}

enum sg_status
daemon_outbox_start(struct daemon *daemon, struct sg_err *err)
{
	return outbox_start(atomic_load(&daemon->outbox), err);
}

void
daemon_outbox_wake(void *arg)
{
	struct daemon *daemon = arg;

	outbox_wake(atomic_load(&daemon->outbox));
}

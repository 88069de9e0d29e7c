/* api_broadcast_preview.c - before a broadcast: who gets it, who not and why,
 * and the mail as one of them would read it. */
#include <string.h>

#include "http/api/api_call.h"
#include "mail/mail_shown.h"
#include "store/store_broadcast.h"

enum sg_status
api_broadcast_version(const char *text, bool *other_out, struct sg_err *err)
{
	*other_out = text && !strcmp(text, "b");
	if (!text || *other_out || !strcmp(text, "a"))
		return SG_OK;
	return err_set(err, SG_REFUSED, "`version` is a or b, not %.64s", text);
}

/* --- the mail ------------------------------------------------------------ */

bool
api_wants_raw_mail(const struct api_call *call)
{
	const char *accept = http_request_header(call->request, "Accept");
	const char *format = api_param(call, "format");

	return (format && !strcmp(format, "raw")) ||
	       (accept && !strncmp(accept, "message/rfc822", 14));
}

static void
add_text_or_null(struct json *to, const char *name, const char *text)
{
	if (text)
		json_add_clean(to, name, text);
	else
		json_add_null(to, name);
}

enum sg_status
api_answer_mail(struct api_call *call, const char *mail, size_t len,
		struct sg_err *err)
{
	struct mail_shown shown;
	struct json *answer;
	enum sg_status status;

	if (api_wants_raw_mail(call)) {
		reply_status(call->reply, 200);
		reply_header(call->reply, "Content-Type", "message/rfc822");
		reply_body(call->reply, mail, len);
		return SG_OK;
	}
	status = mail_shown_read(call->pool, mail, len, &shown, err);
	if (status != SG_OK)
		return status;
	answer = api_answer(call);
	json_add_clean(answer, "mail", pool_memdup(call->pool, mail, len));
	json_add_clean(answer, "to", shown.to);
	json_add_clean(answer, "subject", shown.subject);
	add_text_or_null(answer, "text", shown.text);
	add_text_or_null(answer, "html", shown.html);
	return SG_OK;
}

/* --- who gets it --------------------------------------------------------- */

static void
add_people(struct json *to, const char *name,
	   const struct broadcast_person *people, size_t n)
{
	struct json *array = json_new_array();

	json_add(to, name, array);
	for (size_t i = 0; i < n; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "email", people[i].email);
		if (people[i].has_score)
			json_add_number(item, "score", people[i].score);
		else
			json_add_null(item, "score");
		if (people[i].reason && *people[i].reason)
			json_add_text(item, "reason", people[i].reason);
		json_push(array, item);
	}
}

/* explain=ADDRESS: would that contact get it, and why? */
static enum sg_status
add_explanation(struct api_call *call, const char *name, struct sg_err *err)
{
	const char *key = api_param(call, "explain");
	struct store_broadcast broadcast;
	struct store_record record;
	struct json *object;
	const char *reason;
	enum sg_status status;

	if (!key)
		return SG_OK;
	status = store_broadcast_get(call->store, name, call->pool, &broadcast,
				     err);
	if (status != SG_OK)
		return status;
	object = json_new_object();
	json_add(api_answer(call), "explain", object);
	status = api_explain(call, broadcast.condition, key, object, err);
	if (status == SG_OK)
		status = api_contact(call, key, &record, NULL, err);
	if (status == SG_OK)
		status = broadcasts_objection(
			call->api->options.broadcasts, call->store, &broadcast,
			record.id, call->pool, &reason, err);
	if (status == SG_OK)
		json_add_text(object, "objection", reason);
	return status;
}

static void
add_who(struct json *to, const struct broadcast_preview *preview)
{
	struct json *reasons = json_new_object();

	json_add_int(to, "n_recipients", (int64_t)preview->n_recipients);
	json_add_int(to, "n_skipped", (int64_t)preview->n_skipped);
	for (size_t i = 0; i < BROADCAST_REASONS; i++)
		if (preview->reasons[i].n)
			json_add_int(reasons, preview->reasons[i].text,
				     (int64_t)preview->reasons[i].n);
	json_add(to, "reasons", reasons);
	add_people(to, "recipients", preview->recipients,
		   preview->n_recipients_shown);
	add_people(to, "skipped", preview->skipped, preview->n_skipped_shown);
}

static enum sg_status
read_asked(struct api_call *call, struct broadcast_preview_asked *asked,
	   struct sg_err *err)
{
	asked->name = call->args[0];
	asked->for_address = api_param(call, "for");
	if (!call->api->options.broadcasts)
		return err_set(err, SG_BUSY, "broadcasts are not running here");
	return api_broadcast_version(api_param(call, "version"), &asked->other,
				     err);
}

enum sg_status
api_broadcasts_preview(struct api_call *call, struct sg_err *err)
{
	struct broadcast_preview *preview =
		pool_alloc(call->pool, sizeof(*preview));
	struct broadcast_preview_asked asked = {0};
	enum sg_status status = read_asked(call, &asked, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status =
			broadcast_get_preview(call->api->options.broadcasts,
					      &asked, call->pool, preview, err);
	if (status == SG_OK && api_wants_raw_mail(call) && !preview->mail)
		status = err_set(err, SG_REFUSED,
				 "nobody would get it now: say for whom it is "
				 "to be written");
	if (status == SG_OK && preview->mail)
		status = api_answer_mail(call, preview->mail, preview->mail_len,
					 err);
	if (status != SG_OK || api_wants_raw_mail(call))
		return status;
	api_warn_of_names_in(call, preview->condition);
	json_add_text(api_answer(call), "name", asked.name);
	add_who(call->answer, preview);
	return add_explanation(call, asked.name, err);
}

/* api_broadcasts.c - mails to those for whom a condition holds. */
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "http/api/api_counted.h"
#include "http/api/api_rows.h"
#include "store/store_broadcast.h"

static enum sg_status
need(struct api_call *call, struct sg_err *err)
{
	if (call->api->options.broadcasts)
		return api_store(call, err);
	return err_set(err, SG_BUSY, "broadcasts are not running here");
}

static enum sg_status
no_broadcast(enum sg_status status, const char *name, struct sg_err *err)
{
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no broadcast `%s`", name);
	return status;
}

static void
broadcast_json(const struct store_broadcast *broadcast, struct json *to)
{
	json_add_text(to, "name", broadcast->name);
	json_add_text(to, "state", broadcast_state_name(broadcast->state));
	json_add_text(to, "where", broadcast->condition);
	json_add_text(to, "from", broadcast->sender);
	json_add_text(to, "author", broadcast->author);
	json_add_time(to, "created_at", broadcast->created_at);
	if (broadcast->started_at)
		json_add_time(to, "started_at", broadcast->started_at);
	if (broadcast->finished_at)
		json_add_time(to, "finished_at", broadcast->finished_at);
	if (broadcast->state == BROADCAST_SCHEDULED)
		json_add_time(to, "scheduled_at",
			      broadcast_scheduled_at(broadcast->settings));
	if (*broadcast->trouble)
		json_add_text(to, "trouble", broadcast->trouble);
}

enum sg_status
api_broadcasts_all(struct api_call *call, struct sg_err *err)
{
	struct store_broadcasts broadcasts;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_broadcasts_all(call->store, call->pool,
					      &broadcasts, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < broadcasts.n_rows; i++) {
		struct json *item = json_new_object();

		broadcast_json(&broadcasts.rows[i], item);
		json_push(items, item);
	}
	return SG_OK;
}

/* --- one of them --------------------------------------------------------- */

static enum sg_status
show(struct api_call *call, const char *name, struct sg_err *err)
{
	struct broadcast_progress progress = {0};
	struct store_broadcast broadcast;
	enum sg_status status = need(call, err);

	if (status == SG_OK)
		status = no_broadcast(store_broadcast_get(call->store, name,
							  call->pool,
							  &broadcast, err),
				      name, err);
	if (status != SG_OK)
		return status;
	broadcast_json(&broadcast, api_answer(call));
	broadcast_get_progress(call->api->options.broadcasts, name, &progress);
	json_add_bool(call->answer, "running", progress.running);
	json_add_number(call->answer, "rate", progress.rate);
	if (broadcast.state == BROADCAST_SENDING && progress.waits[0])
		json_add_text(call->answer, "waits", progress.waits);
	return api_counted_add(call, &broadcast, err);
}

enum sg_status
api_broadcasts_show(struct api_call *call, struct sg_err *err)
{
	return show(call, call->args[0], err);
}

/* A number of the body that is 0 or more; absent: 0. */
static enum sg_status
body_pace(struct api_call *call, const char *name, double *out,
	  struct sg_err *err)
{
	const struct json *member = json_get(call->body, name);

	*out = 0;
	if (!member || (json_get_number(call->body, name, out) && *out >= 0 &&
			*out <= 1e6))
		return SG_OK;
	return err_set(err, SG_REFUSED, "`%s` is mails a second: 0 to 1000000",
		       name);
}

/* "unknown": "include", those without a score, or "skip". */
static enum sg_status
body_unknown(struct api_call *call, bool *include_out, struct sg_err *err)
{
	const char *word = NULL;
	enum sg_status status =
		api_body_text(call, "unknown", false, &word, err);

	*include_out = word && !strcmp(word, "include");
	if (status == SG_OK && word && !*include_out && strcmp(word, "skip"))
		return err_set(err, SG_REFUSED,
			       "`unknown` is include or skip, not %s", word);
	return status;
}

static enum sg_status
show_made(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct broadcast_draft *draft = arg;

	call->status = 201;
	api_warn_of_names_in(call, draft->condition);
	return show(call, draft->name, err);
}

static enum sg_status
create(struct api_call *call, const struct broadcast_draft *draft,
       struct sg_err *err)
{
	struct broadcast_draft told = *draft;
	struct api_definition definition = {.action = "broadcast.create",
					    .object = draft->name};
	struct api_filling filling = {call, &definition, show_made, &told};
	struct apply_also also = {api_define_in, &filling};
	enum sg_status status;

	told.also = &also;
	status = broadcast_create(call->api->options.broadcasts, &told, err);
	if (status == SG_OK)
		api_defined(&filling);
	return status;
}

enum sg_status
api_broadcasts_create(struct api_call *call, struct sg_err *err)
{
	struct broadcast_draft draft = {.author = call->principal.name};
	enum sg_status status = need(call, err);

	if (status == SG_OK)
		status = api_body_text(call, "name", true, &draft.name, err);
	if (status == SG_OK)
		status = api_body_template(call, &draft, err);
	if (status == SG_OK)
		status = api_body_text(call, "where", true, &draft.condition,
				       err);
	if (status == SG_OK)
		status = api_body_text(call, "from", false, &draft.sender, err);
	if (status == SG_OK)
		status = body_pace(call, "pace", &draft.pace, err);
	if (status == SG_OK)
		status =
			body_pace(call, "domain_pace", &draft.domain_pace, err);
	if (status != SG_OK)
		return status;
	status = body_unknown(call, &draft.include_unknown, err);
	if (status != SG_OK)
		return status;
	status = api_draft_split(call, &draft, err);
	if (status != SG_OK)
		return status;
	return create(call, &draft, err);
}

/* `pace` and `domain_pace` of send's and resume's body, if it says so. */
static enum sg_status
set_pace(struct api_call *call, const char *name, struct sg_err *err)
{
	double pace, domain_pace;
	enum sg_status status;

	if (!call->request->request.body_len)
		return SG_OK;
	status = api_body(call, err);
	if (status == SG_OK)
		status = body_pace(call, "pace", &pace, err);
	if (status == SG_OK)
		status = body_pace(call, "domain_pace", &domain_pace, err);
	if (status != SG_OK || (pace == 0 && domain_pace == 0))
		return status;
	return broadcast_set_pace(call->api->options.broadcasts, name, pace,
				  domain_pace, err);
}

/* Now, or at the moment `at` of the body: in our time zone, or in the one that
 * it or `timezone` says. */
static enum sg_status
send_it(struct api_call *call, const char *name, const struct apply_also *also,
	struct sg_err *err)
{
	struct broadcasts *broadcasts = call->api->options.broadcasts;
	const char *at = NULL, *timezone = NULL;
	int64_t moment;
	enum sg_status status = SG_OK;

	if (call->request->request.body_len)
		status = api_body_text(call, "at", false, &at, err);
	if (status == SG_OK && at)
		status = api_body_text(call, "timezone", false, &timezone, err);
	if (status == SG_OK)
		status = set_pace(call, name, err);
	if (status != SG_OK)
		return status;
	if (!at)
		return broadcast_send(broadcasts, name, also, err);
	if (timezone && clock_check_timezone(timezone, err) != SG_OK)
		return SG_REFUSED;
	status = clock_parse(at,
			     timezone ? timezone : call->api->options.timezone,
			     &moment, err);
	if (status != SG_OK) {
		err_prefix(err, "`at`");
		return status;
	}
	if (moment <= call->now)
		return err_set(err, SG_REFUSED, "`at`: %s is over", at);
	return broadcast_send_at(broadcasts, name, moment, also, err);
}

enum sg_status
api_broadcasts_delete(struct api_call *call, struct sg_err *err)
{
	const char *name = call->args[0];
	enum sg_status status = need(call, err);

	if (status != SG_OK)
		return status;
	return broadcast_delete(call->api->options.broadcasts, name, err);
}

/* One mail to somebody who is to look at it. */
enum sg_status
api_broadcasts_test(struct api_call *call, struct sg_err *err)
{
	struct broadcast_preview_asked as = {.name = call->args[0]};
	const char *to = NULL, *version = NULL;
	enum sg_status status = need(call, err);

	if (status == SG_OK)
		status = api_body_text(call, "to", true, &to, err);
	if (status == SG_OK)
		status = api_body_text(call, "as", false, &as.for_address, err);
	if (status == SG_OK)
		status = api_body_text(call, "version", false, &version, err);
	if (status == SG_OK)
		status = api_broadcast_version(version, &as.other, err);
	if (status == SG_OK)
		status = broadcast_send_test(call->api->options.broadcasts, &as,
					     to, err);
	if (status == SG_OK)
		json_add_text(api_answer(call), "to", to);
	return status;
}

/* `resend_doubtful` of resume's body. */
static enum sg_status
resume_it(struct api_call *call, const char *name,
	  const struct apply_also *also, struct sg_err *err)
{
	struct broadcasts *broadcasts = call->api->options.broadcasts;
	bool doubtful = false;
	enum sg_status status = set_pace(call, name, err);

	if (status != SG_OK)
		return status;
	if (call->body)
		json_get_bool(call->body, "resend_doubtful", &doubtful);
	if (doubtful)
		return broadcast_resend_doubtful(broadcasts, name, also, err);
	return broadcast_resume(broadcasts, name, also, err);
}

static enum sg_status
pause_it(struct api_call *call, const char *name, const struct apply_also *also,
	 struct sg_err *err)
{
	return broadcast_pause(call->api->options.broadcasts, name, also, err);
}

static enum sg_status
cancel_it(struct api_call *call, const char *name,
	  const struct apply_also *also, struct sg_err *err)
{
	return broadcast_cancel(call->api->options.broadcasts, name, also, err);
}

typedef enum sg_status act_fn(struct api_call *call, const char *name,
			      const struct apply_also *also,
			      struct sg_err *err);

static enum sg_status
show_acted(struct api_call *call, void *arg, struct sg_err *err)
{
	return show(call, arg, err);
}

/* How many get it is counted where nobody waits for it, unless the answer is
 * to be kept with the change. */
static enum sg_status
act(struct api_call *call, act_fn *fn, struct sg_err *err)
{
	const char *name = call->args[0];
	struct api_definition definition = {.action = "broadcast.order",
					    .object = name,
					    .detail = call->args[1]};
	struct api_filling filling = {call, &definition,
				      call->idempotency ? show_acted : NULL,
				      (void *)name};
	struct apply_also also = {api_define_in, &filling};
	enum sg_status status = fn(call, name, &also, err);

	if (status != SG_OK)
		return no_broadcast(status, name, err);
	api_defined(&filling);
	return filling.fill ? SG_OK : show(call, name, err);
}

enum sg_status
api_broadcasts_act(struct api_call *call, struct sg_err *err)
{
	static const struct {
		const char *name;
		act_fn *fn;
	} actions[] = {
		{"send", send_it},
		{"resume", resume_it},
		{"pause", pause_it},
		{"cancel", cancel_it},
	};
	enum sg_status status = need(call, err);

	if (status != SG_OK)
		return status;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, call->args[1]) == 0)
			return act(call, actions[i].fn, err);
	return err_set(err, SG_NONE,
		       "a broadcast can be told to send, pause, resume or "
		       "cancel, not `%s`",
		       call->args[1]);
}

/* --- who gets it --------------------------------------------------------- */

static enum sg_status
add_recipients(struct api_call *call, const struct store_recipients *rows,
	       struct sg_err *err)
{
	struct json *items = api_items(call);
	struct record_set *set;
	enum sg_status status = api_where(call, &set, err);

	for (size_t i = 0; status == SG_OK && i < rows->n_rows; i++) {
		const struct store_recipient *row = &rows->rows[i];
		struct json *item;
		struct store_record record;

		if (!api_where_has(set, row->record_id))
			continue;
		item = json_new_object();
		json_push(items, item);
		status = store_record_get(call->store, row->record_id,
					  call->pool, &record, err);
		if (status == SG_OK)
			json_add_text(item, "email", record.key);
		else if (status == SG_NONE)
			status = SG_OK;
		json_add_text(item, "state", recipient_state_name(row->state));
		if (*row->reason)
			json_add_text(item, "reason", row->reason);
		json_add_time(item, "changed_at", row->changed_at);
	}
	record_set_free(set);
	return status;
}

enum sg_status
api_broadcasts_recipients(struct api_call *call, struct sg_err *err)
{
	const char *name = call->args[0], *state = api_param(call, "state");
	struct store_broadcast broadcast;
	struct store_recipients rows;
	int64_t limit, after;
	int which = state ? recipient_state_find(state) : -1;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, UINT32_MAX, &after,
				       err);
	if (status == SG_OK && state && which < 0)
		return err_set(err, SG_REFUSED, "no state `%s`", state);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = no_broadcast(store_broadcast_get(call->store, name,
							  call->pool,
							  &broadcast, err),
				      name, err);
	if (status == SG_OK)
		status = store_recipient_slice(call->store, name, which,
					       (uint32_t)after, (size_t)limit,
					       call->pool, &rows, err);
	if (status == SG_OK)
		status = add_recipients(call, &rows, err);
	if (status == SG_OK)
		api_next_id(call, rows.n_rows, limit,
			    rows.n_rows ? rows.rows[rows.n_rows - 1].record_id
					: 0);
	return status;
}

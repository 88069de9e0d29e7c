/* apply_implied.c - the entries by which a click implies an open;
 * fold_implied.c says when they count. */
#include "apply/apply_automation.h"
#include "apply/apply_parts.h"

static void
fill(const struct apply *apply, const struct cached *cached,
     const struct fold_implied *implied, struct signal *signal)
{
	signal_init(signal, "email.opened", implied->at);
	signal->kind = SIGNAL_IMPLIED;
	signal->received_at = apply->now;
	signal->record_key = cached->record_key;
	signal->message_id = implied->message_id;
	signal->source = "engine";
	signal->because = "who clicked has opened";
	if (implied->campaign)
		signal->props[signal->n_props++] =
			(struct signal_prop){"campaign", implied->campaign};
}

/* Opens may not be kept of who said no to them. */
static bool
may_be_kept(const struct apply *apply, const struct cached *cached)
{
	return consent_set_get(apply->options.consents, cached->record_key,
			       CONSENT_OPENS) != CONSENT_DENIED;
}

struct fold_implied
apply_implied_of(struct apply *apply)
{
	struct fold_implied implied = {0};

	if (apply->out.n_implied)
		implied = apply->out.implied[0];
	if (implied.campaign)
		implied.campaign = pool_strdup(apply->work, implied.campaign);
	return implied;
}

enum sg_status
apply_imply(struct apply *apply, struct cached *cached,
	    const struct fold_implied *implied, struct sg_err *err)
{
	struct signal signal;
	enum sg_status status;
	bool refold;
	int64_t id;

	if (!implied->message_id || !may_be_kept(apply, cached))
		return SG_OK;
	fill(apply, cached, implied, &signal);
	status = apply_enter(apply, cached, &signal, implied->ruleset, &id,
			     &refold, err);
	return status == SG_OK && refold ? apply_refold(apply, cached->id, err)
					 : status;
}

enum sg_status
apply_imply_late(struct apply *apply, struct cached *cached,
		 const struct fold_out *out,
		 struct store_history_ids *added_out, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct signal signal;
	size_t i;

	if (!out->n_implied || !may_be_kept(apply, cached))
		return SG_OK;
	added_out->ids =
		pool_alloc(out->pool, out->n_implied * sizeof(int64_t));
	for (i = 0; i < out->n_implied && status == SG_OK; i++) {
		struct store_history_place place = {
			.id = store_new_id(apply->store, apply->now),
			.record_id = cached->id,
			.ruleset = out->implied[i].ruleset,
			.effective = false};

		fill(apply, cached, &out->implied[i], &signal);
		status = store_history_append(apply->store, &place, &signal,
					      err);
		added_out->ids[added_out->n++] = place.id;
	}
	return status;
}

enum sg_status
apply_imply_fire(struct apply *apply, struct cached *cached,
		 const struct store_history_ids *added, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct automation_event event;
	struct store_history row;
	struct signal signal;
	size_t i;

	for (i = 0; i < added->n && status == SG_OK; i++) {
		status = store_history_get(apply->store, added->ids[i],
					   apply->work, &row, err);
		if (status == SG_OK)
			status = store_history_signal(&row, apply->work,
						      &signal, err);
		if (status != SG_OK)
			break;
		event = (struct automation_event){.signal = &signal,
						  .history_id = row.id,
						  .effective = row.effective};
		status = automations_before(apply, cached, &signal, err);
		if (status == SG_OK)
			status = automations_after(apply, cached, &event, err);
	}
	return status;
}

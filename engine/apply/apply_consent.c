/*
 * apply_consent.c - consent as rows, and in the set that the milter asks. The
 * set follows the commit, so that it never knows what the store does not.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "store/store_consent.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

static void
put_loaded(void *arg, uint64_t record_key, enum consent_what what,
	   enum consent_state state)
{
	consent_set_put(arg, record_key, what, state);
}

enum sg_status
apply_load_consents(struct apply *apply, struct sg_err *err)
{
	if (!apply->options.consents)
		return SG_OK;
	return store_consent_each(apply->store, put_loaded,
				  apply->options.consents, err);
}

static enum sg_status
put(struct apply *apply, const struct store_consent *row, struct sg_err *err)
{
	struct apply_consent *pending;

	apply->consents = fold_grow(apply->consents, &apply->n_consents,
				    &apply->consents_cap, sizeof(*pending));
	pending = &apply->consents[apply->n_consents - 1];
	pending->record_key = row->record_key;
	pending->what = row->what;
	pending->state = row->state;
	return store_consent_put(apply->store, row, err);
}

/* What was granted is not any more; what was denied stays so. */
enum sg_status
apply_forget_consents(struct apply *apply, uint64_t record_key,
		      struct sg_err *err)
{
	struct store_consents rows;
	struct apply_consent *pending;
	enum sg_status status = store_consent_of(apply->store, record_key,
						 apply->work, &rows, err);

	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++) {
		if (rows.rows[i].state != CONSENT_GRANTED)
			continue;
		apply->consents =
			fold_grow(apply->consents, &apply->n_consents,
				  &apply->consents_cap, sizeof(*pending));
		pending = &apply->consents[apply->n_consents - 1];
		pending->record_key = record_key;
		pending->what = rows.rows[i].what;
		pending->state = CONSENT_UNKNOWN;
	}
	return status;
}

/* Committed, or rolled back: then it never was. */
void
apply_publish_consents(struct apply *apply, bool committed)
{
	for (size_t i = 0; committed && i < apply->n_consents; i++)
		consent_set_put(
			apply->options.consents, apply->consents[i].record_key,
			apply->consents[i].what, apply->consents[i].state);
	apply->n_consents = 0;
}

enum sg_status
apply_write_consent(struct apply *apply, const struct cached *cached,
		    const struct fold_change *change, struct sg_err *err)
{
	struct store_consent row = {.record_key = cached->record_key,
				    .since = change->since,
				    .source = change->source,
				    .wording = change->wording};
	enum sg_status status =
		consent_what_parse(change->name, &row.what, err);

	if (status == SG_OK)
		status = consent_state_parse(change->value, &row.state, err);
	return status == SG_OK ? put(apply, &row, err) : status;
}

enum sg_status
apply_carry_consents(struct apply *apply, uint64_t from, uint64_t to,
		     struct sg_err *err)
{
	struct store_consents rows;
	enum sg_status status =
		store_consent_of(apply->store, from, apply->work, &rows, err);

	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++) {
		rows.rows[i].record_key = to;
		status = put(apply, &rows.rows[i], err);
	}
	return status;
}

/* The last one of each kind holds. */
enum sg_status
apply_rewrite_consent(struct apply *apply, const struct cached *cached,
		      const struct fold_out *out, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < out->n_changes; i++)
		if (out->changes[i].kind == FOLD_CONSENT)
			status = apply_write_consent(apply, cached,
						     &out->changes[i], err);
	return status;
}

enum sg_status
apply_consent_unmatched(struct apply *apply, const struct signal *signal,
			struct sg_err *err)
{
	struct store_consent row = {.record_key = signal->record_key,
				    .since = signal->happened_at,
				    .source = property(signal, "source"),
				    .wording = property(signal, "wording")};

	if (signal->kind != SIGNAL_CONSENT ||
	    consent_what_parse(property(signal, "what"), &row.what, NULL) !=
		    SG_OK ||
	    consent_state_parse(property(signal, "state"), &row.state, NULL) !=
		    SG_OK)
		return SG_OK;
	return put(apply, &row, err);
}

static bool
may_be_denied(const struct apply *apply, uint64_t record_key,
	      enum consent_what what)
{
	for (size_t i = 0; i < apply->n_consents; i++)
		if (apply->consents[i].record_key == record_key)
			return true;
	return consent_set_get(apply->options.consents, record_key, what) ==
	       CONSENT_DENIED;
}

enum sg_status
apply_consent_denies(struct apply *apply, const struct signal *signal,
		     uint64_t record_key, bool *denies_out, struct sg_err *err)
{
	struct store_consents rows;
	enum consent_what what;
	enum sg_status status;

	*denies_out = false;
	if (signal->kind != SIGNAL_HAPPENED ||
	    !consent_covers(signal->name, &what) ||
	    !may_be_denied(apply, record_key, what))
		return SG_OK;
	status = store_consent_of(apply->store, record_key, apply->work, &rows,
				  err);
	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++)
		if (rows.rows[i].what == what)
			*denies_out = rows.rows[i].state == CONSENT_DENIED &&
				      rows.rows[i].since <= signal->happened_at;
	return status;
}

/*
 * apply_hit.c - who fetched it: taken out of the signal, so that neither rules
 * nor people's lists see it, and kept in a table of its own that is emptied in
 * time.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_verdict.h"
#include "store/store_hit.h"

static const char *
take(struct signal *signal, const char *name)
{
	const char *value;
	size_t i;

	for (i = 0; i < signal->n_props; i++)
		if (strcmp(signal->props[i].name, name) == 0)
			break;
	if (i == signal->n_props)
		return "";
	value = signal->props[i].value;
	memmove(&signal->props[i], &signal->props[i + 1],
		(--signal->n_props - i) * sizeof(signal->props[0]));
	return value;
}

/* Spools of before have one number only. */
static void
take_source(struct apply_hit *hit, const char *text)
{
	char half[17];

	for (int i = 0; i < 2 && strlen(text) >= 16; i++, text += 16) {
		memcpy(half, text, 16);
		half[16] = '\0';
		*(i ? &hit->source_before : &hit->source) =
			strtoull(half, NULL, 16);
	}
}

void
apply_hit_take(struct apply *apply, struct signal *signal)
{
	struct apply_hit *hit = &apply->hit;

	memset(hit, 0, sizeof(*hit));
	if (signal->kind != SIGNAL_HAPPENED)
		return;
	take_source(hit, take(signal, SIGNAL_HIT_SOURCE));
	hit->address = take(signal, SIGNAL_HIT_ADDRESS);
	hit->agent = take(signal, SIGNAL_HIT_AGENT);
	hit->verdict = signal->verdict;
	hit->reason = signal->verdict_reason;
	if (hit->source || *hit->address || *hit->agent)
		hit->of = signal;
}

enum sg_status
apply_hit_keep(struct apply *apply, const struct signal *signal,
	       int64_t history_id, struct sg_err *err)
{
	const struct apply_hit *from = &apply->hit;
	struct store_hit hit = {.history_id = history_id,
				.source = from->source,
				.address = from->address,
				.agent = from->agent,
				.verdict = from->verdict,
				.reason = from->reason};

	if (from->of != signal)
		return SG_OK;
	apply_verdict_named(apply, history_id);
	if (!apply->options.keep_hits_ms)
		return SG_OK;
	return store_hit_add(apply->store, &hit, err);
}

enum sg_status
apply_hits_expire(struct apply *apply, bool *left_out, struct sg_err *err)
{
	*left_out = false;
	return store_hits_expire(apply->store,
				 apply->now - apply->options.keep_hits_ms,
				 left_out, err);
}

/* fold_once.c - `once_per`: what a rule has fired for already. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/clock.h"
#include "base/hash.h"

/* splitmix64's finisher: keys are made of parts that differ in few bits */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static uint64_t
join(uint64_t a, uint64_t b)
{
	return mix(a * 0x9e3779b97f4a7c15ull + b);
}

/* 0: what the signal belongs to is not known, so it is never a second one. */
static uint64_t
key_of(const struct fold_run *run, const struct fold_rule *rule,
       const struct signal *signal)
{
	const char *url;
	uint64_t key;

	if (rule->rule->once == RULE_EVERY)
		return 0;
	key = join(rule->no + 1, rule->rule->once);
	switch (rule->rule->once) {
	case RULE_ONCE_MESSAGE:
		if (!signal->message_id)
			return 0;
		key = join(key, signal->message_id);
		break;
	case RULE_ONCE_LINK:
		url = signal_get(signal, "url");
		if (!signal->message_id && !url)
			return 0;
		key = join(join(key, signal->message_id),
			   url ? hash_text(url) : 0);
		break;
	case RULE_ONCE_DAY:
		key = join(key,
			   (uint64_t)clock_day(run->at, run->world->timezone));
		break;
	case RULE_ONCE_EVER:
		break;
	case RULE_EVERY:
	case RULE_TIMES_PER:
		return 0;
	}
	return key ? key : 1;
}

static size_t
find_key(const struct fold_record *record, uint64_t key)
{
	size_t i = key & (record->once_cap - 1);

	while (record->once[i].key && record->once[i].key != key)
		i = (i + 1) & (record->once_cap - 1);
	return i;
}

static void
add_key(struct fold_record *record, const struct fold_once *once)
{
	struct fold_once *old = record->once;
	size_t n = record->once_cap, i;

	if (2 * (record->n_once + 1) > record->once_cap) {
		record->once_cap = n ? 2 * n : 8;
		record->once =
			fold_must(calloc(record->once_cap, sizeof(*old)));
		for (i = 0; i < n; i++)
			if (old[i].key)
				record->once[find_key(record, old[i].key)] =
					old[i];
		free(old);
	}
	record->once[find_key(record, once->key)] = *once;
	record->n_once++;
}

void
fold_once_put(struct fold_record *record, const struct fold_once *once)
{
	add_key(record, once);
}

/* Of no score, so that no erase forgets it. */
static uint64_t
opened_key(uint64_t message_id)
{
	uint64_t key = join(join(0, RULE_ONCE_MESSAGE), message_id);

	return key ? key : 1;
}

bool
fold_message_opened(const struct fold_record *record, uint64_t message_id)
{
	return record->n_once &&
	       record->once[find_key(record, opened_key(message_id))].key;
}

void
fold_message_note_opened(struct fold_record *record, uint64_t message_id)
{
	struct fold_once once = {.key = opened_key(message_id)};

	add_key(record, &once);
}

static bool
is_of(const struct fold_time *time, const struct fold_rule *rule)
{
	return time->rule_no == rule->no && time->span == rule->rule->once_ms;
}

static bool
allows_times(struct fold_run *run, const struct fold_rule *rule)
{
	const struct fold_record *record = run->record;
	int64_t since = run->at - rule->rule->once_ms;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < record->times.n; i++)
		n += is_of(&record->times.items[i], rule) &&
		     record->times.items[i].at > since;
	return n < rule->rule->once_times;
}

bool
fold_once_allows(struct fold_run *run, const struct fold_rule *rule,
		 const struct signal *signal, struct fold_once *once_out)
{
	const struct fold_record *record = run->record;

	*once_out = (struct fold_once){.score_id = rule->score_id};
	if (rule->rule->once == RULE_TIMES_PER)
		return allows_times(run, rule);
	once_out->key = key_of(run, rule, signal);
	return !once_out->key || !record->n_once ||
	       !record->once[find_key(record, once_out->key)].key;
}

static void
note_time(struct fold_run *run, const struct fold_rule *rule)
{
	struct fold_record *record = run->record;
	int64_t since = run->at - rule->rule->once_ms;
	struct fold_time *time;
	size_t n = 0, i;

	for (i = 0; i < record->times.n; i++) {
		time = &record->times.items[i];
		if (!is_of(time, rule) || time->at > since)
			record->times.items[n++] = *time;
	}
	record->times.n = n;
	time = fold_add(&record->times);
	*time = (struct fold_time){rule->no, rule->score_id,
				   rule->rule->once_ms, run->at};
}

void
fold_once_note(struct fold_run *run, const struct fold_rule *rule,
	       const struct fold_once *once)
{
	if (rule->rule->once == RULE_TIMES_PER)
		note_time(run, rule);
	else if (once->key)
		add_key(run->record, once);
}

void
fold_once_forget(struct fold_record *record, uint32_t score_id)
{
	struct fold_once *old = record->once;
	size_t cap = record->once_cap, n = 0, i;

	record->once = NULL;
	record->once_cap = record->n_once = 0;
	for (i = 0; i < cap; i++)
		if (old[i].key && old[i].score_id != score_id)
			add_key(record, &old[i]);
	free(old);
	for (i = 0; i < record->times.n; i++)
		if (record->times.items[i].score_id != score_id)
			record->times.items[n++] = record->times.items[i];
	record->times.n = n;
}

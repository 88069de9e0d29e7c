/* fold_folded.c - what conditions may still ask of signals whose entries were
 * folded away: how many there were, and when the first and the last. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_opening.h"
#include "apply/fold_parts.h"

static const char *
campaign_of(const struct signal *signal)
{
	const char *campaign = signal_get(signal, "broadcast");

	if (!campaign)
		campaign = signal_get(signal, "campaign");
	return campaign ? campaign : "";
}

static struct fold_folded *
find(struct fold_record *record, const char *name, const char *campaign)
{
	struct fold_folded *folded;
	size_t i;

	for (i = 0; i < record->folded.n; i++)
		if (strcmp(record->folded.items[i].name, name) == 0 &&
		    strcmp(record->folded.items[i].campaign, campaign) == 0)
			return &record->folded.items[i];
	folded = fold_add(&record->folded);
	folded->name = fold_must(strdup(name));
	folded->campaign = fold_must(strdup(campaign));
	record->bytes += strlen(name) + strlen(campaign) + 32;
	return folded;
}

void
fold_folded_note(struct fold_record *record, const struct signal *signal,
		 int64_t at)
{
	struct fold_folded *folded =
		find(record, signal->name, campaign_of(signal));

	if (!folded->n || at < folded->first_at)
		folded->first_at = at;
	if (!folded->n || at > folded->last_at)
		folded->last_at = at;
	folded->n++;
}

void
fold_folded_signal(const struct fold_folded *folded, struct signal *out)
{
	signal_init(out, folded->name, folded->last_at);
	if (*folded->campaign)
		out->props[out->n_props++] =
			(struct signal_prop){"campaign", folded->campaign};
}

/* So many at one moment. */
struct moment {
	const struct fold_folded *folded;
	int64_t at;
	uint64_t n;
};

static int
newest_first(const void *x, const void *y)
{
	const struct moment *a = x, *b = y;

	return (a->at < b->at) - (a->at > b->at);
}

static size_t
find_moments(const struct fold_record *record, const char *name,
	     struct moment *moments)
{
	size_t n = 0, i;

	for (i = 0; i < record->folded.n; i++) {
		const struct fold_folded *folded = &record->folded.items[i];

		if (strcmp(folded->name, name) != 0)
			continue;
		moments[n++] = (struct moment){folded, folded->last_at, 1};
		if (folded->n > 1)
			moments[n++] = (struct moment){folded, folded->first_at,
						       folded->n - 1};
	}
	if (n)
		qsort(moments, n, sizeof(*moments), newest_first);
	return n;
}

void
fold_folded_each(const struct fold_record *record, const char *name,
		 occurrence_fn *fn, void *fn_arg)
{
	struct moment *moments;
	struct occurrence occurrence = {.name = name};
	struct signal signal;
	bool more = true;
	size_t n, i;

	if (!record->folded.n)
		return;
	moments = fold_must(malloc(2 * record->folded.n * sizeof(*moments)));
	n = find_moments(record, name, moments);
	for (i = 0; i < n && more; i++) {
		fold_folded_signal(moments[i].folded, &signal);
		occurrence.signal = &signal;
		occurrence.happened_at = moments[i].at;
		while (more && moments[i].n-- > 0)
			more = fn(fn_arg, &occurrence);
	}
	free(moments);
}

bool
fold_folded_campaign(const struct fold_record *record, const char *name,
		     const char *campaign)
{
	size_t i;

	for (i = 0; i < record->folded.n; i++)
		if (strcmp(record->folded.items[i].name, name) == 0 &&
		    strcmp(record->folded.items[i].campaign, campaign) == 0)
			return true;
	return false;
}

/* Of changes one name is enough, and when it was created the record knows. */
static bool
is_told_otherwise(const char *name)
{
	return strcmp(name, "record.created") == 0 ||
	       strcmp(name, "record.changed") == 0;
}

void
fold_note_folded(struct fold_record *record, const struct fold_world *world,
		 const struct signal *signal)
{
	if (signal->kind != SIGNAL_OPENING &&
	    signal->verdict == VERDICT_HUMAN &&
	    fold_world_kept(world, signal->name) < 0 &&
	    !is_told_otherwise(signal->name))
		fold_folded_note(record, signal, signal->happened_at);
}

void
fold_each_folded(const struct fold_record *record,
		 const struct fold_world *world, int64_t before,
		 struct pool *pool, fold_folded_fn *fn, void *arg)
{
	struct signal signal;
	size_t i;

	for (i = 0; i < record->seen.n; i++) {
		const struct fold_seen *seen = &record->seen.items[i];

		if (seen->at >= before ||
		    is_told_otherwise(world->kept[seen->kept]) ||
		    signal_decode(seen->bytes, seen->len, pool, &signal,
				  NULL) != SG_OK)
			continue;
		signal.happened_at = seen->at;
		fn(arg, &signal, seen->at, 1);
	}
	for (i = 0; i < record->folded.n; i++) {
		fold_folded_signal(&record->folded.items[i], &signal);
		fn(arg, &signal, record->folded.items[i].first_at,
		   record->folded.items[i].n);
	}
}

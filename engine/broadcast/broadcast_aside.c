/*
 * broadcast_aside.c - see broadcast_aside.h. A list for each slot of the pace's
 * table; those that are not empty are listed, and asked in turn.
 */
#include "broadcast/broadcast_aside.h"

#include <stdlib.h>
#include <string.h>

#include "base/record_set.h"

enum { NONE = UINT16_MAX };

struct place {
	uint32_t record_id, variant;
	uint64_t message_id, domain;
	uint16_t next;
};

struct lane {
	uint16_t first, last, n;
	uint16_t at; /* in `busy` */
};

struct aside {
	struct place places[ASIDE_MOST];
	uint16_t free_place;
	struct lane lanes[PACE_DOMAINS];
	uint16_t busy[PACE_DOMAINS]; /* lanes with somebody in them */
	size_t n_busy, turn;
	size_t n;
	struct record_set *records;
};

static void
reset(struct aside *aside)
{
	size_t i;

	for (i = 0; i < ASIDE_MOST; i++)
		aside->places[i].next =
			i + 1 < ASIDE_MOST ? (uint16_t)(i + 1) : NONE;
	aside->free_place = 0;
	memset(aside->lanes, 0, sizeof(aside->lanes));
	aside->n_busy = aside->turn = aside->n = 0;
	record_set_free(aside->records);
	aside->records = record_set_new();
}

struct aside *
aside_new(void)
{
	struct aside *aside = calloc(1, sizeof(*aside));

	if (aside)
		reset(aside);
	return aside;
}

void
aside_free(struct aside *aside)
{
	if (!aside)
		return;
	record_set_free(aside->records);
	free(aside);
}

void
aside_clear(struct aside *aside)
{
	if (aside && aside->n)
		reset(aside);
}

size_t
aside_count(const struct aside *aside)
{
	return aside ? aside->n : 0;
}

bool
aside_has(const struct aside *aside, uint32_t record_id)
{
	return aside && record_set_has(aside->records, record_id);
}

bool
aside_put(struct aside *aside, const struct store_recipient *row,
	  uint64_t domain)
{
	uint16_t slot = (uint16_t)(domain % PACE_DOMAINS);
	uint16_t i = aside->free_place;
	struct lane *lane = &aside->lanes[slot];

	if (i == NONE || lane->n == ASIDE_EACH)
		return false;
	aside->free_place = aside->places[i].next;
	aside->places[i] = (struct place){row->record_id, row->variant,
					  row->message_id, domain, NONE};
	if (lane->n) {
		aside->places[lane->last].next = i;
	} else {
		lane->first = i;
		lane->at = (uint16_t)aside->n_busy;
		aside->busy[aside->n_busy++] = slot;
	}
	lane->last = i;
	lane->n++;
	aside->n++;
	record_set_add(aside->records, row->record_id);
	return true;
}

static struct store_recipient
row_of(const struct place *place)
{
	return (struct store_recipient){.record_id = place->record_id,
					.state = RECIPIENT_QUEUED,
					.reason = "",
					.message_id = place->message_id,
					.variant = place->variant};
}

bool
aside_find(struct aside *aside, const struct broadcast_pace *pace,
	   int64_t now_ms, struct aside_found *found_out)
{
	size_t i;

	for (i = 0; i < aside->n_busy; i++) {
		size_t turn = (aside->turn + i) % aside->n_busy;
		const struct lane *lane = &aside->lanes[aside->busy[turn]];
		const struct place *place = &aside->places[lane->first];

		if (!pace_may_domain(pace, place->domain, now_ms))
			continue;
		/* The same is found again until it is taken. */
		aside->turn = turn;
		found_out->row = row_of(place);
		found_out->domain = place->domain;
		return true;
	}
	return false;
}

void
aside_take(struct aside *aside, const struct aside_found *found)
{
	struct lane *lane = &aside->lanes[found->domain % PACE_DOMAINS];
	uint16_t i = lane->first, last;

	lane->first = aside->places[i].next;
	aside->places[i].next = aside->free_place;
	aside->free_place = i;
	aside->n--;
	record_set_remove(aside->records, found->row.record_id);
	if (--lane->n)
		return;
	last = aside->busy[--aside->n_busy];
	aside->busy[lane->at] = last;
	aside->lanes[last].at = lane->at;
}

void
aside_each(const struct aside *aside, const struct broadcast_pace *pace,
	   int64_t by_ms, size_t most, aside_fn *fn, void *arg)
{
	size_t i, n = 0;

	for (i = 0; i < aside->n_busy && n < most; i++) {
		size_t turn = (aside->turn + i) % aside->n_busy;
		const struct lane *lane = &aside->lanes[aside->busy[turn]];
		const struct place *place = &aside->places[lane->first];
		struct store_recipient row;

		if (!pace_may_domain(pace, place->domain, by_ms))
			continue;
		row = row_of(place);
		fn(arg, &row);
		n++;
	}
}

/*
 * mail_recent.c - see mail_recent.h. Four-way sets: a key's row is where its
 * low bits say, and the oldest of the four makes room for a new one.
 */
#include "gate/mail_recent.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

enum { WAYS = 4 };

struct slot {
	uint64_t key, message_id;
	int64_t at;
};

struct mail_recent {
	pthread_mutex_t lock;
	struct slot slots[MAIL_RECENT_SLOTS];
};

struct mail_recent *
mail_recent_new(void)
{
	struct mail_recent *recent = calloc(1, sizeof(*recent));

	if (!recent)
		abort();
	pthread_mutex_init(&recent->lock, NULL);
	return recent;
}

void
mail_recent_free(struct mail_recent *recent)
{
	if (!recent)
		return;
	pthread_mutex_destroy(&recent->lock);
	free(recent);
}

static struct slot *
row_of(struct mail_recent *recent, uint64_t key)
{
	return &recent->slots[key % (MAIL_RECENT_SLOTS / WAYS) * WAYS];
}

uint64_t
mail_recent_find(struct mail_recent *recent, uint64_t key, int64_t now)
{
	struct slot *row = row_of(recent, key);
	uint64_t found = 0;

	pthread_mutex_lock(&recent->lock);
	for (int i = 0; i < WAYS; i++)
		if (row[i].key == key &&
		    now - row[i].at < MAIL_RECENT_DAYS * CLOCK_DAY_MS)
			found = row[i].message_id;
	pthread_mutex_unlock(&recent->lock);
	return found;
}

void
mail_recent_add(struct mail_recent *recent, uint64_t key, uint64_t message_id,
		int64_t now)
{
	struct slot *row = row_of(recent, key), *oldest = row;

	pthread_mutex_lock(&recent->lock);
	for (int i = 0; i < WAYS; i++) {
		if (row[i].key == key) {
			oldest = &row[i];
			break;
		}
		if (row[i].at < oldest->at)
			oldest = &row[i];
	}
	*oldest = (struct slot){key, message_id, now};
	pthread_mutex_unlock(&recent->lock);
}

/*
 * mail_senders.c - see mail_senders.h. Four-way sets: a message's row is where
 * a hash of its id says, and the oldest of the four (ids start with the time)
 * makes room for a newer one. Senders are few: each is kept once.
 */
#include "gate/mail_senders.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WAYS = 4 };

struct slot {
	uint64_t message_id; /* 0 = free */
	uint32_t sender;     /* index into `texts` */
};

struct mail_senders {
	pthread_mutex_t lock;
	char *texts[MAIL_SENDERS_MOST];
	uint32_t n_texts;
	struct slot slots[MAIL_SENDERS_SLOTS];
};

struct mail_senders *
mail_senders_new(void)
{
	struct mail_senders *senders = calloc(1, sizeof(*senders));

	if (!senders)
		abort();
	pthread_mutex_init(&senders->lock, NULL);
	return senders;
}

void
mail_senders_free(struct mail_senders *senders)
{
	if (!senders)
		return;
	for (uint32_t i = 0; i < senders->n_texts; i++)
		free(senders->texts[i]);
	pthread_mutex_destroy(&senders->lock);
	free(senders);
}

/* An id's low bits are a counter, its high ones the time: mixed (Fibonacci
 * hashing), so that neither fills one row only. */
static struct slot *
row_of(struct mail_senders *senders, uint64_t message_id)
{
	uint64_t hash = message_id * UINT64_C(0x9e3779b97f4a7c15) >> 40;

	return &senders->slots[hash % (MAIL_SENDERS_SLOTS / WAYS) * WAYS];
}

/* false: too many different ones; those stay unknown. */
static bool
intern(struct mail_senders *senders, const char *sender, uint32_t *index_out)
{
	uint32_t i;

	for (i = 0; i < senders->n_texts; i++)
		if (strcmp(senders->texts[i], sender) == 0)
			break;
	if (i == MAIL_SENDERS_MOST)
		return false;
	if (i == senders->n_texts) {
		senders->texts[i] = strdup(sender);
		if (!senders->texts[i])
			return false;
		senders->n_texts++;
	}
	*index_out = i;
	return true;
}

void
mail_senders_add(struct mail_senders *senders, uint64_t message_id,
		 const char *sender)
{
	struct slot *row = row_of(senders, message_id), *oldest = row;
	uint32_t index;

	if (!sender[0])
		return;
	pthread_mutex_lock(&senders->lock);
	for (int i = 0; i < WAYS; i++) {
		if (row[i].message_id == message_id) {
			oldest = &row[i];
			break;
		}
		if (row[i].message_id < oldest->message_id)
			oldest = &row[i];
	}
	if (oldest->message_id <= message_id && intern(senders, sender, &index))
		*oldest = (struct slot){message_id, index};
	pthread_mutex_unlock(&senders->lock);
}

const char *
mail_senders_find(struct mail_senders *senders, uint64_t message_id,
		  struct pool *pool)
{
	const struct slot *row = row_of(senders, message_id);
	const char *found = NULL;

	pthread_mutex_lock(&senders->lock);
	for (int i = 0; i < WAYS; i++)
		if (row[i].message_id == message_id)
			found = pool_strdup(pool,
					    senders->texts[row[i].sender]);
	pthread_mutex_unlock(&senders->lock);
	return found;
}

/* http_guests.c - see http_guests.h. A table with open addressing; whoever has
 * no connection left is taken out, so it is as large as the crowd. */
#include "http/http_guests.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"

enum { FIRST_PLACES = 64 };

struct guest {
	struct inet_address address;
	unsigned n; /* 0: the place is free */
};

struct http_guests {
	pthread_mutex_t lock;
	unsigned char secret[CRYPTO_TABLE_KEY_SIZE];
	size_t n, mask; /* guests; places less one */
	struct guest *places;
};

struct http_guests *
http_guests_new(void)
{
	struct http_guests *guests = calloc(1, sizeof(*guests));

	if (!guests)
		return NULL;
	guests->places = calloc(FIRST_PLACES, sizeof(*guests->places));
	if (!guests->places) {
		free(guests);
		return NULL;
	}
	guests->mask = FIRST_PLACES - 1;
	crypto_random(guests->secret, sizeof(guests->secret));
	pthread_mutex_init(&guests->lock, NULL);
	return guests;
}

void
http_guests_free(struct http_guests *guests)
{
	if (!guests)
		return;
	pthread_mutex_destroy(&guests->lock);
	free(guests->places);
	free(guests);
}

static size_t
home_of(const struct http_guests *guests, const struct inet_address *address)
{
	return (size_t)crypto_table_hash(address->bytes, sizeof(address->bytes),
					 guests->secret) &
	       guests->mask;
}

/* Its place, or the free one where it would stand. */
static struct guest *
find(struct http_guests *guests, const struct inet_address *address)
{
	size_t at = home_of(guests, address);

	while (guests->places[at].n &&
	       !inet_equal(&guests->places[at].address, address))
		at = (at + 1) & guests->mask;
	return &guests->places[at];
}

/* Without memory it stays as it is, until it is all but full. */
static void
grow(struct http_guests *guests)
{
	struct guest *old = guests->places;
	size_t n_old = guests->mask + 1;
	struct guest *places = calloc(2 * n_old, sizeof(*places));

	if (!places)
		return;
	guests->places = places;
	guests->mask = 2 * n_old - 1;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].n)
			*find(guests, &old[i].address) = old[i];
	free(old);
}

unsigned
http_guests_enter(struct http_guests *guests,
		  const struct inet_address *address)
{
	struct inet_address subscriber = inet_subscriber(address);
	struct guest *guest;
	unsigned n = 1;

	pthread_mutex_lock(&guests->lock);
	if (2 * guests->n > guests->mask)
		grow(guests);
	guest = find(guests, &subscriber);
	/* One place stays free, or nobody would be found missing. */
	if (guest->n || guests->n < guests->mask) {
		guests->n += guest->n == 0;
		guest->address = subscriber;
		n = ++guest->n;
	}
	pthread_mutex_unlock(&guests->lock);
	return n;
}

/* The place is free now: those behind it move up, so that each is still found
 * from where it belongs. */
static void
close_gap(struct http_guests *guests, size_t gap)
{
	size_t at = gap;

	for (;;) {
		size_t home;

		at = (at + 1) & guests->mask;
		if (!guests->places[at].n)
			return;
		home = home_of(guests, &guests->places[at].address);
		/* Is its home between the gap and it? */
		if (((at - home) & guests->mask) < ((at - gap) & guests->mask))
			continue;
		guests->places[gap] = guests->places[at];
		guests->places[at].n = 0;
		gap = at;
	}
}

void
http_guests_leave(struct http_guests *guests,
		  const struct inet_address *address)
{
	struct inet_address subscriber = inet_subscriber(address);
	struct guest *guest;

	pthread_mutex_lock(&guests->lock);
	guest = find(guests, &subscriber);
	if (guest->n && --guest->n == 0) {
		guests->n--;
		close_gap(guests, (size_t)(guest - guests->places));
	}
	pthread_mutex_unlock(&guests->lock);
}

size_t
http_guests_count(struct http_guests *guests)
{
	size_t n;

	pthread_mutex_lock(&guests->lock);
	n = guests->n;
	pthread_mutex_unlock(&guests->lock);
	return n;
}

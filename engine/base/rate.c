/*
 * rate.c - see rate.h. A bucket is one number (the generic cell rate algorithm,
 * ITU-T I.371): the moment at which it is full again. Taking one puts that
 * moment off by the time one costs; it may not be further away than a whole
 * bucket takes to fill. A bucket that is full is no longer worth its place, so
 * nothing has to be cleaned up.
 */
#include "base/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"

enum { WAYS = 8, LOCKS = 64, TIMES_MOST = 1000000 };

/* full_at in microseconds: a millisecond is too long for 1,000 a second. */
struct bucket {
	uint64_t key;
	int64_t full_at;
};

struct set {
	struct bucket ways[WAYS];
};

struct rate {
	unsigned char secret[CRYPTO_TABLE_KEY_SIZE];
	size_t mask; /* sets less one */
	struct set *sets;
	pthread_mutex_t locks[LOCKS];
};

struct rate *
rate_new(size_t n_keys)
{
	struct rate *rate = calloc(1, sizeof(*rate));
	size_t n_sets = LOCKS;

	if (!rate)
		return NULL;
	while (n_sets < SIZE_MAX / 2 / sizeof(struct set) &&
	       n_sets * WAYS < n_keys)
		n_sets *= 2;
	rate->sets = calloc(n_sets, sizeof(*rate->sets));
	if (!rate->sets) {
		free(rate);
		return NULL;
	}
	rate->mask = n_sets - 1;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&rate->locks[i], NULL);
	crypto_random(rate->secret, sizeof(rate->secret));
	return rate;
}

void
rate_free(struct rate *rate)
{
	if (!rate)
		return;
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&rate->locks[i]);
	free(rate->sets);
	free(rate);
}

uint64_t
rate_key(const struct rate *rate, const void *bytes, size_t len)
{
	return crypto_table_hash(bytes, len, rate->secret);
}

/* Its own, or the one that is worth least. */
static struct bucket *
find(struct set *set, uint64_t key)
{
	struct bucket *least = &set->ways[0];

	for (int i = 0; i < WAYS; i++) {
		if (set->ways[i].key == key)
			return &set->ways[i];
		if (set->ways[i].full_at < least->full_at)
			least = &set->ways[i];
	}
	least->key = key;
	least->full_at = INT64_MIN;
	return least;
}

static bool
take(struct bucket *bucket, const struct rate_limit *limit, int64_t now_us,
     int64_t *wait_us)
{
	int64_t whole = limit->per_ms * 1000;
	int64_t cost = whole > limit->times ? whole / limit->times : 1;
	int64_t full_at = bucket->full_at;

	if (full_at < now_us)
		full_at = now_us;
	if (full_at > now_us + whole) /* the clock went back */
		full_at = now_us + whole;
	*wait_us = full_at + cost - whole - now_us;
	if (*wait_us <= 0)
		full_at += cost;
	bucket->full_at = full_at;
	return *wait_us <= 0;
}

bool
rate_take(struct rate *rate, const struct rate_limit *limit, uint64_t key,
	  int64_t now, int64_t *wait_ms_out)
{
	size_t at = (size_t)key & rate->mask;
	pthread_mutex_t *lock = &rate->locks[at % LOCKS];
	int64_t wait_us;
	bool may;

	if (limit->times == 0 || limit->per_ms <= 0)
		return true;
	pthread_mutex_lock(lock);
	may = take(find(&rate->sets[at], key), limit, now * 1000, &wait_us);
	pthread_mutex_unlock(lock);
	if (!may && wait_ms_out)
		*wait_ms_out = (wait_us + 999) / 1000;
	return may;
}

/* "1m", and "m" for it. */
static enum sg_status
parse_per(const char *text, int64_t *ms_out)
{
	char with_one[8] = "1";

	if (*text >= '0' && *text <= '9')
		return clock_parse_duration(text, ms_out, NULL);
	if (strlen(text) > 2)
		return SG_REFUSED;
	memcpy(with_one + 1, text, strlen(text) + 1);
	return clock_parse_duration(with_one, ms_out, NULL);
}

enum sg_status
rate_parse(const char *text, struct rate_limit *limit_out, struct sg_err *err)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long times = strtoul(text, NULL, 10);
	int64_t per_ms = 0;

	if (strcmp(text, "off") == 0) {
		*limit_out = (struct rate_limit){0};
		return SG_OK;
	}
	if (digits == 0 || digits > 7 || times == 0 || times > TIMES_MOST ||
	    text[digits] != '/' ||
	    parse_per(text + digits + 1, &per_ms) != SG_OK || per_ms <= 0)
		return err_set(err, SG_REFUSED,
			       "expected how often in which time, as 20/s, "
			       "600/10m or 5/h (at most %d), or `off`",
			       TIMES_MOST);
	limit_out->times = (uint32_t)times;
	limit_out->per_ms = per_ms;
	return SG_OK;
}

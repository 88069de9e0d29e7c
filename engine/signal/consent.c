/* consent.c - see consent.h. The set is open addressing over the record keys,
 * which are hashes already; two bits a kind beside each. */
#include "signal/consent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const whats[CONSENT_N] = {"opens", "clicks"};
static const char *const states[] = {"unknown", "granted", "denied"};
enum { N_STATES = sizeof(states) / sizeof(states[0]) };

const char *
consent_what_name(enum consent_what what)
{
	return whats[what];
}

const char *
consent_state_name(enum consent_state state)
{
	return states[state];
}

enum sg_status
consent_what_parse(const char *text, enum consent_what *what_out,
		   struct sg_err *err)
{
	for (int i = 0; i < CONSENT_N; i++)
		if (strcmp(text, whats[i]) == 0) {
			*what_out = (enum consent_what)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "\"%.40s\" is nothing to consent to: opens or clicks",
		       text);
}

enum sg_status
consent_state_parse(const char *text, enum consent_state *state_out,
		    struct sg_err *err)
{
	for (int i = 0; i < N_STATES; i++)
		if (strcmp(text, states[i]) == 0) {
			*state_out = (enum consent_state)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "\"%.40s\" is no consent: granted, denied or unknown",
		       text);
}

bool
consent_covers(const char *signal_name, enum consent_what *what_out)
{
	*what_out = strcmp(signal_name, "email.opened") == 0 ? CONSENT_OPENS
							     : CONSENT_CLICKS;
	return *what_out == CONSENT_OPENS ||
	       strcmp(signal_name, "email.clicked") == 0;
}

enum sg_status
consent_fill(struct signal *signal, const char *what, const char *state,
	     const char *source, const char *wording, struct sg_err *err)
{
	enum consent_what known_what;
	enum consent_state known_state;
	enum sg_status status = consent_what_parse(what, &known_what, err);

	if (status == SG_OK)
		status = consent_state_parse(state, &known_state, err);
	if (status != SG_OK)
		return status;
	signal->kind = SIGNAL_CONSENT;
	signal->name = "consent.changed";
	status = signal_set(signal, "what", what, err);
	if (status == SG_OK)
		status = signal_set(signal, "state", state, err);
	if (status == SG_OK && source && *source)
		status = signal_set(signal, "source", source, err);
	if (status == SG_OK && wording && *wording)
		status = signal_set(signal, "wording", wording, err);
	return status;
}

/* --- the set ------------------------------------------------------------- */

enum { FIRST_SLOTS = 1 << 10, BITS = 2, MASK = 3 };

struct consent_set {
	pthread_rwlock_t lock;
	uint64_t *keys; /* 0 = free */
	unsigned char *bits;
	size_t n, n_slots; /* a power of two, at most half full */
};

static void *
must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void
make_slots(struct consent_set *set, size_t n_slots)
{
	set->keys = must(calloc(n_slots, sizeof(*set->keys)));
	set->bits = must(calloc(n_slots, 1));
	set->n_slots = n_slots;
}

struct consent_set *
consent_set_new(void)
{
	struct consent_set *set = must(calloc(1, sizeof(*set)));

	pthread_rwlock_init(&set->lock, NULL);
	make_slots(set, FIRST_SLOTS);
	return set;
}

void
consent_set_free(struct consent_set *set)
{
	if (!set)
		return;
	pthread_rwlock_destroy(&set->lock);
	free(set->keys);
	free(set->bits);
	free(set);
}

/* Where the key is, or would go. */
static size_t
slot_of(const struct consent_set *set, uint64_t key)
{
	size_t i = (size_t)key & (set->n_slots - 1);

	while (set->keys[i] && set->keys[i] != key)
		i = (i + 1) & (set->n_slots - 1);
	return i;
}

static void
grow(struct consent_set *set)
{
	struct consent_set old = *set;

	make_slots(set, 2 * old.n_slots);
	for (size_t i = 0; i < old.n_slots; i++) {
		size_t to;

		if (!old.keys[i])
			continue;
		to = slot_of(set, old.keys[i]);
		set->keys[to] = old.keys[i];
		set->bits[to] = old.bits[i];
	}
	free(old.keys);
	free(old.bits);
}

void
consent_set_put(struct consent_set *set, uint64_t record_key,
		enum consent_what what, enum consent_state state)
{
	unsigned shift = (unsigned)what * BITS;
	size_t i;

	if (!set || !record_key)
		return;
	pthread_rwlock_wrlock(&set->lock);
	i = slot_of(set, record_key);
	if (!set->keys[i] && state != CONSENT_UNKNOWN) {
		if (2 * (set->n + 1) > set->n_slots) {
			grow(set);
			i = slot_of(set, record_key);
		}
		set->keys[i] = record_key;
		set->n++;
	}
	if (set->keys[i])
		set->bits[i] = (unsigned char)((set->bits[i] &
						~((unsigned)MASK << shift)) |
					       (unsigned)state << shift);
	pthread_rwlock_unlock(&set->lock);
}

enum consent_state
consent_set_get(struct consent_set *set, uint64_t record_key,
		enum consent_what what)
{
	unsigned state = CONSENT_UNKNOWN;
	size_t i;

	if (!set || !record_key)
		return CONSENT_UNKNOWN;
	pthread_rwlock_rdlock(&set->lock);
	i = slot_of(set, record_key);
	if (set->keys[i])
		state = (unsigned)set->bits[i] >> (unsigned)what * BITS & MASK;
	pthread_rwlock_unlock(&set->lock);
	return (enum consent_state)state;
}

/*
 * webhook_seen.c - pairs that were used. Mailgun signs a time and a token, not
 * what it says: who got hold of one such pair could say anything with it for as
 * long as its time is fresh. So a pair is good for the body it came with first,
 * which its sender may send again, and for no other.
 *
 * A table in memory of sets of WAYS; the oldest of a set gives way. Each entry
 * is written to its place in a file of the state folder, so that a restart
 * forgets nothing; what cannot be written, or read, is not known after it.
 */
#include "webhook.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETS = 8192, WAYS = 8, PATH_SIZE = 512 };

struct entry {
	uint64_t pair, body;
	int64_t at; /* ms; 0 = free */
};

struct webhook_seen {
	pthread_mutex_t lock;
	int fd; /* -1: no file */
	struct entry entries[SETS][WAYS];
};

static int
open_file(const struct sg_call *call)
{
	const char *folder = call->host->site(call, SG_SITE_STATE);
	char path[PATH_SIZE];

	if (!folder[0] || snprintf(path, sizeof(path), "%s/webhook.seen",
				   folder) >= PATH_SIZE)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

struct webhook_seen *
webhook_seen_open(const struct sg_call *call)
{
	struct webhook_seen *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	pthread_mutex_init(&self->lock, NULL);
	self->fd = open_file(call);
	/* Of a file that is cut off, or another, there are entries that fit no
	 * pair. */
	if (self->fd < 0 ||
	    pread(self->fd, self->entries, sizeof(self->entries), 0) < 0)
		call->host->log(call, SG_LOG_DEBUG,
				"used pairs are forgotten by a restart");
	return self;
}

void
webhook_seen_close(struct webhook_seen *self)
{
	if (!self)
		return;
	if (self->fd >= 0)
		close(self->fd);
	pthread_mutex_destroy(&self->lock);
	free(self);
}

static uint64_t
hash_of(const struct sg_call *call, struct webhook_bytes text)
{
	const char *hex = webhook_hash_hex(call, HASH_SHA256, text);
	char first[17];

	snprintf(first, sizeof(first), "%.16s", hex);
	return strtoull(first, NULL, 16);
}

/* Where it stands, or where it would. */
static struct entry *
place_of(struct entry set[WAYS], uint64_t pair)
{
	struct entry *oldest = set;

	for (struct entry *one = set; one < set + WAYS; one++) {
		if (one->at && one->pair == pair)
			return one;
		if (one->at < oldest->at)
			oldest = one;
	}
	return oldest;
}

static void
write_entry(struct webhook_seen *self, const struct entry *entry)
{
	off_t at = (const char *)entry - (const char *)self->entries;

	if (self->fd < 0 ||
	    pwrite(self->fd, entry, sizeof(*entry), at) == sizeof(*entry))
		return;
	close(self->fd);
	self->fd = -1;
}

bool
webhook_seen_may(struct webhook_check *check)
{
	struct webhook_seen *self = check->hook->seen;
	const struct sg_request *request = check->request;
	struct entry now = {.at = check->call->now}, *place;
	bool may = true;

	if (!check->pair || !self)
		return true;
	now.pair = hash_of(
		check->call,
		(struct webhook_bytes){check->pair, strlen(check->pair)});
	now.body =
		hash_of(check->call, (struct webhook_bytes){request->body,
							    request->body_len});
	pthread_mutex_lock(&self->lock);
	place = place_of(self->entries[now.pair % SETS], now.pair);
	if (place->at && place->pair == now.pair) {
		may = place->body == now.body;
	} else {
		*place = now;
		write_entry(self, place);
	}
	pthread_mutex_unlock(&self->lock);
	return may || webhook_refuse(check, "its time and token were used for "
					    "another event");
}

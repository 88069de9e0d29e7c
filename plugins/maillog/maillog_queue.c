/* maillog_queue.c - see maillog_queue.h. A hash table of chains, and a ring
 * in order of age whose oldest entry makes room for a new one. */
#include "maillog_queue.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS = 1 << 14, WAYS = 4 };

struct slot {
	struct queue_entry entry;
	uint32_t next; /* of the chain, as index + 1; 0 = none */
	bool used, changed;
};

struct maillog_queue {
	pthread_mutex_t lock; /* guards all */
	uint32_t chains[CHAINS];
	struct slot *slots; /* a ring */
	size_t room, next_slot;
	uint64_t rfc_ids[QUEUE_RFC_IDS_MOST];
	uint64_t *new_rfc_ids; /* since the last writing */
	size_t n_new, new_room;
};

/* FNV-1a: the texts are short, and nobody gains by a collision. */
static uint64_t
hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash ? hash : 1;
}

struct maillog_queue *
queue_new(void)
{
	struct maillog_queue *queue = calloc(1, sizeof(*queue));

	if (queue)
		pthread_mutex_init(&queue->lock, NULL);
	return queue;
}

void
queue_free(struct maillog_queue *queue)
{
	if (!queue)
		return;
	pthread_mutex_destroy(&queue->lock);
	free(queue->slots);
	free(queue->new_rfc_ids);
	free(queue);
}

static uint32_t *
chain_of(struct maillog_queue *queue, const char *queue_id)
{
	return &queue->chains[hash_of(queue_id) % CHAINS];
}

/* NULL: not there. */
static struct slot *
find(struct maillog_queue *queue, const char *queue_id)
{
	uint32_t at = *chain_of(queue, queue_id);

	for (; at; at = queue->slots[at - 1].next)
		if (strcmp(queue->slots[at - 1].entry.queue_id, queue_id) == 0)
			return &queue->slots[at - 1];
	return NULL;
}

static void
unlink_slot(struct maillog_queue *queue, struct slot *slot)
{
	uint32_t self = (uint32_t)(slot - queue->slots) + 1;
	uint32_t *at = chain_of(queue, slot->entry.queue_id);

	while (*at && *at != self)
		at = &queue->slots[*at - 1].next;
	if (*at)
		*at = slot->next;
	slot->used = slot->changed = false;
}

/* The ring grows until it is as large as it may be, then goes round. */
static struct slot *
new_slot(struct maillog_queue *queue)
{
	size_t room = queue->room ? queue->room * 2 : 1024;
	struct slot *more, *slot;

	if (queue->next_slot == queue->room && room <= QUEUE_ENTRIES_MOST) {
		more = realloc(queue->slots, room * sizeof(*more));
		if (more) {
			memset(more + queue->room, 0,
			       (room - queue->room) * sizeof(*more));
			queue->slots = more;
			queue->room = room;
		}
	}
	if (!queue->room)
		return NULL;
	if (queue->next_slot == queue->room)
		queue->next_slot = 0;
	slot = &queue->slots[queue->next_slot++];
	if (slot->used)
		unlink_slot(queue, slot);
	return slot;
}

static void
put(struct maillog_queue *queue, const struct queue_entry *entry, bool changed)
{
	struct slot *slot = find(queue, entry->queue_id);
	uint32_t *chain;

	if (slot) {
		slot->entry = *entry;
		slot->changed = changed;
		return;
	}
	slot = new_slot(queue);
	if (!slot)
		return;
	chain = chain_of(queue, entry->queue_id);
	*slot = (struct slot){.entry = *entry,
			      .next = *chain,
			      .used = true,
			      .changed = changed};
	*chain = (uint32_t)(slot - queue->slots) + 1;
}

void
queue_put(struct maillog_queue *queue, const struct queue_entry *entry)
{
	pthread_mutex_lock(&queue->lock);
	put(queue, entry, true);
	pthread_mutex_unlock(&queue->lock);
}

bool
queue_find(struct maillog_queue *queue, const char *queue_id,
	   struct queue_entry *out)
{
	struct slot *slot;

	pthread_mutex_lock(&queue->lock);
	slot = find(queue, queue_id);
	if (slot)
		*out = slot->entry;
	pthread_mutex_unlock(&queue->lock);
	return slot;
}

void
queue_drop_older(struct maillog_queue *queue, const char *queue_id, int64_t at)
{
	struct slot *slot;

	pthread_mutex_lock(&queue->lock);
	slot = find(queue, queue_id);
	if (slot && slot->entry.at < at)
		unlink_slot(queue, slot);
	pthread_mutex_unlock(&queue->lock);
}

/* --- Message-IDs: four-way sets, the newest first ------------------------ */

static bool
remember(struct maillog_queue *queue, uint64_t hash)
{
	uint64_t *row =
		&queue->rfc_ids[hash % (QUEUE_RFC_IDS_MOST / WAYS) * WAYS];

	for (int i = 0; i < WAYS; i++)
		if (row[i] == hash)
			return false;
	memmove(row + 1, row, (WAYS - 1) * sizeof(*row));
	row[0] = hash;
	return true;
}

void
queue_remember(struct maillog_queue *queue, const char *rfc_id)
{
	uint64_t hash = hash_of(rfc_id), *more;
	size_t room;

	pthread_mutex_lock(&queue->lock);
	if (remember(queue, hash) && queue->n_new < QUEUE_RFC_IDS_MOST) {
		room = queue->new_room ? queue->new_room * 2 : 64;
		if (queue->n_new == queue->new_room) {
			more = realloc(queue->new_rfc_ids,
				       room * sizeof(*more));
			if (more) {
				queue->new_rfc_ids = more;
				queue->new_room = room;
			}
		}
		if (queue->n_new < queue->new_room)
			queue->new_rfc_ids[queue->n_new++] = hash;
	}
	pthread_mutex_unlock(&queue->lock);
}

bool
queue_remembers(struct maillog_queue *queue, const char *rfc_id)
{
	uint64_t hash = hash_of(rfc_id);
	uint64_t *row =
		&queue->rfc_ids[hash % (QUEUE_RFC_IDS_MOST / WAYS) * WAYS];
	bool found = false;

	pthread_mutex_lock(&queue->lock);
	for (int i = 0; i < WAYS; i++)
		found = found || row[i] == hash;
	pthread_mutex_unlock(&queue->lock);
	return found;
}

/* --- as lines ------------------------------------------------------------ */

static void
write_entry(const struct queue_entry *entry, FILE *to)
{
	fprintf(to, "q %s %016" PRIx64 " %016" PRIx64 " %" PRId64 " %s\n",
		entry->queue_id, entry->message_id, entry->record_key,
		entry->at, entry->rfc_id[0] ? entry->rfc_id : "-");
}

/* In order of age: from the oldest in the ring. */
void
queue_write(struct maillog_queue *queue, FILE *to, bool all)
{
	size_t i, at;

	pthread_mutex_lock(&queue->lock);
	for (i = 0; all && i < QUEUE_RFC_IDS_MOST; i++)
		if (queue->rfc_ids[QUEUE_RFC_IDS_MOST - 1 - i])
			fprintf(to, "m %016" PRIx64 "\n",
				queue->rfc_ids[QUEUE_RFC_IDS_MOST - 1 - i]);
	for (i = 0; !all && i < queue->n_new; i++)
		fprintf(to, "m %016" PRIx64 "\n", queue->new_rfc_ids[i]);
	queue->n_new = 0;
	for (i = 0; i < queue->room; i++) {
		at = (queue->next_slot + i) % queue->room;
		if (queue->slots[at].used && (all || queue->slots[at].changed))
			write_entry(&queue->slots[at].entry, to);
		queue->slots[at].changed = false;
	}
	pthread_mutex_unlock(&queue->lock);
}

bool
queue_read(struct maillog_queue *queue, const char *line)
{
	struct queue_entry entry = {.at = 0};
	uint64_t hash;
	bool is_ours = true;

	pthread_mutex_lock(&queue->lock);
	if (sscanf(line, "m %" SCNx64, &hash) == 1) {
		(void)remember(queue, hash);
	} else if (sscanf(line,
			  "q %31s %" SCNx64 " %" SCNx64 " %" SCNd64 " %250s",
			  entry.queue_id, &entry.message_id, &entry.record_key,
			  &entry.at, entry.rfc_id) == 5) {
		if (strcmp(entry.rfc_id, "-") == 0)
			entry.rfc_id[0] = '\0';
		put(queue, &entry, false);
	} else {
		is_ours = false;
	}
	pthread_mutex_unlock(&queue->lock);
	return is_ours;
}

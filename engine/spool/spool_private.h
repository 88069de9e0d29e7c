/*
 * spool_private.h - what the files of the spool share.
 *
 * One lock guards everything below. fdatasync() is called without it, by
 * whoever waits first (the leader) or by the thread that syncs in the
 * background; the segment is pinned meanwhile. The reader reads files without
 * it, too: what it may read does not change any more, and only itself lets
 * segments go.
 *
 * The reader sees synced records only. Otherwise the store could know a
 * position that the spool, after a power cut, does not have.
 */
#ifndef ENGINE_SPOOL_SPOOL_PRIVATE_H
#define ENGINE_SPOOL_SPOOL_PRIVATE_H

#include <pthread.h>

#include "spool/spool.h"
#include "spool/spool_frame.h"

enum {
	SEGMENT_HEADER_SIZE = 64,
	SEGMENT_NAME_SIZE = 32,
	SPOOL_RETRY_MS = 100 /* between tries to open a segment */
};

struct segment {
	struct segment *next; /* the newer one */
	uint64_t number;
	int fd;
	uint64_t size;	  /* preallocated */
	uint64_t written; /* end of the last record */
	uint64_t synced;  /* up to here */
	bool fresh;	  /* itself and its name are not synced yet */
	bool sealed;	  /* nothing more is appended */
	bool failed;	  /* a sync failed: what is not synced moves on */
	unsigned pins;	  /* who uses it without the lock, or waits on it */
};

struct spool {
	pthread_mutex_t lock;
	pthread_cond_t synced_more; /* waiters for a sync */
	pthread_cond_t readable;    /* the reader */
	pthread_cond_t unsynced;    /* the syncing thread */
	pthread_t thread;
	bool has_thread, stopping, syncing, woken, lingers;
	struct spool_options options;
	int lock_fd, directory_fd, id_fd; /* id_fd: spool_claim.c's */
	unsigned char id[SPOOL_ID_SIZE];
	struct segment *oldest, *newest;
	uint64_t next_number;
	int64_t retry_at; /* monotonic ms */
	unsigned users;	  /* in an append */
	struct spool_status status;
	unsigned fail_syncs_after; /* test hook */

	/* the reader's */
	struct segment *read_segment;
	uint64_t read_offset;
	struct window window;
	struct spool_position applied;
};

/* spool_claim.c. SG_BUSY: another process has a spool of this id open. */
enum sg_status spool_claim_id(struct spool *spool,
			      struct sg_err *err) MUST_CHECK;

/* spool_segment.c: the files. */

/* A new, empty, preallocated one; not in the list, not synced. SG_BUSY: no
 * room. */
enum sg_status segment_create(struct spool *spool, struct segment **segment_out,
			      struct sg_err *err) MUST_CHECK;
/* Open what is in the directory into the list and cut torn tails. */
enum sg_status segments_load(struct spool *spool,
			     struct sg_err *err) MUST_CHECK;
void segment_seal(struct segment *segment); /* gives back what is not used */
/* Unlink it, too, when `remove`. */
void segment_close(struct spool *spool, struct segment *segment, bool remove);
void segment_push(struct spool *spool, struct segment *segment);

/* spool_sync.c; all with the lock held. */

/* Sync the oldest segment that needs it: drops the lock meanwhile. */
void sync_round(struct spool *spool);
/* Until `end` of the segment is synced. SG_BUSY: it will not be. */
enum sg_status sync_wait(struct spool *spool, struct segment *segment,
			 uint64_t end, struct sg_err *err) MUST_CHECK;
bool sync_needed(const struct spool *spool);
struct segment *sync_oldest(const struct spool *spool); /* that needs it */
/* Is there a failed segment with records that must move on? */
bool sync_salvage_needed(const struct spool *spool);
/* Records of failed segments for which nobody waited into the new segment. */
void sync_salvage(struct spool *spool, struct segment *to);
void *sync_thread(void *spool);

/* spool_append.c. Frames of the signals at the end of `bytes`: all or none.
 * Then bytes of frames into the spool, and the wait for their sync. */
enum sg_status append_encode(const struct signal *signals, size_t n_signals,
			     bool waits, struct buf *bytes,
			     struct sg_err *err) MUST_CHECK;
enum sg_status append_and_wait(struct spool *spool, const struct buf *bytes,
			       size_t n_signals, bool waits,
			       struct spool_position *position,
			       struct sg_err *err) MUST_CHECK;

/* spool_append.c, locked: seal the newest and begin the next. */
enum sg_status append_open_another(struct spool *spool,
				   struct sg_err *err) MUST_CHECK;

#endif

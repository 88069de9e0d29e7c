/*
 * spool_frame.h - one record in a segment, and a window on a segment's file
 * through which records are looked at.
 *
 *   word 4 | crc32c 4 | length bytes           (little-endian)
 *
 * The word is the length and two flags; the crc covers word and bytes. A word
 * of 0 is what a preallocated segment holds behind its last record.
 */
#ifndef ENGINE_SPOOL_SPOOL_FRAME_H
#define ENGINE_SPOOL_SPOOL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { FRAME_HEAD_SIZE = 8 };

struct frame {
	uint32_t len;
	bool more;   /* the next one belongs to the same batch */
	bool waited; /* whoever wrote it waits for the sync */
	const unsigned char *bytes;
};

enum frame_state {
	FRAME_WHOLE,
	FRAME_END,	/* nothing was written here */
	FRAME_SHORT,	/* it would go past the end */
	FRAME_WRONG,	/* its crc does not match: *frame has its length */
	FRAME_NONSENSE, /* no such length */
	FRAME_TROUBLE	/* reading failed: errno */
};

/* Room for a head, to be filled in by frame_close() when the bytes are there.
 * Returns where the frame begins in `to`. */
size_t frame_open(struct buf *to);
void frame_close(struct buf *to, size_t begin, bool more, bool waited);

struct window {
	int fd;
	unsigned char *bytes; /* malloc'd, WINDOW_SIZE */
	uint64_t start;
	size_t len;
};

enum sg_status window_init(struct window *window, struct sg_err *err);
void window_done(struct window *window);
/* Look at another file; what was read is forgotten. */
void window_set(struct window *window, int fd);
/* The frame at `offset` of a file whose records end at or before `limit`.
 * frame->bytes is good until the next call. */
enum frame_state window_frame(struct window *window, uint64_t offset,
			      uint64_t limit, struct frame *frame);
/* Behind a frame that is damaged (`state` and *frame say how): where the next
 * whole one begins. FRAME_END: there is none before the limit. */
enum frame_state window_behind(struct window *window, uint64_t offset,
			       enum frame_state state,
			       const struct frame *frame, uint64_t limit,
			       uint64_t *next_out);

#endif

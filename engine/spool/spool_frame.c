/* spool_frame.c - see spool_frame.h. */
#include "spool/spool_frame.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "signal/signal.h"

enum { WINDOW_SIZE = 256 << 10, SUMMED_MOST = 256 << 20 };

#define FLAG_MORE   (UINT32_C(1) << 31)
#define FLAG_WAITED (UINT32_C(1) << 30)
#define LENGTH_MASK (FLAG_WAITED - 1)

static void
put_u32(unsigned char *at, uint32_t number)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (unsigned char)(number >> (8 * i));
}

static uint32_t
get_u32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint32_t
crc_of(const unsigned char *head, const unsigned char *bytes, size_t len)
{
	return hash_crc32c(hash_crc32c(0, head, 4), bytes, len);
}

size_t
frame_open(struct buf *to)
{
	static const char room[FRAME_HEAD_SIZE];
	size_t begin = to->len;

	buf_append(to, room, sizeof(room));
	return begin;
}

void
frame_close(struct buf *to, size_t begin, bool more, bool waited)
{
	unsigned char *head;
	size_t len;

	if (!buf_ok(to))
		return;
	head = (unsigned char *)to->data + begin;
	len = to->len - begin - FRAME_HEAD_SIZE;
	assert(len > 0 && len <= SIGNAL_BYTES_MOST);
	put_u32(head, (uint32_t)len | (more ? FLAG_MORE : 0) |
			      (waited ? FLAG_WAITED : 0));
	put_u32(head + 4, crc_of(head, head + FRAME_HEAD_SIZE, len));
}

/* --- reading ------------------------------------------------------------ */

enum sg_status
window_init(struct window *window, struct sg_err *err)
{
	memset(window, 0, sizeof(*window));
	window->fd = -1;
	window->bytes = malloc(WINDOW_SIZE);
	if (!window->bytes)
		return err_set(err, SG_FAILED, "out of memory");
	return SG_OK;
}

void
window_done(struct window *window)
{
	free(window->bytes);
	window->bytes = NULL;
}

void
window_set(struct window *window, int fd)
{
	window->fd = fd;
	window->start = 0;
	window->len = 0;
}

/* As much from `offset` as there is room for and the limit lets. */
static bool
load(struct window *window, uint64_t offset, uint64_t limit)
{
	size_t want = limit - offset < WINDOW_SIZE ? (size_t)(limit - offset)
						   : WINDOW_SIZE;
	ssize_t got;

	window->start = offset;
	window->len = 0;
	while (window->len < want) {
		got = pread(window->fd, window->bytes + window->len,
			    want - window->len, (off_t)(offset + window->len));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		window->len += (size_t)got;
	}
	return true;
}

/* How many of `want` bytes at `offset` there are now. */
static size_t
there(const struct window *window, uint64_t offset, size_t want)
{
	uint64_t have;

	if (offset < window->start || offset >= window->start + window->len)
		return 0;
	have = window->start + window->len - offset;
	return have < want ? (size_t)have : want;
}

/* NULL and errno 0: not so many bytes before the limit. */
static const unsigned char *
look(struct window *window, uint64_t offset, size_t want, uint64_t limit)
{
	errno = 0;
	if (offset > limit || limit - offset < want)
		return NULL;
	if (there(window, offset, want) < want && !load(window, offset, limit))
		return NULL;
	errno = 0;
	if (there(window, offset, want) < want)
		return NULL;
	return window->bytes + (offset - window->start);
}

enum frame_state
window_frame(struct window *window, uint64_t offset, uint64_t limit,
	     struct frame *frame)
{
	const unsigned char *head;
	uint32_t word;

	head = look(window, offset, FRAME_HEAD_SIZE, limit);
	if (!head)
		return errno ? FRAME_TROUBLE : FRAME_SHORT;
	word = get_u32(head);
	if (word == 0)
		return FRAME_END;
	frame->len = word & LENGTH_MASK;
	frame->more = (word & FLAG_MORE) != 0;
	frame->waited = (word & FLAG_WAITED) != 0;
	if (frame->len == 0 || frame->len > SIGNAL_BYTES_MOST)
		return FRAME_NONSENSE;
	head = look(window, offset, FRAME_HEAD_SIZE + frame->len, limit);
	if (!head)
		return errno ? FRAME_TROUBLE : FRAME_SHORT;
	frame->bytes = head + FRAME_HEAD_SIZE;
	if (get_u32(head + 4) != crc_of(head, frame->bytes, frame->len))
		return FRAME_WRONG;
	return FRAME_WHOLE;
}

/* A head has a zero byte, for lengths are small; texts have none: nobody can
 * put a frame into a signal, to be found when what is around it is damaged. */
static enum frame_state
find_whole(struct window *window, uint64_t offset, uint64_t limit,
	   uint64_t *next_out)
{
	const unsigned char *head;
	enum frame_state state;
	struct frame frame;
	uint64_t summed = 0;

	for (; (head = look(window, offset, FRAME_HEAD_SIZE, limit));
	     offset++) {
		uint32_t len = get_u32(head) & LENGTH_MASK;

		if (len == 0 || len > SIGNAL_BYTES_MOST)
			continue;
		/* Only what was made to keep us has so many heads in it. */
		summed += len;
		if (summed > SUMMED_MOST)
			return FRAME_END;
		state = window_frame(window, offset, limit, &frame);
		if (state == FRAME_TROUBLE)
			return state;
		if (state == FRAME_WHOLE) {
			*next_out = offset;
			return state;
		}
	}
	return errno ? FRAME_TROUBLE : FRAME_END;
}

enum frame_state
window_behind(struct window *window, uint64_t offset, enum frame_state state,
	      const struct frame *frame, uint64_t limit, uint64_t *next_out)
{
	uint64_t next = offset + FRAME_HEAD_SIZE + frame->len;
	struct frame after;

	if (state == FRAME_WRONG &&
	    window_frame(window, next, limit, &after) == FRAME_WHOLE) {
		*next_out = next;
		return FRAME_WHOLE;
	}
	/* It may be its length that is wrong. */
	return find_whole(window, offset + 1, limit, next_out);
}

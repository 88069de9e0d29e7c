/*
 * lane_chunk.h - the chunked transfer coding (RFC 9112 §7.1) in the one form
 * that nobody reads in two ways: a size in hex and CRLF, so many bytes and
 * CRLF, and at the end a size of 0. No extension, no trailer, no bare line
 * feed: whoever sends one is refused. Pure; fuzzed (tests/fuzz/lane_fuzz.c).
 */
#ifndef ENGINE_HTTP_LANE_CHUNK_H
#define ENGINE_HTTP_LANE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum lane_chunk_result {
	LANE_CHUNK_MORE, /* its end is still to come */
	LANE_CHUNK_END,
	LANE_CHUNK_BAD,
	LANE_CHUNK_LARGE /* more than `most` */
};

/* All zero to begin with. */
struct lane_chunk {
	int expects;
	unsigned digits; /* of the size, so far */
	uint64_t left;	 /* bytes of the chunk */
};

/* Goes on with what came: the body's bytes go to the end of `to`, which has at
 * most `most` of them. What stands behind the end is not looked at. */
enum lane_chunk_result lane_chunk_read(struct lane_chunk *chunk,
				       const char *bytes, size_t len,
				       size_t most, struct buf *to);

#endif

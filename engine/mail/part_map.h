/*
 * part_map.h - where the leaf parts of a message lie in its raw body
 * (RFC 2045, 2046). One pass, at the speed of memchr; memory by the number of
 * parts, not of bytes. Pure, any thread.
 *
 * All of a map lives in the pool given to part_map_build().
 */
#ifndef ENGINE_MAIL_PART_MAP_H
#define ENGINE_MAIL_PART_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/header.h"

enum { PART_DEPTH_MOST = 50, PARTS_MOST = 1000 };

enum part_encoding {
	PART_PLAIN, /* 7bit, 8bit, binary, none said */
	PART_QUOTED_PRINTABLE,
	PART_BASE64,
	PART_UNKNOWN /* anything else: its bytes are not ours to touch */
};

struct part {
	const char *type;    /* "text/html", lower case */
	const char *charset; /* lower case, "" when none is said */
	enum part_encoding encoding;
	/* The content in the body, still encoded; the line end that belongs to
	 * the boundary after it is outside. Of a message/rfc822: the header
	 * block of the message in it (its parts follow). */
	size_t start, end;
	unsigned depth;	     /* 0: the whole body is this part */
	bool is_message;     /* message/rfc822 and its like: not a leaf */
	bool inside_message; /* somewhere under a message/rfc822 */
	bool is_attachment;  /* Content-Disposition: attachment */
	bool is_protected;   /* in or under signed, encrypted, pkcs7 */
	bool is_flowed;	     /* text/plain; format=flowed (RFC 3676) */
};

struct part_map {
	const struct part *parts; /* in order of appearance */
	size_t n_parts;
	/* A multipart/signed, multipart/encrypted or application/(x-)pkcs7-mime
	 * is anywhere in the message. */
	bool has_signed, has_encrypted, has_pkcs7;
};

/* Once, before any thread: GMime, which decodes header fields. */
void mail_start(void);

/* SG_REFUSED: deeper or more parts than the bounds; the mail is then not
 * touched. */
enum sg_status part_map_build(struct pool *pool,
			      const struct header_list *headers,
			      const char *body, size_t body_len,
			      struct part_map *map_out,
			      struct sg_err *err) MUST_CHECK;

/*
 * The content of a part decoded from its transfer encoding, appended; bytes in
 * the part's own charset. Lenient as readers of mail must be. SG_REFUSED: an
 * unknown encoding, or more than `to` may hold.
 */
enum sg_status part_decode(const struct part *part, const char *body,
			   struct buf *to, struct sg_err *err) MUST_CHECK;

#endif

/*
 * header.h - the header fields of one message, as a milter delivers them:
 * name, value with folding as bare LF. Fields, names and values live in the
 * pool given to header_list_init(). One thread at a time.
 *
 * Bounded: HEADER_FIELDS_MOST fields, HEADER_BYTES_MOST bytes together.
 */
#ifndef ENGINE_MAIL_HEADER_H
#define ENGINE_MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/pool.h"

enum { HEADER_FIELDS_MOST = 2000, HEADER_BYTES_MOST = 1 << 20 };

struct header_field {
	const char *name;
	const char *value; /* folded, as it came; may begin with a blank */
};

struct header_list {
	struct pool *pool;
	struct header_field *fields;
	size_t n_fields;
	size_t cap;
	size_t bytes;
};

void header_list_init(struct header_list *list, struct pool *pool);

/* Copies. SG_REFUSED past the bounds; what was added before stays. */
enum sg_status header_add(struct header_list *list, const char *name,
			  const char *value, struct sg_err *err) MUST_CHECK;

/*
 * Header fields out of the head of a message or a returned header block
 * (LF or CRLF), up to and with the empty line; *body_start_out is the offset
 * after it (`len` when there is none). A line that is no field (mbox's "From ")
 * is passed over. SG_REFUSED past the bounds.
 */
enum sg_status header_list_read(struct header_list *list, const char *text,
				size_t len, size_t *body_start_out,
				struct sg_err *err) MUST_CHECK;

/* Names without regard to case. NULL when absent; borrowed, still folded. */
const char *header_get(const struct header_list *list, const char *name);
/* The index-th from 1, as milters count. */
const char *header_get_index(const struct header_list *list, const char *name,
			     unsigned index);
unsigned header_count(const struct header_list *list, const char *name);

/* Unfolded (RFC 5322 §2.2.3) and trimmed. NULL stays NULL. */
const char *header_unfold(struct pool *pool, const char *value);
/* Unfolded, trimmed and RFC 2047 words decoded, as valid UTF-8 without
 * controls: for Subject, display names. NULL stays NULL. */
const char *header_decode(struct pool *pool, const char *value);
/* As header_get(), unfolded and trimmed; NULL when absent. */
const char *header_text(struct pool *pool, const struct header_list *list,
			const char *name);
/*
 * Of a structured value (Content-Type, Feedback-Type, …): what stands before
 * the first ';' or blank, lower-cased, without comments. "" for NULL.
 */
const char *header_keyword(struct pool *pool, const char *value);
/* A parameter of it (`boundary`, `report-type`), unquoted, RFC 2231's forms put
 * together; NULL if absent. */
const char *header_parameter(struct pool *pool, const char *value,
			     const char *name);

#endif

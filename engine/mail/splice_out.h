/*
 * splice_out.h - the new body while it is written: runs of the old body and
 * replacements, in ascending order. Private to splice*.c.
 */
#ifndef ENGINE_MAIL_SPLICE_OUT_H
#define ENGINE_MAIL_SPLICE_OUT_H

#include "mail/splice.h"

struct splice_out {
	struct pool *pool;
	const char *body;
	size_t body_len;
	size_t copied; /* of the old body so far */
	struct buf text;
	struct splice *splices;
	size_t n_splices;
	size_t cap;
};

/* A change of a part's decoded content. In order, not overlapping. */
struct splice_edit {
	size_t start, end;
	size_t attribute_start; /* of a link */
	bool is_link;
	bool is_text;	  /* a link that stands in plain text, not in HTML */
	char quote;	  /* of a link's value in the old text; 0: none */
	const char *text; /* of a link: with quotes if it needs new ones */
	size_t len;
};

/* One html part being edited. */
struct splice_part {
	const struct part *part;
	const char *text; /* decoded; of a plain part: in the body */
	size_t text_len;
	const char *eol; /* of its lines */
	struct splice_edit *edits;
	size_t n_edits;
};

void splice_out_init(struct splice_out *out, struct pool *pool,
		     const char *body, size_t body_len, size_t most);
void splice_out_done(struct splice_out *out);

/* Take the old body as it is up to `at`. */
void splice_out_copy(struct splice_out *out, size_t at);
/* Begin to replace old bytes [start, end); append to out->text; then end. */
void splice_out_begin(struct splice_out *out, size_t start, size_t end);
void splice_out_end(struct splice_out *out);

/* Bytes in the line being written, at most `most` + 1. */
size_t splice_out_column(const struct splice_out *out, size_t most);
/* Old bytes from `at` to the end of its line (or `end`), at most `most` + 1. */
size_t splice_rest_of_line(const char *body, size_t at, size_t end,
			   size_t most);

/* How many of the links were left for their line is added to *n_left_out. */
void splice_plain_write(struct splice_out *out, const struct splice_part *part,
			struct splice_result *result);

struct quoted_text;
/* Decoded with an index back to the raw bytes; in the pool. */
struct quoted_text *quoted_text_new(struct pool *pool, const char *body,
				    const struct part *part, const char **text,
				    size_t *len);
void splice_quoted_write(struct splice_out *out, const struct splice_part *part,
			 const struct quoted_text *index);

struct base64_text;
/* NULL: not base64 as RFC 2045 has it; the part is left alone. */
struct base64_text *base64_text_new(struct pool *pool, const char *body,
				    const struct part *part, const char **text,
				    size_t *len);
void splice_base64_write(struct splice_out *out, const struct splice_part *part,
			 const struct base64_text *index);

#endif

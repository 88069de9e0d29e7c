/*
 * template_write.h - writing the parts of a mail: headers with RFC 2047
 * encoded words, quoted-printable text (RFC 2045 §6.7), dates (RFC 5322 §3.3),
 * CRLF line ends. Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_WRITE_H
#define ENGINE_BROADCAST_TEMPLATE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Its value is addresses, ids or URLs, not text. */
bool template_is_address_field(const char *name);
bool template_is_list_field(const char *name); /* List-… (RFC 2369) */
/* "Name: value\n", folded; what is not ASCII as encoded words, but of an
 * address field the <> at its end as it is. Cut after 900 bytes. */
void template_write_header(struct buf *to, const char *name, const char *value);
void template_write_date(struct buf *to, int64_t at); /* "Date: …\n" */
/* Lines of at most 76; LF and CRLF in `text` are line ends. */
void template_write_quoted_printable(struct buf *to, const char *text,
				     size_t len);
/* Every CRLF, lone LF and lone CR becomes CRLF: a bare LF handed to an SMTP
 * client could end the mail. */
void template_write_crlf(struct buf *to, const char *text, size_t len);

/* Where the header block of the part whose content begins at `content` starts:
 * after its boundary line, not before `from`. */
size_t template_part_head(const char *body, size_t from, size_t content);
/* The block without its Content-Type and Content-Transfer-Encoding, then ours
 * (UTF-8, quoted-printable), then the empty line. */
void template_write_part_head(const char *head, size_t len, const char *type,
			      struct buf *to);
/* The same of one that becomes several. */
void template_write_alternative_head(const char *head, size_t len,
				     const char *boundary, struct buf *to);

#endif

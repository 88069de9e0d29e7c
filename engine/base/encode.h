/*
 * encode.h - bytes as text and back: base64url (RFC 4648 §5, no padding),
 * base32 (§6, lower case, no padding, read in either case), base64, hex, and
 * escaping for the places where outside text stands.
 */
#ifndef ENGINE_BASE_ENCODE_H
#define ENGINE_BASE_ENCODE_H

#include <stdint.h>

#include "base/buf.h"

void encode_base64url(struct buf *to, const void *bytes, size_t len);
void encode_base64(struct buf *to, const void *bytes, size_t len);
void encode_base32(struct buf *to, const void *bytes, size_t len);
void encode_hex(struct buf *to, const void *bytes, size_t len);
/* All strict: a character outside the alphabet, an impossible length or
 * non-zero trailing bits are SG_REFUSED. Append to `to`. */
enum sg_status decode_base64url(struct buf *to, const char *text, size_t len,
				struct sg_err *err) MUST_CHECK;
enum sg_status decode_base64(struct buf *to, const char *text, size_t len,
			     struct sg_err *err) MUST_CHECK;
enum sg_status decode_base32(struct buf *to, const char *text, size_t len,
			     struct sg_err *err) MUST_CHECK;
enum sg_status decode_hex(struct buf *to, const char *text, size_t len,
			  struct sg_err *err) MUST_CHECK;

void escape_html(struct buf *to, const char *text); /* & < > " ' */
void escape_url(struct buf *to,
		const char *text); /* RFC 3986 unreserved stay */
void escape_json(struct buf *to, const char *text); /* with the quotes */

/* application/x-www-form-urlencoded value: + and %xx. NUL is SG_REFUSED. */
enum sg_status decode_form_value(struct buf *to, const char *text, size_t len,
				 struct sg_err *err) MUST_CHECK;

#endif

/*
 * part_decode.c - the content of one part without its transfer encoding, for
 * reading (RFC 2045 §6). The splicer has decoders of its own, which also know
 * where each byte came from.
 */
#include "mail/part_map.h"
#include "mail/transfer_code.h"

#include <string.h>

static void
decode_quoted_printable(const char *text, size_t len, struct buf *to)
{
	const char *equals;
	size_t at = 0, run;

	while (at < len) {
		equals = memchr(text + at, '=', len - at);
		run = equals ? (size_t)(equals - text) - at : len - at;
		buf_append(to, text + at, run);
		at += run;
		if (at == len)
			return;
		run = transfer_soft_break(text + at, len - at);
		if (run == 0 && at + 2 < len &&
		    transfer_hex_value(text[at + 1]) >= 0 &&
		    transfer_hex_value(text[at + 2]) >= 0) {
			buf_append_char(
				to,
				(char)(transfer_hex_value(text[at + 1]) * 16 +
				       transfer_hex_value(text[at + 2])));
			run = 3;
		} else if (run == 0) {
			buf_append_char(to, '=');
			run = 1;
		}
		at += run;
	}
}

static void
decode_base64_lenient(const char *text, size_t len, struct buf *to)
{
	unsigned bits = 0, n_bits = 0;
	char *out = buf_reserve(to, len);
	size_t i, n = 0;
	int value;

	if (!out)
		return;
	for (i = 0; i < len && text[i] != '='; i++) {
		value = transfer_base64_value(text[i]);
		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (char)(bits >> n_bits);
		}
	}
	buf_commit(to, n);
}

enum sg_status
part_decode(const struct part *part, const char *body, struct buf *to,
	    struct sg_err *err)
{
	const char *text = body + part->start;
	size_t len = part->end - part->start;

	switch (part->encoding) {
	case PART_PLAIN:
		buf_append(to, text, len);
		break;
	case PART_QUOTED_PRINTABLE:
		decode_quoted_printable(text, len, to);
		break;
	case PART_BASE64:
		decode_base64_lenient(text, len, to);
		break;
	case PART_UNKNOWN:
		return err_set(err, SG_REFUSED, "unknown transfer encoding");
	}
	return buf_ok(to) ? SG_OK
			  : err_set(err, SG_REFUSED, "the part is too large");
}

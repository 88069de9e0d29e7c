/* encode.c - see encode.h. One bit packer for every alphabet. */
#include "base/encode.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

struct alphabet {
	const char *name;
	const char *digits;
	unsigned width; /* bits a character carries */
	bool any_case;
};

static const struct alphabet base64url = {
	"base64url",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6,
	false};
static const struct alphabet base64 = {
	"base64",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6,
	false};
static const struct alphabet base32 = {
	"base32", "abcdefghijklmnopqrstuvwxyz234567", 5, true};
static const struct alphabet hex = {"hex", "0123456789abcdef", 4, true};

/* Of six bits: three bytes are four characters. What is left over is not
 * taken; returns how many bytes were. */
static size_t
encode_threes(const char *digits, const unsigned char *from, size_t len,
	      char *to)
{
	size_t i;

	for (i = 0; len - i >= 3; i += 3) {
		uint32_t bits = (uint32_t)from[i] << 16 |
				(uint32_t)from[i + 1] << 8 | from[i + 2];

		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = digits[bits >> 6 & 63];
		*to++ = digits[bits & 63];
	}
	return i;
}

static void
encode(struct buf *to, const struct alphabet *alphabet, const void *bytes,
       size_t len)
{
	const unsigned char *from = bytes;
	unsigned width = alphabet->width, bits = 0;
	unsigned mask = (1U << width) - 1;
	size_t n_chars = (len * 8 + width - 1) / width, n = 0, i = 0;
	uint32_t held = 0;
	char *out = buf_reserve(to, n_chars);

	if (!out)
		return;
	if (width == 6) {
		i = encode_threes(alphabet->digits, from, len, out);
		n = i / 3 * 4;
	}
	for (; i < len; i++) {
		held = held << 8 | from[i];
		for (bits += 8; bits >= width; bits -= width)
			out[n++] =
				alphabet->digits[held >> (bits - width) & mask];
	}
	if (bits > 0)
		out[n++] = alphabet->digits[held << (width - bits) & mask];
	buf_commit(to, n);
}

/* The value of each character, 0xff when it is not a digit. */
struct values {
	unsigned char of[256];
};

static struct values base64url_values, base64_values, base32_values, hex_values;
static pthread_once_t values_are_filled = PTHREAD_ONCE_INIT;

static void
fill(const struct alphabet *alphabet, struct values *values)
{
	memset(values->of, 0xff, sizeof(values->of));
	for (unsigned i = 0; i < 1U << alphabet->width; i++) {
		unsigned char c = (unsigned char)alphabet->digits[i];

		values->of[c] = (unsigned char)i;
		if (alphabet->any_case && c >= 'a' && c <= 'z')
			values->of[c - 'a' + 'A'] = (unsigned char)i;
	}
}

static void
fill_all(void)
{
	fill(&base64url, &base64url_values);
	fill(&base64, &base64_values);
	fill(&base32, &base32_values);
	fill(&hex, &hex_values);
}

static const unsigned char *
values_of(const struct alphabet *alphabet)
{
	pthread_once(&values_are_filled, fill_all);
	return alphabet == &base64url ? base64url_values.of
	       : alphabet == &base64  ? base64_values.of
	       : alphabet == &base32  ? base32_values.of
				      : hex_values.of;
}

/* As many groups of four characters as there are, up to one that is none of
 * base64; how many characters that was. */
static size_t
unpack_fours(const unsigned char *values, const char *text, size_t len,
	     char *out)
{
	size_t i = 0;

	for (; len - i >= 4; i += 4) {
		const unsigned char *at = (const unsigned char *)text + i;
		uint32_t a = values[at[0]], b = values[at[1]],
			 c = values[at[2]], d = values[at[3]];
		uint32_t held = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) & 0x80)
			break;
		*out++ = (char)(held >> 16);
		*out++ = (char)(held >> 8);
		*out++ = (char)held;
	}
	return i;
}

static enum sg_status
unpack(struct buf *to, const struct alphabet *alphabet, const char *text,
       size_t len, struct sg_err *err)
{
	unsigned width = alphabet->width, bits = 0;
	size_t n, first = 0;
	uint32_t held = 0;
	const unsigned char *values = values_of(alphabet);
	char *out = buf_reserve(to, len * width / 8);

	if (!out)
		return err_set(err, SG_FAILED, "no room to decode %zu bytes",
			       len);
	if (width == 6)
		first = unpack_fours(values, text, len, out);
	n = first / 4 * 3;
	for (size_t i = first; i < len; i++) {
		unsigned char value = values[(unsigned char)text[i]];

		if (value == 0xff)
			return err_set(err, SG_REFUSED,
				       "byte %zu is not a %s character", i,
				       alphabet->name);
		held = held << width | value;
		bits += width;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(held >> bits);
		}
	}
	if (bits >= width)
		return err_set(err, SG_REFUSED,
			       "%s text cannot have length %zu", alphabet->name,
			       len);
	if (held & ((1U << bits) - 1))
		return err_set(err, SG_REFUSED,
			       "the %s text's last bits are "
			       "not zero",
			       alphabet->name);
	buf_commit(to, n);
	return SG_OK;
}

/* What was there stays as it was, its final NUL too. */
static enum sg_status
leave(struct buf *to, enum sg_status status)
{
	if (to->data)
		buf_commit(to, 0);
	return status;
}

static enum sg_status
decode(struct buf *to, const struct alphabet *alphabet, const char *text,
       size_t len, struct sg_err *err)
{
	return leave(to, unpack(to, alphabet, text, len, err));
}

void
encode_base64url(struct buf *to, const void *bytes, size_t len)
{
	encode(to, &base64url, bytes, len);
}

void
encode_base64(struct buf *to, const void *bytes, size_t len)
{
	static const char *const padding[] = {"", "==", "="};

	encode(to, &base64, bytes, len);
	buf_append_text(to, padding[len % 3]);
}

void
encode_base32(struct buf *to, const void *bytes, size_t len)
{
	encode(to, &base32, bytes, len);
}

void
encode_hex(struct buf *to, const void *bytes, size_t len)
{
	encode(to, &hex, bytes, len);
}

enum sg_status
decode_base64url(struct buf *to, const char *text, size_t len,
		 struct sg_err *err)
{
	return decode(to, &base64url, text, len, err);
}

enum sg_status
decode_base64(struct buf *to, const char *text, size_t len, struct sg_err *err)
{
	if (len % 4)
		return err_set(err, SG_REFUSED,
			       "base64 text must be padded to a multiple of 4");
	if (len && text[len - 1] == '=')
		len -= text[len - 2] == '=' ? 2 : 1;
	return decode(to, &base64, text, len, err);
}

enum sg_status
decode_base32(struct buf *to, const char *text, size_t len, struct sg_err *err)
{
	return decode(to, &base32, text, len, err);
}

enum sg_status
decode_hex(struct buf *to, const char *text, size_t len, struct sg_err *err)
{
	return decode(to, &hex, text, len, err);
}

static const char *
html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
escape_html(struct buf *to, const char *text)
{
	size_t run;

	for (; *text; text += run) {
		const char *entity = html_entity(*text);

		run = entity ? 1 : strcspn(text, "&<>\"'");
		if (entity)
			buf_append_text(to, entity);
		else
			buf_append(to, text, run);
	}
}

void
escape_url(struct buf *to, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	size_t run;

	for (; *text; text += run) {
		run = strspn(text, unreserved);
		if (run) {
			buf_append(to, text, run);
			continue;
		}
		buf_printf(to, "%%%02X", (unsigned char)*text);
		run = 1;
	}
}

static void
escape_json_char(struct buf *to, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_append_char(to, '\\');
		buf_append_char(to, (char)c);
		break;
	case '\n':
		buf_append_text(to, "\\n");
		break;
	case '\r':
		buf_append_text(to, "\\r");
		break;
	case '\t':
		buf_append_text(to, "\\t");
		break;
	default:
		buf_printf(to, "\\u%04x", c);
	}
}

/* So many that stand for themselves. */
static size_t
plain_len(const char *text)
{
	const char *at = text;

	while ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7f &&
	       *at != '"' && *at != '\\')
		at++;
	return (size_t)(at - text);
}

void
escape_json(struct buf *to, const char *text)
{
	struct buf clean = BUF_INIT;
	size_t plain = plain_len(text);

	buf_append_char(to, '"');
	if (!text[plain]) { /* nearly all of them */
		buf_append(to, text, plain);
		buf_append_char(to, '"');
		return;
	}
	text_append_clean(&clean, text, strlen(text));
	for (const char *at = buf_text(&clean); *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			escape_json_char(to, c);
		else
			buf_append_char(to, *at);
	}
	buf_append_char(to, '"');
	if (!buf_ok(&clean))
		to->failed = true;
	buf_done(&clean);
}

/* Two hexadecimal digits, or -1. */
static int
hex_pair(const char *text)
{
	int value = 0;

	for (int i = 0; i < 2; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

static enum sg_status
unpack_form_value(struct buf *to, const char *text, size_t len,
		  struct sg_err *err)
{
	size_t n = 0;
	char *out = buf_reserve(to, len);

	if (!out)
		return err_set(err, SG_FAILED, "no room to decode %zu bytes",
			       len);
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			c = len - i > 2 ? hex_pair(text + i + 1) : -1;
			i += 2;
		}
		if (c < 0)
			return err_set(err, SG_REFUSED,
				       "a %% in a form value "
				       "must be followed by two hex digits");
		if (c == 0)
			return err_set(err, SG_REFUSED,
				       "a form value holds a NUL byte");
		out[n++] = (char)c;
	}
	buf_commit(to, n);
	return SG_OK;
}

enum sg_status
decode_form_value(struct buf *to, const char *text, size_t len,
		  struct sg_err *err)
{
	return leave(to, unpack_form_value(to, text, len, err));
}

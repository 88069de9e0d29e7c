/* text.c - see text.h. Plain ASCII never reaches libunistring. */
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>
#include <uniwidth.h>

static bool
is_ascii(const char *text, size_t len)
{
	uint64_t eight, seen = 0;
	size_t i = 0;

	for (; len - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, text + i, sizeof(eight));
		seen |= eight;
	}
	for (; i < len; i++)
		seen |= (unsigned char)text[i];
	return !(seen & UINT64_C(0x8080808080808080));
}

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
upper_ascii(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
text_is_utf8(const char *text, size_t len)
{
	return is_ascii(text, len) || !u8_check((const uint8_t *)text, len);
}

/* Bytes from the front that are valid UTF-8. */
static size_t
valid_len(const char *text, size_t len)
{
	const uint8_t *bad = u8_check((const uint8_t *)text, len);

	return bad ? (size_t)(bad - (const uint8_t *)text) : len;
}

void
text_append_clean(struct buf *to, const char *text, size_t len)
{
	while (len) {
		size_t good = valid_len(text, len);

		buf_append(to, text, good);
		text += good;
		len -= good;
		if (len) {
			buf_append_text(to, "\xef\xbf\xbd");
			text++;
			len--;
		}
	}
}

static void
fold_valid(struct buf *to, const char *text, size_t len)
{
	size_t folded_len = 0;
	uint8_t *folded = u8_casefold((const uint8_t *)text, len, NULL, NULL,
				      NULL, &folded_len);

	if (!folded && folded_len) {
		to->failed = true;
		return;
	}
	buf_append(to, folded, folded_len);
	free(folded);
}

void
text_fold(struct buf *to, const char *text)
{
	size_t len = strlen(text);
	char *out;

	if (is_ascii(text, len)) {
		out = buf_reserve(to, len);
		for (size_t i = 0; out && i < len; i++)
			out[i] = lower_ascii(text[i]);
		if (out)
			buf_commit(to, len);
		return;
	}
	while (len) {
		size_t good = valid_len(text, len);

		if (good)
			fold_valid(to, text, good);
		else
			buf_append_char(to, *text);
		good += !good;
		text += good;
		len -= good;
	}
}

int
text_compare_fold(const char *a, const char *b)
{
	struct buf folded_a = BUF_INIT, folded_b = BUF_INIT;
	int order;

	/* Folding looks at one character at a time, so the plain part in front
	 * can be compared on its own. */
	while (*a && !(*a & 0x80) &&
	       (*a == *b || lower_ascii(*a) == lower_ascii(*b))) {
		a++;
		b++;
	}
	if (!(*a & 0x80) && !(*b & 0x80))
		return (int)lower_ascii(*a) - (int)lower_ascii(*b);
	text_fold(&folded_a, a);
	text_fold(&folded_b, b);
	order = strcmp(buf_text(&folded_a), buf_text(&folded_b));
	buf_done(&folded_a);
	buf_done(&folded_b);
	return order;
}

bool
text_equal_fold(const char *a, const char *b)
{
	for (; !((*a | *b) & 0x80); a++, b++) {
		if (*a != *b && lower_ascii(*a) != lower_ascii(*b))
			return false;
		if (!*a)
			return true;
	}
	return text_compare_fold(a, b) == 0;
}

bool
text_contains_fold(const char *text, const char *part)
{
	struct buf folded_text = BUF_INIT, folded_part = BUF_INIT;
	bool contains;

	text_fold(&folded_text, text);
	text_fold(&folded_part, part);
	contains = strstr(buf_text(&folded_text), buf_text(&folded_part));
	buf_done(&folded_text);
	buf_done(&folded_part);
	return contains;
}

/* The next character's start; a stray byte counts as one. */
static const char *
next_char(const char *text)
{
	text++;
	while (((unsigned char)*text & 0xc0) == 0x80)
		text++;
	return text;
}

/* What stands behind a `*` can only begin where its first byte is. */
static const char *
next_try(const char *behind, const char *text)
{
	char first[] = {lower_ascii(*behind), upper_ascii(*behind), '\0'};

	if (!*behind || strchr("*?\\", *behind))
		return text;
	return text + strcspn(text, first);
}

/*
 * Only the last `*` is ever retried: an earlier one need not take more, since
 * whatever it could take the last one can. So the work is at most glob length
 * times text length. Folded, or ASCII.
 */
static bool
glob_folded(const char *glob, const char *text)
{
	const char *star = NULL, *star_text = NULL;

	while (*text) {
		const char *literal =
			*glob == '\\' && glob[1] ? glob + 1 : glob;

		if (*glob == '*') {
			star = ++glob;
			star_text = text;
		} else if (*glob == '?') {
			glob++;
			text = next_char(text);
		} else if (*glob &&
			   lower_ascii(*literal) == lower_ascii(*text)) {
			glob = literal + 1;
			text++;
		} else if (star) {
			star_text = next_try(star, next_char(star_text));
			glob = star;
			text = star_text;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

bool
text_glob_fold(const char *glob, const char *text)
{
	struct buf folded_glob = BUF_INIT, folded_text = BUF_INIT;
	bool matches;

	/* Nearly always, and asked of each link of a mail. */
	if (is_ascii(glob, strlen(glob)) && is_ascii(text, strlen(text)))
		return glob_folded(glob, text);
	text_fold(&folded_glob, glob);
	text_fold(&folded_text, text);
	matches = glob_folded(buf_text(&folded_glob), buf_text(&folded_text));
	buf_done(&folded_glob);
	buf_done(&folded_text);
	return matches;
}

bool
text_equal_ascii(const char *a, const char *b)
{
	while (*a && lower_ascii(*a) == lower_ascii(*b)) {
		a++;
		b++;
	}
	return lower_ascii(*a) == lower_ascii(*b);
}

bool
text_starts_ascii(const char *text, const char *prefix)
{
	while (*prefix && lower_ascii(*text) == lower_ascii(*prefix)) {
		text++;
		prefix++;
	}
	return !*prefix;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

static const char *
skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* [+-] digits [. digits] [e [+-] digits], at least one digit in front; the
 * end of it, or NULL. strtod() alone would take hex, inf and nan. */
static const char *
scan_number(const char *text)
{
	const char *digits, *fraction = NULL, *exponent;

	text += *text == '-' || *text == '+';
	digits = text;
	text = skip_digits(text);
	if (*text == '.') {
		fraction = ++text;
		text = skip_digits(text);
	}
	if (text - digits - (fraction != NULL) <= 0)
		return NULL;
	if (*text != 'e' && *text != 'E')
		return text;
	exponent = text + 1;
	exponent += *exponent == '-' || *exponent == '+';
	text = skip_digits(exponent);
	return text == exponent ? NULL : text;
}

bool
text_to_number(const char *text, double *number_out)
{
	const char *end;
	double number;

	text = skip_blanks(text);
	end = scan_number(text);
	if (!end || *skip_blanks(end))
		return false;
	number = strtod(text, NULL);
	if (!isfinite(number))
		return false;
	*number_out = number;
	return true;
}

bool
text_to_int(const char *text, long long *number_out)
{
	const char *digits, *end;
	long long number;

	text = skip_blanks(text);
	digits = text + (*text == '-' || *text == '+');
	end = skip_digits(digits);
	if (end == digits || *skip_blanks(end))
		return false;
	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno)
		return false;
	*number_out = number;
	return true;
}

void
text_append_number(struct buf *to, double number)
{
	char text[40];

	if (number == 0)
		number = 0; /* not "-0" */
	if (number == floor(number) && fabs(number) < 1e15) {
		buf_printf(to, "%.0f", number);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_append_text(to, text);
}

void
text_append_rounded(struct buf *to, double number)
{
	number = round(number);
	if (number == 0)
		number = 0; /* not "-0" */
	buf_printf(to, "%.0f", number);
}

/* The character at the text; returns its bytes. A stray byte is U+FFFD. */
static size_t
read_char(const char *text, size_t len, ucs4_t *out)
{
	int n = u8_mbtoucr(out, (const uint8_t *)text, len);

	if (n > 0)
		return (size_t)n;
	*out = 0xfffd;
	return 1;
}

size_t
text_fit(const char *text, size_t columns)
{
	size_t len = strlen(text), at = 0, used = 0;

	while (at < len) {
		ucs4_t c;
		size_t n = read_char(text + at, len - at, &c);
		int width = uc_width(c, "UTF-8");

		used += width > 0 ? (size_t)width : 0;
		if (used > columns)
			break;
		at += n;
	}
	return at;
}

size_t
text_width(const char *text)
{
	size_t len = strlen(text), at = 0, width = 0;

	while (at < len) {
		ucs4_t c;

		at += read_char(text + at, len - at, &c);
		width += uc_width(c, "UTF-8") > 0 ? (size_t)uc_width(c, "UTF-8")
						  : 0;
	}
	return width;
}

static bool
is_harmless(ucs4_t c)
{
	bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	bool turns = (c >= 0x202a && c <= 0x202e) ||
		     (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;

	return !control && !turns && c != 0x2028 && c != 0x2029;
}

void
text_append_harmless(struct buf *to, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ucs4_t c;
		size_t n = read_char(text, len, &c);

		if (c == 0xfffd || !is_harmless(c))
			buf_append_char(to, '?');
		else
			buf_append(to, text, n);
		text += n;
		len -= n;
	}
}

/* part_charset.c - see part_charset.h. */
#include "mail/part_charset.h"

#include <iconv.h>
#include <string.h>

/* Beginnings of names (IANA and what mail programs write). */
static const char *const NOT_ASCII[] = {
	"utf-16",    "utf16",	     "utf-32",	 "utf32",
	"utf-7",     "utf7",	     "unicode",	 "ucs-2",
	"ucs2",	     "ucs-4",	     "ucs4",	 "iso-10646-ucs",
	"csunicode", "csucs4",	     "iso-2022", "csiso2022",
	"hz",	     "johab",	     "scsu",	 "bocu",
	"ebcdic",    "ibm037",	     "ibm273",	 "ibm500",
	"ibm1047",   "ibm1140",	     "cp037",	 "cp500",
	"cp1047",    "x-mac-symbol", "csutf7",	 "csutf16",
	"csutf32",   "iso2022",	     "jis",
};

bool
part_charset_has_ascii(const char *charset)
{
	size_t i;

	for (i = 0; i < sizeof(NOT_ASCII) / sizeof(NOT_ASCII[0]); i++) {
		if (strncmp(charset, NOT_ASCII[i], strlen(NOT_ASCII[i])) == 0)
			return false;
	}
	return true;
}

bool
part_charset_is_utf8(const char *charset)
{
	return !*charset || strcmp(charset, "utf-8") == 0 ||
	       strcmp(charset, "utf8") == 0 ||
	       strcmp(charset, "us-ascii") == 0 ||
	       strcmp(charset, "ascii") == 0;
}

bool
part_text_has_ascii(const char *text, size_t len)
{
	/* ESC: a shift of ISO 2022. NUL: UTF-16 or -32, or no text. */
	return !memchr(text, 0x1b, len) && !memchr(text, '\0', len);
}

enum sg_status
part_charset_to_utf8(const char *charset, const char *bytes, size_t len,
		     struct buf *to)
{
	char *from = (char *)bytes, *out; /* iconv() does not write there */
	size_t left = len, room = len * 4 + 16, all = room, failed = 1;
	iconv_t handle = iconv_open("UTF-8", *charset ? charset : "UTF-8");

	if (handle == (iconv_t)-1)
		return SG_REFUSED;
	out = buf_reserve(to, room);
	if (out) {
		failed = iconv(handle, &from, &left, &out, &room);
		if (failed != (size_t)-1)
			buf_commit(to, all - room);
	}
	iconv_close(handle);
	return failed == (size_t)-1 || left > 0 ? SG_REFUSED : SG_OK;
}

/* html_reference.c - see html_reference.h. */
#include "mail/html_reference.h"

#include <ctype.h>
#include <string.h>

struct named {
	const char *name;
	unsigned code;
	bool needs_semicolon;
};

static const struct named NAMED[] = {
	{"amp", '&', false},	  {"AMP", '&', false},
	{"lt", '<', false},	  {"LT", '<', false},
	{"gt", '>', false},	  {"GT", '>', false},
	{"quot", '"', false},	  {"QUOT", '"', false},
	{"COPY", 0xa9, false},	  {"REG", 0xae, false},
	{"apos", '\'', true},	  {"Tab", '\t', true},
	{"NewLine", '\n', true},  {"excl", '!', true},
	{"num", '#', true},	  {"dollar", '$', true},
	{"percnt", '%', true},	  {"lpar", '(', true},
	{"rpar", ')', true},	  {"ast", '*', true},
	{"midast", '*', true},	  {"plus", '+', true},
	{"comma", ',', true},	  {"period", '.', true},
	{"sol", '/', true},	  {"colon", ':', true},
	{"semi", ';', true},	  {"equals", '=', true},
	{"quest", '?', true},	  {"commat", '@', true},
	{"lsqb", '[', true},	  {"lbrack", '[', true},
	{"bsol", '\\', true},	  {"rsqb", ']', true},
	{"rbrack", ']', true},	  {"Hat", '^', true},
	{"lowbar", '_', true},	  {"UnderBar", '_', true},
	{"grave", '`', true},	  {"lcub", '{', true},
	{"lbrace", '{', true},	  {"verbar", '|', true},
	{"vert", '|', true},	  {"VerticalLine", '|', true},
	{"rcub", '}', true},	  {"rbrace", '}', true},
	{"hyphen", 0x2010, true}, {"ndash", 0x2013, true},
	{"mdash", 0x2014, true},  {"lsquo", 0x2018, true},
	{"rsquo", 0x2019, true},  {"ldquo", 0x201c, true},
	{"rdquo", 0x201d, true},  {"bull", 0x2022, true},
	{"hellip", 0x2026, true}, {"euro", 0x20ac, true},
	{"trade", 0x2122, true},
};

/* U+00A0 … U+00FF in order; their ';' may be missing. */
static const char *const LATIN1[96] = {
	"nbsp",	  "iexcl",  "cent",   "pound",	"curren", "yen",    "brvbar",
	"sect",	  "uml",    "copy",   "ordf",	"laquo",  "not",    "shy",
	"reg",	  "macr",   "deg",    "plusmn", "sup2",	  "sup3",   "acute",
	"micro",  "para",   "middot", "cedil",	"sup1",	  "ordm",   "raquo",
	"frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
	"Atilde", "Auml",   "Aring",  "AElig",	"Ccedil", "Egrave", "Eacute",
	"Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",
	"Ntilde", "Ograve", "Oacute", "Ocirc",	"Otilde", "Ouml",   "times",
	"Oslash", "Ugrave", "Uacute", "Ucirc",	"Uuml",	  "Yacute", "THORN",
	"szlig",  "agrave", "aacute", "acirc",	"atilde", "auml",   "aring",
	"aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
	"iacute", "icirc",  "iuml",   "eth",	"ntilde", "ograve", "oacute",
	"ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute",
	"ucirc",  "uuml",   "yacute", "thorn",	"yuml",
};

static void
append_utf8(struct buf *to, unsigned long code)
{
	if (code < 0x80) {
		buf_append_char(to, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_append_char(to, (char)(0xc0 | code >> 6));
	} else if (code < 0x10000) {
		buf_append_char(to, (char)(0xe0 | code >> 12));
		buf_append_char(to, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		buf_append_char(to, (char)(0xf0 | code >> 18));
		buf_append_char(to, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_append_char(to, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_append_char(to, (char)(0x80 | (code & 0x3f)));
}

static bool
is_name(const char *name, const char *text, size_t len)
{
	return name[0] == text[0] && strlen(name) == len &&
	       memcmp(name, text, len) == 0;
}

/* 0: not known. */
static unsigned
find_name(const char *text, size_t len, bool has_semicolon)
{
	size_t i;

	for (i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]); i++) {
		if ((has_semicolon || !NAMED[i].needs_semicolon) &&
		    is_name(NAMED[i].name, text, len))
			return NAMED[i].code;
	}
	for (i = 0; i < 96; i++) {
		if (is_name(LATIN1[i], text, len))
			return (unsigned)(0xa0 + i);
	}
	return 0;
}

/* "&name" at text; *used_out: its bytes. SG_NONE: its meaning is not known. */
static enum sg_status
decode_named(struct buf *to, const char *text, size_t len, size_t *used_out)
{
	size_t n = 1;
	bool has_semicolon;
	unsigned code;

	while (n < len && isalnum((unsigned char)text[n]))
		n++;
	has_semicolon = n < len && text[n] == ';';
	/* In an attribute "&copy=1" and "&copyx" are just text. */
	if (!has_semicolon && n < len && text[n] == '=') {
		buf_append(to, text, n);
		*used_out = n;
		return SG_OK;
	}
	code = find_name(text + 1, n - 1, has_semicolon);
	if (code == 0) {
		if (has_semicolon && n > 1)
			return SG_NONE;
		buf_append(to, text, n);
		*used_out = n;
		return SG_OK;
	}
	append_utf8(to, code);
	*used_out = n + has_semicolon;
	return SG_OK;
}

static int
digit_value(char c, bool hex)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (hex && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "&#38;", "&#x26;", without ';' too; *used_out 0: no number. */
static enum sg_status
decode_number(struct buf *to, const char *text, size_t len, size_t *used_out)
{
	bool hex = len > 2 && (text[2] == 'x' || text[2] == 'X');
	size_t first = hex ? 3 : 2, n = first;
	unsigned long code = 0;

	for (; n < len && digit_value(text[n], hex) >= 0; n++) {
		code = code * (hex ? 16 : 10) +
		       (unsigned long)digit_value(text[n], hex);
		if (code > 0x10ffff)
			return SG_NONE;
	}
	*used_out = 0;
	if (n == first)
		return SG_OK;
	/* 0x80-0x9f mean Windows-1252 there: nothing that is in a URL. */
	if (code == 0 || (code >= 0x80 && code < 0xa0) ||
	    (code >= 0xd800 && code < 0xe000))
		return SG_NONE;
	append_utf8(to, code);
	*used_out = n + (n < len && text[n] == ';');
	return SG_OK;
}

enum sg_status
html_decode_references(struct buf *to, const char *value, size_t len)
{
	const char *end = value + len, *ampersand;
	enum sg_status status = SG_OK;
	size_t used;

	while (value < end) {
		ampersand = memchr(value, '&', (size_t)(end - value));
		if (!ampersand)
			ampersand = end;
		buf_append(to, value, (size_t)(ampersand - value));
		value = ampersand;
		if (value == end)
			break;
		used = 0;
		if (end - value > 2 && value[1] == '#')
			status = decode_number(to, value, (size_t)(end - value),
					       &used);
		else if (end - value > 1 && isalpha((unsigned char)value[1]))
			status = decode_named(to, value, (size_t)(end - value),
					      &used);
		if (status != SG_OK)
			return status;
		if (used == 0) {
			buf_append_char(to, '&');
			used = 1;
		}
		value += used;
	}
	return buf_ok(to) ? SG_OK : SG_NONE;
}

void
html_escape_value(struct buf *to, const char *value, char quote)
{
	size_t run;

	for (; *value; value++) {
		run = strcspn(value, "&<>\"'");
		buf_append(to, value, run);
		value += run;
		if (!*value)
			break;
		if (*value == '&')
			buf_append_text(to, "&amp;");
		else if (*value == '<')
			buf_append_text(to, "&lt;");
		else if (*value == '>')
			buf_append_text(to, "&gt;");
		else if (*value == '"' && quote == '"')
			buf_append_text(to, "&quot;");
		else if (*value == '\'' && quote == '\'')
			buf_append_text(to, "&#39;");
		else
			buf_append_char(to, *value);
	}
}

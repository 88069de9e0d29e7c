/* webhook_date.c - see webhook_date.h. */
#define _XOPEN_SOURCE 700
#include "webhook_date.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TEXT_MOST = 100, SECONDS_DIGITS_MOST = 11 };

/* RFC 5322 §4.3, by what people meant. Minutes. */
static const struct {
	const char *name;
	int offset;
} zones[] = {
	{"GMT", 0},    {"UTC", 0},    {"UT", 0},     {"Z", 0},
	{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
	{"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
};

/* What strptime() read, in that zone. */
static enum sg_status
from_parts(const struct sg_call *call, const struct tm *parts, const char *zone,
	   int64_t *at_out)
{
	struct sg_text *iso = call->host->text(call);

	call->host->print(iso, "%04d-%02d-%02dT%02d:%02d:%02d",
			  parts->tm_year + 1900, parts->tm_mon + 1,
			  parts->tm_mday, parts->tm_hour, parts->tm_min,
			  parts->tm_sec > 59 ? 59 : parts->tm_sec);
	return call->host->time_parse(call->host->text_value(iso), zone, at_out,
				      NULL);
}

static bool
has_offset(const char *pattern)
{
	for (const char *c = pattern; *c; c++)
		if (c[0] == '%' && c[1] && *++c == 'z')
			return true;
	return false;
}

static enum sg_status
by_pattern(const struct sg_call *call, const char *text, const char *pattern,
	   const char *zone, int64_t *at_out)
{
	struct tm parts = {.tm_mday = 1, .tm_year = 70};
	const char *end = strptime(text, pattern, &parts);
	enum sg_status status;

	if (!end || *end)
		return SG_REFUSED;
	if (!has_offset(pattern))
		return from_parts(call, &parts, zone, at_out);
	status = from_parts(call, &parts, NULL, at_out);
	if (status == SG_OK)
		*at_out -= (int64_t)parts.tm_gmtoff * 1000;
	return status;
}

static enum sg_status
by_name(const char *name, int64_t *at)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (strcasecmp(zones[i].name, name) == 0) {
			*at -= (int64_t)zones[i].offset * 60000;
			return SG_OK;
		}
	return SG_REFUSED;
}

/* "Fri, 21 Nov 2025 09:55:06 -0600 (CST)" */
static enum sg_status
by_mail(const struct sg_call *call, const char *text, int64_t *at_out)
{
	static const char *const patterns[] = {
		"%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S",
		"%a, %d %b %Y %H:%M", "%d %b %Y %H:%M"};
	struct tm parts = {0}, offset = {0};
	const char *rest = NULL, *end;
	enum sg_status status;
	char name[8];
	size_t len;

	for (size_t i = 0; !rest && i < sizeof(patterns) / sizeof(*patterns);
	     i++)
		rest = strptime(text, patterns[i], &parts);
	if (!rest)
		return SG_REFUSED;
	rest += strspn(rest, " ");
	status = from_parts(call, &parts, NULL, at_out);
	if (status != SG_OK)
		return status;
	if (*rest == '+' || *rest == '-') {
		end = strptime(rest, "%z", &offset);
		*at_out -= (int64_t)offset.tm_gmtoff * 1000;
		return end && (!*end || *end == ' ') ? SG_OK : SG_REFUSED;
	}
	len = strcspn(rest, " (");
	if (len >= sizeof(name))
		return SG_REFUSED;
	memcpy(name, rest, len);
	name[len] = '\0';
	return by_name(name, at_out);
}

static enum sg_status
by_count(const char *text, double unit_ms, int64_t *at_out)
{
	double count;
	char *end;

	if (!text[0] || text[strspn(text, "0123456789.")])
		return SG_REFUSED;
	count = strtod(text, &end) * unit_ms;
	if (*end || count < 0 || count > 1e15)
		return SG_REFUSED;
	*at_out = (int64_t)(count + 0.5);
	return SG_OK;
}

/* A fraction of one or two digits gets its others. */
static const char *
with_milliseconds(const struct sg_call *call, const char *text)
{
	const char *dot = strchr(text, '.');
	size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;
	struct sg_text *full = call->host->text(call);

	if (digits < 1 || digits > 2)
		return text;
	call->host->append(full, text, (size_t)(dot - text) + 1 + digits);
	call->host->print(full, "%s%s", digits == 1 ? "00" : "0",
			  dot + 1 + digits);
	return call->host->text_value(full);
}

/* Fractions beyond milliseconds, and a space for the T, are cut or taken. */
static enum sg_status
by_iso(const struct sg_call *call, const char *text, const char *zone,
       int64_t *at_out)
{
	char *copy = call->host->copy(call, with_milliseconds(call, text));
	char *dot = strchr(copy, '.');
	size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;
	size_t len = strlen(copy);

	if (len > 10 && copy[10] == ' ')
		copy[10] = 'T';
	if (digits > 3)
		memmove(dot + 4, dot + 1 + digits, strlen(dot + digits));
	len = strlen(copy);
	/* +0200 for +02:00 */
	if (len > 16 && (copy[len - 5] == '+' || copy[len - 5] == '-') &&
	    strspn(copy + len - 4, "0123456789") == 4) {
		struct sg_text *with = call->host->text(call);

		call->host->print(with, "%.*s:%s", (int)len - 2, copy,
				  copy + len - 2);
		return call->host->time_parse(call->host->text_value(with),
					      zone, at_out, NULL);
	}
	return call->host->time_parse(copy, zone, at_out, NULL);
}

static enum sg_status
by_looks(const struct sg_call *call, const char *text, const char *zone,
	 int64_t *at_out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && (!text[digits] || text[digits] == '.'))
		return by_count(text, digits > SECONDS_DIGITS_MOST ? 1 : 1000,
				at_out);
	if (digits == 4 && text[4] == '-')
		return by_iso(call, text, zone, at_out);
	return by_mail(call, text, at_out);
}

enum sg_status
webhook_date(const struct sg_call *call, const char *text, const char *form,
	     const char *zone, int64_t *at_out)
{
	if (!text || strlen(text) > TEXT_MOST)
		return SG_REFUSED;
	text += strspn(text, " ");
	if (!form || !form[0])
		return by_looks(call, text, zone, at_out);
	if (strcmp(form, "s") == 0)
		return by_count(text, 1000, at_out);
	if (strcmp(form, "ms") == 0)
		return by_count(text, 1, at_out);
	if (strcmp(form, "iso") == 0)
		return by_iso(call, text, zone, at_out);
	if (strcmp(form, "mail") == 0)
		return by_mail(call, text, at_out);
	return by_pattern(call, text, form, zone, at_out);
}

/* http_lane_answer.c - a reply as bytes; see http_lane.h. */
#include <string.h>
#include <time.h>

#include "http/http_lane.h"

void
http_lane_date(int64_t at, char text[HTTP_DATE_SIZE])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(at / 1000);
	struct tm utc = {0};

	gmtime_r(&seconds, &utc);
	snprintf(text, HTTP_DATE_SIZE,
		 "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		 days + 3 * utc.tm_wday, utc.tm_mday, months + 3 * utc.tm_mon,
		 (utc.tm_year + 1900) % 10000, utc.tm_hour, utc.tm_min,
		 utc.tm_sec);
}

static void
append_number(struct buf *to, size_t number)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	buf_append(to, at, (size_t)(digits + sizeof(digits) - at));
}

static void
append_header(struct buf *to, const char *name, const char *value)
{
	buf_append_text(to, name);
	buf_append(to, ": ", 2);
	buf_append_text(to, value);
	buf_append(to, "\r\n", 2);
}

/* RFC 9110 §15.3.5, §15.4.5: these never have one. */
static bool
may_have_body(int status)
{
	return status != 204 && status != 304;
}

void
http_lane_answer(struct buf *to, struct sg_reply *reply, const char *date,
		 bool head_only, bool close_after)
{
	int status = http_answer_status(reply);
	const char *body = reply->fixed ? (const char *)reply->fixed
					: buf_text(&reply->body);
	size_t len = reply->fixed ? reply->fixed_len : reply->body.len;

	buf_append(to, "HTTP/1.1 ", 9);
	append_number(to, (size_t)status);
	buf_append(to, " ", 1);
	buf_append_text(to, MHD_get_reason_phrase_for((unsigned)status));
	buf_append(to, "\r\n", 2);
	append_header(to, "Date", date);
	if (close_after)
		append_header(to, "Connection", "close");
	for (size_t i = 0; i < reply->n_headers; i++)
		if (!http_answer_is_framing(reply->headers[i].name))
			append_header(to, reply->headers[i].name,
				      reply->headers[i].value);
	if (len && !reply_get_header(reply, "Content-Type"))
		append_header(to, "Content-Type", HTTP_ANSWER_TYPE);
	if (may_have_body(status)) {
		buf_append(to, "Content-Length: ", 16);
		append_number(to, len);
		buf_append(to, "\r\n", 2);
	}
	buf_append(to, "\r\n", 2);
	if (!head_only && may_have_body(status))
		buf_append(to, body, len);
}

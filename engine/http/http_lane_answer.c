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

/* Room is reserved once: each answer comes by here. */
enum { NUMBER_MOST = 24, FIXED_MOST = 256 };

static char *
put(char *at, const char *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

#define PUT(at, text) put(at, text, sizeof(text) - 1)

static char *
put_number(char *at, size_t number)
{
	char digits[NUMBER_MOST], *first = digits + sizeof(digits);

	do
		*--first = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return put(at, first, (size_t)(digits + sizeof(digits) - first));
}

static char *
put_headers(char *at, const struct sg_reply *reply)
{
	for (size_t i = 0; i < reply->n_headers; i++) {
		const struct reply_header *header = &reply->headers[i];

		if (http_answer_is_framing(header->name))
			continue;
		at = put(at, header->name, header->name_len);
		at = PUT(at, ": ");
		at = put(at, header->value, header->value_len);
		at = PUT(at, "\r\n");
	}
	return at;
}

static size_t
room_for(const struct sg_reply *reply, const char *reason, size_t body_len)
{
	size_t room = FIXED_MOST + strlen(reason) + body_len;

	for (size_t i = 0; i < reply->n_headers; i++)
		room += reply->headers[i].name_len +
			reply->headers[i].value_len + 4;
	return room;
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
	const char *reason = MHD_get_reason_phrase_for((unsigned)status);
	char *begin = buf_reserve(to, room_for(reply, reason, len)), *at;

	if (!begin)
		return;
	at = PUT(begin, "HTTP/1.1 ");
	at = put_number(at, (size_t)status);
	at = PUT(at, " ");
	at = put(at, reason, strlen(reason));
	at = PUT(at, "\r\nDate: ");
	at = put(at, date, strlen(date));
	at = PUT(at, "\r\n");
	if (close_after)
		at = PUT(at, "Connection: close\r\n");
	at = put_headers(at, reply);
	if (len && !reply_get_header(reply, "Content-Type"))
		at = PUT(at, "Content-Type: " HTTP_ANSWER_TYPE "\r\n");
	if (may_have_body(status)) {
		at = PUT(at, "Content-Length: ");
		at = put_number(at, len);
		at = PUT(at, "\r\n");
	}
	at = PUT(at, "\r\n");
	if (!head_only && may_have_body(status))
		at = put(at, body, len);
	buf_commit(to, (size_t)(at - begin));
}

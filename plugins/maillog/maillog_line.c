/* maillog_line.c - see maillog_line.h. */
#include "maillog_line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400 };

static char nothing[1]; /* never written to */

static bool
is_digits(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return true;
}

static int
number_at(const char *text, size_t n)
{
	int number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (text[i] == ' ' ? 0 : text[i] - '0');
	return number;
}

/* --- the time ------------------------------------------------------------ */

/* "2026-11-21T22:44:38.589012+01:00 "; NULL: not so. */
static const char *
read_rfc3339(const char *line, struct maillog_line *out)
{
	struct tm tm = {.tm_isdst = 0};
	int ms = 0, zone_s = 0, scale = 100;
	const char *at = line + 19;

	if (strnlen(line, 20) < 20 || !is_digits(line, 4) || line[4] != '-' ||
	    !is_digits(line + 5, 2) || line[7] != '-' ||
	    !is_digits(line + 8, 2) || line[10] != 'T' ||
	    !is_digits(line + 11, 2) || line[13] != ':' ||
	    !is_digits(line + 14, 2) || line[16] != ':' ||
	    !is_digits(line + 17, 2))
		return NULL;
	tm.tm_year = number_at(line, 4) - 1900;
	tm.tm_mon = number_at(line + 5, 2) - 1;
	tm.tm_mday = number_at(line + 8, 2);
	tm.tm_hour = number_at(line + 11, 2);
	tm.tm_min = number_at(line + 14, 2);
	tm.tm_sec = number_at(line + 17, 2);
	if (*at == '.')
		for (at++, out->is_exact = true; isdigit((unsigned char)*at);
		     at++, scale /= 10)
			ms += (*at - '0') * scale;
	if ((*at == '+' || *at == '-') && is_digits(at + 1, 2) &&
	    at[3] == ':' && is_digits(at + 4, 2)) {
		zone_s =
			number_at(at + 1, 2) * 3600 + number_at(at + 4, 2) * 60;
		zone_s = *at == '-' ? -zone_s : zone_s;
		at += 6;
	} else if (*at == 'Z') {
		at++;
	}
	if (*at != ' ')
		return NULL;
	out->at = ((int64_t)timegm(&tm) - zone_s) * 1000 + ms;
	return at + 1;
}

/* The year that makes it a time of not later than tomorrow. */
static int64_t
nearest_year(struct tm *tm, int64_t now)
{
	time_t now_s = (time_t)(now / 1000), at = 0;
	struct tm today, guess;

	localtime_r(&now_s, &today);
	for (int years_ago = -1; years_ago < 2; years_ago++) {
		guess = *tm;
		guess.tm_year = today.tm_year - years_ago;
		guess.tm_isdst = -1;
		at = mktime(&guess);
		if (at <= now_s + DAY_S)
			break;
	}
	return (int64_t)at * 1000;
}

/* "Nov 21 22:44:38 ", in local time and without a year. */
static const char *
read_traditional(const char *line, int64_t now, struct maillog_line *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = {.tm_isdst = -1};
	char name[4] = "";
	const char *month;

	if (strnlen(line, 16) < 16 || line[3] != ' ' || line[6] != ' ' ||
	    line[9] != ':' || line[12] != ':' || line[15] != ' ' ||
	    !(line[4] == ' ' || isdigit((unsigned char)line[4])) ||
	    !is_digits(line + 5, 1) || !is_digits(line + 7, 2) ||
	    !is_digits(line + 10, 2) || !is_digits(line + 13, 2))
		return NULL;
	memcpy(name, line, 3);
	month = strstr(months, name);
	if (!month || (month - months) % 3)
		return NULL;
	tm.tm_mon = (int)(month - months) / 3;
	tm.tm_mday = number_at(line + 4, 2);
	tm.tm_hour = number_at(line + 7, 2);
	tm.tm_min = number_at(line + 10, 2);
	tm.tm_sec = number_at(line + 13, 2);
	out->at = nearest_year(&tm, now);
	return line + 16;
}

/* --- who says it --------------------------------------------------------- */

/* Cuts at `end` and returns what comes after it; NULL: it is not there. */
static char *
cut(char *text, const char *end)
{
	char *at = strstr(text, end);

	if (!at)
		return NULL;
	*at = '\0';
	return at + strlen(end);
}

/* "postfix/submission/smtp[123]: " or another instance's "postfix-out/smtp":
 * the last word is the program. */
static char *
read_agent(char *text, struct maillog_line *out)
{
	char *after = cut(text, "]: "), *slash, *bracket;

	if (!after)
		return NULL;
	bracket = strrchr(text, '[');
	if (!bracket)
		return NULL;
	*bracket = '\0';
	slash = strrchr(text, '/');
	if (!slash || strchr(text, ' '))
		return NULL;
	out->agent = slash + 1;
	return after;
}

/* Short ones are hexadecimal, long ones have no vowels. */
static char *
read_queue_id(char *text, struct maillog_line *out)
{
	char *after = cut(text, ": ");
	size_t len;

	if (!after)
		return NULL;
	len = strlen(text);
	if (len < 5 || len > MAILLOG_QUEUE_ID_MOST ||
	    strcmp(text, "NOQUEUE") == 0)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]))
			return NULL;
	out->queue_id = text;
	return after;
}

/* --- what it says -------------------------------------------------------- */

/* "<a@b>, more" -> "a@b" and "more". A local part may hold what separates
 * fields, but only between quotes. */
static char *
read_address(char *text, const char **address_out)
{
	bool quoted = false;

	if (*text != '<')
		return NULL;
	for (*address_out = ++text; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (*text == '>' && !quoted)
			break;
	}
	if (*text != '>')
		return NULL;
	*text++ = '\0';
	return text + strspn(text, ", ");
}

static bool
skip_word(char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

static bool
read_status(char *text, struct maillog_line *out)
{
	static const struct {
		const char *word;
		enum maillog_kind kind;
	} statuses[] = {{"sent", MAILLOG_SENT},
			{"deferred", MAILLOG_DEFERRED},
			{"bounced", MAILLOG_BOUNCED}};
	char *open = cut(text, " ("), *close;

	for (size_t i = 0; i < 3; i++)
		if (strcmp(text, statuses[i].word) == 0)
			out->kind = statuses[i].kind;
	close = open ? strrchr(open, ')') : NULL;
	if (close) {
		*close = '\0';
		out->text = open;
	}
	return out->kind != MAILLOG_OTHER;
}

/* "to=<a>, orig_to=<b>, relay=c, delay=d, …, dsn=e, status=f (text)" */
static bool
read_delivery(char *text, struct maillog_line *out)
{
	const char **plain;
	char *next;

	while (text && *text) {
		if (skip_word(&text, "to=")) {
			text = read_address(text, &out->to);
			continue;
		}
		if (skip_word(&text, "orig_to=")) {
			text = read_address(text, &out->orig_to);
			continue;
		}
		if (skip_word(&text, "status="))
			return out->to[0] && read_status(text, out);
		plain = skip_word(&text, "relay=")   ? &out->relay
			: skip_word(&text, "delay=") ? &out->delay
			: skip_word(&text, "dsn=")   ? &out->dsn
						     : NULL;
		next = cut(text, ", ");
		if (plain)
			*plain = text;
		text = next;
	}
	return false;
}

static bool
read_qmgr(char *text, struct maillog_line *out)
{
	if (strcmp(text, "removed") == 0) {
		out->kind = MAILLOG_REMOVED;
		return true;
	}
	if (!skip_word(&text, "from=") || !read_address(text, &out->from))
		return false;
	out->kind = MAILLOG_QUEUED;
	return true;
}

static bool
read_cleanup(char *text, struct maillog_line *out)
{
	if (!skip_word(&text, "message-id=") || *text != '<')
		return false;
	out->rfc_id = text;
	out->kind = MAILLOG_MESSAGE_ID;
	return true;
}

bool
maillog_line_read(char *line, int64_t now, struct maillog_line *out)
{
	const char *rest;
	char *text;

	*out = (struct maillog_line){.agent = "",
				     .queue_id = "",
				     .rfc_id = "",
				     .from = "",
				     .to = "",
				     .orig_to = "",
				     .relay = "",
				     .delay = "",
				     .dsn = "",
				     .text = nothing};
	rest = read_rfc3339(line, out);
	if (!rest)
		rest = read_traditional(line, now, out);
	text = rest ? line + (rest - line) : line;
	/* The host's name; the journal's lines have neither. */
	if (rest && (text = strchr(text, ' ')))
		text++;
	text = text ? read_agent(text, out) : NULL;
	text = text ? read_queue_id(text, out) : NULL;
	if (!text)
		return false;
	if (strcmp(out->agent, "cleanup") == 0)
		return read_cleanup(text, out);
	if (strcmp(out->agent, "qmgr") == 0 || strcmp(out->agent, "oqmgr") == 0)
		return read_qmgr(text, out);
	return strcmp(out->agent, "discard") != 0 && read_delivery(text, out);
}

const char *
maillog_line_said(char *text)
{
	char *said = strstr(text, " said: "), *command;

	if (!said)
		return text;
	said += strlen(" said: ");
	command = strstr(said, " (in reply to ");
	if (command)
		*command = '\0';
	return said;
}

/* What stands after `words`, if it could be a queue id. */
static const char *
id_after(char *text, const char *words)
{
	char *at = strstr(text, words);
	size_t len;

	if (!at)
		return nothing;
	at += strlen(words);
	for (len = 0; isalnum((unsigned char)at[len]);)
		len++;
	if (len < 5 || len > MAILLOG_QUEUE_ID_MOST)
		return nothing;
	at[len] = '\0';
	return at;
}

/* A content filter on this machine, or a local address that is another. */
const char *
maillog_line_handed_on(const struct maillog_line *line)
{
	bool is_here = strncmp(line->relay, "127.", 4) == 0 ||
		       strncmp(line->relay, "localhost", 9) == 0 ||
		       strncmp(line->relay, "[::1]", 5) == 0 ||
		       strncmp(line->relay, "::1[", 4) == 0;

	if (strcmp(line->agent, "local") == 0 ||
	    strcmp(line->agent, "virtual") == 0)
		return id_after(line->text, "forwarded as ");
	return is_here ? id_after(line->text, "queued as ") : "";
}

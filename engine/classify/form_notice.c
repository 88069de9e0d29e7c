/*
 * form_notice.c - the words for people of a message, line by line, up to where
 * the message begins that they give back. See form.h.
 */
#include <string.h>
#include <strings.h>

#include "classify/bounce_words.h"
#include "classify/form.h"
#include "mail/address.h"

/* Fields that no person writes, and some that are in each message: one of those
 * or three of these in a row begin the message given back. */
static const char *const TRACE[] = {
	"received",
	"return-path",
	"dkim-signature",
	"x-received",
	"domainkey-signature",
	"delivered-to",
	"message-id",
	"arc-seal",
	"authentication-results",
	"x-originating-ip",
	"envelope-to",
	"x-envelope-from",
};
static const char *const FIELDS[] = {"from",	   "to",	  "cc",
				     "date",	   "subject",	  "reply-to",
				     "message-id", "mime-version"};

static bool
is_field(const char *line, const char *const *names, size_t n)
{
	size_t i, len = strcspn(line, ": ");

	if (len == 0 || line[len] != ':')
		return false;
	for (i = 0; i < n; i++) {
		if (strlen(names[i]) == len &&
		    strncasecmp(names[i], line, len) == 0)
			return true;
	}
	return false;
}

static bool
is_trace(const char *line)
{
	return is_field(line, TRACE, sizeof(TRACE) / sizeof(TRACE[0]));
}

static const char *
next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

/* Two fields also stand in what is said of the message. */
static bool
begins_returned(const char *line)
{
	size_t n = 0;

	if (is_trace(line))
		return true;
	while (n < 3 &&
	       is_field(line, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]))) {
		line = next_line(line);
		n++;
	}
	return n == 3 || (n == 2 && is_trace(line));
}

/* "--- Below this line is a copy of the message." */
static bool
is_separator(const char *line)
{
	static const char *const WORDS[] = {"copy of",
					    "original message",
					    "unsent message",
					    "returned message",
					    "original mail",
					    "message header*",
					    "message follow*",
					    "headers follow*",
					    "header of the",
					    "enclosed",
					    NULL};
	static const char *const PLAIN[] = {"message follows", "headers follow",
					    "header follows", NULL};
	char words[BOUNCE_WORDS_SIZE];
	size_t len = strlen(line);

	if (len > 78 || len < 6)
		return false;
	if (strchr("-=*_#+", line[0]) && line[1] == line[0]) {
		bounce_words_normalise(words, line);
		return bounce_words_any(words, WORDS);
	}
	/* "Original message follows." */
	if (!strchr("OoMmTt", line[0]) || !strstr(line, " follow"))
		return false;
	bounce_words_normalise(words, line);
	return bounce_words_any(words, PLAIN);
}

static size_t
line_length(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf ? (size_t)(lf - at) : (size_t)(end - at);
}

static struct form_line
line_of(struct pool *pool, const char *at, size_t len)
{
	struct form_line line = {0};

	while (len && strchr(" \t\r", at[len - 1]))
		len--;
	for (; len && (*at == ' ' || *at == '\t'); at++, len--)
		line.indent += *at == '\t' ? 8 : 1;
	line.text = pool_memdup(pool, at, len);
	return line;
}

/* Cuts the text at the message given back. */
static void
read_lines(struct form_notice *notice, size_t len)
{
	const char *at = notice->text, *end = at + len, *next;
	struct form_line *lines =
		pool_alloc(notice->pool, FORM_LINES_MOST * sizeof(*lines));
	size_t size = len + 16, n_words, line_len;
	char *words = pool_alloc(notice->pool, size);

	n_words = bounce_words_append(words, 0, size, "");
	for (; at < end && notice->n_lines < FORM_LINES_MOST; at = next) {
		line_len = line_length(at, end);
		next = at + line_len + (at + line_len < end);
		if (begins_returned(at)) {
			notice->returned = at;
			break;
		}
		lines[notice->n_lines] = line_of(notice->pool, at, line_len);
		if (is_separator(lines[notice->n_lines].text)) {
			notice->returned = next;
			break;
		}
		lines[notice->n_lines].words_at = n_words - 1;
		n_words = bounce_words_append(words, n_words, size,
					      lines[notice->n_lines++].text);
	}
	notice->lines = lines;
	notice->words = words;
	if (!notice->returned)
		return;
	notice->returned += strspn(notice->returned, " \t\r\n");
	notice->returned_len = (size_t)(end - notice->returned);
}

/* Tags to blanks, those that end a line to line ends. */
static void
append_html(struct buf *to, const char *html, size_t len)
{
	static const char *const BREAKS[] = {"<br",  "</p",  "</div",
					     "</tr", "</li", "</h"};
	const char *at = html, *end = html + len, *close;
	size_t i;

	while (at < end) {
		if (*at == '&' && end - at > 4 &&
		    (strncmp(at, "&lt;", 4) == 0 ||
		     strncmp(at, "&gt;", 4) == 0)) {
			buf_append_char(to, at[1] == 'l' ? '<' : '>');
			at += 4;
			continue;
		}
		if (*at != '<') {
			buf_append_char(to, *at++);
			continue;
		}
		close = memchr(at, '>', (size_t)(end - at));
		if (!close)
			break;
		for (i = 0; i < sizeof(BREAKS) / sizeof(BREAKS[0]); i++) {
			if (strncasecmp(at, BREAKS[i], strlen(BREAKS[i])) == 0)
				buf_append_char(to, '\n');
		}
		at = close + 1;
	}
}

static bool
is_text(const struct part *part, const char *type)
{
	return !part->inside_message && !part->is_message &&
	       strcmp(part->type, type) == 0;
}

static void
append_parts(const struct report_message *message, const char *type,
	     struct buf *to)
{
	const struct part *part;
	const char *text;
	size_t i, len;

	for (i = 0; i < message->map->n_parts && to->len < FORM_TEXT_MOST;
	     i++) {
		part = &message->map->parts[i];
		if (!is_text(part, type))
			continue;
		text = report_part_text(message, part, &len);
		len = strnlen(text, len < FORM_TEXT_MOST - to->len
					    ? len
					    : FORM_TEXT_MOST - to->len);
		if (strcmp(type, "text/html") == 0)
			append_html(to, text, len);
		else
			buf_append(to, text, len);
		buf_append_char(to, '\n');
	}
}

static bool
has_message(const struct part_map *map)
{
	size_t i;

	for (i = 0; i < map->n_parts; i++) {
		if (map->parts[i].is_message)
			return true;
	}
	return false;
}

static void
read_text(struct form_notice *notice)
{
	const struct report_message *message = notice->message;
	struct buf text;
	size_t i;

	buf_init(&text, 4 * FORM_TEXT_MOST);
	append_parts(message, "text/plain", &text);
	if (text.len < 20)
		append_parts(message, "text/html", &text);
	/* A multipart broken on the way: all of it is text. */
	if (text.len < 20 && !has_message(message->map))
		buf_append(&text, message->body,
			   strnlen(message->body,
				   message->body_len < FORM_TEXT_MOST
					   ? message->body_len
					   : FORM_TEXT_MOST));
	notice->text = pool_memdup(notice->pool, buf_text(&text), text.len);
	read_lines(notice, text.len);
	buf_done(&text);
	notice->has_returned = notice->returned != NULL;
	for (i = 0; i < message->map->n_parts; i++)
		notice->has_returned |= message->map->parts[i].is_message ||
					strncmp(message->map->parts[i].type,
						"text/rfc822", 11) == 0;
}

void
form_notice_read(const struct report_message *message,
		 struct form_notice *notice)
{
	const struct header_list *headers = message->headers;
	const char *subject =
		header_decode(message->pool, header_get(headers, "Subject"));
	const char *from = header_get(headers, "From");
	const char *to = header_get(headers, "To");
	const char *address;
	char words[BOUNCE_WORDS_SIZE];

	memset(notice, 0, sizeof(*notice));
	notice->message = message;
	notice->pool = message->pool;
	notice->subject = subject ? subject : "";
	notice->from = notice->to = "";
	/* Without a domain, some say just "mailer-daemon". */
	if (from)
		notice->from = address_list(message->pool, from, &address, 1)
				       ? address
				       : header_unfold(message->pool, from);
	if (to && address_list(message->pool, to, &address, 1))
		notice->to = address;
	notice->sender = form_sender_of(message, notice->from);
	bounce_words_normalise(words, notice->subject);
	notice->subject_words = pool_strdup(message->pool, words);
	read_text(notice);
}

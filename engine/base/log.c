/* log.c - see log.h. One write(2) a line, so that threads do not mix. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { LINE_SIZE = 4096 };

static const struct {
	const char *name;
	int priority; /* sd-daemon(3) */
} levels[] = {{"error", 3}, {"warn", 4}, {"info", 6}, {"debug", 7}};

static _Atomic int wanted_level = LOG_LEVEL_INFO;
static _Atomic bool for_journal;

/* systemd names the device and inode of its stream in the environment. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char have[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(have, sizeof(have), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return strcmp(stream, have) == 0;
}

void
log_open(enum log_level level, enum log_form form)
{
	atomic_store(&wanted_level, (int)level);
	atomic_store(&for_journal, form == LOG_FORM_AUTO
					   ? stderr_is_journal()
					   : form == LOG_FORM_JOURNAL);
}

void
log_set_level(enum log_level level)
{
	atomic_store(&wanted_level, (int)level);
}

enum sg_status
log_level_parse(const char *text, enum log_level *level_out, struct sg_err *err)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++)
		if (text_equal_ascii(text, levels[i].name)) {
			*level_out = (enum log_level)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "a log level is error, warn, info or debug");
}

/* How many bytes at `text` some reader takes for the end of a line or for an
 * order to the terminal: controls; in UTF-8 those of 0x80 to 0x9f, U+2028 and
 * U+2029, and what turns the direction of text (U+202A to U+202E, U+2066 to
 * U+2069). */
static size_t
control_len(const unsigned char *text)
{
	if (text[0] < 0x20 || text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	if (text[0] != 0xe2)
		return 0;
	return (text[1] == 0x80 && text[2] >= 0xa8 && text[2] <= 0xae) ||
			       (text[1] == 0x81 && text[2] >= 0xa6 &&
				text[2] <= 0xa9)
		       ? 3
		       : 0;
}

/* Callers quote outside text; this is the second line: one entry, one line. */
static void
replace_controls(char *text)
{
	size_t len;

	for (; *text; text += len ? len : 1) {
		len = control_len((const unsigned char *)text);
		memset(text, ' ', len);
	}
}

static void
write_line(const char *line, size_t len)
{
	while (len) {
		ssize_t done = write(STDERR_FILENO, line, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return; /* nobody is left to tell */
		line += done;
		len -= (size_t)done;
	}
}

static void
log_line(enum log_level level, const char *format, va_list args)
{
	char line[LINE_SIZE], at[CLOCK_TEXT_SIZE];
	size_t head, len;
	int saved = errno;

	if ((int)level > atomic_load(&wanted_level))
		return;
	if (atomic_load(&for_journal))
		snprintf(line, sizeof(line), "<%d>", levels[level].priority);
	else
		snprintf(line, sizeof(line), "%s %s ",
			 clock_format(clock_now(), at), levels[level].name);
	head = strlen(line);
	vsnprintf(line + head, sizeof(line) - head - 1, format, args);
	replace_controls(line + head);
	len = strlen(line);
	line[len++] = '\n';
	write_line(line, len);
	errno = saved;
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_WARN, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}

const char *
log_quote(const char *text, char out[LOG_QUOTE_SIZE])
{
	size_t n = 0;
	/* room for an escape, the dots, the closing quote and the NUL */
	const size_t most = LOG_QUOTE_SIZE - 9;

	out[n++] = '"';
	for (; *text && n < most; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f) {
			snprintf(out + n, 5, "\\x%02x", c);
			n += 4;
			continue;
		}
		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n++] = (char)c;
	}
	snprintf(out + n, LOG_QUOTE_SIZE - n, "%s\"", *text ? "..." : "");
	return out;
}

static bool
is_address(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] == '@' || strncmp(word + i, "%40", 3) == 0)
			return true;
	return false;
}

const char *
log_quote_private(const char *text, char out[LOG_QUOTE_SIZE])
{
	static const char between[] = " \t\r\n<>()[]\"'`,;:=/?&";
	char kept[LOG_QUOTE_SIZE];
	size_t n = 0, len, room;

	while (*text && n + 4 < sizeof(kept)) {
		len = strcspn(text, between);
		room = sizeof(kept) - 1 - n;
		if (is_address(text, len))
			n += (size_t)snprintf(kept + n, room, "...");
		else
			n += (size_t)snprintf(kept + n, room + 1, "%.*s",
					      (int)(len < room ? len : room),
					      text);
		text += len;
		if (*text && n + 1 < sizeof(kept))
			kept[n++] = *text++;
	}
	kept[n] = '\0';
	return log_quote(kept, out);
}

/*
 * maillog_state.c - how far the log was read, and which queue ids are ours, in
 * STATE/maillog.state: lines that are appended, the last position counts, and
 * a line without an end was being written in a crash. It is written anew when
 * it has grown. Nothing is synced: a position that is lost makes lines be read
 * again, and what they say is dropped by its external id.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maillog.h"

#define HEAD "scoregate-maillog 1\n"

enum { STATE_MOST = 8 << 20, STATE_LINE_MOST = 1024 };

static void
write_position(const struct maillog_position *position, FILE *to)
{
	if (!position->has_any)
		return;
	if (position->cursor[0])
		fprintf(to, "j %s\n", position->cursor);
	else
		fprintf(to,
			"f %" PRIu64 " %" PRIu64 " %" PRId64 " %zu %016" PRIx64
			"\n",
			position->file.device, position->file.inode,
			position->file.offset, position->file.mark_len,
			position->file.mark);
}

static void
read_position(struct maillog_position *position, const char *line)
{
	struct maillog_position read = {.has_any = true};

	if (sscanf(line, "j %499s", read.cursor) == 1)
		*position = read;
	else if (sscanf(line,
			"f %" SCNu64 " %" SCNu64 " %" SCNd64 " %zu %" SCNx64,
			&read.file.device, &read.file.inode, &read.file.offset,
			&read.file.mark_len, &read.file.mark) == 5 &&
		 read.file.mark_len <= FILE_MARK_MOST && read.file.offset >= 0)
		*position = read;
}

void
maillog_state_load(struct maillog *maillog)
{
	char line[STATE_LINE_MOST];
	FILE *file;

	file = maillog->state_path ? fopen(maillog->state_path, "re") : NULL;
	if (!file)
		return;
	if (!fgets(line, sizeof(line), file) || strcmp(line, HEAD) != 0) {
		fclose(file);
		return;
	}
	while (fgets(line, sizeof(line), file) && strchr(line, '\n'))
		if (!queue_read(maillog->queue, line))
			read_position(&maillog->kept, line);
	fclose(file);
	/* The first saving writes it anew. */
	maillog->state_bytes = STATE_MOST;
}

/* Closed; 0: it could not be written. */
static long
finish(FILE *file)
{
	long bytes = ftell(file);
	bool failed = ferror(file) || bytes < 0;

	return fclose(file) != 0 || failed ? 0 : bytes;
}

static bool
write_anew(struct maillog *maillog)
{
	size_t len = strlen(maillog->state_path) + 5;
	char *path = malloc(len);
	FILE *file;
	long bytes;

	if (!path)
		return false;
	snprintf(path, len, "%s.new", maillog->state_path);
	file = fopen(path, "we");
	if (file) {
		fputs(HEAD, file);
		queue_write(maillog->queue, file, true);
		write_position(&maillog->kept, file);
		bytes = finish(file);
		if (bytes && rename(path, maillog->state_path) == 0) {
			maillog->state_bytes = bytes;
			free(path);
			return true;
		}
	}
	free(path);
	return false;
}

bool
maillog_state_save(struct maillog *maillog)
{
	FILE *file;
	long bytes;

	if (!maillog->state_path)
		return true;
	if (!maillog->state_bytes || maillog->state_bytes >= STATE_MOST)
		return write_anew(maillog);
	file = fopen(maillog->state_path, "ae");
	if (!file)
		return false;
	queue_write(maillog->queue, file, false);
	write_position(&maillog->kept, file);
	bytes = finish(file);
	/* What it holds now is not known: the next one is written anew. */
	maillog->state_bytes = bytes;
	return bytes > 0;
}

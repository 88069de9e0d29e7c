/* broadcast_journal.c - see broadcast_journal.h. */
#include "broadcast/broadcast_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 512 };

struct broadcast_journal {
	int fd;
	char path[PATH_MAX];
};

static void
read_lines(FILE *file, journal_fn *fn, void *arg, off_t *end_out)
{
	char text[LINE_SIZE], mark;
	struct journal_line line;
	int reason_at;

	*end_out = 0;
	while (fgets(text, sizeof(text), file)) {
		size_t len = strlen(text);

		if (len == 0 || text[len - 1] != '\n')
			return; /* torn: it was never written */
		*end_out += (off_t)len;
		text[len - 1] = '\0';
		reason_at = 0;
		if (sscanf(text, "%c %" SCNu32 " %" SCNx64 " %n", &mark,
			   &line.record_id, &line.message_id, &reason_at) < 3)
			continue;
		line.mark = (enum journal_mark)mark;
		line.reason = reason_at ? text + reason_at : "";
		fn(arg, &line);
	}
}

enum sg_status
journal_open(const char *directory, const char *name, journal_fn *fn, void *arg,
	     struct broadcast_journal **journal_out, struct sg_err *err)
{
	struct broadcast_journal *journal = calloc(1, sizeof(*journal));
	off_t end = 0;
	FILE *file;

	if (!journal)
		return err_set(err, SG_FAILED, "out of memory");
	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		free(journal);
		return err_errno(err, SG_FAILED, "%s", directory);
	}
	snprintf(journal->path, sizeof(journal->path), "%s/%s.journal",
		 directory, name);
	file = fopen(journal->path, "r");
	if (file) {
		read_lines(file, fn, arg, &end);
		fclose(file);
	}
	journal->fd = open(journal->path,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (journal->fd < 0 || ftruncate(journal->fd, end) != 0) {
		err_errno(err, SG_FAILED, "%s", journal->path);
		journal_close(journal);
		return SG_FAILED;
	}
	*journal_out = journal;
	return SG_OK;
}

void
journal_close(struct broadcast_journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal);
}

enum sg_status
journal_note(struct broadcast_journal *journal, const struct journal_line *line,
	     bool sync, struct sg_err *err)
{
	char text[LINE_SIZE];
	off_t before = lseek(journal->fd, 0, SEEK_END);
	int len, i;

	len = snprintf(text, sizeof(text) - 1, "%c %" PRIu32 " %" PRIx64 " %s",
		       line->mark, line->record_id, line->message_id,
		       line->reason);
	if (len > LINE_SIZE - 2)
		len = LINE_SIZE - 2;
	for (i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r')
			text[i] = ' ';
	text[len++] = '\n';
	if (write(journal->fd, text, (size_t)len) != len) {
		err_errno(err, errno == ENOSPC ? SG_BUSY : SG_FAILED, "%s",
			  journal->path);
		/* Half a line must not run into the next one. */
		if (before >= 0 && ftruncate(journal->fd, before) != 0)
			return SG_FAILED;
		return errno == ENOSPC ? SG_BUSY : SG_FAILED;
	}
	if (sync && fdatasync(journal->fd) != 0)
		return err_errno(err, SG_FAILED, "%s", journal->path);
	return SG_OK;
}

void
journal_remove(struct broadcast_journal *journal)
{
	unlink(journal->path);
}

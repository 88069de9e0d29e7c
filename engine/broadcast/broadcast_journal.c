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

/* Calls fn for each whole line; where they end. */
static enum sg_status
read_lines(FILE *file, journal_fn *fn, void *arg, off_t *end_out)
{
	char text[LINE_SIZE], mark;
	struct journal_line line;
	int reason_at;

	*end_out = 0;
	while (fgets(text, sizeof(text), file)) {
		size_t len = strlen(text);

		if (len == 0 || text[len - 1] != '\n')
			break; /* torn: it was never written */
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
	return ferror(file) ? SG_FAILED : SG_OK;
}

static enum sg_status
read_journal(const char *path, journal_fn *fn, void *arg, off_t *end_out,
	     struct sg_err *err)
{
	FILE *file = fopen(path, "re");
	enum sg_status status;

	*end_out = 0;
	if (!file && errno == ENOENT)
		return SG_OK;
	/* Taking it for empty would send to all of them again. */
	if (!file)
		return err_errno(err, SG_FAILED, "%s", path);
	status = read_lines(file, fn, arg, end_out);
	if (status != SG_OK)
		err_errno(err, SG_FAILED, "%s", path);
	fclose(file);
	return status;
}

/* A new file is only there for good when its folder is. */
static enum sg_status
sync_folder(const char *directory, struct sg_err *err)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (!good)
		err_errno(err, SG_FAILED, "%s", directory);
	if (fd >= 0)
		close(fd);
	return good ? SG_OK : SG_FAILED;
}

enum sg_status
journal_open(const char *directory, const char *name, journal_fn *fn, void *arg,
	     struct broadcast_journal **journal_out, struct sg_err *err)
{
	struct broadcast_journal *journal = calloc(1, sizeof(*journal));
	enum sg_status status;
	off_t end = 0;

	if (!journal)
		return err_set(err, SG_FAILED, "out of memory");
	journal->fd = -1;
	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		free(journal);
		return err_errno(err, SG_FAILED, "%s", directory);
	}
	snprintf(journal->path, sizeof(journal->path), "%s/%s.journal",
		 directory, name);
	status = read_journal(journal->path, fn, arg, &end, err);
	if (status == SG_OK) {
		journal->fd =
			open(journal->path,
			     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (journal->fd < 0 || ftruncate(journal->fd, end) != 0)
			status = err_errno(err, SG_FAILED, "%s", journal->path);
	}
	if (status == SG_OK)
		status = sync_folder(directory, err);
	if (status == SG_OK)
		*journal_out = journal;
	else
		journal_close(journal);
	return status;
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
	     struct sg_err *err)
{
	char text[LINE_SIZE];
	off_t before = lseek(journal->fd, 0, SEEK_END);
	enum sg_status status;
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
	errno = ENOSPC; /* what a short write means */
	if (write(journal->fd, text, (size_t)len) == len)
		return SG_OK;
	status = errno == ENOSPC ? SG_BUSY : SG_FAILED;
	err_errno(err, status, "%s", journal->path);
	/* Half a line must not run into the next one. */
	if (before >= 0 && ftruncate(journal->fd, before) != 0)
		return SG_FAILED;
	return status;
}

enum sg_status
journal_sync(struct broadcast_journal *journal, struct sg_err *err)
{
	if (fdatasync(journal->fd) == 0)
		return SG_OK;
	return err_errno(err, errno == ENOSPC ? SG_BUSY : SG_FAILED, "%s",
			 journal->path);
}

void
journal_remove(struct broadcast_journal *journal)
{
	unlink(journal->path);
}

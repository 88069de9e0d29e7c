/* broadcast_journal.c - see broadcast_journal.h. */
#include "broadcast/broadcast_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { LINE_SIZE = 512, BOOT_SIZE = 64 };

struct broadcast_journal {
	int fd;
	char path[PATH_MAX];
	pthread_mutex_t lock; /* held over a write */
	off_t end;	      /* of what was written whole */
};

/* --- reading ------------------------------------------------------------- */

/* Who was prepared and of whom nothing else is known: the few that were made
 * and not yet handed over. */
struct reading {
	journal_fn *fn;
	void *arg;
	char boot[BOOT_SIZE]; /* of the lines that are read; "" = unknown */
	bool ended;	      /* in order */
	struct journal_prepared *prepared;
	size_t n_prepared, cap_prepared;
};

static void
forget_prepared(struct reading *reading, uint32_t record_id)
{
	size_t i = reading->n_prepared;

	while (i > 0 && reading->prepared[i - 1].record_id != record_id)
		i--;
	if (i > 0)
		reading->prepared[i - 1] =
			reading->prepared[--reading->n_prepared];
}

static bool
remember_prepared(struct reading *reading, const struct journal_line *line)
{
	struct journal_prepared *more;
	size_t cap = reading->cap_prepared ? reading->cap_prepared * 2 : 64;

	forget_prepared(reading, line->record_id);
	if (reading->n_prepared == reading->cap_prepared) {
		more = realloc(reading->prepared, cap * sizeof(*more));
		if (!more)
			return false;
		reading->prepared = more;
		reading->cap_prepared = cap;
	}
	reading->prepared[reading->n_prepared++] =
		(struct journal_prepared){line->record_id, line->message_id};
	return true;
}

/* A run's lines are over, and the next one's boot is this. */
static void
end_run(struct reading *reading, const char *boot)
{
	bool lost = !reading->ended && reading->boot[0] &&
		    (strcmp(reading->boot, boot) != 0 || *boot == '?');
	size_t i;

	for (i = 0; lost && i < reading->n_prepared; i++) {
		struct journal_line line = {
			JOURNAL_HANDING_OVER, reading->prepared[i].record_id,
			reading->prepared[i].message_id, ""};

		reading->fn(reading->arg, &line);
	}
	reading->n_prepared = 0;
	reading->ended = false;
	snprintf(reading->boot, sizeof(reading->boot), "%s", boot);
}

/* "B 12 4f2a reason". False: it is none of these. A journal may have millions
 * of lines: no scanf(). */
static bool
parse_line(const char *text, struct journal_line *line)
{
	char *end;

	if (!text[0] || text[1] != ' ')
		return false;
	line->mark = (enum journal_mark)text[0];
	line->record_id = (uint32_t)strtoul(text + 2, &end, 10);
	if (end == text + 2 || *end != ' ')
		return false;
	text = end + 1;
	line->message_id = strtoull(text, &end, 16);
	line->reason = end + strspn(end, " ");
	return end != text;
}

/* False: out of memory. */
static bool
take_line(struct reading *reading, const char *text)
{
	struct journal_line line;

	if (text[0] == 'M' && text[1] == ' ') {
		end_run(reading, text + 2);
		return true;
	}
	if (!strcmp(text, "E")) {
		reading->ended = true;
		return true;
	}
	if (!parse_line(text, &line))
		return true;
	if (text[0] == 'P')
		return remember_prepared(reading, &line);
	forget_prepared(reading, line.record_id);
	reading->fn(reading->arg, &line);
	return true;
}

/* Takes each whole line; where they end. */
static enum sg_status
read_lines(FILE *file, struct reading *reading, off_t *end_out)
{
	char text[LINE_SIZE];

	*end_out = 0;
	while (fgets(text, sizeof(text), file)) {
		size_t len = strlen(text);

		if (len == 0 || text[len - 1] != '\n')
			break; /* torn: it was never written */
		*end_out += (off_t)len;
		text[len - 1] = '\0';
		if (!take_line(reading, text)) {
			errno = ENOMEM;
			return SG_FAILED;
		}
	}
	return ferror(file) ? SG_FAILED : SG_OK;
}

/* No room, or no leave to write there: either may be over soon. */
static enum sg_status
not_now(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EACCES ||
			       error == EROFS
		       ? SG_BUSY
		       : SG_FAILED;
}

static enum sg_status
read_journal(const char *path, struct reading *reading, off_t *end_out,
	     struct sg_err *err)
{
	FILE *file = fopen(path, "re");
	enum sg_status status;

	*end_out = 0;
	if (!file && errno == ENOENT)
		return SG_OK;
	/* Taking it for empty would send to all of them again. */
	if (!file)
		return err_errno(err, not_now(errno), "%s", path);
	status = read_lines(file, reading, end_out);
	if (status != SG_OK)
		err_errno(err, SG_FAILED, "%s", path);
	fclose(file);
	return status;
}

/* "?": the system does not say; it is none that we know. */
static void
read_boot(char boot[BOOT_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(boot, BOOT_SIZE, file))
		snprintf(boot, BOOT_SIZE, "?");
	boot[strcspn(boot, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* --- writing ------------------------------------------------------------- */

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

static enum sg_status
append(struct broadcast_journal *journal, const char *text, size_t len,
       struct sg_err *err)
{
	enum sg_status status = SG_OK;

	pthread_mutex_lock(&journal->lock);
	errno = ENOSPC; /* what a short write means */
	if (write(journal->fd, text, len) == (ssize_t)len) {
		journal->end += (off_t)len;
	} else {
		status = not_now(errno);
		err_errno(err, status, "%s", journal->path);
		/* Half a line must not run into the next one. */
		if (ftruncate(journal->fd, journal->end) != 0)
			status = SG_FAILED;
	}
	pthread_mutex_unlock(&journal->lock);
	return status;
}

static enum sg_status
open_file(struct broadcast_journal *journal, const char *boot,
	  struct sg_err *err)
{
	char line[BOOT_SIZE + 4];

	journal->fd = open(journal->path,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (journal->fd < 0 || ftruncate(journal->fd, journal->end) != 0)
		return err_errno(err, not_now(errno), "%s", journal->path);
	snprintf(line, sizeof(line), "M %s\n", boot);
	return append(journal, line, strlen(line), err);
}

enum sg_status
journal_open(const char *directory, const char *name, journal_fn *fn, void *arg,
	     struct broadcast_journal **journal_out, struct sg_err *err)
{
	struct broadcast_journal *journal = calloc(1, sizeof(*journal));
	struct reading reading = {.fn = fn, .arg = arg};
	char boot[BOOT_SIZE];
	enum sg_status status;

	if (!journal)
		return err_set(err, SG_FAILED, "out of memory");
	journal->fd = -1;
	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		free(journal);
		return err_errno(err, not_now(errno), "%s", directory);
	}
	pthread_mutex_init(&journal->lock, NULL);
	snprintf(journal->path, sizeof(journal->path), "%s/%s.journal",
		 directory, name);
	read_boot(boot);
	status = read_journal(journal->path, &reading, &journal->end, err);
	if (status == SG_OK) {
		end_run(&reading, boot);
		status = open_file(journal, boot, err);
	}
	free(reading.prepared);
	if (status == SG_OK)
		status = sync_folder(directory, err);
	if (status == SG_OK)
		*journal_out = journal;
	else
		journal_close(journal);
	return status;
}

/* Nobody is prepared any more. */
static void
end_in_order(struct broadcast_journal *journal)
{
	if (append(journal, "E\n", 2, NULL) != SG_OK)
		return; /* after a crash of the machine they are doubtful */
}

void
journal_close(struct broadcast_journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0) {
		end_in_order(journal);
		close(journal->fd);
	}
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}

enum sg_status
journal_note(struct broadcast_journal *journal, const struct journal_line *line,
	     struct sg_err *err)
{
	char text[LINE_SIZE];
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
	return append(journal, text, (size_t)len, err);
}

enum sg_status
journal_prepare(struct broadcast_journal *journal,
		const struct journal_prepared *prepared, size_t n_prepared,
		struct sg_err *err)
{
	struct buf text = BUF_INIT;
	enum sg_status status;
	size_t i;

	for (i = 0; i < n_prepared; i++)
		buf_printf(&text, "P %" PRIu32 " %" PRIx64 "\n",
			   prepared[i].record_id, prepared[i].message_id);
	status = buf_ok(&text) ? append(journal, buf_text(&text), text.len, err)
			       : err_set(err, SG_FAILED, "out of memory");
	buf_done(&text);
	return status == SG_OK ? journal_sync(journal, err) : status;
}

enum sg_status
journal_sync(struct broadcast_journal *journal, struct sg_err *err)
{
	if (fdatasync(journal->fd) == 0)
		return SG_OK;
	return err_errno(err, not_now(errno), "%s", journal->path);
}

void
journal_remove(struct broadcast_journal *journal)
{
	unlink(journal->path);
}

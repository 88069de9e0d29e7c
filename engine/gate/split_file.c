/* split_file.c - see split_file.h. */
#include "gate/split_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "scoregate-split 1";

enum { RECIPIENTS_MOST = 1000, LOG_LINE_MOST = 600 };

bool (*split_step_hook)(const char *step);

bool
split_step_fails(const char *step)
{
	if (!split_step_hook || !split_step_hook(step))
		return false;
	errno = EIO;
	return true;
}

static const char *
path_of(const char *directory, const char *name, const char *ending,
	char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s.%s", directory, name, ending);
	return path;
}

enum sg_status
split_sync_folder(const char *directory, struct sg_err *err)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && !split_step_fails("sync the folder") &&
		    fsync(fd) == 0;

	if (!good)
		err_errno(err, SG_FAILED, "%s", directory);
	if (fd >= 0)
		close(fd);
	return good ? SG_OK : SG_FAILED;
}

/* --- writing ------------------------------------------------------------- */

static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Values keep their folds as bare LF, as the MTA gave them. */
static void
append_head(struct buf *to, const struct split_mail *mail,
	    const struct header_list *headers)
{
	buf_printf(to, "%s\nat %" PRId64 "\nsender %s\nuser %s\nqueue %s\n",
		   magic, mail->at, mail->sender, mail->user, mail->queue_id);
	for (size_t i = 0; i < mail->n_copies; i++)
		buf_printf(to, "copy %016" PRIx64 " %016" PRIx64 " %s\n",
			   mail->copies[i].key, mail->copies[i].message_id,
			   mail->copies[i].recipient);
	buf_append_char(to, '\n');
	for (size_t i = 0; i < headers->n_fields; i++)
		buf_printf(to, "%s: %s\n", headers->fields[i].name,
			   headers->fields[i].value +
				   strspn(headers->fields[i].value, " \t"));
	buf_append_char(to, '\n');
}

static bool
write_file(const char *path, const struct buf *head, const struct buf *body)
{
	int fd = split_step_fails("open")
			 ? -1
			 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				0600);
	bool good = fd >= 0 && buf_ok(head) && !split_step_fails("write") &&
		    write_all(fd, head->data, head->len) &&
		    write_all(fd, buf_text(body), body->len) &&
		    !split_step_fails("sync") && fdatasync(fd) == 0;
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return good;
}

static bool
make_empty(const char *path)
{
	int fd = split_step_fails("make the log")
			 ? -1
			 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

enum sg_status
split_file_write(const char *directory, struct split_mail *mail,
		 const struct header_list *headers, const struct buf *body,
		 struct sg_err *err)
{
	char made[PATH_MAX], path[PATH_MAX], log[PATH_MAX];
	struct buf head = BUF_INIT;
	enum sg_status status = SG_OK;

	path_of(directory, mail->name, "new", made);
	path_of(directory, mail->name, "mail", path);
	path_of(directory, mail->name, "log", log);
	append_head(&head, mail, headers);
	if (!write_file(made, &head, body) || !make_empty(log) ||
	    split_step_fails("rename") || rename(made, path) != 0)
		status = err_errno(err, errno == ENOSPC ? SG_BUSY : SG_FAILED,
				   "%s", path);
	if (status == SG_OK)
		status = split_sync_folder(directory, err);
	mail->bytes = head.len + body->len;
	buf_done(&head);
	if (status == SG_OK)
		return SG_OK;
	(void)unlink(path); /* the MTA keeps all of them */
	(void)unlink(made);
	(void)unlink(log);
	return status;
}

/* --- reading ------------------------------------------------------------- */

static enum sg_status
read_file(const char *path, struct buf *to, struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0) {
		char *room = buf_reserve(to, 1 << 16);

		if (!room)
			break;
		n = read(fd, room, 1 << 16);
		if (n <= 0)
			break;
		buf_commit(to, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && n == 0 && buf_ok(to))
		return SG_OK;
	return err_errno(err, SG_FAILED, "%s", path);
}

/* The line from *at, ended by NUL instead of LF; NULL: no more. */
static char *
next_line(char **at)
{
	char *line = *at, *end = line ? strchr(line, '\n') : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

static char *
must_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static void
replace(char **text, const char *by)
{
	free(*text);
	*text = must_copy(by);
}

static bool
read_copy(struct split_mail *mail, const char *line)
{
	struct split_copy copy = {.state = SPLIT_WAITING}, *more;
	int address_at = 0;

	if (mail->n_copies == RECIPIENTS_MOST ||
	    sscanf(line, "copy %" SCNx64 " %" SCNx64 " %n", &copy.key,
		   &copy.message_id, &address_at) != 2 ||
	    !address_at || !line[address_at])
		return false;
	copy.recipient = must_copy(line + address_at);
	more = realloc(mail->copies, (mail->n_copies + 1) * sizeof(copy));
	if (!more)
		abort();
	mail->copies = more;
	mail->copies[mail->n_copies++] = copy;
	return true;
}

static bool
read_head(struct split_mail *mail, char *text)
{
	char *line = next_line(&text);

	if (!line || strcmp(line, magic) != 0)
		return false;
	while ((line = next_line(&text)) && *line) {
		if (strncmp(line, "sender ", 7) == 0)
			replace(&mail->sender, line + 7);
		else if (strncmp(line, "user ", 5) == 0)
			replace(&mail->user, line + 5);
		else if (strncmp(line, "queue ", 6) == 0)
			replace(&mail->queue_id, line + 6);
		else if (strncmp(line, "at ", 3) == 0)
			mail->at = strtoll(line + 3, NULL, 10);
		else if (!read_copy(mail, line))
			return false;
	}
	return line && mail->n_copies;
}

static void
read_log(struct split_mail *mail, char *text)
{
	char *line, mark;
	size_t i, len;
	int reason_at;

	while ((line = next_line(&text))) {
		reason_at = 0;
		len = strlen(line);
		if (len < 2 || strcmp(line + len - 2, " .") != 0 ||
		    sscanf(line, "%c %zu %n", &mark, &i, &reason_at) != 2 ||
		    i >= mail->n_copies)
			continue;
		line[len - 2] = '\0';
		mail->copies[i].state = mark == 'S'   ? SPLIT_SENT
					: mark == 'F' ? SPLIT_DEAD
						      : SPLIT_WAITING;
		replace(&mail->copies[i].reason,
			reason_at && (size_t)reason_at < len - 2
				? line + reason_at
				: "");
	}
}

enum sg_status
split_file_read(const char *directory, const char *name,
		struct split_mail **mail_out, struct sg_err *err)
{
	struct split_mail *mail = calloc(1, sizeof(*mail));
	struct buf text = BUF_INIT, log = BUF_INIT;
	char path[PATH_MAX];
	enum sg_status status;

	if (!mail)
		abort();
	snprintf(mail->name, sizeof(mail->name), "%s", name);
	replace(&mail->sender, "");
	replace(&mail->user, "");
	replace(&mail->queue_id, "-");
	status = read_file(path_of(directory, name, "mail", path), &text, err);
	mail->bytes = text.len;
	if (status == SG_OK && (!text.len || !read_head(mail, text.data)))
		status = err_set(err, SG_REFUSED, "%s is damaged", path);
	/* Without its log all of it counts as not sent: never lost. */
	if (status == SG_OK &&
	    read_file(path_of(directory, name, "log", path), &log, NULL) ==
		    SG_OK &&
	    log.len) {
		buf_append_char(&log, '\0');
		read_log(mail, log.data);
	}
	buf_done(&text);
	buf_done(&log);
	if (status == SG_OK)
		*mail_out = mail;
	else
		split_mail_free(mail);
	return status;
}

enum sg_status
split_file_message(const char *directory, const char *name,
		   struct buf *message_out, struct sg_err *err)
{
	char path[PATH_MAX];
	enum sg_status status;
	const char *end;
	size_t head;

	status = read_file(path_of(directory, name, "mail", path), message_out,
			   err);
	if (status != SG_OK)
		return status;
	end = strstr(buf_text(message_out), "\n\n");
	if (!end)
		return err_set(err, SG_REFUSED, "%s is damaged", path);
	head = (size_t)(end + 2 - message_out->data);
	memmove(message_out->data, message_out->data + head,
		message_out->len - head);
	message_out->len -= head;
	message_out->data[message_out->len] = '\0'; /* it shrank */
	return SG_OK;
}

/* --- what becomes of it -------------------------------------------------- */

static void
make_line(char line[LOG_LINE_MOST], char mark, size_t i, const char *reason)
{
	/* It begins a line of its own, whatever was torn before it. */
	int len = snprintf(line, LOG_LINE_MOST, "\n%c %zu %.500s", mark, i,
			   reason ? reason : "");

	for (int at = 1; at < len; at++)
		if (line[at] == '\n' || line[at] == '\r')
			line[at] = ' ';
	snprintf(line + len, (size_t)(LOG_LINE_MOST - len), " .\n");
}

enum sg_status
split_file_note(const char *directory, const struct split_mail *mail, char mark,
		size_t i, const char *reason, struct sg_err *err)
{
	char path[PATH_MAX], line[LOG_LINE_MOST];
	bool good;
	int fd;

	make_line(line, mark, i, reason);
	path_of(directory, mail->name, "log", path);
	fd = split_step_fails("open the log")
		     ? -1
		     : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			    0600);
	good = fd >= 0 && !split_step_fails("note") &&
	       write_all(fd, line, strlen(line)) &&
	       !split_step_fails("sync the note") && fdatasync(fd) == 0;
	if (!good)
		err_errno(err, SG_BUSY, "%s", path);
	if (fd >= 0)
		close(fd);
	return good ? SG_OK : SG_BUSY;
}

/* The mail first: a log without one is nothing. */
void
split_file_remove(const char *directory, const struct split_mail *mail)
{
	char path[PATH_MAX];

	if (split_step_fails("remove"))
		return;
	(void)unlink(path_of(directory, mail->name, "mail", path));
	(void)unlink(path_of(directory, mail->name, "log", path));
}

void
split_mail_free(struct split_mail *mail)
{
	if (!mail)
		return;
	for (size_t i = 0; i < mail->n_copies; i++) {
		free(mail->copies[i].recipient);
		free(mail->copies[i].reason);
	}
	free(mail->copies);
	free(mail->sender);
	free(mail->user);
	free(mail->queue_id);
	free(mail);
}

/*
 * keys_file.c - the file of keys, lines for people and machines:
 *
 *     # Scoregate's secrets ...
 *     record 64-hex-digits
 *     tag 1 64-hex-digits
 *     retired 1 - 2026-11-22T01:00:00.000Z      made when, retired when
 *     tag 2 64-hex-digits 2026-02-01T09:00:00.000Z
 *
 * The last tag makes new tokens, since the time that stands behind it.
 */
#include "token/keys_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/text.h"

enum { FILE_MOST = 64 << 10 };

static enum sg_status
take_hex(const char *hex, unsigned char out[TAG_KEY_SIZE], struct sg_err *err)
{
	struct buf bytes = BUF_INIT;
	enum sg_status status = decode_hex(&bytes, hex, strlen(hex), err);

	if (status == SG_OK && bytes.len != TAG_KEY_SIZE)
		status = err_set(err, SG_REFUSED,
				 "a key is %d hex digits, not %zu",
				 TAG_KEY_SIZE * 2, bytes.len * 2);
	if (status == SG_OK)
		memcpy(out, bytes.data, TAG_KEY_SIZE);
	if (bytes.data)
		crypto_wipe(bytes.data, bytes.cap);
	buf_done(&bytes);
	return status;
}

/* "7" of "7 64-hex-digits", and what is behind the blank. */
static enum sg_status
take_id(const char **rest, uint8_t *id_out, struct sg_err *err)
{
	char number[8];
	size_t len = strcspn(*rest, " ");
	long long id;

	snprintf(number, sizeof(number), "%.*s", (int)(len < 7 ? len : 7),
		 *rest);
	if (!(*rest)[len] || !text_to_int(number, &id) || id < 1 ||
	    id >= KEYS_IDS)
		return err_set(err, SG_REFUSED,
			       "expected: tag 1…255 and 64 hex digits");
	*rest += len + 1;
	*id_out = (uint8_t)id;
	return SG_OK;
}

static enum sg_status
take_time(const char *text, int64_t *at_out, struct sg_err *err)
{
	return *text ? clock_parse(text, NULL, at_out, err) : SG_OK;
}

static enum sg_status
take_tag(struct keys_file *file, const char *rest, struct sg_err *err)
{
	struct keys_tag *tag;
	char hex[2 * TAG_KEY_SIZE + 2];
	uint8_t id;
	size_t len;

	if (take_id(&rest, &id, err) != SG_OK)
		return SG_REFUSED;
	tag = &file->tags[id];
	if (tag->state != KEYS_NEVER)
		return err_set(err, SG_REFUSED, "tag key %u stands twice", id);
	len = strcspn(rest, " ");
	snprintf(hex, sizeof(hex), "%.*s",
		 (int)(len < sizeof(hex) ? len : sizeof(hex) - 1), rest);
	rest += len;
	if (take_hex(hex, tag->key, err) != SG_OK ||
	    take_time(rest + strspn(rest, " "), &tag->at, err) != SG_OK)
		return SG_REFUSED;
	crypto_wipe(hex, sizeof(hex));
	tag->state = KEYS_THERE;
	tag->place = ++file->n_places;
	file->current = id;
	return SG_OK;
}

static enum sg_status
take_retired(struct keys_file *file, const char *rest, struct sg_err *err)
{
	char made[CLOCK_TEXT_SIZE];
	size_t len;
	uint8_t id;

	if (take_id(&rest, &id, err) != SG_OK)
		return SG_REFUSED;
	if (file->tags[id].state != KEYS_NEVER)
		return err_set(err, SG_REFUSED, "tag key %u stands twice", id);
	file->tags[id].state = KEYS_RETIRED;
	len = strcspn(rest, " ");
	snprintf(made, sizeof(made), "%.*s",
		 (int)(len < sizeof(made) ? len : sizeof(made) - 1), rest);
	rest += len;
	if (take_time(strcmp(made, "-") == 0 ? "" : made, &file->tags[id].at,
		      err) != SG_OK)
		return SG_REFUSED;
	return take_time(rest + strspn(rest, " "), &file->tags[id].retired_at,
			 err);
}

static enum sg_status
take_line(struct keys_file *file, const char *line, struct sg_err *err)
{
	if (!*line || *line == '#')
		return SG_OK;
	if (strncmp(line, "tag ", 4) == 0)
		return take_tag(file, line + 4, err);
	if (strncmp(line, "retired ", 8) == 0)
		return take_retired(file, line + 8, err);
	if (strncmp(line, "record ", 7) != 0 || file->has_record)
		return err_set(err, SG_REFUSED,
			       "expected one `record` line and `tag` lines");
	file->has_record = true;
	return take_hex(line + 7, file->record, err);
}

static enum sg_status
take_text(struct keys_file *file, char *text, const char *path,
	  struct sg_err *err)
{
	unsigned n = 1;

	for (char *line = text; *line; n++) {
		size_t len = strcspn(line, "\n");
		bool more = line[len] == '\n';

		line[len] = '\0';
		if (take_line(file, line, err) != SG_OK)
			return err_prefix(err, "%s:%u", path, n);
		line += len + more;
	}
	if (!file->has_record || !file->current)
		return err_set(err, SG_REFUSED,
			       "%s: the %s key is missing; "
			       "take the file from a backup",
			       path, file->has_record ? "tag" : "record");
	return SG_OK;
}

/* Whoever can read the file can forge every link, so others must not. Root
 * looks at what is the daemon user's (--check, --restore). */
static enum sg_status
check_mode(int fd, const char *path, struct sg_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(err, SG_FAILED, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, SG_REFUSED, "%s is not a file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
		return err_set(err, SG_REFUSED,
			       "%s belongs to user id %u: it must be root's, "
			       "or of the user that scoregated runs as",
			       path, (unsigned)st.st_uid);
	if (st.st_mode & 077)
		return err_set(err, SG_REFUSED,
			       "%s can be used by others "
			       "(mode %04o): chmod 600 %s",
			       path, (unsigned)st.st_mode & 07777, path);
	if (st.st_size > FILE_MOST)
		return err_set(err, SG_REFUSED, "%s is too large", path);
	return SG_OK;
}

static enum sg_status
read_file(int fd, const char *path, struct keys_file *file, struct sg_err *err)
{
	char *text = calloc(1, FILE_MOST + 1);
	enum sg_status status;
	ssize_t len;

	if (!text)
		return err_set(err, SG_FAILED, "out of memory");
	len = read(fd, text, FILE_MOST);
	if (len < 0)
		status = err_errno(err, SG_FAILED, "cannot read %s", path);
	else
		status = take_text(file, text, path, err);
	crypto_wipe(text, FILE_MOST);
	free(text);
	return status;
}

static enum sg_status
write_all(int fd, const struct buf *text, const char *path, struct sg_err *err)
{
	ssize_t done = write(fd, text->data, text->len);

	if (done >= 0 && (size_t)done != text->len)
		errno = ENOSPC;
	if (done < 0 || (size_t)done != text->len || fsync(fd) != 0)
		return err_errno(err, SG_FAILED, "cannot write %s", path);
	return SG_OK;
}

/* The name must be on disk too before a link made with the keys goes out. */
static enum sg_status
sync_folder(const char *path, struct sg_err *err)
{
	char copy[4096];
	int fd;
	bool fine;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fine = fd >= 0 && fsync(fd) == 0;
	if (!fine)
		err_errno(err, SG_FAILED, "cannot sync the folder of %s", path);
	if (fd >= 0)
		close(fd);
	return fine ? SG_OK : SG_FAILED;
}

static void
append_tag(struct buf *text, unsigned id, const struct keys_tag *tag)
{
	char at[CLOCK_TEXT_SIZE], retired_at[CLOCK_TEXT_SIZE];

	if (tag->state == KEYS_RETIRED) {
		buf_printf(text, "retired %u %s %s\n", id,
			   tag->at ? clock_format(tag->at, at) : "-",
			   clock_format(tag->retired_at, retired_at));
		return;
	}
	buf_printf(text, "tag %u ", id);
	encode_hex(text, tag->key, sizeof(tag->key));
	if (tag->at)
		buf_printf(text, " %s", clock_format(tag->at, at));
	buf_append_char(text, '\n');
}

static void
append_all(struct buf *text, const struct keys_file *file)
{
	buf_append_text(text,
			"# Scoregate's secrets. Keep a copy where the backups "
			"are:\n# without this file every link sent is dead.\n");
	buf_append_text(text, "record ");
	encode_hex(text, file->record, sizeof(file->record));
	buf_append_char(text, '\n');
	for (unsigned id = 1; id < KEYS_IDS; id++)
		if (file->tags[id].state == KEYS_RETIRED)
			append_tag(text, id, &file->tags[id]);
	for (unsigned place = 1; place <= file->n_places; place++)
		for (unsigned id = 1; id < KEYS_IDS; id++)
			if (file->tags[id].state == KEYS_THERE &&
			    file->tags[id].place == place)
				append_tag(text, id, &file->tags[id]);
}

enum sg_status
keys_file_write(const char *path, const struct keys_file *file,
		struct sg_err *err)
{
	struct buf text = BUF_INIT;
	char temporary[4096];
	enum sg_status status;
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	/* What a crash left; and never through a link. */
	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot make %s", temporary);
	append_all(&text, file);
	status = write_all(fd, &text, temporary, err);
	close(fd);
	crypto_wipe(text.data, text.len);
	buf_done(&text);
	if (status == SG_OK && rename(temporary, path) != 0)
		status = err_errno(err, SG_FAILED, "cannot make %s", path);
	return status == SG_OK ? sync_folder(path, err) : status;
}

enum sg_status
keys_file_read(const char *path, struct keys_file *file, struct sg_err *err)
{
	enum sg_status status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(file, 0, sizeof(*file));
	if (fd < 0 && errno == ENOENT)
		return err_errno(err, SG_NONE, "cannot open the keys %s", path);
	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot open the keys %s",
				 path);
	status = check_mode(fd, path, err);
	if (status == SG_OK)
		status = read_file(fd, path, file, err);
	close(fd);
	return status;
}

/*
 * keys.c - see keys.h. The file is lines for people and machines:
 *
 *     # Scoregate keys ...
 *     record 64-hex-digits
 *     tag 1 64-hex-digits
 *     tag 2 64-hex-digits        the last one makes new tokens
 */
#include "token/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/text.h"

enum { FILE_MOST = 64 << 10, IDS = 256 };

struct keys {
	unsigned char record[RECORD_SECRET_SIZE];
	unsigned char tag[IDS][TAG_KEY_SIZE];
	bool has_tag[IDS];
	bool has_record, has_current;
	uint8_t current;
};

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

static enum sg_status
take_tag(struct keys *keys, const char *rest, struct sg_err *err)
{
	char number[8];
	size_t len = strcspn(rest, " ");
	long long id;

	snprintf(number, sizeof(number), "%.*s", (int)(len < 7 ? len : 7),
		 rest);
	if (!rest[len] || !text_to_int(number, &id) || id < 1 || id > 255)
		return err_set(err, SG_REFUSED,
			       "expected: tag 1…255 and 64 hex digits");
	if (keys->has_tag[id])
		return err_set(err, SG_REFUSED, "tag key %lld stands twice",
			       id);
	if (take_hex(rest + len + 1, keys->tag[id], err) != SG_OK)
		return SG_REFUSED;
	keys->has_tag[id] = keys->has_current = true;
	keys->current = (uint8_t)id;
	return SG_OK;
}

static enum sg_status
take_line(struct keys *keys, const char *line, struct sg_err *err)
{
	if (!*line || *line == '#')
		return SG_OK;
	if (strncmp(line, "tag ", 4) == 0)
		return take_tag(keys, line + 4, err);
	if (strncmp(line, "record ", 7) != 0 || keys->has_record)
		return err_set(err, SG_REFUSED,
			       "expected one `record` line "
			       "and `tag` lines");
	keys->has_record = true;
	return take_hex(line + 7, keys->record, err);
}

static enum sg_status
take_text(struct keys *keys, char *text, const char *path, struct sg_err *err)
{
	unsigned n = 1;

	for (char *line = text; *line; n++) {
		size_t len = strcspn(line, "\n");
		bool more = line[len] == '\n';

		line[len] = '\0';
		if (take_line(keys, line, err) != SG_OK)
			return err_prefix(err, "%s:%u", path, n);
		line += len + more;
	}
	if (!keys->has_record || !keys->has_current)
		return err_set(err, SG_REFUSED,
			       "%s: the %s key is missing; "
			       "take the file from a backup",
			       path, keys->has_record ? "tag" : "record");
	return SG_OK;
}

/* Whoever can read the file can forge every link, so others must not. */
static enum sg_status
check_mode(int fd, const char *path, struct sg_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(err, SG_FAILED, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, SG_REFUSED, "%s is not a file", path);
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
read_file(int fd, const char *path, struct keys *keys, struct sg_err *err)
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
		status = take_text(keys, text, path, err);
	crypto_wipe(text, FILE_MOST);
	free(text);
	return status;
}

static void
append_key(struct buf *text, const char *label)
{
	unsigned char key[TAG_KEY_SIZE];

	crypto_random(key, sizeof(key));
	buf_append_text(text, label);
	encode_hex(text, key, sizeof(key));
	buf_append_char(text, '\n');
	crypto_wipe(key, sizeof(key));
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

static enum sg_status
make_file(const char *path, struct sg_err *err)
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
	buf_append_text(&text,
			"# Scoregate's secrets. Keep a copy where the backups "
			"are:\n# without this file every link sent is dead.\n");
	append_key(&text, "record ");
	append_key(&text, "tag 1 ");
	status = write_all(fd, &text, temporary, err);
	close(fd);
	crypto_wipe(text.data, text.len);
	buf_done(&text);
	if (status == SG_OK && rename(temporary, path) != 0)
		status = err_errno(err, SG_FAILED, "cannot make %s", path);
	return status == SG_OK ? sync_folder(path, err) : status;
}

enum sg_status
keys_open(const char *path, int create, struct keys **keys_out,
	  struct sg_err *err)
{
	struct keys *keys;
	enum sg_status status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && create) {
		if (make_file(path, err) != SG_OK)
			return SG_FAILED;
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot open the keys %s",
				 path);
	keys = calloc(1, sizeof(*keys));
	status = keys ? check_mode(fd, path, err)
		      : err_set(err, SG_FAILED, "out of memory");
	if (status == SG_OK)
		status = read_file(fd, path, keys, err);
	close(fd);
	if (status != SG_OK) {
		keys_close(keys);
		return status;
	}
	*keys_out = keys;
	return SG_OK;
}

void
keys_close(struct keys *keys)
{
	if (!keys)
		return;
	crypto_wipe(keys, sizeof(*keys));
	free(keys);
}

const unsigned char *
keys_record_secret(const struct keys *keys)
{
	return keys->record;
}

const unsigned char *
keys_current(const struct keys *keys, uint8_t *id_out)
{
	*id_out = keys->current;
	return keys->tag[keys->current];
}

const unsigned char *
keys_find(const struct keys *keys, uint8_t id)
{
	return keys->has_tag[id] ? keys->tag[id] : NULL;
}

/* From the record secret, so that it stays when tag keys rotate. */
void
keys_derive(const struct keys *keys, const char *purpose,
	    unsigned char out[TAG_KEY_SIZE])
{
	struct buf label = BUF_INIT;

	buf_printf(&label, "scoregate derive %s", purpose);
	crypto_hash(out, TAG_KEY_SIZE, label.data, label.len, keys->record,
		    RECORD_SECRET_SIZE);
	buf_done(&label);
}

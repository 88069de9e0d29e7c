/* store_files.c - see store_files.h. */
#include "store/store_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/encode.h"

enum { RANDOM_BYTES = 16, KEY_DIGITS = 16 };

static enum sg_status
open_folder(const char *directory, int *fd_out, struct sg_err *err)
{
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return err_errno(err, SG_FAILED, "%s cannot be made",
				 directory);
	*fd_out = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd_out < 0)
		return err_errno(err, SG_FAILED, "%s", directory);
	return SG_OK;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(fd, bytes, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return fsync(fd) == 0;
}

/* Nobody outside can say or guess any part of it. */
static void
make_name(uint64_t record_key, char name_out[STORE_FILE_NAME_SIZE])
{
	unsigned char chance[RANDOM_BYTES];
	struct buf hex = BUF_INIT;

	crypto_random(chance, sizeof(chance));
	encode_hex(&hex, chance, sizeof(chance));
	snprintf(name_out, STORE_FILE_NAME_SIZE, "%016" PRIx64 "-%s",
		 record_key, buf_text(&hex));
	buf_done(&hex);
}

enum sg_status
store_files_keep(const char *directory, uint64_t record_key, const void *bytes,
		 size_t len, char name_out[STORE_FILE_NAME_SIZE],
		 struct sg_err *err)
{
	int folder = -1, fd;
	bool fine;
	enum sg_status status = open_folder(directory, &folder, err);

	if (status != SG_OK)
		return status;
	make_name(record_key, name_out);
	fd = openat(folder, name_out,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	fine = fd >= 0 && write_all(fd, bytes, len) && fsync(folder) == 0;
	/* A full disk is no failure of ours: it may be better in a minute. */
	if (!fine)
		status = err_errno(err, SG_BUSY, "%s cannot be written",
				   directory);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !fine)
		unlinkat(folder, name_out, 0);
	close(folder);
	return status;
}

/* As make_name() makes them: no way out of the folder. */
static bool
is_name(const char *name)
{
	return strlen(name) == KEY_DIGITS + 1 + 2 * RANDOM_BYTES &&
	       name[KEY_DIGITS] == '-' &&
	       strspn(name, "0123456789abcdef-") == strlen(name);
}

void
store_files_drop(const char *directory, const char *name)
{
	int folder;

	if (!is_name(name))
		return;
	folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	unlinkat(folder, name, 0);
	close(folder);
}

enum sg_status
store_files_forget(const char *directory, uint64_t record_key,
		   struct sg_err *err)
{
	DIR *folder = directory ? opendir(directory) : NULL;
	char key[KEY_DIGITS + 1];
	enum sg_status status = SG_OK;
	struct dirent *entry;

	if (!folder)
		return !directory || errno == ENOENT
			       ? SG_OK
			       : err_errno(err, SG_FAILED, "%s", directory);
	snprintf(key, sizeof(key), "%016" PRIx64, record_key);
	while (status == SG_OK && (entry = readdir(folder)))
		if (is_name(entry->d_name) &&
		    strncmp(entry->d_name, key, KEY_DIGITS) == 0 &&
		    unlinkat(dirfd(folder), entry->d_name, 0) != 0)
			status = err_errno(err, SG_FAILED, "%s/%s", directory,
					   entry->d_name);
	closedir(folder);
	return status;
}

/* daemon_file.c - see daemon_file.h. */
#include "daemon/daemon_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

enum sg_status
daemon_file_read(const char *path, struct buf *to, struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum sg_status status = SG_OK;
	char chunk[CHUNK];
	ssize_t len;

	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot open %s", path);
	while ((len = read(fd, chunk, sizeof(chunk))) > 0)
		buf_append(to, chunk, (size_t)len);
	if (len < 0)
		status = err_errno(err, SG_FAILED, "cannot read %s", path);
	else if (!buf_ok(to))
		status = err_set(err, SG_REFUSED, "%s is too large", path);
	close(fd);
	return status;
}

/* All of `len` bytes, or false with errno. */
static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return true;
}

static bool
copy_bytes(int in, int out)
{
	char chunk[CHUNK];
	ssize_t len;

	while ((len = read(in, chunk, sizeof(chunk))) > 0)
		if (!write_all(out, chunk, (size_t)len))
			return false;
	return len == 0 && fsync(out) == 0;
}

enum sg_status
daemon_file_copy(int from, const char *to, struct sg_err *err)
{
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum sg_status status = SG_OK;

	if (out < 0)
		return err_errno(err, SG_FAILED, "cannot make %s", to);
	if (!copy_bytes(from, out))
		status = err_errno(err, SG_FAILED, "cannot write %s", to);
	close(out);
	return status;
}

enum sg_status
daemon_file_sync_folder(const char *path, struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum sg_status status = SG_OK;

	if (fd < 0 || fsync(fd) != 0)
		status = err_errno(err, SG_FAILED, "cannot sync %s", path);
	if (fd >= 0)
		close(fd);
	return status;
}

static bool
is_itself(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

void
daemon_file_remove_tree(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char inside[PATH_MAX];

	while (folder && (entry = readdir(folder))) {
		if (is_itself(entry->d_name))
			continue;
		snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		if (unlink(inside) != 0)
			daemon_file_remove_tree(inside);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

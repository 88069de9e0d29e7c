/* daemon_backup_files.c - the files that forms took, into a backup and back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon_backup.h"
#include "daemon/daemon_file.h"

/* Regular files of ours; one that is there already is the same. */
static enum sg_status
copy_one(int folder, const char *name, const char *to, struct sg_err *err)
{
	char path[PATH_MAX];
	struct stat info;
	enum sg_status status = SG_OK;
	int fd = openat(folder, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	snprintf(path, sizeof(path), "%s/%s", to, name);
	/* Gone meanwhile: its person was forgotten. */
	if (fd < 0)
		return errno == ENOENT ? SG_OK
				       : err_errno(err, SG_FAILED,
						   "cannot open %s", name);
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    access(path, F_OK) != 0)
		status = daemon_file_copy(fd, path, err);
	close(fd);
	return status;
}

enum sg_status
daemon_backup_copy_files(int folder, const char *to, struct sg_err *err)
{
	int copy = folder < 0 ? -1 : fcntl(folder, F_DUPFD_CLOEXEC, 0);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	enum sg_status status = SG_OK;
	struct dirent *entry;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return SG_OK; /* no form ever took one */
	}
	if (mkdir(to, 0700) != 0 && errno != EEXIST)
		status = err_errno(err, SG_FAILED, "cannot make %s", to);
	while (status == SG_OK && (entry = readdir(entries)))
		if (entry->d_name[0] != '.')
			status = copy_one(folder, entry->d_name, to, err);
	if (status == SG_OK)
		status = daemon_file_sync_folder(to, err);
	closedir(entries);
	return status;
}

int
daemon_backup_open_files(const char *parent)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/files", parent);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* db_file.c - the file as a whole: what is in it, is it sound, a copy of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/db_private.h"

enum { ERROR_TEXT_MOST = 256 };

enum sg_status
db_has_table(struct db *db, const char *name, bool *has_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = db_prepare(db,
			    "SELECT 1 FROM sqlite_master WHERE type = 'table'"
			    " AND (name = ?1 OR ?1 IS NULL) LIMIT 1",
			    &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	status = db_step(statement, err);
	db_reset(statement);
	if (status != SG_OK && status != SG_NONE)
		return status;
	*has_out = status == SG_OK;
	return SG_OK;
}

enum sg_status
db_check(struct db *db, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = db_prepare(db, "PRAGMA quick_check(1)", &statement, err);
	if (status != SG_OK)
		return status;
	status = db_step(statement, err);
	if (status == SG_OK && strcmp(db_column_text(statement, 0), "ok") != 0)
		status = err_set(err, SG_FAILED,
				 "store %s is damaged: %.*s; restore a backup",
				 db_path(db), ERROR_TEXT_MOST,
				 db_column_text(statement, 0));
	db_reset(statement);
	return status;
}

static enum sg_status
sync_path(const char *path, struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum sg_status status = SG_OK;

	if (fd < 0 || fsync(fd) != 0)
		status = err_errno(err, SG_FAILED, "cannot sync %s", path);
	if (fd >= 0)
		close(fd);
	return status;
}

static enum sg_status
sync_directory_of(const char *path, struct sg_err *err)
{
	char directory[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	if (!slash)
		return sync_path(".", err);
	if (len >= sizeof(directory))
		return err_set(err, SG_REFUSED, "%s is too long a path", path);
	memcpy(directory, path, len);
	directory[len] = '\0';
	return sync_path(directory, err);
}

enum sg_status
db_backup(struct db *db, const char *path, struct sg_err *err)
{
	char part[4096];
	enum sg_status status;

	if (access(path, F_OK) == 0)
		return err_set(err, SG_REFUSED,
			       "%s is there already; name a new file", path);
	if ((size_t)snprintf(part, sizeof(part), "%s.part", path) >=
	    sizeof(part))
		return err_set(err, SG_REFUSED, "%s is too long a path", path);
	unlink(part);
	status = db_copy(db, part, err);
	if (status == SG_OK)
		status = sync_path(part, err);
	if (status == SG_OK && rename(part, path) != 0)
		status = err_errno(err, SG_FAILED, "cannot rename %s to %s",
				   part, path);
	if (status == SG_OK)
		status = sync_directory_of(path, err);
	if (status != SG_OK)
		unlink(part);
	return status;
}

/*
 * daemon_backup.c - a backup is a folder with the store, the keys and the files
 * that forms took. How far
 * the spool was applied stands in the store; what it holds beyond that is
 * applied to the restored store too, as long as the spool is still there.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/daemon_backup.h"
#include "daemon/daemon_file.h"
#include "daemon/daemon_user.h"

static const char *const store_files[] = {"scoregate.db", "scoregate.db-wal",
					  "scoregate.db-shm"};

static char *
in_folder(const char *folder, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

static enum sg_status
copy_store(struct daemon *daemon, const char *folder, struct sg_err *err)
{
	char path[PATH_MAX];
	struct store *store;
	enum sg_status status =
		store_readers_take(daemon->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = db_backup(store_db(store),
			   in_folder(folder, "scoregate.db", path), err);
	store_readers_give(daemon->readers, store);
	return status;
}

static enum sg_status
open_to_read(const char *path, int *fd_out, struct sg_err *err)
{
	*fd_out = open(path, O_RDONLY | O_CLOEXEC);
	return *fd_out < 0 ? err_errno(err, SG_FAILED, "cannot open %s", path)
			   : SG_OK;
}

static enum sg_status
copy_keys(const struct daemon_conf *conf, const char *folder,
	  struct sg_err *err)
{
	char from[PATH_MAX], to[PATH_MAX];
	enum sg_status status;
	int fd;

	status = open_to_read(daemon_conf_state_path(conf, "keys", from), &fd,
			      err);
	if (status != SG_OK)
		return status;
	status = daemon_file_copy(fd, in_folder(folder, "keys", to), err);
	close(fd);
	return status;
}

static enum sg_status
copy_files(const struct daemon_conf *conf, const char *folder,
	   struct sg_err *err)
{
	char to[PATH_MAX];
	int files = daemon_backup_open_files(conf->state_directory);
	enum sg_status status = daemon_backup_copy_files(
		files, in_folder(folder, "files", to), err);

	if (files >= 0)
		close(files);
	return status;
}

/* Another path would do; anything else is broken here. */
static bool
is_wrong_place(int number)
{
	return number == EEXIST || number == ENOENT || number == ENOTDIR ||
	       number == EACCES || number == EPERM || number == EROFS;
}

static const char *
place_advice(int number)
{
	switch (number) {
	case EEXIST:
		return "; each backup is a new folder";
	case EACCES:
	case EPERM:
	case EROFS:
		return "; the daemon writes it: name a folder of its user, "
		       "under systemd below the state directory or "
		       "ReadWritePaths of the unit";
	default:
		return "";
	}
}

enum sg_status
daemon_backup(struct daemon *daemon, const char *path, struct sg_err *err)
{
	enum sg_status status;

	if (path[0] != '/' || strlen(path) > PATH_MAX / 2)
		return err_set(err, SG_REFUSED,
			       "the backup's path must begin with /");
	if (mkdir(path, 0700) != 0)
		return err_errno(
			err, is_wrong_place(errno) ? SG_REFUSED : SG_FAILED,
			"cannot make the folder %s (as user id %u%s)", path,
			(unsigned)geteuid(), place_advice(errno));
	status = copy_store(daemon, path, err);
	if (status == SG_OK)
		status = copy_keys(daemon->conf, path, err);
	if (status == SG_OK)
		status = copy_files(daemon->conf, path, err);
	if (status == SG_OK)
		status = daemon_file_sync_folder(path, err);
	if (status != SG_OK)
		daemon_file_remove_tree(path);
	return status;
}

/* Can it be used? Better known before anything is moved. */
static enum sg_status
check_backup(const char *folder, struct sg_err *err)
{
	char path[PATH_MAX];
	struct store *store = NULL;
	struct keys *keys = NULL;
	enum sg_status status;

	status = keys_open(in_folder(folder, "keys", path), 0, &keys, err);
	keys_close(keys);
	if (status != SG_OK)
		return status;
	status = store_open(in_folder(folder, "scoregate.db", path),
			    DB_READ_ONLY, &store, err);
	if (status == SG_OK)
		store_close(store);
	return status;
}

static enum sg_status
move_aside(const struct daemon_conf *conf, const char *name, const char *aside,
	   struct sg_err *err)
{
	char from[PATH_MAX], to[PATH_MAX];

	daemon_conf_state_path(conf, name, from);
	if (rename(from, in_folder(aside, name, to)) != 0 && errno != ENOENT)
		return err_errno(err, SG_FAILED, "cannot move %s to %s", from,
				 to);
	return SG_OK;
}

static enum sg_status
make_aside(const struct daemon_conf *conf, char aside[PATH_MAX],
	   struct sg_err *err)
{
	char at[CLOCK_TEXT_SIZE], name[CLOCK_TEXT_SIZE + 16];

	snprintf(name, sizeof(name), "replaced-%s",
		 clock_format(clock_now(), at));
	daemon_conf_state_path(conf, name, aside);
	if (mkdir(aside, 0700) != 0)
		return err_errno(err, SG_FAILED, "cannot make %s", aside);
	return SG_OK;
}

/* A backup's files, opened while we may still read it. */
struct backup {
	int keys, store;
	int files; /* a folder; -1 = none */
};

static enum sg_status
open_backup(const char *folder, struct backup *backup, struct sg_err *err)
{
	char path[PATH_MAX];
	enum sg_status status = open_to_read(in_folder(folder, "keys", path),
					     &backup->keys, err);

	if (status != SG_OK)
		return status;
	status = open_to_read(in_folder(folder, "scoregate.db", path),
			      &backup->store, err);
	if (status != SG_OK)
		close(backup->keys);
	return status;
}

static enum sg_status
replace(const struct daemon_conf *conf, const struct backup *backup,
	const char *aside, struct sg_err *err)
{
	char to[PATH_MAX];
	enum sg_status status = move_aside(conf, "keys", aside, err);

	for (size_t i = 0; i < 3 && status == SG_OK; i++)
		status = move_aside(conf, store_files[i], aside, err);
	if (status == SG_OK)
		status = daemon_file_copy(
			backup->keys, daemon_conf_state_path(conf, "keys", to),
			err);
	if (status == SG_OK)
		status = daemon_file_copy(
			backup->store,
			daemon_conf_state_path(conf, "scoregate.db", to), err);
	if (status == SG_OK)
		status = daemon_file_sync_folder(conf->state_directory, err);
	return status;
}

/* Holding the spool's lock is what says that no daemon runs. */
static enum sg_status
lock(const struct daemon_conf *conf, struct spool **spool_out,
     struct sg_err *err)
{
	char path[PATH_MAX];
	struct spool_options options = {
		.directory = daemon_conf_state_path(conf, "spool", path)};
	enum sg_status status = spool_open(&options, spool_out, err);

	if (status == SG_REFUSED)
		return err_set(err, SG_BUSY,
			       "the daemon is running; stop it first "
			       "(systemctl stop scoregated)");
	return status;
}

static enum sg_status
put_back(const struct daemon_conf *conf, const struct backup *backup,
	 char aside[PATH_MAX], struct sg_err *err)
{
	struct spool *spool = NULL;
	enum sg_status status = lock(conf, &spool, err);

	if (status == SG_OK)
		status = make_aside(conf, aside, err);
	if (status == SG_OK)
		status = replace(conf, backup, aside, err);
	spool_close(spool);
	return status;
}

/* The rest is in place: a file that the daemon's user may not read is said. */
static void
put_back_files(const struct daemon_conf *conf, const struct backup *backup,
	       struct buf *report)
{
	char to[PATH_MAX];
	struct sg_err why;

	if (daemon_backup_copy_files(backup->files,
				     daemon_conf_state_path(conf, "files", to),
				     &why) != SG_OK)
		buf_printf(report,
			   "The files of forms are not all there (%s): copy "
			   "the backup's to %s.\n",
			   why.text, to);
}

/*
 * Root reads the backup, then becomes the daemon's user for good: the files
 * are that user's, and root that works in a folder of somebody else's follows
 * whatever links were put there.
 */
enum sg_status
daemon_restore(const struct daemon_conf *conf, const char *path,
	       struct buf *report, struct sg_err *err)
{
	char aside[PATH_MAX];
	struct backup backup;
	enum sg_status status = check_backup(path, err);

	if (status == SG_OK)
		status = open_backup(path, &backup, err);
	if (status != SG_OK)
		return status;
	backup.files = daemon_backup_open_files(path);
	status = daemon_user_become(conf, err);
	if (status == SG_OK)
		status = put_back(conf, &backup, aside, err);
	close(backup.keys);
	close(backup.store);
	if (status == SG_OK) {
		buf_printf(report, "Restored %s.\nWhat was there is in %s.\n",
			   path, aside);
		put_back_files(conf, &backup, report);
	}
	if (backup.files >= 0)
		close(backup.files);
	return status;
}

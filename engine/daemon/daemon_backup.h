/* daemon_backup.h - what the files of a backup share. */
#ifndef ENGINE_DAEMON_DAEMON_BACKUP_H
#define ENGINE_DAEMON_DAEMON_BACKUP_H

#include "base/err.h"

/* The folder `files` in this one; -1 = there is none. */
int daemon_backup_open_files(const char *parent);
/* All of it to the folder `to`, which is made; folder -1 = nothing to do. */
enum sg_status daemon_backup_copy_files(int folder, const char *to,
					struct sg_err *err) MUST_CHECK;

#endif

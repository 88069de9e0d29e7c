/* daemon_file.h - whole files: read, and copied so that they survive. */
#ifndef ENGINE_DAEMON_DAEMON_FILE_H
#define ENGINE_DAEMON_DAEMON_FILE_H

#include "base/buf.h"

/* SG_REFUSED: larger than the buffer's limit. */
enum sg_status daemon_file_read(const char *path, struct buf *to,
				struct sg_err *err) MUST_CHECK;
/* All of an open file; mode 0600, synced; `to` must not be there. */
enum sg_status daemon_file_copy(int from, const char *to,
				struct sg_err *err) MUST_CHECK;
/* So that the names in it survive. */
enum sg_status daemon_file_sync_folder(const char *path,
				       struct sg_err *err) MUST_CHECK;
/* A folder and all in it; nothing is said about failures. */
void daemon_file_remove_tree(const char *path);

#endif

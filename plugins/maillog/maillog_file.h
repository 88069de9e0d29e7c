/*
 * maillog_file.h - the lines of a log file that others write and rotate: by
 * renaming it (its rest is read first, then the new one, and whatever was
 * between while nobody followed), or by copying and truncating it (its rest is
 * found in the copy). One thread.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_FILE_H
#define PLUGINS_MAILLOG_MAILLOG_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { FILE_MARK_MOST = 256 };

/* Where reading stands. A file is known again by its inode, or by how it
 * begins, since a copy has another inode. */
struct file_position {
	uint64_t device, inode;
	int64_t offset;
	size_t mark_len; /* bytes at its beginning … */
	uint64_t mark;	 /* … and their hash */
};

struct maillog_file {
	const char *path;
	char name[PATH_MAX]; /* the one that is open: path, or a rotated one */
	int fd;		     /* -1 = none */
	struct file_position at;
	char *buffer; /* what was read and not yet handed out */
	size_t start, len;
	char lost[320]; /* why lines may be missing; "" = none are */
};

void file_init(struct maillog_file *file, const char *path);
void file_done(struct maillog_file *file);

/* Go on from there, wherever that file is now; from the end (or beginning) of
 * today's when `position` is NULL. false: there is no file, try again later. */
bool file_seek(struct maillog_file *file, const struct file_position *position,
	       bool from_start);

/*
 * The next line, without its end, NUL after it; valid until the next call, may
 * be written to. NULL: none is there now. `at` is after it. Lines over
 * MAILLOG_LINE_MOST are passed over.
 */
char *file_next(struct maillog_file *file);

#endif

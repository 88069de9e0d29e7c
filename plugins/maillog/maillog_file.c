/* maillog_file.c - see maillog_file.h. */
#include "maillog_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maillog_gz.h"
#include "maillog_line.h"

enum { BUFFER_SIZE = 4 * MAILLOG_LINE_MOST };

void
file_init(struct maillog_file *file, const char *path)
{
	memset(file, 0, sizeof(*file));
	file->path = path;
	file->fd = -1;
}

static void
let_go(struct maillog_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	file->start = file->len = 0;
}

void
file_done(struct maillog_file *file)
{
	let_go(file);
	free(file->buffer);
	file->buffer = NULL;
}

/* --- which file is it? --------------------------------------------------- */

static uint64_t
hash_of(const unsigned char *bytes, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

/* false: the file is shorter than that. */
static bool
mark_of(int fd, size_t len, uint64_t *mark_out)
{
	unsigned char bytes[FILE_MARK_MOST];

	if (pread(fd, bytes, len, 0) != (ssize_t)len)
		return false;
	*mark_out = hash_of(bytes, len);
	return true;
}

/* Does it begin as the one we were reading, and reach as far? */
static bool
fits(int fd, const struct file_position *at)
{
	struct stat status;
	uint64_t mark;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_size >= at->offset &&
	       mark_of(fd, at->mark_len, &mark) &&
	       (!at->mark_len || mark == at->mark);
}

static bool
is_inode(int fd, const struct file_position *at)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_dev == at->device &&
	       status.st_ino == at->inode;
}

/* More of its beginning is known as it grows. */
static void
note_mark(struct maillog_file *file)
{
	size_t len = file->at.offset < FILE_MARK_MOST ? (size_t)file->at.offset
						      : FILE_MARK_MOST;

	if (len > file->at.mark_len && mark_of(file->fd, len, &file->at.mark))
		file->at.mark_len = len;
}

static void
take(struct maillog_file *file, int fd, const char *name, int64_t offset)
{
	struct stat status;

	let_go(file);
	file->fd = fd;
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->at = (struct file_position){.offset = offset};
	if (fstat(fd, &status) == 0) {
		file->at.device = status.st_dev;
		file->at.inode = status.st_ino;
	}
	note_mark(file);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static bool
is_packed(const char *name)
{
	return ends_with(name, ".gz");
}

static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* To be read: what is packed comes unpacked. */
static int
open_log(const char *path)
{
	int fd = open_file(path), plain;

	if (fd < 0 || !is_packed(path))
		return fd;
	plain = gz_unpack(fd);
	close(fd);
	return plain;
}

/* --- its rotated ones: mail.log.1, mail.log-20261121 --------------------- */

/* Packed in a way we do not read. */
static bool
is_closed_to_us(const char *name)
{
	static const char *const ends[] = {".xz", ".bz2", ".zst"};

	for (size_t i = 0; i < 3; i++)
		if (ends_with(name, ends[i]))
			return true;
	return false;
}

static bool
is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec ||
	       (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/* Is one of those beside it, last written between the two (NULL: whenever)? */
static bool
any_closed(const char *path, const struct timespec *after,
	   const struct timespec *before)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char folder[PATH_MAX];
	struct dirent *entry;
	struct stat status;
	bool any = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%.*s",
		 slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	dir = opendir(folder);
	while (dir && !any && (entry = readdir(dir)))
		any = strncmp(entry->d_name, name, strlen(name)) == 0 &&
		      is_closed_to_us(entry->d_name) &&
		      fstatat(dirfd(dir), entry->d_name, &status, 0) == 0 &&
		      (!after || is_later(status.st_mtim, *after)) &&
		      (!before || is_later(*before, status.st_mtim));
	if (dir)
		closedir(dir);
	return any;
}

static void
say_lost(struct maillog_file *file, const char *what, bool packed)
{
	snprintf(file->lost, sizeof(file->lost), "%s%s", what,
		 packed ? "; one beside it is packed as .xz, .bz2 or .zst, "
			  "which is not read: have it packed by gzip, or a "
			  "day later (delaycompress)"
			: "");
}

/* Asked of the file itself and of each beside it whose name begins with its
 * name; stops at true. */
typedef bool sibling_fn(void *arg, const char *path, int fd);

static bool
each_sibling(const char *path, sibling_fn *fn, void *arg)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char folder[PATH_MAX], sibling[PATH_MAX + 256];
	struct dirent *entry;
	bool stop = false;
	DIR *dir;
	int fd;

	snprintf(folder, sizeof(folder), "%.*s",
		 slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	dir = opendir(folder);
	while (dir && !stop && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, name, strlen(name)) != 0 ||
		    is_closed_to_us(entry->d_name))
			continue;
		snprintf(sibling, sizeof(sibling), "%s%s", slash ? folder : "",
			 entry->d_name);
		fd = open_file(sibling);
		stop = fd >= 0 && fn(arg, sibling, fd);
		if (fd >= 0 && !stop)
			close(fd);
	}
	if (dir)
		closedir(dir);
	return stop;
}

struct seeking {
	struct maillog_file *file;
	struct file_position at;
	bool by_inode;
};

static bool
begins_as(int packed, const struct file_position *at)
{
	unsigned char bytes[FILE_MARK_MOST];

	return at->mark_len &&
	       gz_begin(packed, bytes, at->mark_len) == at->mark_len &&
	       hash_of(bytes, at->mark_len) == at->mark;
}

/* Its inode is new; only how it begins is as it was. */
static bool
is_sought_packed(struct seeking *seeking, const char *path, int packed)
{
	int fd;

	if (seeking->by_inode || !begins_as(packed, &seeking->at))
		return false;
	fd = gz_unpack(packed);
	if (fd >= 0 && fits(fd, &seeking->at)) {
		take(seeking->file, fd, path, seeking->at.offset);
		close(packed);
		return true;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

static bool
is_sought(void *arg, const char *path, int fd)
{
	struct seeking *seeking = arg;
	struct file_position at = seeking->at;

	if (is_packed(path))
		return is_sought_packed(seeking, path, fd);
	if (!fits(fd, &at) || (seeking->by_inode && !is_inode(fd, &at)) ||
	    (!seeking->by_inode && !at.mark_len))
		return false;
	take(seeking->file, fd, path, at.offset);
	return true;
}

/* The same inode first: a copy may begin alike. */
static bool
find_again(struct maillog_file *file, const struct file_position *position)
{
	struct seeking seeking = {
		.file = file, .at = *position, .by_inode = true};

	if (each_sibling(file->path, is_sought, &seeking))
		return true;
	seeking.by_inode = false;
	return each_sibling(file->path, is_sought, &seeking);
}

bool
file_seek(struct maillog_file *file, const struct file_position *position,
	  bool from_start)
{
	struct stat status;
	int fd;

	file->lost[0] = '\0';
	if (position && find_again(file, position))
		return true;
	fd = open_file(file->path);
	if (fd < 0 || fstat(fd, &status) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (position)
		say_lost(file,
			 "the file that was read last is gone; what stood in "
			 "it after that is not known",
			 any_closed(file->path, NULL, NULL));
	/* What came after a file that is gone is all new. */
	take(file, fd, file->path, position || from_start ? 0 : status.st_size);
	return true;
}

/* --- the next one -------------------------------------------------------- */

static bool fill(struct maillog_file *file);

struct following {
	const struct maillog_file *file;
	struct timespec after, best;
	char name[PATH_MAX];
	bool found;
};

/* Of those that were written to after it: the oldest. */
static bool
is_following(void *arg, const char *path, int fd)
{
	struct following *following = arg;
	struct stat status;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    is_inode(fd, &following->file->at) ||
	    (is_packed(path) && begins_as(fd, &following->file->at)) ||
	    !is_later(status.st_mtim, following->after) ||
	    (following->found && !is_later(following->best, status.st_mtim)))
		return false;
	following->best = status.st_mtim;
	following->found = true;
	snprintf(following->name, sizeof(following->name), "%s", path);
	return false;
}

/* Ours is at its end: did another take its place? Its own name is the last
 * resort, since an empty new file may be as old as the old one's last line. */
static bool
go_on_to_next(struct maillog_file *file)
{
	struct following following = {.file = file};
	struct stat status, now;
	int fd;

	if (stat(file->path, &now) != 0 || fstat(file->fd, &status) != 0)
		return false;
	if (now.st_ino == file->at.inode && now.st_dev == file->at.device)
		return false;
	if (now.st_size == 0)
		return false; /* who writes has not come over yet */
	/* What was written to ours before that is seen only now. */
	if (status.st_size > file->at.offset + (int64_t)file->len)
		return fill(file);
	following.after = status.st_mtim;
	do {
		following.found = false;
		(void)each_sibling(file->path, is_following, &following);
		fd = open_log(following.found ? following.name : file->path);
		if (fd < 0)
			say_lost(file,
				 "a file between cannot be read; its lines "
				 "are not known",
				 false);
		following.after = following.best;
	} while (fd < 0 && following.found);
	if (fd < 0)
		return false;
	if (any_closed(file->path, &status.st_mtim,
		       following.found ? &following.best : NULL))
		say_lost(file, "a file between is not read", true);
	take(file, fd, following.found ? following.name : file->path, 0);
	return true;
}

/*
 * The same inode, but it no longer begins so, or not as far: its rest is in a
 * copy. When there is none, the lines are lost, and it is said.
 */
static bool
go_on_after_truncation(struct maillog_file *file)
{
	struct seeking seeking = {.file = file, .at = file->at};
	int fd;

	if (fits(file->fd, &file->at))
		return false;
	if (each_sibling(file->path, is_sought, &seeking))
		return true;
	fd = open_file(file->path);
	if (fd < 0)
		return false;
	say_lost(file,
		 "the file was cut and no copy of it is there; lines between "
		 "are not known",
		 any_closed(file->path, NULL, NULL));
	take(file, fd, file->path, 0);
	return true;
}

/* --- lines --------------------------------------------------------------- */

/* false: nothing new. */
static bool
fill(struct maillog_file *file)
{
	ssize_t got;

	if (!file->buffer)
		file->buffer = malloc(BUFFER_SIZE + 1);
	if (!file->buffer)
		return false;
	if (file->start) {
		memmove(file->buffer, file->buffer + file->start, file->len);
		file->start = 0;
	}
	if (file->len == BUFFER_SIZE) { /* one endless line */
		file->at.offset += (int64_t)file->len;
		file->len = 0;
	}
	got = pread(file->fd, file->buffer + file->len, BUFFER_SIZE - file->len,
		    (off_t)(file->at.offset + (int64_t)file->len));
	if (got <= 0)
		return false;
	file->len += (size_t)got;
	return true;
}

static char *
line_in_buffer(struct maillog_file *file)
{
	char *line = file->buffer + file->start, *end;
	size_t len;

	end = file->len ? memchr(line, '\n', file->len) : NULL;
	if (!end)
		return NULL;
	len = (size_t)(end - line) + 1;
	*end = '\0';
	file->start += len;
	file->len -= len;
	file->at.offset += (int64_t)len;
	return line;
}

char *
file_next(struct maillog_file *file)
{
	char *line;

	if (file->fd < 0)
		return NULL;
	/* Ours may have been cut, and grown again past where we are. */
	if (!file->len && go_on_after_truncation(file))
		return file_next(file);
	for (;;) {
		line = line_in_buffer(file);
		if (line && strlen(line) <= MAILLOG_LINE_MOST) {
			note_mark(file);
			return line;
		}
		if (!line && !fill(file) && !go_on_to_next(file))
			return NULL;
	}
}

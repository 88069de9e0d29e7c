/* split_seen.c - see split_seen.h. */
#include "gate/split_seen.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "gate/split_file.h"

struct row {
	uint64_t key; /* 0 = free */
	int64_t at;   /* 0 = removed */
};

struct split_seen {
	pthread_mutex_t lock;
	char directory[PATH_MAX - 320];
	struct row *rows; /* open addressing, at most half full */
	size_t n, n_rows;
	int64_t swept_on; /* the day old files were last looked for */
};

static bool
is_old(int64_t at, int64_t now)
{
	return now - at >= SPLIT_DAYS * CLOCK_DAY_MS;
}

/* --- the table; locked --------------------------------------------------- */

static struct row *
row_of(const struct split_seen *seen, uint64_t key)
{
	size_t i = (size_t)key & (seen->n_rows - 1);

	while (seen->rows[i].key && seen->rows[i].key != key)
		i = (i + 1) & (seen->n_rows - 1);
	return &seen->rows[i];
}

static void
make_rows(struct split_seen *seen, size_t n_rows)
{
	seen->rows = calloc(n_rows, sizeof(*seen->rows));
	if (!seen->rows)
		abort();
	seen->n_rows = n_rows;
	seen->n = 0;
}

/* Who is old makes room; else twice the rows. */
static void
make_room(struct split_seen *seen, int64_t now)
{
	struct row *old = seen->rows;
	size_t n_old = seen->n_rows, n_live = 0, i;

	for (i = 0; i < n_old; i++)
		n_live += old[i].key && !is_old(old[i].at, now);
	make_rows(seen, 4 * n_live > n_old ? 2 * n_old : n_old);
	for (i = 0; i < n_old; i++)
		if (old[i].key && !is_old(old[i].at, now)) {
			*row_of(seen, old[i].key) = old[i];
			seen->n++;
		}
	free(old);
}

static void
add(struct split_seen *seen, uint64_t key, int64_t at)
{
	struct row *row;

	if (2 * (seen->n + 1) > seen->n_rows)
		make_room(seen, at);
	row = row_of(seen, key);
	seen->n += row->key == 0;
	row->key = key;
	row->at = at;
}

/* --- the files ----------------------------------------------------------- */

static const char *
day_path(const struct split_seen *seen, int64_t day, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/seen-%" PRId64, seen->directory, day);
	return path;
}

/* "seen-20778" -> 20778; -1: another file. */
static int64_t
day_of(const char *name)
{
	int64_t day;
	char rest;

	return sscanf(name, "seen-%" SCNd64 "%c", &day, &rest) == 1 ? day : -1;
}

static enum sg_status
load_day(struct split_seen *seen, int64_t day, int64_t now, struct sg_err *err)
{
	char path[PATH_MAX];
	FILE *file = fopen(day_path(seen, day, path), "re");
	enum sg_status status = SG_OK;
	struct row row;

	if (!file)
		return err_errno(err, SG_FAILED, "%s", path);
	while (fread(&row, sizeof(row), 1, file) == 1)
		if (row.key && !is_old(row.at, now))
			add(seen, row.key, row.at);
	if (ferror(file))
		status = err_errno(err, SG_FAILED, "%s", path);
	fclose(file);
	return status;
}

/* Loads what is young, removes what is old. */
static enum sg_status
look_through(struct split_seen *seen, int64_t now, bool load,
	     struct sg_err *err)
{
	DIR *folder = opendir(seen->directory);
	enum sg_status status = SG_OK;
	const struct dirent *entry;
	char path[PATH_MAX];

	if (!folder)
		return err_errno(err, SG_FAILED, "%s", seen->directory);
	while (status == SG_OK && (entry = readdir(folder))) {
		int64_t day = day_of(entry->d_name);

		if (day < 0)
			continue;
		if (day < now / CLOCK_DAY_MS - SPLIT_DAYS)
			(void)unlink(day_path(seen, day, path));
		else if (load)
			status = load_day(seen, day, now, err);
	}
	closedir(folder);
	seen->swept_on = now / CLOCK_DAY_MS;
	return status;
}

/* A row that was torn is cut off, or all after it would be misread. */
static bool
append_rows(const char *path, const struct row *rows, size_t n_rows)
{
	int fd = split_step_fails("open seen")
			 ? -1
			 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
				0600);
	size_t len = n_rows * sizeof(*rows);
	struct stat is;
	bool good =
		fd >= 0 && fstat(fd, &is) == 0 &&
		ftruncate(fd, is.st_size - is.st_size % (off_t)sizeof(*rows)) ==
			0 &&
		!split_step_fails("write seen") &&
		write(fd, rows, len) == (ssize_t)len &&
		!split_step_fails("sync seen") && fdatasync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* --- from outside -------------------------------------------------------- */

enum sg_status
split_seen_open(const char *directory, int64_t now,
		struct split_seen **seen_out, struct sg_err *err)
{
	struct split_seen *seen = calloc(1, sizeof(*seen));
	enum sg_status status;

	if (!seen)
		abort();
	pthread_mutex_init(&seen->lock, NULL);
	snprintf(seen->directory, sizeof(seen->directory), "%s", directory);
	make_rows(seen, 1 << 10);
	status = look_through(seen, now, true, err);
	if (status == SG_OK)
		*seen_out = seen;
	else
		split_seen_close(seen);
	return status;
}

void
split_seen_close(struct split_seen *seen)
{
	if (!seen)
		return;
	pthread_mutex_destroy(&seen->lock);
	free(seen->rows);
	free(seen);
}

bool
split_seen_has(struct split_seen *seen, uint64_t key, int64_t now)
{
	const struct row *row;
	bool has;

	pthread_mutex_lock(&seen->lock);
	row = row_of(seen, key);
	has = row->key && row->at && !is_old(row->at, now);
	pthread_mutex_unlock(&seen->lock);
	return has;
}

void
split_seen_add(struct split_seen *seen, uint64_t key, int64_t at)
{
	pthread_mutex_lock(&seen->lock);
	add(seen, key, at);
	pthread_mutex_unlock(&seen->lock);
}

void
split_seen_remove(struct split_seen *seen, uint64_t key)
{
	struct row *row;

	pthread_mutex_lock(&seen->lock);
	row = row_of(seen, key);
	if (row->key)
		row->at = 0;
	pthread_mutex_unlock(&seen->lock);
}

bool
split_seen_full(struct split_seen *seen)
{
	bool full;

	pthread_mutex_lock(&seen->lock);
	full = seen->n >= SPLIT_SEEN_MOST;
	pthread_mutex_unlock(&seen->lock);
	return full;
}

enum sg_status
split_seen_keep(struct split_seen *seen, const uint64_t *keys, size_t n_keys,
		int64_t now, struct sg_err *err)
{
	struct row *rows = calloc(n_keys + 1, sizeof(*rows));
	enum sg_status status = SG_OK;
	char path[PATH_MAX];

	if (!rows)
		abort();
	pthread_mutex_lock(&seen->lock);
	for (size_t i = 0; i < n_keys; i++) {
		rows[i] = (struct row){keys[i], now};
		add(seen, keys[i], now);
	}
	day_path(seen, now / CLOCK_DAY_MS, path);
	if (!append_rows(path, rows, n_keys))
		status = err_errno(err, SG_BUSY, "%s", path);
	if (status == SG_OK && seen->swept_on != now / CLOCK_DAY_MS) {
		status = split_sync_folder(seen->directory, err);
		(void)look_through(seen, now, false, NULL);
	}
	pthread_mutex_unlock(&seen->lock);
	free(rows);
	return status;
}

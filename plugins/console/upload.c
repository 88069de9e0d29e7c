/* upload.c - see upload.h. */
#include "upload.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	JOBS_MOST = 16,
	ID_SIZE = 24,
	SESSION_SIZE = 128,
	PEER_SIZE = 64,
	TROUBLE_SIZE = 400,
	PATH_SIZE = 1024,
	CHUNK_BYTES = 1 << 19, /* the API takes twice as much */
	CHUNK_LINES = 5000,
	AT_ONCE = 2,	   /* chunks before the answer to who sent the file */
	A_TICK = 6,	   /* chunks a second, of each */
	CLEAN_EVERY = 600, /* ticks */
	KEPT_MS = 24 * 3600 * 1000
};

static const char prefix[] = "console-import-";

struct job {
	char id[ID_SIZE]; /* "": free */
	char name[UPLOAD_NAME_SIZE];
	char session[SESSION_SIZE], user[SESSION_SIZE], peer[PEER_SIZE];
	char trouble[TROUBLE_SIZE]; /* why it stopped */
	bool is_over;
};

struct uploads {
	pthread_mutex_t lock;
	struct job jobs[JOBS_MOST];
	size_t next; /* the oldest that is over makes room */
	unsigned ticks;
};

struct uploads *
uploads_new(const struct sg_call *call)
{
	struct uploads *all = call->host->alloc(call, sizeof(*all));

	pthread_mutex_init(&all->lock, NULL);
	return all;
}

void
uploads_free(struct uploads *uploads)
{
	pthread_mutex_destroy(&uploads->lock);
}

/* --- files ---------------------------------------------------------------- */

static bool
is_name(const char *name)
{
	return strlen(name) == UPLOAD_NAME_SIZE - 1 &&
	       strspn(name, "0123456789abcdef") == UPLOAD_NAME_SIZE - 1;
}

static bool
path_of(const struct sg_call *call, const char *name, char path[PATH_SIZE])
{
	const char *folder = call->host->site(call, SG_SITE_STATE);
	int len = snprintf(path, PATH_SIZE, "%s/%s%s", folder, prefix, name);

	return *folder && is_name(name) && len > 0 && len < PATH_SIZE;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

enum sg_status
upload_keep(struct page *page, const struct sg_file *file,
	    char name[UPLOAD_NAME_SIZE])
{
	const struct sg_host *host = page->host;
	char path[PATH_SIZE];
	bool is_kept;
	int fd;

	if (!file || file->len == 0)
		return host->fail(page->err, SG_REFUSED,
				  "Choose a file that is not empty.");
	snprintf(name, UPLOAD_NAME_SIZE, "%016llx",
		 (unsigned long long)host->new_id(page->call));
	if (!path_of(page->call, name, path))
		return host->fail(page->err, SG_REFUSED,
				  "The daemon has no folder for files.");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return host->fail(page->err, SG_REFUSED,
				  "The daemon cannot write into its folder.");
	is_kept = write_all(fd, file->bytes, file->len);
	close(fd);
	if (is_kept)
		return SG_OK;
	unlink(path);
	return host->fail(page->err, SG_REFUSED,
			  "The file does not fit on the daemon's disk.");
}

bool
upload_is_there(struct page *page, const char *name)
{
	char path[PATH_SIZE];

	return path_of(page->call, name, path) && access(path, R_OK) == 0;
}

void
upload_drop(struct page *page, const char *name)
{
	char path[PATH_SIZE];

	if (path_of(page->call, name, path))
		unlink(path);
}

/* What stands there from `from` on, `most` bytes at most; -1: nothing to be
 * read. NUL at its end. */
static ssize_t
read_part(const struct sg_call *call, const char *name, int64_t from,
	  size_t most, char **bytes_out, int64_t *size_out)
{
	char path[PATH_SIZE];
	struct stat found;
	ssize_t len = -1;
	int fd;

	if (!path_of(call, name, path))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	*bytes_out = call->host->alloc(call, most + 1);
	if (fstat(fd, &found) == 0) {
		*size_out = found.st_size;
		len = pread(fd, *bytes_out, most, from);
	}
	close(fd);
	return len;
}

/*
 * Where the line that starts at `at` ends: past a line end that is not inside
 * quotes (RFC 4180, 2.6). Only a quote that begins a cell opens. 0: not here.
 */
static size_t
line_end(const char *text, size_t at, size_t len, bool is_json)
{
	bool quoted = false, begins = true;

	for (; at < len; at++) {
		char c = text[at];
		bool closes = c == '"' && quoted; /* "" opens again */

		if (c == '"' && !is_json)
			quoted = !quoted && begins;
		begins = closes || c == ',' || c == ';' || c == '\t';
		if (c == '\n' && !quoted)
			return at + 1;
	}
	return 0;
}

const char *
upload_header(struct page *page, const char *name, double *size_out)
{
	int64_t size = 0;
	char *text;
	ssize_t len = read_part(page->call, name, 0, CHUNK_BYTES, &text, &size);
	size_t end;

	if (len <= 0)
		return NULL;
	*size_out = (double)size;
	end = line_end(text, 0, (size_t)len, false);
	return page_slice(page, text, end ? end : (size_t)len);
}

/* How much of it goes into one chunk: whole lines. */
static size_t
chunk_len(const char *text, size_t len, bool is_all, bool is_json)
{
	size_t at = 0, end, lines = 0;

	while (lines < CHUNK_LINES) {
		end = line_end(text, at, len, is_json);
		if (!end)
			break;
		for (size_t i = at; i < end; i++)
			lines += text[i] == '\n';
		at = end;
	}
	if (is_all && at < len && lines < CHUNK_LINES)
		return len; /* the last line has no end */
	if (at == 0) {	    /* a quote that is not closed: that line alone */
		const char *line = memchr(text, '\n', len);

		return line ? (size_t)(line - text) + 1 : len;
	}
	return at;
}

/* --- feeding -------------------------------------------------------------- */

static struct uploads *
uploads_of(const struct sg_call *call)
{
	return call->state;
}

static void
stop(struct page *page, struct job *job, const char *trouble)
{
	struct uploads *all = uploads_of(page->call);

	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < JOBS_MOST; i++)
		if (strcmp(all->jobs[i].id, job->id) == 0) {
			all->jobs[i].is_over = true;
			snprintf(all->jobs[i].trouble, TROUBLE_SIZE, "%s",
				 trouble);
		}
	pthread_mutex_unlock(&all->lock);
	snprintf(job->trouble, sizeof(job->trouble), "%s", trouble);
	job->is_over = true;
}

static bool
put_chunk(struct page *page, const struct job *job,
	  const struct sg_json *import, struct sg_told *told)
{
	const char *header = text_at(page, import, "/settings/header");
	bool is_json = strcmp(text_at(page, import, "/settings/format"),
			      "ndjson") == 0;
	int64_t from = (int64_t)number_at(page, import, "offset") +
		       (int64_t)strlen(header);
	int64_t size = 0;
	char *text;
	ssize_t len = read_part(page->call, job->name, from, CHUNK_BYTES, &text,
				&size);
	struct sg_ask ask = {.method = "PUT",
			     .type = is_json ? "application/x-ndjson"
					     : "text/csv"};

	if (len < 0) {
		*told = (struct sg_told){.status = 0};
		return false;
	}
	ask.body = text;
	ask.body_len =
		chunk_len(text, (size_t)len, from + len >= size, is_json);
	ask.path =
		text_of(page, "/imports/%u/chunks/%u%s", job->id,
			text_at(page, import, "next_chunk"),
			from + (int64_t)ask.body_len >= size ? "?last=1" : "");
	/* An empty body is one, too. */
	if (ask.body_len == 0)
		ask.body = "\n";
	return ask_with(page, &ask, told);
}

/* One chunk; false: it is over, or waits for the next tick. */
static bool
feed(struct page *page, struct job *job)
{
	struct sg_told told, done;

	if (!ask_get(page, text_of(page, "/imports/%u", job->id), &told)) {
		if (told.status != 503)
			stop(page, job,
			     told.status == 401
				     ? "The session of who began it is over."
				     : told_detail(page, &told));
		return false;
	}
	if (!*text_at(page, told.json, "finished_at")) {
		if (put_chunk(page, job, told.json, &done))
			return true;
		if (done.status == 0)
			stop(page, job, "The file is not there any more.");
		else if (done.status != 503)
			stop(page, job, told_detail(page, &done));
		return false;
	}
	if (!is_at(page, told.json, "/settings/dry_run"))
		upload_drop(page, job->name);
	stop(page, job, "");
	return false;
}

static struct job *
free_job(struct uploads *all, const char *id)
{
	struct job *job;

	for (size_t i = 0; i < JOBS_MOST; i++)
		if (!*all->jobs[i].id || strcmp(all->jobs[i].id, id) == 0)
			return &all->jobs[i];
	for (size_t i = 0; i < JOBS_MOST; i++) {
		job = &all->jobs[(all->next + i) % JOBS_MOST];
		if (job->is_over) {
			all->next = (all->next + i + 1) % JOBS_MOST;
			return job;
		}
	}
	return NULL;
}

/* Only one thread at a time feeds an import: until it is put into the table,
 * this one. */
void
upload_begin(struct page *page, const char *id, const char *name)
{
	struct uploads *all = uploads_of(page->call);
	struct job job = {.is_over = false}, *place;
	const char *trouble;

	if (upload_is_fed(page, id, &trouble))
		return;
	snprintf(job.id, sizeof(job.id), "%s", id);
	snprintf(job.name, sizeof(job.name), "%s", name);
	snprintf(job.user, sizeof(job.user), "%s", page->user->name);
	snprintf(job.session, sizeof(job.session), "%s", page->user->session);
	snprintf(job.peer, sizeof(job.peer), "%s", page->request->peer);
	for (int i = 0; i < AT_ONCE; i++)
		if (!feed(page, &job))
			break;
	pthread_mutex_lock(&all->lock);
	place = free_job(all, id);
	if (place)
		*place = job;
	pthread_mutex_unlock(&all->lock);
}

bool
upload_is_fed(struct page *page, const char *id, const char **trouble_out)
{
	struct uploads *all = uploads_of(page->call);
	bool is_fed = false;

	*trouble_out = "";
	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < JOBS_MOST; i++)
		if (strcmp(all->jobs[i].id, id) == 0) {
			is_fed = !all->jobs[i].is_over;
			*trouble_out = page->host->copy(page->call,
							all->jobs[i].trouble);
		}
	pthread_mutex_unlock(&all->lock);
	return is_fed;
}

/* --- every second --------------------------------------------------------- */

static void
feed_job(const struct sg_call *call, struct job *job)
{
	struct sg_user user = {.size = sizeof(user),
			       .name = job->user,
			       .role = "",
			       .session = job->session,
			       .form_token = ""};
	struct sg_request request = {.size = sizeof(request),
				     .method = "PUT",
				     .path = "",
				     .query = "",
				     .body = "",
				     .peer = job->peer,
				     .received_at = call->now};
	struct page page = {.call = call,
			    .host = call->host,
			    .request = &request,
			    .user = &user};

	for (int i = 0; i < A_TICK; i++)
		if (!feed(&page, job))
			return;
}

static void
clean(const struct sg_call *call)
{
	const char *folder = call->host->site(call, SG_SITE_STATE);
	DIR *all = *folder ? opendir(folder) : NULL;
	struct dirent *entry;
	struct stat found;

	while (all && (entry = readdir(all))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    !is_name(entry->d_name + strlen(prefix)) ||
		    fstatat(dirfd(all), entry->d_name, &found,
			    AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (call->now - (int64_t)found.st_mtime * 1000 > KEPT_MS)
			unlinkat(dirfd(all), entry->d_name, 0);
	}
	if (all)
		closedir(all);
}

void
uploads_tick(const struct sg_call *call)
{
	struct uploads *all = uploads_of(call);
	struct job job;

	if (all->ticks++ % CLEAN_EVERY == 0)
		clean(call);
	for (size_t i = 0; i < JOBS_MOST; i++) {
		pthread_mutex_lock(&all->lock);
		job = all->jobs[i];
		pthread_mutex_unlock(&all->lock);
		if (*job.id && !job.is_over)
			feed_job(call, &job);
	}
}

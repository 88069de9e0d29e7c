/*
 * split_queue.c - see split_queue.h. The list is in order of arrival and short:
 * what is done leaves it. A mail whose copies are all done is finished: its
 * keys go to split_seen.c first, then its files go, then it leaves the list.
 */
#include "gate/split_queue_parts.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static char *
must_copy(const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy)
		abort();
	return copy;
}

/* --- opening ------------------------------------------------------------- */

static void
append(struct split_queue *queue, struct split_mail *mail)
{
	*queue->end = mail;
	queue->end = &mail->next;
	queue->bytes += mail->bytes;
}

/* "0123abc.mail" -> "0123abc", a half-made one is swept away. */
static bool
is_mail(const struct split_queue *queue, const char *file, char name[24])
{
	size_t len = strlen(file);
	char path[PATH_MAX];

	if (len > 4 && strcmp(file + len - 4, ".new") == 0) {
		snprintf(path, sizeof(path), "%s/%s", queue->directory, file);
		(void)unlink(path);
	}
	if (len <= 5 || len - 5 >= 24 || strcmp(file + len - 5, ".mail") != 0)
		return false;
	memcpy(name, file, len - 5);
	name[len - 5] = '\0';
	return true;
}

static int
by_age(const void *one, const void *other)
{
	const struct split_mail *a = *(struct split_mail *const *)one;
	const struct split_mail *b = *(struct split_mail *const *)other;

	return a->at != b->at ? (a->at < b->at ? -1 : 1)
			      : strcmp(a->name, b->name);
}

static enum sg_status
load_names(struct split_queue *queue, DIR *folder, struct split_mail ***mails,
	   size_t *n, struct sg_err *err)
{
	const struct dirent *entry;
	struct split_mail *mail, **more;
	struct sg_err why;
	char name[24];

	while ((entry = readdir(folder))) {
		if (!is_mail(queue, entry->d_name, name))
			continue;
		if (split_file_read(queue->directory, name, &mail, &why) !=
		    SG_OK) {
			/* It stays there for a person to look at. */
			log_error("a mail to several cannot be read: %s",
				  why.text);
			continue;
		}
		more = realloc(*mails, (*n + 1) * sizeof(**mails));
		if (!more)
			return err_set(err, SG_FAILED, "out of memory");
		*mails = more;
		(*mails)[(*n)++] = mail;
	}
	return SG_OK;
}

static enum sg_status
load(struct split_queue *queue, struct sg_err *err)
{
	DIR *folder = opendir(queue->directory);
	struct split_mail **mails = NULL;
	enum sg_status status;
	size_t n = 0;

	if (!folder)
		return err_errno(err, SG_FAILED, "%s", queue->directory);
	status = load_names(queue, folder, &mails, &n, err);
	closedir(folder);
	if (n)
		qsort(mails, n, sizeof(*mails), by_age);
	for (size_t i = 0; i < n; i++) {
		append(queue, mails[i]);
		for (size_t j = 0; j < mails[i]->n_copies; j++)
			split_seen_add(queue->seen, mails[i]->copies[j].key,
				       mails[i]->at);
	}
	free(mails);
	queue->n_owed = 1; /* some may be done and not put away */
	return status;
}

enum sg_status
split_queue_open(const struct split_queue_options *options, int64_t now,
		 struct split_queue **queue_out, struct sg_err *err)
{
	struct split_queue *queue = calloc(1, sizeof(*queue));
	pthread_condattr_t attributes;
	enum sg_status status = SG_OK;

	if (!queue)
		abort();
	snprintf(queue->directory, sizeof(queue->directory), "%s",
		 options->directory);
	queue->most_bytes = options->most_bytes;
	queue->end = &queue->first;
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (mkdir(queue->directory, 0700) != 0 && errno != EEXIST)
		status = err_errno(err, SG_FAILED, "%s", queue->directory);
	if (status == SG_OK)
		status = split_seen_open(queue->directory, now, &queue->seen,
					 err);
	if (status == SG_OK)
		status = load(queue, err);
	if (status == SG_OK)
		*queue_out = queue;
	else
		split_queue_close(queue);
	return status;
}

void
split_queue_close(struct split_queue *queue)
{
	struct split_mail *mail, *next;

	if (!queue)
		return;
	for (mail = queue->first; mail; mail = next) {
		next = mail->next;
		split_mail_free(mail);
	}
	split_seen_close(queue->seen);
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* --- putting ------------------------------------------------------------- */

bool
split_queue_knows(struct split_queue *queue, uint64_t key, int64_t now)
{
	return split_seen_has(queue->seen, key, now);
}

static bool
is_line(const char *text)
{
	return text && !strpbrk(text, "\r\n");
}

static struct split_mail *
copy_of(const struct split_mail *from, int64_t now)
{
	struct split_mail *mail = calloc(1, sizeof(*mail));

	if (!mail)
		abort();
	snprintf(mail->name, sizeof(mail->name), "%016" PRIx64,
		 from->copies[0].message_id);
	mail->sender = must_copy(from->sender);
	mail->user = must_copy(from->user);
	mail->queue_id = must_copy(from->queue_id);
	mail->at = now;
	mail->n_copies = from->n_copies;
	mail->copies = calloc(from->n_copies, sizeof(*mail->copies));
	if (!mail->copies)
		abort();
	for (size_t i = 0; i < from->n_copies; i++) {
		mail->copies[i].key = from->copies[i].key;
		mail->copies[i].message_id = from->copies[i].message_id;
		mail->copies[i].recipient =
			must_copy(from->copies[i].recipient);
	}
	return mail;
}

static enum sg_status
check(struct split_queue *queue, const struct split_mail *mail,
      struct sg_err *err)
{
	bool good = is_line(mail->sender) && is_line(mail->user) &&
		    is_line(mail->queue_id);

	for (size_t i = 0; good && i < mail->n_copies; i++)
		good = is_line(mail->copies[i].recipient);
	if (!good)
		return err_set(err, SG_REFUSED, "an address has a line end");
	if (split_seen_full(queue->seen) ||
	    (queue->most_bytes && queue->bytes > queue->most_bytes))
		return err_set(err, SG_BUSY,
			       "too many copies wait for the MTA");
	return SG_OK;
}

/* The disk is asked without the lock: others go on. What is known is known
 * beforehand, so that the same mail on another connection is not split too. */
enum sg_status
split_queue_put(struct split_queue *queue, const struct split_mail *from,
		const struct header_list *headers, const struct buf *body,
		int64_t now, struct sg_err *err)
{
	enum sg_status status = check(queue, from, err);
	struct split_mail *mail;

	if (status != SG_OK)
		return status;
	mail = copy_of(from, now);
	for (size_t i = 0; i < mail->n_copies; i++)
		split_seen_add(queue->seen, mail->copies[i].key, now);
	status = split_file_write(queue->directory, mail, headers, body, err);
	if (status != SG_OK) {
		for (size_t i = 0; i < mail->n_copies; i++)
			split_seen_remove(queue->seen, mail->copies[i].key);
		split_mail_free(mail);
		return status;
	}
	pthread_mutex_lock(&queue->lock);
	append(queue, mail);
	queue->woken = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	return SG_OK;
}

/* --- taking -------------------------------------------------------------- */

bool
split_is_to_come(int64_t at, int64_t now)
{
	return at > now && at - now <= SPLIT_WAIT_MOST_MS;
}

bool
split_queue_take(struct split_queue *queue, int64_t now,
		 struct split_job *job_out, int64_t *next_at_out)
{
	struct split_mail *mail;
	bool found = false;

	*next_at_out = INT64_MAX;
	pthread_mutex_lock(&queue->lock);
	for (mail = queue->first; mail && !found; mail = mail->next)
		for (size_t i = 0; i < mail->n_copies && !found; i++) {
			struct split_copy *copy = &mail->copies[i];

			if (copy->state != SPLIT_WAITING)
				continue;
			if (split_is_to_come(copy->next_at, now)) {
				if (copy->next_at < *next_at_out)
					*next_at_out = copy->next_at;
				continue;
			}
			copy->state = SPLIT_SENDING;
			*job_out = (struct split_job){mail, i};
			found = true;
		}
	pthread_mutex_unlock(&queue->lock);
	return found;
}

enum sg_status
split_queue_message(struct split_queue *queue, const struct split_job *job,
		    struct buf *message_out, struct sg_err *err)
{
	return split_file_message(queue->directory, job->mail->name,
				  message_out, err);
}

/* --- settling; locked where nothing else is said ------------------------- */

static void
set_reason(struct split_copy *copy, const char *reason)
{
	free(copy->reason);
	copy->reason = reason ? must_copy(reason) : NULL;
}

bool
split_mail_finished(const struct split_mail *mail)
{
	for (size_t i = 0; i < mail->n_copies; i++)
		if (mail->copies[i].state != SPLIT_SENT || mail->copies[i].owed)
			return false;
	return true;
}

bool
split_queue_finish(struct split_queue *queue, struct split_mail *mail,
		   int64_t now)
{
	uint64_t *keys = calloc(mail->n_copies, sizeof(*keys));
	struct split_mail **place = &queue->first;
	struct sg_err err;

	if (!keys)
		abort();
	for (size_t i = 0; i < mail->n_copies; i++)
		keys[i] = mail->copies[i].key;
	if (split_seen_keep(queue->seen, keys, mail->n_copies, now, &err) !=
	    SG_OK) {
		snprintf(queue->trouble, sizeof(queue->trouble), "%.190s",
			 err.text);
		free(keys);
		return false;
	}
	free(keys);
	split_file_remove(queue->directory, mail);
	while (*place != mail)
		place = &(*place)->next;
	*place = mail->next;
	if (!mail->next)
		queue->end = place;
	queue->bytes -= mail->bytes;
	split_mail_free(mail);
	return true;
}

bool
split_queue_note(struct split_queue *queue, const struct split_mail *mail,
		 size_t i, char mark)
{
	struct sg_err err;

	if (split_file_note(queue->directory, mail, mark, i,
			    mail->copies[i].reason, &err) == SG_OK)
		return true;
	snprintf(queue->trouble, sizeof(queue->trouble), "%.190s", err.text);
	return false;
}

/* The lock is held over these few bytes' sync: only the worker and people come
 * here, and put() takes it for an instant after its own. */
void
split_queue_sent(struct split_queue *queue, const struct split_job *job,
		 int64_t now)
{
	struct split_copy *copy = &job->mail->copies[job->i];

	pthread_mutex_lock(&queue->lock);
	copy->state = SPLIT_SENT;
	set_reason(copy, NULL);
	queue->sent++;
	queue->trouble[0] = '\0';
	copy->owed = !split_queue_note(queue, job->mail, job->i, 'S');
	queue->n_owed += copy->owed;
	if (split_mail_finished(job->mail) &&
	    !split_queue_finish(queue, job->mail, now))
		queue->n_owed++;
	pthread_mutex_unlock(&queue->lock);
}

void
split_queue_later(struct split_queue *queue, const struct split_job *job,
		  int64_t next_at, const char *reason)
{
	struct split_copy *copy = &job->mail->copies[job->i];

	pthread_mutex_lock(&queue->lock);
	copy->state = SPLIT_WAITING;
	copy->tries++;
	copy->next_at = next_at;
	set_reason(copy, reason);
	snprintf(queue->trouble, sizeof(queue->trouble), "%.190s", reason);
	pthread_mutex_unlock(&queue->lock);
}

/* Without its note it is tried again after the next start: so be it. */
void
split_queue_dead(struct split_queue *queue, const struct split_job *job,
		 const char *reason)
{
	struct split_copy *copy = &job->mail->copies[job->i];

	pthread_mutex_lock(&queue->lock);
	copy->state = SPLIT_DEAD;
	copy->tries++;
	set_reason(copy, reason);
	(void)split_queue_note(queue, job->mail, job->i, 'F');
	pthread_mutex_unlock(&queue->lock);
}

static bool
pay_mail(struct split_queue *queue, struct split_mail *mail)
{
	for (size_t i = 0; i < mail->n_copies; i++) {
		if (!mail->copies[i].owed)
			continue;
		if (!split_queue_note(queue, mail, i, 'S'))
			return false;
		mail->copies[i].owed = false;
	}
	return true;
}

bool
split_queue_pay(struct split_queue *queue, int64_t now)
{
	struct split_mail *mail, *next;
	bool paid = true;

	pthread_mutex_lock(&queue->lock);
	for (mail = queue->n_owed ? queue->first : NULL; mail && paid;
	     mail = next) {
		next = mail->next;
		paid = pay_mail(queue, mail) &&
		       (!split_mail_finished(mail) ||
			split_queue_finish(queue, mail, now));
	}
	if (paid)
		queue->n_owed = 0;
	pthread_mutex_unlock(&queue->lock);
	return paid;
}

void
split_queue_wait(struct split_queue *queue, int wait_ms)
{
	int64_t at = clock_monotonic_ms() + wait_ms;
	struct timespec until = {at / 1000, at % 1000 * 1000000};

	pthread_mutex_lock(&queue->lock);
	if (!queue->woken)
		(void)pthread_cond_timedwait(&queue->changed, &queue->lock,
					     &until);
	queue->woken = false;
	pthread_mutex_unlock(&queue->lock);
}

void
split_queue_wake(struct split_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->woken = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

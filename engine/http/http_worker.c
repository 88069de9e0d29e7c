/*
 * http_worker.c - where the public face's requests are handled that may wait.
 * A form, a webhook or an unsubscribe is answered only when it is on the disk;
 * on an epoll loop that would hold up every open and click beside it. So the
 * loop suspends the connection, a worker runs the handler, and the loop sends
 * what came of it. With many in flight the spool syncs them as one group.
 */
#include <stdlib.h>

#include "http/http_private.h"

enum { WORKERS = 16 };

struct http_workers {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct http_work *first, **last;
	bool stop;
	size_t n_threads;
	pthread_t threads[WORKERS];
};

static struct http_work *
take(struct http_workers *self)
{
	struct http_work *work;

	pthread_mutex_lock(&self->lock);
	while (!self->first && !self->stop)
		pthread_cond_wait(&self->wake, &self->lock);
	work = self->first;
	if (work) {
		self->first = work->next;
		if (!self->first)
			self->last = &self->first;
	}
	pthread_mutex_unlock(&self->lock);
	return work;
}

/* Ends when there is nothing left and we are stopping. */
static void *
run(void *arg)
{
	struct http_work *work;

	while ((work = take(arg)))
		work->fn(work);
	return NULL;
}

void
http_workers_put(struct http *http, struct http_work *work)
{
	struct http_workers *self = http->workers;

	work->next = NULL;
	pthread_mutex_lock(&self->lock);
	*self->last = work;
	self->last = &work->next;
	pthread_cond_signal(&self->wake);
	pthread_mutex_unlock(&self->lock);
}

enum sg_status
http_workers_start(struct http *http, struct sg_err *err)
{
	struct http_workers *self = calloc(1, sizeof(*self));

	if (!self)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->wake, NULL);
	self->last = &self->first;
	http->workers = self;
	for (; self->n_threads < WORKERS; self->n_threads++)
		if (pthread_create(&self->threads[self->n_threads], NULL, run,
				   self) != 0) {
			http_workers_stop(http);
			return err_set(err, SG_FAILED, "cannot start a thread");
		}
	return SG_OK;
}

void
http_workers_stop(struct http *http)
{
	struct http_workers *self = http->workers;

	if (!self)
		return;
	pthread_mutex_lock(&self->lock);
	self->stop = true;
	pthread_cond_broadcast(&self->wake);
	pthread_mutex_unlock(&self->lock);
	for (size_t i = 0; i < self->n_threads; i++)
		pthread_join(self->threads[i], NULL);
	pthread_cond_destroy(&self->wake);
	pthread_mutex_destroy(&self->lock);
	free(self);
	http->workers = NULL;
}

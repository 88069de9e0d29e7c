/* db_writer.c - the thread that makes rows while the owner of the connection
 * goes on to the next; see db_private.h. It begins with the first set. */
#include <sys/prctl.h>

#include "base/thread.h"
#include "store/db_private.h"

void
db_writer_init(struct db_writer *writer)
{
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
}

static void
make(struct db_gathered *gathered, struct db_rows_set *set)
{
	struct db_writer *writer = &gathered->writer;
	struct sg_err err = {0};
	enum sg_status status = db_rows_make(gathered, set, &err);

	pthread_mutex_lock(&writer->lock);
	if (writer->status == SG_OK) {
		writer->status = status;
		writer->err = err;
	}
	writer->set = NULL;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

static void *
run(void *arg)
{
	struct db_gathered *gathered = arg;
	struct db_writer *writer = &gathered->writer;
	struct db_rows_set *set;

	prctl(PR_SET_NAME, "store-writer", 0, 0, 0);
	thread_works_behind();
	do {
		pthread_mutex_lock(&writer->lock);
		while (!writer->set && !writer->stop)
			pthread_cond_wait(&writer->changed, &writer->lock);
		set = writer->set;
		pthread_mutex_unlock(&writer->lock);
		if (set)
			make(gathered, set);
	} while (set);
	return NULL;
}

bool
db_writer_hand(struct db_gathered *gathered, struct db_rows_set *set)
{
	struct db_writer *writer = &gathered->writer;
	bool idle;

	if (!writer->started &&
	    pthread_create(&writer->thread, NULL, run, gathered) != 0)
		return false;
	writer->started = true;
	pthread_mutex_lock(&writer->lock);
	idle = !writer->set;
	if (idle) {
		writer->set = set;
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->lock);
	writer->handed |= idle;
	return idle;
}

void
db_writer_wait(struct db_gathered *gathered)
{
	struct db_writer *writer = &gathered->writer;
	enum sg_status status;

	if (!writer->handed)
		return;
	pthread_mutex_lock(&writer->lock);
	while (writer->set)
		pthread_cond_wait(&writer->changed, &writer->lock);
	status = writer->status;
	writer->status = SG_OK;
	pthread_mutex_unlock(&writer->lock);
	writer->handed = false;
	if (status != SG_OK)
		(void)db_rows_failed(gathered, status, &writer->err, NULL);
}

void
db_writer_done(struct db_writer *writer)
{
	if (writer->started) {
		pthread_mutex_lock(&writer->lock);
		writer->stop = true;
		pthread_cond_broadcast(&writer->changed);
		pthread_mutex_unlock(&writer->lock);
		pthread_join(writer->thread, NULL);
	}
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
}

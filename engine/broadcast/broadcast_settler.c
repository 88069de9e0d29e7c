/* broadcast_settler.c - see broadcast_settler.h. */
#include "broadcast/broadcast_settler.h"

#include <pthread.h>
#include <stdlib.h>

enum state { IDLE, ASKED, ANSWERED, ENDING };

struct settler {
	struct settler_calls calls;
	pthread_t thread;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t changed;
	enum state state;
	bool settled;
};

static void
change(struct settler *settler, enum state state)
{
	settler->state = state;
	pthread_cond_broadcast(&settler->changed);
}

static bool
wait_for_question(struct settler *settler)
{
	bool asked;

	pthread_mutex_lock(&settler->lock);
	while (settler->state == IDLE || settler->state == ANSWERED)
		pthread_cond_wait(&settler->changed, &settler->lock);
	asked = settler->state == ASKED;
	pthread_mutex_unlock(&settler->lock);
	return asked;
}

static void *
run(void *arg)
{
	struct settler *settler = arg;

	while (wait_for_question(settler)) {
		bool settled = settler->calls.settle(settler->calls.arg);

		pthread_mutex_lock(&settler->lock);
		settler->settled = settled;
		if (settler->state == ASKED)
			change(settler, ANSWERED);
		pthread_mutex_unlock(&settler->lock);
		settler->calls.wake(settler->calls.owner);
	}
	return NULL;
}

enum sg_status
settler_new(const struct settler_calls *calls, struct settler **settler_out,
	    struct sg_err *err)
{
	struct settler *settler = calloc(1, sizeof(*settler));

	if (!settler)
		return err_set(err, SG_FAILED, "out of memory");
	settler->calls = *calls;
	pthread_mutex_init(&settler->lock, NULL);
	pthread_cond_init(&settler->changed, NULL);
	if (pthread_create(&settler->thread, NULL, run, settler) != 0) {
		pthread_cond_destroy(&settler->changed);
		pthread_mutex_destroy(&settler->lock);
		free(settler);
		return err_set(err, SG_FAILED, "no thread");
	}
	*settler_out = settler;
	return SG_OK;
}

void
settler_free(struct settler *settler)
{
	if (!settler)
		return;
	pthread_mutex_lock(&settler->lock);
	change(settler, ENDING);
	pthread_mutex_unlock(&settler->lock);
	pthread_join(settler->thread, NULL);
	pthread_cond_destroy(&settler->changed);
	pthread_mutex_destroy(&settler->lock);
	free(settler);
}

void
settler_finish(struct settler *settler)
{
	pthread_mutex_lock(&settler->lock);
	while (settler->state == ASKED)
		pthread_cond_wait(&settler->changed, &settler->lock);
	pthread_mutex_unlock(&settler->lock);
}

bool
settler_ask(struct settler *settler)
{
	bool free_now;

	pthread_mutex_lock(&settler->lock);
	free_now = settler->state == IDLE;
	if (free_now)
		change(settler, ASKED);
	pthread_mutex_unlock(&settler->lock);
	return free_now;
}

bool
settler_answer(struct settler *settler, bool *settled_out)
{
	bool answered;

	pthread_mutex_lock(&settler->lock);
	answered = settler->state == ANSWERED;
	if (answered) {
		*settled_out = settler->settled;
		settler->state = IDLE;
	}
	pthread_mutex_unlock(&settler->lock);
	return answered;
}

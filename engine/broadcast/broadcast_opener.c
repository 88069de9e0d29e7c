/* broadcast_opener.c - see broadcast_opener.h. */
#include "broadcast/broadcast_opener.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum place_state { FREE, UNDER_WAY, DONE };

struct place {
	struct opener *opener;
	pthread_t thread;
	bool joined;
	enum place_state state; /* the opener's lock */
	struct opening opening; /* the thread's until it is done */
};

struct opener {
	struct run_shared *shared;
	pthread_mutex_t lock;
	struct place places[OPENINGS_MOST];
};

/* --- a thread ------------------------------------------------------------ */

static enum sg_status
open_run(struct run_shared *shared, struct opening *opening)
{
	struct store_readers *readers = shared->broadcasts->readers;
	struct store *store;
	enum sg_status status =
		store_readers_take(readers, &store, &opening->err);

	if (status != SG_OK)
		return status;
	status = run_open(shared, opening->running, store, &opening->run,
			  &opening->err);
	if (status == SG_OK)
		opening->run->store = NULL;
	store_readers_give(readers, store);
	return status;
}

static enum sg_status
open_it(struct run_shared *shared, struct opening *opening)
{
	switch (opening->what) {
	case OPENING_BEGIN:
		return broadcast_begin(shared->broadcasts, opening->name,
				       BROADCAST_SCHEDULED, NULL,
				       &opening->err);
	case OPENING_DECIDE:
		return broadcast_split_decide(shared->broadcasts, opening->name,
					      &opening->err);
	default:
		return open_run(shared, opening);
	}
}

static void *
run(void *arg)
{
	struct place *place = arg;
	struct opener *opener = place->opener;

	prctl(PR_SET_NAME, "opener", 0, 0, 0);
	place->opening.status = open_it(opener->shared, &place->opening);
	pthread_mutex_lock(&opener->lock);
	place->state = DONE;
	pthread_mutex_unlock(&opener->lock);
	broadcasts_wake(opener->shared->broadcasts);
	return NULL;
}

/* --- the sending thread's ------------------------------------------------ */

enum sg_status
opener_new(struct run_shared *shared, struct opener **opener_out,
	   struct sg_err *err)
{
	struct opener *opener = calloc(1, sizeof(*opener));
	size_t i;

	if (!opener)
		return err_set(err, SG_FAILED, "out of memory");
	opener->shared = shared;
	pthread_mutex_init(&opener->lock, NULL);
	for (i = 0; i < OPENINGS_MOST; i++)
		opener->places[i].opener = opener;
	*opener_out = opener;
	return SG_OK;
}

void
opener_free(struct opener *opener)
{
	if (!opener)
		return;
	pthread_mutex_destroy(&opener->lock);
	free(opener);
}

static enum place_state
state_of(struct place *place)
{
	enum place_state state;

	pthread_mutex_lock(&place->opener->lock);
	state = place->state;
	pthread_mutex_unlock(&place->opener->lock);
	return state;
}

bool
opener_ask(struct opener *opener, const struct opening *opening)
{
	struct place *place = NULL;
	size_t i;

	for (i = 0; i < OPENINGS_MOST; i++) {
		enum place_state state = state_of(&opener->places[i]);

		if (state == FREE)
			place = &opener->places[i];
		else if (!strcmp(opener->places[i].opening.name, opening->name))
			return false;
	}
	if (!place)
		return false;
	place->opening = *opening;
	place->opening.run = NULL;
	place->opening.err.text[0] = '\0';
	place->state = UNDER_WAY;
	place->joined = false;
	if (pthread_create(&place->thread, NULL, run, place) == 0)
		return true;
	place->state = FREE;
	return false;
}

static void
join(struct place *place)
{
	if (!place->joined)
		pthread_join(place->thread, NULL);
	place->joined = true;
}

bool
opener_take(struct opener *opener, struct opening *opening_out)
{
	size_t i;

	for (i = 0; i < OPENINGS_MOST; i++) {
		struct place *place = &opener->places[i];

		if (state_of(place) != DONE)
			continue;
		join(place);
		*opening_out = place->opening;
		place->state = FREE;
		return true;
	}
	return false;
}

void
opener_finish(struct opener *opener)
{
	size_t i;

	for (i = 0; i < OPENINGS_MOST; i++) {
		struct place *place = &opener->places[i];

		if (state_of(place) != FREE)
			join(place);
	}
}

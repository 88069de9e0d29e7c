/* broadcast_running.c - which broadcasts are being sent, for all threads. */
#include <stdio.h>
#include <string.h>

#include "broadcast/broadcast_parts.h"

/* "": a free place; with the lock held. */
static struct broadcast_running *
find(struct broadcasts *broadcasts, const char *name)
{
	size_t i;

	for (i = 0; i < BROADCAST_RUNNING_MOST; i++)
		if (!strcmp(broadcasts->running[i].name, name))
			return &broadcasts->running[i];
	return NULL;
}

struct broadcast_running *
broadcast_running_add(struct broadcasts *broadcasts, const char *name)
{
	struct broadcast_running *running;

	pthread_mutex_lock(&broadcasts->lock);
	running = find(broadcasts, "");
	if (running) {
		snprintf(running->name, sizeof(running->name), "%s", name);
		running->wish = WISH_NONE;
		running->rate = 0;
		running->waits[0] = '\0';
	}
	pthread_mutex_unlock(&broadcasts->lock);
	return running;
}

void
broadcast_running_remove(struct broadcasts *broadcasts,
			 struct broadcast_running *running)
{
	pthread_mutex_lock(&broadcasts->lock);
	running->name[0] = '\0';
	pthread_mutex_unlock(&broadcasts->lock);
}

bool
broadcast_is_running(struct broadcasts *broadcasts, const char *name)
{
	bool is;

	pthread_mutex_lock(&broadcasts->lock);
	is = find(broadcasts, name) != NULL;
	pthread_mutex_unlock(&broadcasts->lock);
	return is;
}

void
broadcast_running_say(struct broadcasts *broadcasts,
		      struct broadcast_running *running, const char *why)
{
	pthread_mutex_lock(&broadcasts->lock);
	snprintf(running->waits, sizeof(running->waits), "%s", why);
	pthread_mutex_unlock(&broadcasts->lock);
}

void
broadcast_running_wish(struct broadcasts *broadcasts, const char *name,
		       enum broadcast_wish wish)
{
	struct broadcast_running *running;

	pthread_mutex_lock(&broadcasts->lock);
	running = find(broadcasts, name);
	if (running)
		running->wish = wish;
	pthread_mutex_unlock(&broadcasts->lock);
}

bool
broadcast_running_is_over(struct broadcasts *broadcasts,
			  const struct broadcast_running *running)
{
	bool is_over;

	pthread_mutex_lock(&broadcasts->lock);
	is_over = running->wish != WISH_NONE;
	pthread_mutex_unlock(&broadcasts->lock);
	return is_over;
}

bool
broadcasts_are_stopping(struct broadcasts *broadcasts)
{
	bool stopping;

	pthread_mutex_lock(&broadcasts->lock);
	stopping = broadcasts->stopping;
	pthread_mutex_unlock(&broadcasts->lock);
	return stopping;
}

bool
broadcast_claim(struct broadcasts *broadcasts, struct broadcast_claim *claim,
		const char *name)
{
	const struct broadcast_claim *other;

	pthread_mutex_lock(&broadcasts->lock);
	for (other = broadcasts->claims;
	     other && strcmp(other->name, name) != 0; other = other->next)
		;
	if (!other) {
		claim->name = name;
		claim->next = broadcasts->claims;
		broadcasts->claims = claim;
	}
	pthread_mutex_unlock(&broadcasts->lock);
	return !other;
}

void
broadcast_claim_end(struct broadcasts *broadcasts,
		    struct broadcast_claim *claim)
{
	struct broadcast_claim **at = &broadcasts->claims;

	pthread_mutex_lock(&broadcasts->lock);
	while (*at != claim)
		at = &(*at)->next;
	*at = claim->next;
	pthread_mutex_unlock(&broadcasts->lock);
}

void
broadcasts_wake(struct broadcasts *broadcasts)
{
	pthread_mutex_lock(&broadcasts->lock);
	broadcasts->woken = true;
	pthread_cond_signal(&broadcasts->wake);
	pthread_mutex_unlock(&broadcasts->lock);
}

void
broadcast_get_progress(struct broadcasts *broadcasts, const char *name,
		       struct broadcast_progress *progress_out)
{
	const struct broadcast_running *running;

	pthread_mutex_lock(&broadcasts->lock);
	running = find(broadcasts, name);
	progress_out->running = running != NULL;
	progress_out->rate = running ? running->rate : 0;
	snprintf(progress_out->waits, sizeof(progress_out->waits), "%s",
		 running ? running->waits : "");
	pthread_mutex_unlock(&broadcasts->lock);
}

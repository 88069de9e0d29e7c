/* thread.c - see thread.h. */
#include "base/thread.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	BATCH = 3, /* SCHED_BATCH, which <sched.h> has for _GNU_SOURCE only */
	ANSWERERS_MOST = 64,
	SLEEP_NS = 100000,
	SLEEPS_MOST = 20,
	TURN_MS = 2, /* as long as we slept: half of the time is ours */
};

struct thread_answerer {
	atomic_int fd; /* + 1; 0: nobody is here */
	atomic_uint cpu;
	atomic_bool answers;
};

static struct thread_answerer answerers[ANSWERERS_MOST];
static atomic_int n_answerers; /* places that were taken ever */
static atomic_bool late;
static _Thread_local bool behind;
static _Thread_local int64_t turn_until; /* monotonic; 0: none */

static unsigned
this_cpu(void)
{
	unsigned cpu = 0;

	/* sched_getcpu() itself is declared for _GNU_SOURCE only. */
	syscall(SYS_getcpu, &cpu, NULL, NULL);
	return cpu;
}

struct thread_answerer *
thread_answers(int epoll_fd)
{
	int i, n, nobody = 0;

	for (i = 0; i < ANSWERERS_MOST; i++, nobody = 0)
		if (atomic_compare_exchange_strong(&answerers[i].fd, &nobody,
						   epoll_fd + 1))
			break;
	if (i == ANSWERERS_MOST)
		return NULL;
	n = atomic_load(&n_answerers);
	while (n <= i && !atomic_compare_exchange_weak(&n_answerers, &n, i + 1))
		;
	return &answerers[i];
}

void
thread_answers_no_more(struct thread_answerer *answerer)
{
	if (answerer)
		atomic_store(&answerer->fd, 0);
}

void
thread_answers_begin(struct thread_answerer *answerer)
{
	if (!answerer)
		return;
	atomic_store_explicit(&answerer->cpu, this_cpu(), memory_order_relaxed);
	atomic_store_explicit(&answerer->answers, true, memory_order_relaxed);
}

void
thread_answers_end(struct thread_answerer *answerer)
{
	if (answerer)
		atomic_store_explicit(&answerer->answers, false,
				      memory_order_relaxed);
}

void
thread_works_behind(void)
{
	const struct sched_param none = {0};

	pthread_setschedparam(pthread_self(), BATCH, &none);
	behind = true;
}

void
threads_are_late(bool are_late)
{
	atomic_store_explicit(&late, are_late, memory_order_relaxed);
}

/* On `cpu`, and either amid its answers, so pushed off by us, or not let in. */
static bool
wants(struct thread_answerer *answerer, unsigned cpu)
{
	struct pollfd heard = {.events = POLLIN};

	heard.fd =
		atomic_load_explicit(&answerer->fd, memory_order_relaxed) - 1;
	if (heard.fd < 0 ||
	    atomic_load_explicit(&answerer->cpu, memory_order_relaxed) != cpu)
		return false;
	return atomic_load_explicit(&answerer->answers, memory_order_relaxed) ||
	       poll(&heard, 1, 0) > 0;
}

static bool
is_in_the_way(void)
{
	unsigned cpu = this_cpu();
	int i, n = atomic_load_explicit(&n_answerers, memory_order_relaxed);

	for (i = 0; i < n; i++)
		if (wants(&answerers[i], cpu))
			return true;
	return false;
}

void
thread_gives_way(void)
{
	const struct timespec sleep = {0, SLEEP_NS};
	int n;

	if (!behind || atomic_load_explicit(&late, memory_order_relaxed))
		return;
	if (turn_until && clock_monotonic_ms() < turn_until)
		return;
	for (n = 0; n < SLEEPS_MOST && is_in_the_way(); n++)
		nanosleep(&sleep, NULL);
	/* Answers that take no end: a flood, or one that waits for the disk
	 * itself. Nothing that we do would come to an end either. */
	turn_until = n == SLEEPS_MOST ? clock_monotonic_ms() + TURN_MS : 0;
}

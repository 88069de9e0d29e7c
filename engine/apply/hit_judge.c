/* hit_judge.c - see hit_judge.h. */
#include "apply/hit_judge.h"

#include <stdio.h>
#include <stdlib.h>

static int
by_time(const void *one, const void *other)
{
	const struct hit_seen *a = one, *b = other;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static bool
is_new(const struct hit_seen *hits, size_t from, size_t i)
{
	if (!hits[i].link)
		return false;
	for (size_t k = from; k < i; k++)
		if (hits[k].link == hits[i].link)
			return false;
	return true;
}

/* The window that begins with this hit. */
static void
look_from(struct hit_seen *hits, size_t n, size_t from,
	  const struct verdict_windows *windows)
{
	unsigned links = 0;
	size_t to;

	for (to = from;
	     to < n && hits[to].at - hits[from].at <= windows->burst_ms; to++)
		links += is_new(hits, from, to);
	if (links < windows->burst_links)
		return;
	for (size_t i = from; i < to; i++)
		if (hits[i].link && hits[i].links < links)
			hits[i].links = links;
}

/* What fetches links fetches the image, too. */
static void
look_around(struct hit_seen *hits, size_t n, size_t open,
	    const struct verdict_windows *windows)
{
	for (size_t i = 0; i < n; i++)
		if (hits[i].link && hits[i].links > hits[open].links &&
		    llabs(hits[i].at - hits[open].at) <= windows->burst_ms)
			hits[open].links = hits[i].links;
}

void
hit_judge_burst(struct hit_seen *hits, size_t n,
		const struct verdict_windows *windows)
{
	for (size_t i = 0; i < n; i++)
		hits[i].links = 0;
	if (n)
		qsort(hits, n, sizeof(*hits), by_time);
	if (!windows->burst_links)
		return;
	for (size_t i = 0; i < n; i++)
		if (hits[i].link)
			look_from(hits, n, i, windows);
	for (size_t i = 0; i < n; i++)
		if (!hits[i].link)
			look_around(hits, n, i, windows);
}

void
hit_burst_reason(unsigned links, const struct verdict_windows *windows,
		 char reason[HIT_REASON_SIZE])
{
	int64_t ms = windows->burst_ms;

	if (ms % 1000 == 0)
		snprintf(reason, HIT_REASON_SIZE,
			 "burst: %u links of one message within %lld s", links,
			 (long long)(ms / 1000));
	else
		snprintf(reason, HIT_REASON_SIZE,
			 "burst: %u links of one message within %lld ms", links,
			 (long long)ms);
}

int64_t
hit_burst_reach(const struct verdict_windows *windows)
{
	return windows->burst_links ? 2 * windows->burst_ms : 0;
}

bool
hit_before_delivery(int64_t at, int64_t delivered_at,
		    const struct verdict_windows *windows)
{
	return windows->before_delivery &&
	       at < delivered_at + windows->delivery_margin_ms;
}

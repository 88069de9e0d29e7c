/* broadcast_pace.c - see broadcast_pace.h. */
#include "broadcast/broadcast_pace.h"

#include <string.h>

void
pace_init(struct broadcast_pace *pace, double rate, double domain_rate,
	  int64_t now_ms)
{
	memset(pace, 0, sizeof(*pace));
	pace->rate = rate;
	pace->domain_rate = domain_rate;
	pace->credit = 1;
	pace->credited_at = now_ms;
}

bool
pace_may(struct broadcast_pace *pace, int64_t now_ms)
{
	double most = pace->rate > 1 ? pace->rate : 1;

	if (pace->rate <= 0)
		return true;
	pace->credit +=
		pace->rate * (double)(now_ms - pace->credited_at) / 1000;
	pace->credited_at = now_ms;
	if (pace->credit > most)
		pace->credit = most;
	return pace->credit >= 1;
}

bool
pace_may_domain(const struct broadcast_pace *pace, uint64_t domain_hash,
		int64_t now_ms)
{
	return pace->domain_rate <= 0 ||
	       pace->next_at[domain_hash % PACE_DOMAINS] <= now_ms;
}

void
pace_took(struct broadcast_pace *pace, uint64_t domain_hash, int64_t now_ms)
{
	int64_t *next = &pace->next_at[domain_hash % PACE_DOMAINS];

	if (pace->rate > 0)
		pace->credit--;
	if (pace->domain_rate > 0)
		*next = (*next > now_ms - 1000 ? *next : now_ms) +
			(int64_t)(1000 / pace->domain_rate);
}

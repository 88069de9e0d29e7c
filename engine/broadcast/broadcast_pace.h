/*
 * broadcast_pace.h - how fast mails may go: so many a second in all, and so
 * many a second to one recipient domain. Pure; `now_ms` is monotonic.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_PACE_H
#define ENGINE_BROADCAST_BROADCAST_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_DOMAINS = 4096 };

struct broadcast_pace {
	double rate; /* mails a second; 0 = any */
	double credit;
	int64_t credited_at;
	double domain_rate; /* to one domain; 0 = any */
	/* When a domain's next mail may go, by the domain's hash. Two domains
	 * in one slot share a pace: slower, never faster. */
	int64_t next_at[PACE_DOMAINS];
};

void pace_init(struct broadcast_pace *pace, double rate, double domain_rate,
	       int64_t now_ms);
/* A second's worth may go at once; an outage earns no more than that. */
bool pace_may(struct broadcast_pace *pace, int64_t now_ms);
bool pace_may_domain(const struct broadcast_pace *pace, uint64_t domain_hash,
		     int64_t now_ms);
/* One went. */
void pace_took(struct broadcast_pace *pace, uint64_t domain_hash,
	       int64_t now_ms);

#endif

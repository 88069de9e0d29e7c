/*
 * hit_judge.h - what the hits of one message and one recipient say together:
 * nobody follows several links within seconds (a burst), and what fetched the
 * mail before it was delivered was no reader. Pure; the same hits give the
 * same answer whatever the order they came in. Thresholds: verdict_conf.h.
 */
#ifndef ENGINE_APPLY_HIT_JUDGE_H
#define ENGINE_APPLY_HIT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signal/verdict_conf.h"

struct hit_seen {
	int64_t id; /* of the history; 0 = the one that comes in */
	int64_t at;
	uint64_t link;	/* hash of the URL; 0 = an open */
	unsigned links; /* out: of the burst it belongs to; 0 = none */
};

enum { HIT_REASON_SIZE = 96 };

/* Fills `links` of each; sorts them by time. Those nearer than two windows to
 * the ends of what was read may belong to bursts that are not all there. */
void hit_judge_burst(struct hit_seen *hits, size_t n,
		     const struct verdict_windows *windows);
/* "burst: 3 links of one message within 3 s" */
void hit_burst_reason(unsigned links, const struct verdict_windows *windows,
		      char reason[HIT_REASON_SIZE]);
/* So long before and after a hit others may be of its burst. */
int64_t hit_burst_reach(const struct verdict_windows *windows);

/* Was it before the mail was there? */
bool hit_before_delivery(int64_t at, int64_t delivered_at,
			 const struct verdict_windows *windows);

#endif

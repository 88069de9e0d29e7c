/* bounce_policy.h - what bounces do to a record (mail §2), as configured
 * today: also when its history is folded anew. */
#ifndef ENGINE_APPLY_BOUNCE_POLICY_H
#define ENGINE_APPLY_BOUNCE_POLICY_H

#include <stdint.h>

/* Reasons of a suppression that the engine gives. */
#define BOUNCE_HARD_REASON "hard-bounce"
#define BOUNCE_SOFT_REASON "soft-bounces"

struct bounce_policy {
	int64_t soft_budget; /* so many suppress; 0: never */
	int64_t soft_window_ms;
	int64_t soft_expires_ms, hard_expires_ms; /* 0 = never */
};

#endif

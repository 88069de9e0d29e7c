/*
 * score_decay.h - how much is left of touch points after a while (scoring
 * §2): continuous in between, exact at whole days. Forward decay: Cormode,
 * Shkapenyuk, Srivastava and Xu, ICDE 2009. Pure.
 */
#ifndef ENGINE_SCORE_SCORE_DECAY_H
#define ENGINE_SCORE_SCORE_DECAY_H

#include <stdint.h>

/* (1 - percent/100)^(elapsed_ms/86400000); a negative time gives the growth
 * that takes it back. percent 0 is always 1. */
double score_decay(double percent, int64_t elapsed_ms);

/* Milliseconds until half is left; INFINITY for percent 0. */
double score_half_life_ms(double percent);

#endif

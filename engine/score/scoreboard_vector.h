/*
 * scoreboard_vector.h - the loops in which passes over the board spend their
 * time, four doubles at once where the machine has AVX2 and two everywhere
 * else. The results are the same to the bit, but for the order in which a sum
 * is added up. For scoreboard*.c only.
 */
#ifndef ENGINE_SCORE_SCOREBOARD_VECTOR_H
#define ENGINE_SCORE_SCOREBOARD_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* values = sum of columns[i] * factors[i]; n_values is a multiple of 64. */
void board_vector_sum(double *values, size_t n_values,
		      const double *const *columns, const double *factors,
		      size_t n_columns);

/* Both open: a closed end is an open one a step further out. So even the
 * infinite ends keep nothing out that is a number. */
struct board_bounds {
	double lo, hi;
};

/* Bit i of word j stays: lo < values[64 j + i] < hi. */
void board_vector_between(const double *values, size_t n_words,
			  const struct board_bounds *bounds, uint64_t *words);
/* The same of two columns' sum, without keeping it. false: not on this
 * machine, nothing done. */
bool board_vector_filter(const double *const *columns, const double *factors,
			 size_t n_words, const struct board_bounds *bounds,
			 uint64_t *words);

/* Bit i of word j: `bit` (one bit) of bytes[64 j + i]. */
void board_vector_pack(const uint8_t *bytes, uint8_t bit, size_t n_words,
		       uint64_t *words);

struct board_sums {
	double sum, top, low;
	uint64_t counted, below; /* >= least; >= least and < lo */
	double least, lo;
};
/* Adds n_values, a multiple of 4. */
void board_vector_gather(const double *values, size_t n_values,
			 struct board_sums *sums);

#endif

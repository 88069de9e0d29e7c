/*
 * score_part.h - the parts of a score that a condition, a column or a sort can
 * name (scoring §2 "Score summary").
 */
#ifndef ENGINE_SCORE_SCORE_PART_H
#define ENGINE_SCORE_SCORE_PART_H

enum score_part {
	SCORE_SCORE,
	SCORE_PERCENT,
	SCORE_RAW,
	SCORE_MANUAL,
	SCORE_FIELD_POINTS,
	SCORE_AUTOMATIC,
	SCORE_POSITIVE,
	SCORE_NEGATIVE,
	SCORE_TOUCHPOINT,
	SCORE_POSITIVE_TOUCHPOINT,
	SCORE_NEGATIVE_TOUCHPOINT,
	SCORE_N_PARTS
};

/* "touchpoint" …, and back; -1 from score_part_find(): no such part. */
const char *score_part_name(enum score_part part);
int score_part_find(const char *name);

#endif

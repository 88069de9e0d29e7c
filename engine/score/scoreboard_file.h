/*
 * scoreboard_file.h - the scoreboard as it lies in memory, in a file and back:
 * for a start that reads 18 bytes a record instead of two rows. A cache: it
 * holds for the same build of the same machine, and who reads it back knows
 * that nothing has changed since (apply_saved.c).
 */
#ifndef ENGINE_SCORE_SCOREBOARD_FILE_H
#define ENGINE_SCORE_SCOREBOARD_FILE_H

#include <stdio.h>

#include "score/scoreboard.h"

/* SG_FAILED: it could not be written. */
enum sg_status scoreboard_save(struct scoreboard *board, FILE *file,
			       struct sg_err *err) MUST_CHECK;
/*
 * Into a board that has its scores and no record yet. SG_NONE: not for this
 * build, these scores or these rates; nothing is changed. SG_FAILED: cut short;
 * the board is good for nothing.
 */
enum sg_status scoreboard_restore(struct scoreboard *board, FILE *file,
				  struct sg_err *err) MUST_CHECK;

#endif

/* scratch.h - a directory of its own for a test, removed with all in it. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <stddef.h>

enum { SCRATCH_PATH_SIZE = 256 };

struct scratch {
	char path[SCRATCH_PATH_SIZE];
};

void scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);
/* "DIRECTORY/name", good until the next call; up to 4 at a time. */
const char *scratch_file(const struct scratch *scratch, const char *name);

#endif

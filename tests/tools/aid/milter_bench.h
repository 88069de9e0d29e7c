/*
 * milter_bench.h - one mail through a milter as often as asked, over several
 * connections at once.
 */
#ifndef TESTS_TOOLS_AID_MILTER_BENCH_H
#define TESTS_TOOLS_AID_MILTER_BENCH_H

#include <stdbool.h>

#include "base/buf.h"

/* The rest of the command line in `options`. Returns the exit code. */
int milter_bench(const char *address, const char *mail_file, char **options);

bool milter_bench_read_file(const char *path, struct buf *out);

#endif

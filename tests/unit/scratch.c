/* scratch.c - see scratch.h. */
#include "scratch.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_FILES = 4 };

/* In memory where that can be had: these tests sync a lot. */
void
scratch_make(struct scratch *scratch)
{
	static const char *const tops[] = {"/dev/shm", "/tmp"};
	const char *top = getenv("TMPDIR");
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(scratch->path, sizeof(scratch->path),
			 "%s/scoregate.XXXXXX", top ? top : tops[i]);
		if (mkdtemp(scratch->path))
			return;
	}
	fail_msg("no directory for a test can be made");
}

static void
remove_tree(const char *path)
{
	char below[2 * SCRATCH_PATH_SIZE];
	DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (unlink(below) != 0)
			remove_tree(below);
	}
	if (directory)
		closedir(directory);
	rmdir(path);
}

void
scratch_remove(struct scratch *scratch)
{
	remove_tree(scratch->path);
}

const char *
scratch_file(const struct scratch *scratch, const char *name)
{
	static char paths[N_FILES][2 * SCRATCH_PATH_SIZE];
	static unsigned turn;
	char *path = paths[turn++ % N_FILES];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch->path, name);
	return path;
}

/* spool_aid.c - see spool_aid.h. */
#include "spool_aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 50 };

struct spool *
spool_aid_open(const struct scratch *scratch)
{
	struct spool_options options = {.directory =
						scratch_file(scratch, "spool"),
					.segment_bytes = SPOOL_AID_SEGMENT,
					.sync_ms = 1};
	struct spool *spool = NULL;
	struct sg_err err = {SG_OK, ""};

	if (spool_open(&options, &spool, &err) != SG_OK)
		fail_msg("%s", err.text);
	return spool;
}

void
spool_aid_signal(struct signal *signal, struct pool *pool, long number,
		 size_t len)
{
	char *text = pool_alloc(pool, len + 1);

	memset(text, 'x', len);
	signal_init(signal, "test.happened", 1000);
	signal->source = "test";
	if (signal_set(signal, "n", pool_printf(pool, "%ld", number), NULL) !=
		    SG_OK ||
	    signal_set(signal, "text", text, NULL) != SG_OK)
		fail();
}

enum sg_status
spool_aid_append(struct spool *spool, long number, size_t len,
		 enum spool_wait wait)
{
	struct pool *pool = pool_new();
	struct signal signal;
	enum sg_status status;

	spool_aid_signal(&signal, pool, number, len);
	status = spool_append(spool, &signal, wait, NULL, NULL);
	pool_free(pool);
	return status;
}

void
spool_aid_put(struct spool *spool, long number, size_t len)
{
	assert_int_equal(spool_aid_append(spool, number, len, SPOOL_SYNCED),
			 SG_OK);
}

long
spool_aid_next(struct spool *spool, struct spool_position *position)
{
	struct pool *pool = pool_new();
	struct spool_position after;
	struct signal signal;
	struct sg_err err = {SG_OK, ""};
	enum sg_status status;
	long number = -1;

	status = spool_read(spool, pool, &signal, &after, &err);
	if (status == SG_NONE) {
		spool_wait_for_more(spool, WAIT_MS);
		status = spool_read(spool, pool, &signal, &after, &err);
	}
	if (status == SG_OK)
		number = strtol(signal_get(&signal, "n"), NULL, 10);
	else if (status == SG_REFUSED)
		number = -2;
	else
		assert_int_equal(status, SG_NONE);
	if (position && status != SG_NONE)
		*position = after;
	pool_free(pool);
	return number;
}

void
spool_aid_rewind(struct spool *spool)
{
	struct spool_position nowhere = {{0}, 0, 0};

	assert_int_equal(spool_seek(spool, &nowhere, NULL), SG_OK);
}

static unsigned
find_segments(const struct scratch *scratch, char *name, size_t size)
{
	DIR *directory = opendir(scratch_file(scratch, "spool"));
	const struct dirent *entry;
	unsigned n = 0;

	while (directory && (entry = readdir(directory))) {
		if (!strstr(entry->d_name, ".segment"))
			continue;
		snprintf(name, size, "spool/%s", entry->d_name);
		n++;
	}
	if (directory)
		closedir(directory);
	return n;
}

const char *
spool_aid_segment(const struct scratch *scratch)
{
	char name[SCRATCH_PATH_SIZE];

	assert_int_equal(find_segments(scratch, name, sizeof(name)), 1);
	return scratch_file(scratch, name);
}

unsigned
spool_aid_n_segments(const struct scratch *scratch)
{
	char name[SCRATCH_PATH_SIZE];

	return find_segments(scratch, name, sizeof(name));
}

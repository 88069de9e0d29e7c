/*
 * spool_fuzz.c - a hostile segment in the spool's directory. The first byte
 * says what is put right before it is opened, so that the fuzzer gets past the
 * sums: 1 the header, 2 the crc of each record. What opens must be readable to
 * its end, and what is appended then must come out last.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/hash.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 64, MOST = 65536, SEGMENT = 128 << 10 };

static char directory[64], segment[128];
static uint8_t good_header[HEADER];

static void
must(int holds)
{
	if (!holds)
		abort();
}

static struct spool *
open_spool(void)
{
	struct spool_options options = {
		.directory = directory, .segment_bytes = SEGMENT, .sync_ms = 1};
	struct spool *spool = NULL;
	struct sg_err err = {SG_OK, ""};
	enum sg_status status = spool_open(&options, &spool, &err);

	must(status == SG_OK || (status == SG_FAILED && err.text[0]));
	return spool;
}

static void
clear(void)
{
	char path[128];
	int number;

	for (number = 1; number < 8; number++) {
		snprintf(path, sizeof(path), "%s/%016x.segment", directory,
			 number);
		unlink(path);
	}
}

static void
tear_down(void)
{
	char path[128];

	clear();
	snprintf(path, sizeof(path), "%s/lock", directory);
	unlink(path);
	rmdir(directory);
}

/* A directory in memory, and a good header to copy. */
static void
set_up(void)
{
	int fd;

	must(crypto_start(NULL) == SG_OK);
	snprintf(directory, sizeof(directory), "/dev/shm/spool_fuzz.XXXXXX");
	must(mkdtemp(directory) != NULL);
	atexit(tear_down);
	snprintf(segment, sizeof(segment), "%s/%016x.segment", directory, 1);
	spool_close(open_spool());
	fd = open(segment, O_RDONLY);
	must(read(fd, good_header, HEADER) == HEADER);
	close(fd);
}

static void
fix_sums(uint8_t *bytes, size_t len)
{
	size_t at = HEADER, record;
	uint32_t crc;

	while (at + 8 < len) {
		record = bytes[at] | (size_t)bytes[at + 1] << 8 |
			 (size_t)bytes[at + 2] << 16;
		if (record == 0 || record > len - at - 8)
			return;
		crc = hash_crc32c(hash_crc32c(0, bytes + at, 4), bytes + at + 8,
				  record);
		memcpy(bytes + at + 4, &crc, 4); /* little-endian machines */
		at += 8 + record;
	}
}

static void
write_segment(const uint8_t *data, size_t size, int what)
{
	static uint8_t bytes[MOST];
	int fd;

	if (size > MOST)
		size = MOST;
	memcpy(bytes, data, size);
	if ((what & 1) && size >= HEADER)
		memcpy(bytes, good_header, HEADER);
	if ((what & 2) && size >= HEADER)
		fix_sums(bytes, size);
	fd = open(segment, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

static void
read_to_the_end(struct spool *spool)
{
	struct spool_position nowhere = {{0}, 0, 0}, position;
	struct pool *pool = pool_new();
	struct signal signal;
	enum sg_status status;
	const char *last = NULL;

	signal_init(&signal, "fuzz.last", 1);
	must(spool_append(spool, &signal, SPOOL_SYNCED, NULL, NULL) == SG_OK);
	must(spool_seek(spool, &nowhere, NULL) == SG_OK);
	do {
		status = spool_read(spool, pool, &signal, &position, NULL);
		last = status == SG_OK ? signal.name : last;
	} while (status == SG_OK || status == SG_REFUSED);
	must(status == SG_NONE && last && strcmp(last, "fuzz.last") == 0);
	spool_applied(spool, &position);
	pool_free(pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool *spool;

	if (!directory[0])
		set_up();
	if (size == 0)
		return 0;
	clear();
	write_segment(data + 1, size - 1, data[0]);
	spool = open_spool();
	if (spool)
		read_to_the_end(spool);
	spool_close(spool);
	return 0;
}

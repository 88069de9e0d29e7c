/* maillog_gz.c - see maillog_gz.h. */
#include "maillog_gz.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 65536 };
static const int64_t plain_most = INT64_C(4) << 30;

/* From the beginning, whoever has read from it before. */
static gzFile
read_anew(int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	gzFile packed;

	if (own < 0)
		return NULL;
	packed = lseek(own, 0, SEEK_SET) == 0 ? gzdopen(own, "rb") : NULL;
	if (!packed)
		close(own);
	return packed;
}

size_t
gz_begin(int fd, unsigned char *bytes, size_t bytes_most)
{
	gzFile packed = read_anew(fd);
	int got = packed ? gzread(packed, bytes, (unsigned)bytes_most) : -1;

	if (packed)
		(void)gzclose(packed);
	return got < 0 ? 0 : (size_t)got;
}

static bool
unpack(gzFile packed, int plain)
{
	char piece[PIECE];
	int64_t all = 0;
	int got;

	while ((got = gzread(packed, piece, PIECE)) > 0) {
		all += got;
		if (all > plain_most || write(plain, piece, (size_t)got) != got)
			return false;
	}
	return got == 0;
}

static int
nameless_file(void)
{
	char name[] = "/tmp/scoregate-log-XXXXXX";
	int fd = mkstemp(name);

	if (fd >= 0) {
		(void)unlink(name);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return fd;
}

int
gz_unpack(int fd)
{
	gzFile packed = read_anew(fd);
	struct stat status;
	int plain;

	if (!packed)
		return -1;
	plain = nameless_file();
	if (plain >= 0 &&
	    (!unpack(packed, plain) || fstat(fd, &status) != 0 ||
	     futimens(plain, (struct timespec[2]){status.st_atim,
						  status.st_mtim}) != 0)) {
		close(plain);
		plain = -1;
	}
	(void)gzclose(packed);
	return plain;
}

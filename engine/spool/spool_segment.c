/*
 * spool_segment.c - the files of the spool: NUMBER.segment in its directory,
 * preallocated, with a header of 64 bytes:
 *
 *   magic 8 | version 4 | 0 4 | spool id 16 | number 8 | 0 … | crc32c 4
 */
#include "spool/spool_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

enum {
	FORM_VERSION = 1,
	CRC_AT = SEGMENT_HEADER_SIZE - 4,
	/* On a small disk a small segment is better than none. */
	SMALLEST = 1 << 20
};

static const char magic[8] = "SGSPOOL";
static const char suffix[] = ".segment";

static void
put_number(unsigned char *at, uint64_t number, int n_bytes)
{
	int i;

	for (i = 0; i < n_bytes; i++)
		at[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t
get_number(const unsigned char *at, int n_bytes)
{
	uint64_t number = 0;

	while (n_bytes-- > 0)
		number = number << 8 | at[n_bytes];
	return number;
}

static void
name_of(uint64_t number, char name[SEGMENT_NAME_SIZE])
{
	snprintf(name, SEGMENT_NAME_SIZE, "%016llx%s",
		 (unsigned long long)number, suffix);
}

static void
make_header(const struct spool *spool, uint64_t number,
	    unsigned char header[SEGMENT_HEADER_SIZE])
{
	memset(header, 0, SEGMENT_HEADER_SIZE);
	memcpy(header, magic, sizeof(magic));
	put_number(header + 8, FORM_VERSION, 4);
	memcpy(header + 16, spool->id, SPOOL_ID_SIZE);
	put_number(header + 32, number, 8);
	put_number(header + CRC_AT, hash_crc32c(0, header, CRC_AT), 4);
}

/* --- one more ----------------------------------------------------------- */

static struct segment *
segment_new(uint64_t number, int fd)
{
	struct segment *segment = calloc(1, sizeof(*segment));

	if (!segment)
		return NULL;
	segment->number = number;
	segment->fd = fd;
	return segment;
}

/* 0, or what posix_fallocate() says of the smallest. */
static int
allocate(int fd, uint64_t want, uint64_t *size_out)
{
	uint64_t size = want;
	int code;

	for (;;) {
		code = posix_fallocate(fd, 0, (off_t)size);
		if (code == 0 || size <= SMALLEST)
			break;
		if (ftruncate(fd, 0) != 0)
			return errno;
		size = size / 2 < SMALLEST ? SMALLEST : size / 2;
	}
	if (code == 0)
		*size_out = size;
	return code;
}

static enum sg_status
fill_new(struct spool *spool, struct segment *segment, struct sg_err *err)
{
	unsigned char header[SEGMENT_HEADER_SIZE];

	errno = allocate(segment->fd, spool->options.segment_bytes,
			 &segment->size);
	if (errno)
		return err_errno(err, SG_BUSY, "no room for the spool in %s",
				 spool->options.directory);
	make_header(spool, segment->number, header);
	if (pwrite(segment->fd, header, sizeof(header), 0) !=
	    (ssize_t)sizeof(header))
		return err_errno(err, SG_BUSY, "cannot write the spool in %s",
				 spool->options.directory);
	segment->written = segment->synced = SEGMENT_HEADER_SIZE;
	segment->fresh = true;
	return SG_OK;
}

enum sg_status
segment_create(struct spool *spool, struct segment **segment_out,
	       struct sg_err *err)
{
	char name[SEGMENT_NAME_SIZE];
	struct segment *segment;
	enum sg_status status;
	int fd;

	name_of(spool->next_number, name);
	fd = openat(spool->directory_fd, name,
		    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, SG_BUSY, "cannot make %s/%s",
				 spool->options.directory, name);
	segment = segment_new(spool->next_number, fd);
	if (!segment) {
		close(fd);
		return err_set(err, SG_BUSY, "out of memory");
	}
	status = fill_new(spool, segment, err);
	if (status != SG_OK) {
		segment_close(spool, segment, true);
		return status;
	}
	spool->next_number++;
	*segment_out = segment;
	return SG_OK;
}

void
segment_push(struct spool *spool, struct segment *segment)
{
	if (spool->newest)
		spool->newest->next = segment;
	else
		spool->oldest = segment;
	spool->newest = segment;
	spool->status.segments++;
}

void
segment_seal(struct segment *segment)
{
	/* When it fails the zeros stay, and the reader ends at them. */
	if (!segment->sealed &&
	    ftruncate(segment->fd, (off_t)segment->written) == 0)
		segment->size = segment->written;
	segment->sealed = true;
}

void
segment_close(struct spool *spool, struct segment *segment, bool remove)
{
	char name[SEGMENT_NAME_SIZE];

	if (remove) {
		name_of(segment->number, name);
		unlinkat(spool->directory_fd, name, 0);
	}
	close(segment->fd);
	free(segment);
}

/* --- those that are there ------------------------------------------------ */

static bool
is_damaged(enum frame_state state)
{
	return state == FRAME_WRONG || state == FRAME_NONSENSE ||
	       state == FRAME_SHORT;
}

/*
 * Where the records end. A damaged record ends them, unless a whole one is
 * somewhere behind it: then it is damage in the middle, which the reader
 * reports, and not a torn tail. A batch counts whole or not at all.
 */
static enum sg_status
find_end(struct spool *spool, const struct segment *segment, uint64_t size,
	 uint64_t *end_out, struct sg_err *err)
{
	uint64_t offset = SEGMENT_HEADER_SIZE, end = offset, next;
	struct window *window = &spool->window;
	struct frame frame = {0};
	enum frame_state state;

	window_set(window, segment->fd);
	for (;;) {
		state = window_frame(window, offset, size, &frame);
		next = offset + FRAME_HEAD_SIZE + frame.len;
		if (is_damaged(state)) {
			state = window_behind(window, offset, state, &frame,
					      size, &next);
			frame.more = true; /* those behind it decide */
		}
		if (state != FRAME_WHOLE)
			break;
		offset = next;
		if (!frame.more)
			end = offset;
	}
	if (state == FRAME_TROUBLE)
		return err_errno(err, SG_FAILED,
				 "cannot read segment %016llx of the spool",
				 (unsigned long long)segment->number);
	*end_out = end;
	return SG_OK;
}

/* Go on appending to it; when there is no room, to another. */
static void
reopen(struct spool *spool, struct segment *segment)
{
	uint64_t size = spool->options.segment_bytes;

	if (segment->written >= size)
		return;
	if (posix_fallocate(segment->fd, 0, (off_t)size) == 0) {
		segment->size = size;
		segment->sealed = false;
	} else if (ftruncate(segment->fd, (off_t)segment->written) != 0) {
		segment->size = size; /* zeros behind it do no harm */
	}
}

/* Take off what is torn; `last`: go on appending behind the end. */
static enum sg_status
cut_tail(struct spool *spool, struct segment *segment, bool last,
	 struct sg_err *err)
{
	enum sg_status status;

	status =
		find_end(spool, segment, segment->size, &segment->written, err);
	if (status != SG_OK)
		return status;
	/* Zeros again behind the end: an old record left there could come to
	 * life behind a new one. */
	if (ftruncate(segment->fd, (off_t)segment->written) != 0)
		return err_errno(err, SG_FAILED,
				 "cannot cut segment %016llx of the spool",
				 (unsigned long long)segment->number);
	segment->size = segment->written;
	segment->sealed = true;
	if (last)
		reopen(spool, segment);
	if (fsync(segment->fd) != 0)
		return err_errno(err, SG_FAILED,
				 "cannot sync segment %016llx of the spool",
				 (unsigned long long)segment->number);
	return SG_OK;
}

/* SG_NONE: its making was not finished. */
static enum sg_status
read_header(struct spool *spool, struct segment *segment, struct sg_err *err)
{
	static const unsigned char zeros[SEGMENT_HEADER_SIZE];
	unsigned char header[SEGMENT_HEADER_SIZE];
	const char *why = NULL;
	ssize_t got = pread(segment->fd, header, sizeof(header), 0);

	if (got >= 0 && (got < (ssize_t)sizeof(header) ||
			 memcmp(header, zeros, sizeof(zeros)) == 0))
		return SG_NONE;
	if (got < 0)
		return err_errno(err, SG_FAILED,
				 "cannot read segment %016llx of the spool",
				 (unsigned long long)segment->number);
	if (memcmp(header, magic, sizeof(magic)) != 0 ||
	    get_number(header + CRC_AT, 4) != hash_crc32c(0, header, CRC_AT) ||
	    get_number(header + 32, 8) != segment->number)
		why = "is no segment of a spool, or damaged";
	else if (get_number(header + 8, 4) != FORM_VERSION)
		why = "is in a form that this version does not know";
	else if (spool->oldest &&
		 memcmp(header + 16, spool->id, SPOOL_ID_SIZE) != 0)
		why = "belongs to another spool";
	if (why)
		return err_set(err, SG_FAILED, "%s/%016llx%s %s: move it away",
			       spool->options.directory,
			       (unsigned long long)segment->number, suffix,
			       why);
	memcpy(spool->id, header + 16, SPOOL_ID_SIZE);
	return SG_OK;
}

static enum sg_status
load_one(struct spool *spool, uint64_t number, struct sg_err *err)
{
	char name[SEGMENT_NAME_SIZE];
	struct segment *segment;
	enum sg_status status;
	struct stat about;
	int fd;

	name_of(number, name);
	fd = openat(spool->directory_fd, name, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &about) != 0) {
		status = err_errno(err, SG_FAILED, "cannot open %s/%s",
				   spool->options.directory, name);
		if (fd >= 0)
			close(fd);
		return status;
	}
	segment = segment_new(number, fd);
	if (!segment) {
		close(fd);
		return err_set(err, SG_FAILED, "out of memory");
	}
	status = read_header(spool, segment, err);
	if (status != SG_OK) {
		segment_close(spool, segment, status == SG_NONE);
		return status == SG_NONE ? SG_OK : status;
	}
	segment->size = segment->written = (uint64_t)about.st_size;
	segment->sealed = true;
	segment_push(spool, segment);
	return SG_OK;
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* SG_NONE: not a segment's name. */
static enum sg_status
number_of(const char *name, uint64_t *number_out)
{
	char again[SEGMENT_NAME_SIZE];
	unsigned long long number;
	char *end;

	number = strtoull(name, &end, 16);
	name_of(number, again);
	if (strcmp(name, again) != 0)
		return SG_NONE;
	*number_out = number;
	return SG_OK;
}

static enum sg_status
list_numbers(struct spool *spool, struct buf *numbers, struct sg_err *err)
{
	int fd = openat(spool->directory_fd, ".", O_RDONLY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t number;

	if (!directory) {
		enum sg_status status =
			err_errno(err, SG_FAILED, "cannot list %s",
				  spool->options.directory);
		if (fd >= 0)
			close(fd);
		return status;
	}
	while ((entry = readdir(directory)))
		if (number_of(entry->d_name, &number) == SG_OK)
			buf_append(numbers, &number, sizeof(number));
	closedir(directory);
	if (!buf_ok(numbers))
		return err_set(err, SG_FAILED, "out of memory");
	if (numbers->len)
		qsort(numbers->data, numbers->len / sizeof(number),
		      sizeof(number), compare_numbers);
	return SG_OK;
}

/* Only the last two can be torn: a segment is synced when the next but one is
 * begun, or it is cut already. */
static enum sg_status
cut_tails(struct spool *spool, struct sg_err *err)
{
	struct segment *segment;
	enum sg_status status = SG_OK;

	for (segment = spool->oldest; status == SG_OK && segment;
	     segment = segment->next) {
		if (!segment->next || segment->next == spool->newest)
			status = cut_tail(spool, segment,
					  segment == spool->newest, err);
		segment->synced = segment->written;
	}
	return status;
}

enum sg_status
segments_load(struct spool *spool, struct sg_err *err)
{
	struct buf numbers = BUF_INIT;
	enum sg_status status = list_numbers(spool, &numbers, err);
	uint64_t number = 0;
	size_t i;

	for (i = 0; status == SG_OK && i < numbers.len / sizeof(number); i++) {
		memcpy(&number, numbers.data + i * sizeof(number),
		       sizeof(number));
		status = load_one(spool, number, err);
	}
	buf_done(&numbers);
	spool->next_number = number + 1;
	if (status == SG_OK)
		status = cut_tails(spool, err);
	/* Their names, too: a killed process may not have come to it. */
	if (status == SG_OK && fsync(spool->directory_fd) != 0)
		status = err_errno(err, SG_FAILED, "cannot sync %s",
				   spool->options.directory);
	return status;
}

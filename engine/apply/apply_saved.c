/*
 * apply_saved.c - scoreboard and index of records, as they lie in memory,
 * beside the store: a start with 10 M records reads them in a fraction of a
 * second. A cache that can only be right or not used: the file and the store's
 * meta 'board' hold the same random token, the latter with the sum of the file
 * behind it, and the first transaction after they were written or read takes
 * the store's away.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply_parts.h"
#include "base/crypto.h"
#include "base/hash.h"
#include "base/log.h"
#include "score/scoreboard_file.h"
#include "store/store_score.h"

enum {
	SAVED_LEAST = 100000, /* records: fewer are read fast enough */
	TOKEN_SIZE = 40,
	MARK_SIZE = TOKEN_SIZE + 16, /* a token, a dot, the file's sum */
	PATH_SIZE = 4096,
	STREAM_BUFFER = 1 << 20
};

struct saved_head {
	char token[TOKEN_SIZE];
	int64_t ledger_id; /* up to which it is right */
};

static bool
path_of(const struct apply *apply, const char *suffix, char path[PATH_SIZE])
{
	return (size_t)snprintf(path, PATH_SIZE, "%s%s",
				apply->options.store_path, suffix) < PATH_SIZE;
}

/* Of all that the file has. Its own position stays where it is. */
static bool
sum_up(int fd, uint32_t *sum_out)
{
	char *bytes = malloc(STREAM_BUFFER);
	ssize_t len = bytes ? 1 : -1;
	off_t at = 0;

	*sum_out = 0;
	for (; len > 0; at += len) {
		len = pread(fd, bytes, STREAM_BUFFER, at);
		if (len > 0)
			*sum_out = hash_crc32c(*sum_out, bytes, (size_t)len);
	}
	free(bytes);
	return len == 0;
}

static void
make_mark(const char *token, uint32_t sum, char mark[MARK_SIZE])
{
	snprintf(mark, MARK_SIZE, "%.*s.%08x", TOKEN_SIZE - 1, token, sum);
}

/* --- writing ------------------------------------------------------------ */

static enum sg_status
write_all(struct apply *apply, const struct saved_head *head, FILE *file,
	  uint32_t *sum_out, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (fwrite(head, sizeof(*head), 1, file) != 1)
		status = err_errno(err, SG_FAILED, "writing the scoreboard");
	if (status == SG_OK)
		status = apply_index_save(apply->index, file, err);
	if (status == SG_OK)
		status = scoreboard_save(apply->board, file, err);
	if (status == SG_OK && fwrite(head, sizeof(*head), 1, file) != 1)
		status = err_errno(err, SG_FAILED, "writing the scoreboard");
	if (status == SG_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0 ||
				!sum_up(fileno(file), sum_out)))
		status = err_errno(err, SG_FAILED, "writing the scoreboard");
	return status;
}

static enum sg_status
write_file(struct apply *apply, const struct saved_head *head,
	   char mark[MARK_SIZE], struct sg_err *err)
{
	char path[PATH_SIZE], part[PATH_SIZE];
	uint32_t sum = 0;
	enum sg_status status;
	FILE *file = NULL;
	int fd;

	if (!path_of(apply, ".board", path) ||
	    !path_of(apply, ".board.part", part))
		return err_set(err, SG_FAILED, "the store's path is too long");
	fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		file = fdopen(fd, "w+");
	if (!file) {
		status = err_errno(err, SG_FAILED, "cannot write %s", part);
		if (fd >= 0)
			close(fd);
		return status;
	}
	status = write_all(apply, head, file, &sum, err);
	make_mark(head->token, sum, mark);
	if (fclose(file) != 0 && status == SG_OK)
		status = err_errno(err, SG_FAILED, "writing %s", part);
	if (status == SG_OK && rename(part, path) != 0)
		status = err_errno(err, SG_FAILED, "cannot rename %s", part);
	if (status != SG_OK)
		unlink(part);
	return status;
}

static enum sg_status
set_mark(struct apply *apply, const char *mark, struct sg_err *err)
{
	enum sg_status status = store_begin(apply->store, err);

	if (status != SG_OK)
		return status;
	status = store_meta_set(apply->store, "board", mark, err);
	if (status == SG_OK)
		status = store_commit(apply->store, err);
	if (status != SG_OK)
		store_rollback(apply->store);
	return status;
}

/* Not when it is still as it was read; not when all rates are taken, for rows
 * leave out those that nobody has any more. */
static bool
is_wanted(struct apply *apply, int64_t ledger_id)
{
	size_t least = apply->options.save_from ? apply->options.save_from
						: SAVED_LEAST;
	struct score_rates rates;

	scoreboard_rates(apply->board, &rates);
	return !apply->saved && ledger_id == apply->last_ledger_id &&
	       apply_index_count(apply->index) >= least &&
	       rates.n_rates <= SCORE_RATES_MOST;
}

void
apply_saved_write(struct apply *apply)
{
	struct saved_head head = {.ledger_id = 0};
	char mark[MARK_SIZE];
	struct sg_err err = {0};
	enum sg_status status;

	if (!apply->store)
		return;
	status = store_checkpoint_get(apply->store, &head.ledger_id, &err);
	if ((status != SG_OK && status != SG_NONE) ||
	    !is_wanted(apply, head.ledger_id))
		return;
	snprintf(head.token, sizeof(head.token), "%016llx%016llx",
		 (unsigned long long)crypto_random_u64(),
		 (unsigned long long)crypto_random_u64());
	if (write_file(apply, &head, mark, &err) == SG_OK &&
	    set_mark(apply, mark, &err) == SG_OK)
		apply->saved = true;
	else
		log_warn("the scoreboard is not kept for the next start, which "
			 "takes longer: %s",
			 err.text);
}

/* --- reading ------------------------------------------------------------ */

/* At its start, and again at its end: it is whole. */
static bool
is_head(FILE *file, const char *mark, int64_t ledger_id)
{
	struct saved_head head;

	return fread(&head, sizeof(head), 1, file) == 1 &&
	       head.ledger_id == ledger_id &&
	       strnlen(head.token, TOKEN_SIZE) == strcspn(mark, ".") &&
	       strncmp(head.token, mark, strcspn(mark, ".")) == 0;
}

/* None of its bytes has changed: what follows may believe its numbers. */
static bool
is_sound(FILE *file, const char *mark)
{
	char want[MARK_SIZE];
	uint32_t sum;

	if (!sum_up(fileno(file), &sum))
		return false;
	snprintf(want, sizeof(want), ".%08x", sum);
	return strcmp(mark + strcspn(mark, "."), want) == 0;
}

static enum sg_status
read_all(struct apply *apply, const char *mark, int64_t ledger_id, FILE *file,
	 struct sg_err *err)
{
	enum sg_status status;

	if (fseek(file, -(long)sizeof(struct saved_head), SEEK_END) != 0 ||
	    !is_head(file, mark, ledger_id) || fseek(file, 0, SEEK_SET) != 0 ||
	    !is_head(file, mark, ledger_id))
		return SG_NONE;
	if (!is_sound(file, mark)) {
		log_warn("the scoreboard that was kept for this start is "
			 "damaged: it is read from the store, which takes "
			 "longer");
		return SG_NONE;
	}
	status = apply_index_restore(apply->index, file);
	if (status == SG_OK)
		status = scoreboard_restore(apply->board, file, err);
	if (status == SG_NONE) {
		apply_index_free(apply->index);
		apply->index = apply_index_new();
	}
	return status;
}

enum sg_status
apply_saved_read(struct apply *apply, int64_t ledger_id, struct sg_err *err)
{
	char mark[MARK_SIZE], path[PATH_SIZE];
	enum sg_status status;
	FILE *file;

	status = store_meta_get(apply->store, "board", mark, sizeof(mark), err);
	if (status != SG_OK)
		return status;
	/* One without a sum is of an older version. */
	if (!strchr(mark, '.') || !path_of(apply, ".board", path) ||
	    !(file = fopen(path, "re")))
		return SG_NONE;
	setvbuf(file, NULL, _IOFBF, STREAM_BUFFER);
	status = read_all(apply, mark, ledger_id, file, err);
	fclose(file);
	apply->saved = status == SG_OK;
	if (status == SG_FAILED) /* the next start goes by rows */
		unlink(path);
	return status;
}

/* --- no longer ---------------------------------------------------------- */

enum sg_status
apply_saved_begin(struct apply *apply, struct sg_err *err)
{
	return apply->saved ? store_meta_set(apply->store, "board", "", err)
			    : SG_OK;
}

void
apply_saved_committed(struct apply *apply)
{
	char path[PATH_SIZE];

	if (apply->saved && path_of(apply, ".board", path))
		unlink(path);
	apply->saved = false;
}

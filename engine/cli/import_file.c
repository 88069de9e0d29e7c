/* import_file.c - see import_file.h. */
#include "cli/import_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/encode.h"

enum {
	BLOCK = 1 << 16,
	CHUNK_BYTES = 1 << 19,
	CHUNK_LINES = 2000,
	LINE_MOST = (1 << 20) - 1 /* the most that the daemon takes */
};

enum cli_exit
import_file_open(const char *path, struct import_file *file_out)
{
	struct import_file file = {.path = path};
	struct stat about;

	file.file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	if (!file.file)
		return cli_fail(CLI_USAGE, "%s cannot be read: %m", path);
	if (fstat(fileno(file.file), &about) == 0 && S_ISREG(about.st_mode))
		file.size = about.st_size;
	buf_init(&file.text, LINE_MOST + 2 * BLOCK);
	*file_out = file;
	return CLI_DONE;
}

void
import_file_close(struct import_file *file)
{
	if (file->file && file->file != stdin)
		fclose(file->file);
	file->file = NULL;
	buf_done(&file->text);
}

static enum cli_exit
unreadable(const struct import_file *file)
{
	return cli_fail(CLI_USAGE, "%s cannot be read: %m", file->path);
}

/* Each block hashed together with the hash of all before it. */
enum cli_exit
import_file_digest(struct import_file *file, char digest[IMPORT_DIGEST_SIZE])
{
	unsigned char bytes[CRYPTO_HASH_SIZE + BLOCK] = {0};
	struct buf hex = BUF_INIT;
	size_t got;

	digest[0] = '\0';
	if (!file->size)
		return CLI_DONE;
	while ((got = fread(bytes + CRYPTO_HASH_SIZE, 1, BLOCK, file->file)) >
	       0)
		crypto_hash(bytes, CRYPTO_HASH_SIZE, bytes,
			    CRYPTO_HASH_SIZE + got, NULL, 0);
	if (ferror(file->file) || fseeko(file->file, 0, SEEK_SET) != 0)
		return unreadable(file);
	encode_hex(&hex, bytes, CRYPTO_HASH_SIZE);
	snprintf(digest, IMPORT_DIGEST_SIZE, "%s", buf_text(&hex));
	buf_done(&hex);
	return CLI_DONE;
}

/* Read on until so many bytes are there, or the end. */
static enum cli_exit
fill(struct import_file *file, size_t most)
{
	while (file->text.len < most && !file->ended) {
		char *to = buf_reserve(&file->text, BLOCK);
		size_t got = to ? fread(to, 1, BLOCK, file->file) : 0;

		if (got)
			buf_commit(&file->text, got);
		else
			file->ended = true;
	}
	return ferror(file->file) ? unreadable(file) : CLI_DONE;
}

enum cli_exit
import_file_looks_json(struct import_file *file, bool *json_out)
{
	enum cli_exit code = fill(file, BLOCK);
	const char *text = buf_text(&file->text);

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	*json_out = text[strspn(text, " \t\r\n")] == '{';
	return code;
}

enum cli_exit
import_file_skip(struct import_file *file, int64_t offset)
{
	enum cli_exit code = CLI_DONE;

	while (file->offset < offset && code == CLI_DONE) {
		int64_t left = offset - file->offset;

		code = fill(file, BLOCK);
		if (code == CLI_DONE && !file->text.len)
			return cli_fail(CLI_REFUSED,
					"%s is shorter than what of it is in",
					file->path);
		import_file_take(file, left < (int64_t)file->text.len
					       ? (size_t)left
					       : file->text.len);
	}
	return code;
}

/*
 * Where the record that starts at `at` ends: past its line end, which is not
 * inside quotes (RFC 4180, 2.6). Only a quote that begins a cell opens; one
 * elsewhere is the daemon's to refuse, and must not swallow what follows.
 * False: no end is in sight.
 */
static bool
record_end(const struct import_file *file, size_t at, size_t *end_out)
{
	const struct buf *text = &file->text;
	bool quoted = false, begins = true;

	for (; at < text->len; at++) {
		char c = text->data[at];
		/* "" inside closes and opens again. */
		bool closes = c == '"' && quoted;

		if (c == '"' && !file->ndjson)
			quoted = !quoted && begins;
		begins = closes || c == ',' || c == ';' || c == '\t';
		if (c == '\n' && !quoted) {
			*end_out = at + 1;
			return true;
		}
	}
	*end_out = at;
	return file->ended && !quoted;
}

/* A quote that is not closed is the mistake of one line: that line alone. */
static enum cli_exit
first_line(struct import_file *file, size_t *len_out)
{
	const char *end = memchr(file->text.data, '\n', file->text.len);

	if (!end && !file->ended)
		return cli_fail(CLI_REFUSED,
				"%s: after byte %lld a line has more than %d "
				"bytes",
				file->path, (long long)file->offset, LINE_MOST);
	*len_out = end ? (size_t)(end - file->text.data) + 1 : file->text.len;
	return CLI_DONE;
}

enum cli_exit
import_file_header(struct import_file *file, size_t *len_out)
{
	enum cli_exit code = fill(file, LINE_MOST);

	*len_out = 0;
	if (code != CLI_DONE || !file->text.len)
		return code;
	return record_end(file, 0, len_out) ? CLI_DONE
					    : first_line(file, len_out);
}

enum cli_exit
import_file_chunk(struct import_file *file, size_t *len_out)
{
	enum cli_exit code = fill(file, LINE_MOST);
	size_t at = 0, end;
	int n;

	*len_out = 0;
	if (code != CLI_DONE || !file->text.len)
		return code;
	for (n = 0; n < CHUNK_LINES && at < file->text.len; n++) {
		if (!record_end(file, at, &end) ||
		    (at > 0 && end > CHUNK_BYTES))
			break;
		at = end;
	}
	if (at == 0)
		return first_line(file, len_out);
	*len_out = at;
	return CLI_DONE;
}

void
import_file_take(struct import_file *file, size_t len)
{
	memmove(file->text.data, file->text.data + len, file->text.len - len);
	file->text.len -= len;
	file->offset += (int64_t)len;
}

/*
 * import_file.h - the file of an import, in chunks of whole lines. It is read
 * as it is needed: memory is bounded by a chunk, however large the file.
 */
#ifndef ENGINE_CLI_IMPORT_FILE_H
#define ENGINE_CLI_IMPORT_FILE_H

#include "cli/cli.h"

enum { IMPORT_DIGEST_SIZE = 65 }; /* hex, with NUL */

struct import_file {
	const char *path; /* "-" = standard input */
	FILE *file;
	bool ndjson;
	bool ended;	 /* nothing more can be read */
	struct buf text; /* what is read and not taken yet */
	int64_t offset;	 /* of text.data[0] in the file */
	int64_t size;	 /* of the file, 0 = not known */
};

enum cli_exit import_file_open(const char *path, struct import_file *file_out);
void import_file_close(struct import_file *file);
/* What is in it, as a text; "" when it can be read only once. The file is at
 * its beginning again. */
enum cli_exit import_file_digest(struct import_file *file,
				 char digest[IMPORT_DIGEST_SIZE]);
/* Does it look like lines of JSON? */
enum cli_exit import_file_looks_json(struct import_file *file, bool *json_out);
/* Go on at this byte. */
enum cli_exit import_file_skip(struct import_file *file, int64_t offset);
/* Bytes of the first record: the header. 0: the file is empty. */
enum cli_exit import_file_header(struct import_file *file, size_t *len_out);
/* Bytes at file->text.data that are the next chunk; 0: the end. */
enum cli_exit import_file_chunk(struct import_file *file, size_t *len_out);
/* These are taken. */
void import_file_take(struct import_file *file, size_t len);

#endif

/*
 * keys_file.h - the file of keys, read and written as a whole. Inside of
 * token/; keys.h is for the others.
 */
#ifndef ENGINE_TOKEN_KEYS_FILE_H
#define ENGINE_TOKEN_KEYS_FILE_H

#include <stdbool.h>

#include "token/keys.h"

enum keys_state { KEYS_NEVER, KEYS_THERE, KEYS_RETIRED };

struct keys_tag {
	enum keys_state state;
	unsigned place; /* in the file, from 1; the last one is current */
	int64_t at;	/* made; 0 = not known */
	int64_t retired_at;
	unsigned char key[TAG_KEY_SIZE];
};

struct keys_file {
	bool has_record;
	uint8_t current; /* 0 = none */
	unsigned n_places;
	unsigned char record[RECORD_SECRET_SIZE];
	struct keys_tag tags[KEYS_IDS];
};

/* SG_NONE: it is not there. SG_REFUSED: others can read it, or it is not as it
 * must be. Full of secrets: crypto_wipe() it. */
enum sg_status keys_file_read(const char *path, struct keys_file *file,
			      struct sg_err *err) MUST_CHECK;
/* All or nothing, and on the disk when it is SG_OK. */
enum sg_status keys_file_write(const char *path, const struct keys_file *file,
			       struct sg_err *err) MUST_CHECK;

#endif

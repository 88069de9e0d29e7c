/*
 * keys.h - the secrets: tag keys by id (they rotate; old ones keep verifying)
 * and the record secret (never rotates). One file, `keys` in the state
 * directory, mode 0600, refused when others can read it. Losing it kills every
 * link sent.
 */
#ifndef ENGINE_TOKEN_KEYS_H
#define ENGINE_TOKEN_KEYS_H

#include <stdint.h>

#include "base/err.h"
#include "signal/record_key.h"

enum { TAG_KEY_SIZE = 32 };

struct keys;

/* Reads the file; makes it (fsync, rename) when it is absent and `create`. */
enum sg_status keys_open(const char *path, int create, struct keys **keys_out,
			 struct sg_err *err) MUST_CHECK;
void keys_close(struct keys *keys); /* wipes the memory */
const unsigned char *keys_record_secret(const struct keys *keys);
/* The key new tokens are made with. */
const unsigned char *keys_current(const struct keys *keys, uint8_t *id_out);
/* NULL: no key of that id. */
const unsigned char *keys_find(const struct keys *keys, uint8_t id);
/* A 32-byte key for another purpose ("session", "csrf"), derived. */
void keys_derive(const struct keys *keys, const char *purpose,
		 unsigned char out[TAG_KEY_SIZE]);

#endif

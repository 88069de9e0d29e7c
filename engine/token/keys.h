/*
 * keys.h - the secrets: tag keys by id (they rotate; old ones keep verifying)
 * and the record secret (never rotates). One file, `keys` in the state
 * directory, mode 0600, refused when others can read it. Losing it kills every
 * link sent.
 */
#ifndef ENGINE_TOKEN_KEYS_H
#define ENGINE_TOKEN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "signal/record_key.h"

enum { TAG_KEY_SIZE = 32, KEYS_IDS = 256 /* 0 is none */ };

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

/* --- rotation; any thread. Links already made are read while their key is
 * there, new ones are made with the newest. ------------------------------- */

struct keys_info {
	uint8_t id;
	bool current;	 /* makes new tokens */
	int64_t made_at; /* 0 = the first one: from the beginning */
	int64_t until;	 /* it made them until then; INT64_MAX: still */
};
/* Those that are there, the oldest first; returns how many. */
size_t keys_list(struct keys *keys, struct keys_info infos[KEYS_IDS]);
/* A new one, in the file before it makes a token. */
enum sg_status keys_rotate(struct keys *keys, int64_t now, uint8_t *id_out,
			   struct sg_err *err) MUST_CHECK;
/* Every link made with it is dead from now on. SG_NONE: there is none of that
 * id. SG_REFUSED: it is the current one. */
enum sg_status keys_retire(struct keys *keys, uint8_t id, int64_t now,
			   struct sg_err *err) MUST_CHECK;
/* What another node's rotation put into the file. SG_REFUSED: it is another
 * file; then all stays as it is. */
enum sg_status keys_reload(struct keys *keys, struct sg_err *err) MUST_CHECK;

#endif

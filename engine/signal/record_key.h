/*
 * record_key.h - from an address or other key to the 64-bit record key that
 * stands in tokens. Keyed BLAKE2b of module, NUL, normalised key; the secret
 * never rotates. Pure, any thread.
 */
#ifndef ENGINE_SIGNAL_RECORD_KEY_H
#define ENGINE_SIGNAL_RECORD_KEY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { RECORD_SECRET_SIZE = 32, RECORD_KEY_TEXT_MOST = 320 };

/*
 * The normal form: where keys are addresses (module.h) one is trimmed,
 * lower-cased whole (Unicode case folding), its domain to A-labels (IDNA 2008);
 * without an
 * '@' or over the limits it is SG_REFUSED. Other modules: trimmed, as it is.
 */
enum sg_status record_key_normalise(const char *module, const char *key,
				    struct buf *out,
				    struct sg_err *err) MUST_CHECK;

/* `normal` is a normal form; module "" is contact. Never 0. */
uint64_t record_key_hash(const unsigned char secret[RECORD_SECRET_SIZE],
			 const char *module, const char *normal);

#endif

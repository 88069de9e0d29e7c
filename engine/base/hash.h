/* hash.h - checksums and table hashes; not for secrets. */
#ifndef ENGINE_BASE_HASH_H
#define ENGINE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720 B.4); `crc` is 0 to begin. */
uint32_t hash_crc32c(uint32_t crc, const void *bytes, size_t len);
/* The same without special instructions; for machines that lack them. */
uint32_t hash_crc32c_portable(uint32_t crc, const void *bytes, size_t len);
/* FNV-1a 64: table look-ups only. */
uint64_t hash_text(const char *text);

#endif

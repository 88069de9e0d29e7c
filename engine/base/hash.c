/* hash.c - see hash.h. */
#include "base/hash.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t
crc32c_sse42(uint32_t crc, const unsigned char *bytes, size_t len)
{
	uint64_t wide = crc;

	for (; len >= 8; bytes += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, bytes, 8);
		wide = _mm_crc32_u64(wide, word);
	}
	crc = (uint32_t)wide;
	for (; len; bytes++, len--)
		crc = _mm_crc32_u8(crc, *bytes);
	return crc;
}
#endif

/* Half a byte at a time: small enough to be seen through, for the machines
 * without the instruction. */
static uint32_t
crc32c_table(uint32_t crc, const unsigned char *bytes, size_t len)
{
	static const uint32_t nibbles[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

	for (; len; bytes++, len--) {
		crc ^= *bytes;
		crc = crc >> 4 ^ nibbles[crc & 15];
		crc = crc >> 4 ^ nibbles[crc & 15];
	}
	return crc;
}

uint32_t
hash_crc32c_portable(uint32_t crc, const void *bytes, size_t len)
{
	return ~crc32c_table(~crc, bytes, len);
}

uint32_t
hash_crc32c(uint32_t crc, const void *bytes, size_t len)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc32c_sse42(~crc, bytes, len);
#endif
	return hash_crc32c_portable(crc, bytes, len);
}

uint64_t
hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

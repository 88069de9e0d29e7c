/* A token from outside: never accepted unless made here, never read past its
 * end. The first byte chooses the kind and the form. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "token/token.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keys *keys;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char folder[] = "/tmp/scoregate-fuzz-XXXXXX", path[64];
	struct sg_err err;

	if (crypto_start(&err) != SG_OK || !mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/keys", folder);
	if (keys_open(path, 1, &keys, &err) != SG_OK)
		abort();
	unlink(path);
	rmdir(folder);
	return 0;
}

/* What a good token holds comes back, whatever the payload. */
static void
there_and_back(enum token_kind kind, const uint8_t *data, size_t size)
{
	struct token token = {kind, size, ~(uint64_t)size, (const char *)data,
			      size},
		     back;
	struct buf text = BUF_INIT, scratch = BUF_INIT;
	struct sg_err err;

	if (token_make(keys, &token, &text, &err) == SG_OK) {
		enum sg_status status = token_read(
			keys, kind, text.data, text.len, &scratch, &back, &err);

		assert(status == SG_OK && back.payload_len == size);
		assert(!size || !memcmp(back.payload, data, size));
		(void)status;
	}
	buf_done(&text);
	buf_done(&scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf scratch = BUF_INIT;
	enum token_kind kind;
	struct token token;
	struct sg_err err;
	enum sg_status status;

	if (!size)
		return 0;
	kind = (enum token_kind)(data[0] & 7);
	if (data[0] & 8)
		status = token_read_base32(keys, kind, (const char *)data + 1,
					   size - 1, &token, &err);
	else
		status = token_read(keys, kind, (const char *)data + 1,
				    size - 1, &scratch, &token, &err);
	assert(status == SG_REFUSED); /* nobody guesses a tag */
	(void)status;
	buf_done(&scratch);
	there_and_back(kind, data + 1, size - 1);
	return 0;
}

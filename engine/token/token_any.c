/* token_any.c - a token whose kind is not known. See token.h. */
#include "token/token.h"

enum { KINDS_MOST = 32 };

enum sg_status
token_read_any(const struct keys *keys, const char *text, size_t len,
	       struct buf *scratch, struct token *token_out, struct sg_err *err)
{
	enum sg_status status = SG_REFUSED;

	for (int kind = 1; kind < KINDS_MOST && status != SG_OK; kind++)
		if (len == TOKEN_BASE32_LEN)
			status = token_read_base32(keys, (enum token_kind)kind,
						   text, len, token_out, err);
	for (int kind = 1; kind < KINDS_MOST && status != SG_OK; kind++)
		status = token_read(keys, (enum token_kind)kind, text, len,
				    scratch, token_out, err);
	return status;
}

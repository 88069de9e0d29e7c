/*
 * make_token - a signed token, for tests and benchmarks that need one without
 * a mail around it.
 *
 *   make_token KEYS-FILE open|click|bounce|unsubscribe|forward ADDRESS
 * [PAYLOAD [MESSAGE]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "signal/record_key.h"
#include "token/token.h"

static int
kind_of(const char *name)
{
	static const struct {
		const char *name;
		int kind;
	} kinds[] = {{"open", TOKEN_OPEN},
		     {"click", TOKEN_CLICK},
		     {"bounce", TOKEN_BOUNCE},
		     {"unsubscribe", TOKEN_UNSUBSCRIBE},
		     {"forward", TOKEN_FORWARD}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].kind;
	return 0;
}

int
main(int argc, char **argv)
{
	struct buf key = BUF_INIT, out = BUF_INIT;
	struct keys *keys = NULL;
	struct token token = {0};
	struct sg_err err;
	int code = 1;

	if (argc < 4 || !kind_of(argv[2])) {
		fputs("make_token KEYS-FILE KIND ADDRESS [PAYLOAD]\n", stderr);
		return 2;
	}
	if (crypto_start(&err) != SG_OK ||
	    keys_open(argv[1], 0, &keys, &err) != SG_OK ||
	    record_key_normalise("contact", argv[3], &key, &err) != SG_OK)
		goto out;
	token.kind = (enum token_kind)kind_of(argv[2]);
	token.message_id = argc > 5 ? strtoull(argv[5], NULL, 10)
				    : message_id_new(clock_now());
	token.record_key = record_key_hash(keys_record_secret(keys), "contact",
					   buf_text(&key));
	token.payload = argc > 4 ? argv[4] : "";
	token.payload_len = strlen(token.payload);
	if (token.kind == TOKEN_BOUNCE
		    ? token_make_base32(keys, &token, &out, &err) != SG_OK
		    : token_make(keys, &token, &out, &err) != SG_OK)
		goto out;
	puts(buf_text(&out));
	code = 0;
out:
	if (code)
		fprintf(stderr, "make_token: %s\n", err.text);
	keys_close(keys);
	buf_done(&key);
	buf_done(&out);
	return code;
}

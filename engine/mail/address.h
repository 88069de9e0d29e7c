/*
 * address.h - one mail address out of an envelope or a header field
 * (RFC 5321 §4.1.2, RFC 5322 §3.4). Pure, any thread.
 *
 * The result is the bare addr-spec as it was written: no angle brackets, no
 * display name, no comments, no source route; the case is kept (the record
 * key normalises). Quotes of a quoted local part are kept only where the
 * local part needs them. Bounded: an address is at most ADDRESS_MOST bytes and
 * has an '@' with something on both sides. A local part over the 64 octets of
 * RFC 5321 is taken: forwarders (SRS) make such ones and mail is sent to them.
 */
#ifndef ENGINE_MAIL_ADDRESS_H
#define ENGINE_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/pool.h"

enum { ADDRESS_MOST = 320 };

/*
 * "<a@b>", "a@b", "<@relay:a@b>". SG_NONE: the null sender ("", "<>");
 * SG_REFUSED: not an address.
 */
enum sg_status address_from_envelope(struct pool *pool, const char *text,
				     const char **address_out,
				     struct sg_err *err) MUST_CHECK;

/*
 * The first mailbox of a header field's value ("Ann <a@b>, …", "a@b (Ann)",
 * a group's first member). SG_NONE: none in it.
 */
enum sg_status address_from_header(struct pool *pool, const char *value,
				   const char **address_out,
				   struct sg_err *err) MUST_CHECK;

/* All mailboxes of a header field's value, at most `most`; returns how many. */
size_t address_list(struct pool *pool, const char *value,
		    const char **addresses_out, size_t most);

/* Borrowed: after the last '@'; "" when there is none. */
const char *address_domain(const char *address);

/* Domain without regard to ASCII case, local part byte for byte. */
bool address_equal(const char *a, const char *b);

#endif

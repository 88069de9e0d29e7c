/*
 * protect.h - whether the body of a message must stay as it is, whatever is
 * wished: somebody's signature or encryption covers it. Pure, any thread.
 */
#ifndef ENGINE_MAIL_PROTECT_H
#define ENGINE_MAIL_PROTECT_H

#include "mail/part_map.h"

enum protect_reason {
	PROTECT_NONE,
	PROTECT_SIGNED,	    /* multipart/signed (RFC 1847) */
	PROTECT_ENCRYPTED,  /* multipart/encrypted */
	PROTECT_PKCS7,	    /* application/pkcs7-mime (RFC 8551) */
	PROTECT_INLINE_PGP, /* -----BEGIN PGP … in a text part (RFC 9580) */
	PROTECT_ARC,	    /* ARC-* header fields (RFC 8617) */
	PROTECT_DKIM	    /* DKIM-Signature (RFC 6376) */
};

/*
 * By the header fields alone, so that the body need not be read. `skip_dkim`:
 * the setting already_signed = skip.
 */
enum protect_reason protect_by_headers(const struct header_list *headers,
				       bool skip_dkim);

/* The whole answer. */
enum protect_reason protect_message(const struct header_list *headers,
				    const struct part_map *map,
				    const char *body, bool skip_dkim);

/* "signed", "inline-pgp", …; "none". Static. */
const char *protect_name(enum protect_reason reason);

#endif

/* protect.c - see protect.h. */
#include "mail/protect.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[] = {
	[PROTECT_NONE] = "none",
	[PROTECT_SIGNED] = "signed",
	[PROTECT_ENCRYPTED] = "encrypted",
	[PROTECT_PKCS7] = "pkcs7",
	[PROTECT_INLINE_PGP] = "inline-pgp",
	[PROTECT_ARC] = "arc",
	[PROTECT_DKIM] = "dkim",
};

const char *
protect_name(enum protect_reason reason)
{
	return NAMES[reason];
}

/* Any of them: who reads another one than we do must not be deceived. */
static bool
has_type(const struct header_list *headers, const char *type)
{
	const char *value;
	unsigned i;

	for (i = 1; (value = header_get_index(headers, "Content-Type", i));
	     i++) {
		if (strcmp(header_keyword(headers->pool, value), type) == 0)
			return true;
	}
	return false;
}

enum protect_reason
protect_by_headers(const struct header_list *headers, bool skip_dkim)
{
	size_t i;

	for (i = 0; i < headers->n_fields; i++) {
		if (strncasecmp(headers->fields[i].name, "ARC-", 4) == 0)
			return PROTECT_ARC;
	}
	if (skip_dkim && header_get(headers, "DKIM-Signature"))
		return PROTECT_DKIM;
	if (has_type(headers, "multipart/signed"))
		return PROTECT_SIGNED;
	if (has_type(headers, "multipart/encrypted"))
		return PROTECT_ENCRYPTED;
	if (has_type(headers, "application/pkcs7-mime") ||
	    has_type(headers, "application/x-pkcs7-mime"))
		return PROTECT_PKCS7;
	return PROTECT_NONE;
}

static bool
contains(const char *text, size_t len, const char *part)
{
	size_t part_len = strlen(part);
	const char *end = text + len, *at;

	for (at = text; (size_t)(end - at) >= part_len; at++) {
		at = memchr(at, part[0], (size_t)(end - at) - part_len + 1);
		if (!at)
			return false;
		if (memcmp(at, part, part_len) == 0)
			return true;
	}
	return false;
}

static bool
has_armor(const char *text, size_t len)
{
	return contains(text, len, "-----BEGIN PGP MESSAGE") ||
	       contains(text, len, "-----BEGIN PGP SIGNED");
}

/* The armour lines of RFC 9580 §6.2, in what the reader will see. */
static bool
is_inline_pgp(const struct part *part, const char *body)
{
	struct buf text;
	bool found = false;

	if (strncmp(part->type, "text/", 5) != 0)
		return false;
	if (part->encoding == PART_PLAIN || part->encoding == PART_UNKNOWN)
		return has_armor(body + part->start, part->end - part->start);
	/* Cheap first: nearly no mail gets past this. */
	if (part->encoding == PART_QUOTED_PRINTABLE &&
	    !contains(body + part->start, part->end - part->start, "BEGIN"))
		return false;
	buf_init(&text, 0);
	if (part_decode(part, body, &text, NULL) == SG_OK)
		found = has_armor(buf_text(&text), text.len);
	buf_done(&text);
	return found;
}

enum protect_reason
protect_message(const struct header_list *headers, const struct part_map *map,
		const char *body, bool skip_dkim)
{
	enum protect_reason reason = protect_by_headers(headers, skip_dkim);
	size_t i;

	if (reason != PROTECT_NONE)
		return reason;
	if (map->has_signed)
		return PROTECT_SIGNED;
	if (map->has_encrypted)
		return PROTECT_ENCRYPTED;
	if (map->has_pkcs7)
		return PROTECT_PKCS7;
	for (i = 0; i < map->n_parts; i++) {
		if (is_inline_pgp(&map->parts[i], body))
			return PROTECT_INLINE_PGP;
	}
	return PROTECT_NONE;
}

/* idn.c - see idn.h. */
#include "base/idn.h"

#include <idn2.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DOMAIN_MOST = 253, LABEL_MOST = 63 };

/* Underscores are let through: they stand in real mail domains. */
static bool
is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Letters, digits, hyphens in labels of 1…63, 253 in all. */
static enum sg_status
append_ascii(struct buf *to, const char *domain, struct sg_err *err)
{
	size_t len = strlen(domain), label_len = 0;
	char *out;

	if (len == 0 || len > DOMAIN_MOST)
		return err_set(err, SG_REFUSED,
			       "a domain name has 1 to %d "
			       "characters",
			       DOMAIN_MOST);
	for (size_t i = 0; i <= len; i++) {
		bool end = domain[i] == '.' || domain[i] == '\0';

		if (end && (label_len == 0 || label_len > LABEL_MOST))
			return err_set(err, SG_REFUSED,
				       "each part of a domain "
				       "name has 1 to %d characters",
				       LABEL_MOST);
		if (!end && !is_host_char(domain[i]))
			return err_set(err, SG_REFUSED,
				       "byte %zu cannot be in "
				       "a domain name",
				       i);
		label_len = end ? 0 : label_len + 1;
	}
	out = buf_reserve(to, len);
	if (!out)
		return err_set(err, SG_FAILED, "no room for a domain name");
	for (size_t i = 0; i < len; i++)
		out[i] = domain[i] >= 'A' && domain[i] <= 'Z'
				 ? (char)(domain[i] - 'A' + 'a')
				 : domain[i];
	buf_commit(to, len);
	return SG_OK;
}

enum sg_status
idn_to_ascii(struct buf *to, const char *domain, struct sg_err *err)
{
	enum sg_status status;
	char *ascii = NULL;
	bool plain = true;
	int code;

	for (const char *at = domain; *at; at++)
		plain = plain && !(*at & 0x80);
	if (plain)
		return append_ascii(to, domain, err);
	if (strlen(domain) > DOMAIN_MOST * 4)
		return err_set(err, SG_REFUSED, "the domain name is too long");
	code = idn2_to_ascii_8z(domain, &ascii,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (code != IDN2_OK)
		return err_set(err, SG_REFUSED, "not a domain name: %s",
			       idn2_strerror(code));
	status = append_ascii(to, ascii, err);
	idn2_free(ascii);
	return status;
}

/* record_key.c - see record_key.h. */
#include "signal/record_key.h"

#include <string.h>

#include "base/crypto.h"
#include "base/idn.h"
#include "base/text.h"
#include "signal/module.h"

enum { LOCAL_PART_MOST = 64, MODULE_MOST = 64 };

static bool
has_control(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	return false;
}

/* Of an address: no blank, bracket or second '@' outside a quoted string. */
static bool
is_local_part(const char *text, size_t len)
{
	if (len == 0 || len > LOCAL_PART_MOST)
		return false;
	if (len > 1 && text[0] == '"' && text[len - 1] == '"')
		return true;
	for (; len > 0; text++, len--)
		if (strchr(" <>@,;:\"\\", *text))
			return false;
	return true;
}

/* [192.0.2.1] has no A-labels. */
static enum sg_status
append_domain(struct buf *to, const char *domain, struct sg_err *err)
{
	size_t len = strlen(domain);

	if (len < 3 || domain[0] != '[' || domain[len - 1] != ']')
		return idn_to_ascii(to, domain, err);
	text_fold(to, domain);
	return SG_OK;
}

static enum sg_status
normalise_address(const char *address, struct buf *out, struct sg_err *err)
{
	const char *at = strrchr(address, '@');
	struct buf domain = BUF_INIT;
	enum sg_status status;
	char local[LOCAL_PART_MOST + 1];

	if (!at || !is_local_part(address, (size_t)(at - address)))
		return err_set(err, SG_REFUSED,
			       "\"%.100s\" is not an e-mail address", address);
	status = append_domain(&domain, at + 1, err);
	if (status == SG_OK) {
		memcpy(local, address, (size_t)(at - address));
		local[at - address] = '\0';
		text_fold(out, local);
		buf_append_char(out, '@');
		buf_append_text(out, buf_text(&domain));
	}
	buf_done(&domain);
	return status;
}

static enum sg_status
normalise(const char *module, const char *key, struct buf *out,
	  struct sg_err *err)
{
	size_t len = strlen(key);

	if (len == 0 || len > RECORD_KEY_TEXT_MOST)
		return err_set(err, SG_REFUSED,
			       "a key of %zu bytes: expected 1 to %d", len,
			       RECORD_KEY_TEXT_MOST);
	if (!text_is_utf8(key, len) || has_control(key, len))
		return err_set(err, SG_REFUSED,
			       "a key that is not UTF-8 or has control "
			       "characters");
	if (module_has_email(module))
		return normalise_address(key, out, err);
	buf_append(out, key, len);
	return SG_OK;
}

enum sg_status
record_key_normalise(const char *module, const char *key, struct buf *out,
		     struct sg_err *err)
{
	char trimmed[RECORD_KEY_TEXT_MOST + 2];
	struct buf normal = BUF_INIT;
	enum sg_status status;
	size_t len;

	key += strspn(key, " \t\r\n");
	len = strlen(key);
	while (len > 0 && strchr(" \t\r\n", key[len - 1]))
		len--;
	if (len > RECORD_KEY_TEXT_MOST)
		len = RECORD_KEY_TEXT_MOST + 1; /* too long stays too long */
	memcpy(trimmed, key, len);
	trimmed[len] = '\0';
	status = normalise(module, trimmed, &normal, err);
	if (status == SG_OK &&
	    (!buf_ok(&normal) || normal.len > RECORD_KEY_TEXT_MOST))
		status = err_set(err, SG_REFUSED,
				 "a key that is too long in its normal form");
	if (status == SG_OK)
		buf_append(out, normal.data, normal.len);
	buf_done(&normal);
	return status;
}

uint64_t
record_key_hash(const unsigned char secret[RECORD_SECRET_SIZE],
		const char *module, const char *normal)
{
	char text[MODULE_MOST + 1 + RECORD_KEY_TEXT_MOST];
	unsigned char hash[CRYPTO_HASH_SIZE];
	size_t module_len, normal_len;
	uint64_t key = 0;
	int i;

	if (!*module)
		module = "contact";
	module_len = strnlen(module, MODULE_MOST);
	normal_len = strnlen(normal, RECORD_KEY_TEXT_MOST);
	memcpy(text, module, module_len);
	text[module_len] = '\0';
	memcpy(text + module_len + 1, normal, normal_len);
	crypto_hash(hash, sizeof(hash), text, module_len + 1 + normal_len,
		    secret, RECORD_SECRET_SIZE);
	for (i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	return key ? key : 1; /* 0 stands for "not known" */
}

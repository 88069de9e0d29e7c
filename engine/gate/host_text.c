/* host_text.c - logging, memory of the call, text under construction. */
#include <stdarg.h>

#include "base/crypto.h"
#include "base/encode.h"
#include "base/log.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"

void
host_log(const struct sg_call *call, enum sg_log_level level,
	 const char *format, ...)
{
	const char *name = gate_call_of(call)->plugin->descriptor.name;
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	switch (level) {
	case SG_LOG_ERROR:
		log_error("%s plugin=%s", text, name);
		break;
	case SG_LOG_WARN:
		log_warn("%s plugin=%s", text, name);
		break;
	case SG_LOG_INFO:
		log_info("%s plugin=%s", text, name);
		break;
	default:
		log_debug("%s plugin=%s", text, name);
	}
}

enum sg_status
host_fail(struct sg_err *err, enum sg_status status, const char *format, ...)
{
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, status, "%s", text);
}

const char *
host_reason(const struct sg_err *err)
{
	return err ? err->text : "";
}

const char *
host_site(const struct sg_call *call, enum sg_site which)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;

	switch (which) {
	case SG_SITE_PUBLIC_URL:
		return gate->public_url;
	case SG_SITE_BOUNCE_DOMAIN:
		return gate->bounce_domain;
	case SG_SITE_UNSUBSCRIBE_ADDRESS:
		return gate->unsubscribe_address;
	case SG_SITE_STATE:
		return gate->state;
	case SG_SITE_TIMEZONE:
		return *gate->timezone ? gate->timezone : "UTC";
	}
	return "";
}

void *
host_alloc(const struct sg_call *call, size_t size)
{
	return pool_alloc(gate_call_pool(gate_call_of(call)), size);
}

char *
host_copy(const struct sg_call *call, const char *text)
{
	return pool_strdup(gate_call_pool(gate_call_of(call)), text);
}

struct sg_text *
host_text(const struct sg_call *call)
{
	return gate_call_text(gate_call_of(call), GATE_TEXT_MOST);
}

void
host_append(struct sg_text *to, const void *bytes, size_t len)
{
	buf_append(&to->buf, bytes, len);
}

void
host_print(struct sg_text *to, const char *format, ...)
{
	va_list args, again;
	char *room;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0) {
		room = buf_reserve(&to->buf, (size_t)len + 1);
		if (room) {
			vsnprintf(room, (size_t)len + 1, format, again);
			buf_commit(&to->buf, (size_t)len);
		}
	}
	va_end(again);
}

void
host_append_html(struct sg_text *to, const char *text)
{
	escape_html(&to->buf, text);
}

void
host_append_url(struct sg_text *to, const char *text)
{
	escape_url(&to->buf, text);
}

void
host_append_json(struct sg_text *to, const char *text)
{
	escape_json(&to->buf, text);
}

void
host_append_base64(struct sg_text *to, const void *bytes, size_t len)
{
	encode_base64(&to->buf, bytes, len);
}

/* Cut text would be worse than none: a URL, a header, a page. */
void
host_append_integrity(struct sg_text *to, const void *bytes, size_t len)
{
	unsigned char hash[CRYPTO_SHA256_SIZE];

	crypto_sha256(hash, bytes, len);
	buf_append_text(&to->buf, "sha256-");
	encode_base64(&to->buf, hash, sizeof(hash));
}

const char *
host_text_value(const struct sg_text *text)
{
	return buf_ok(&text->buf) ? buf_text(&text->buf) : "";
}

size_t
host_text_len(const struct sg_text *text)
{
	return buf_ok(&text->buf) ? text->buf.len : 0;
}

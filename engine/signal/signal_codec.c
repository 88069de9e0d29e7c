/* signal_codec.c - a signal as bytes and back; see signal_codec.h. */
#include "signal/signal_codec.h"

#include <string.h>

enum {
	CODEC_VERSION = 2,
	HEAD_SIZE_1 = 4 + 5 * 8,
	HEAD_SIZE = HEAD_SIZE_1 + 8,
	TEXT_EXTRA = 3, /* length and NUL */
	N_TEXTS = 7
};

struct span {
	const char *text;
	size_t len;
};

struct spans {
	size_t n, size; /* of the signal's bytes */
	struct span each[N_TEXTS + 2 * SIGNAL_PROPS_MOST];
};

static void
add_span(struct spans *spans, const char *text)
{
	struct span *span = &spans->each[spans->n++];

	span->text = text;
	span->len = strlen(text);
	spans->size += TEXT_EXTRA + span->len;
}

static void
measure(const struct signal *signal, struct spans *spans)
{
	spans->n = 0;
	spans->size = HEAD_SIZE;
	add_span(spans, signal->name);
	add_span(spans, signal->module);
	add_span(spans, signal->key);
	add_span(spans, signal->source);
	add_span(spans, signal->actor);
	add_span(spans, signal->because);
	add_span(spans, signal->verdict_reason);
	for (size_t i = 0; i < signal->n_props; i++) {
		add_span(spans, signal->props[i].name);
		add_span(spans, signal->props[i].value);
	}
}

size_t
signal_encoded_size(const struct signal *signal)
{
	struct spans spans;

	measure(signal, &spans);
	return spans.size;
}

/* --- encode ------------------------------------------------------------- */

static unsigned char *
put_u64(unsigned char *at, uint64_t number)
{
	int i;

	for (i = 0; i < 8; i++)
		*at++ = (unsigned char)(number >> (8 * i));
	return at;
}

static unsigned char *
put_span(unsigned char *at, const struct span *span)
{
	*at++ = (unsigned char)span->len;
	*at++ = (unsigned char)(span->len >> 8);
	memcpy(at, span->text, span->len + 1);
	return at + span->len + 1;
}

void
signal_encode(struct buf *to, const struct signal *signal)
{
	struct spans spans;
	unsigned char *at;
	int64_t happened_at = signal->happened_at < signal->received_at
				      ? signal->happened_at
				      : signal->received_at;

	measure(signal, &spans);
	at = (unsigned char *)buf_reserve(to, spans.size);
	if (!at)
		return;
	*at++ = CODEC_VERSION;
	*at++ = (unsigned char)signal->kind;
	*at++ = (unsigned char)signal->verdict;
	*at++ = (unsigned char)signal->n_props;
	at = put_u64(at, (uint64_t)happened_at);
	at = put_u64(at, (uint64_t)signal->received_at);
	at = put_u64(at, signal->record_key);
	at = put_u64(at, signal->message_id);
	at = put_u64(at, signal->external_id);
	at = put_u64(at, (uint64_t)signal->settle_until);
	for (size_t i = 0; i < spans.n; i++)
		at = put_span(at, &spans.each[i]);
	buf_commit(to, spans.size);
}

/* --- decode ------------------------------------------------------------- */

struct reader {
	const unsigned char *at;
	size_t left;
	bool bad;
};

static uint64_t
get_u64(struct reader *reader)
{
	uint64_t number = 0;
	int i;

	for (i = 7; i >= 0; i--)
		number = number << 8 | reader->at[i];
	reader->at += 8;
	reader->left -= 8;
	return number;
}

static const char *
get_text(struct reader *reader)
{
	const char *text;
	size_t len;

	if (reader->bad || reader->left < TEXT_EXTRA) {
		reader->bad = true;
		return "";
	}
	len = reader->at[0] | (size_t)reader->at[1] << 8;
	text = (const char *)reader->at + 2;
	/* The NUL ends it, and there is none before. */
	if (reader->left - TEXT_EXTRA < len ||
	    memchr(text, '\0', len + 1) != text + len) {
		reader->bad = true;
		return "";
	}
	reader->at += TEXT_EXTRA + len;
	reader->left -= TEXT_EXTRA + len;
	return text;
}

static void
get_texts(struct reader *reader, struct signal *signal)
{
	size_t i;

	signal->name = get_text(reader);
	signal->module = get_text(reader);
	signal->key = get_text(reader);
	signal->source = get_text(reader);
	signal->actor = get_text(reader);
	signal->because = get_text(reader);
	signal->verdict_reason = get_text(reader);
	for (i = 0; i < signal->n_props; i++) {
		signal->props[i].name = get_text(reader);
		signal->props[i].value = get_text(reader);
	}
}

enum sg_status
signal_decode(const void *bytes, size_t len, struct pool *pool,
	      struct signal *signal_out, struct sg_err *err)
{
	struct reader reader = {bytes, len, false};
	struct signal signal;
	enum sg_status status;
	int version;

	if (len < HEAD_SIZE_1 || len > SIGNAL_BYTES_MOST)
		return err_set(err, SG_REFUSED,
			       "a signal of %zu bytes, expected %d to %d", len,
			       HEAD_SIZE_1, SIGNAL_BYTES_MOST);
	version = reader.at[0];
	if (version < 1 || version > CODEC_VERSION ||
	    (version > 1 && len < HEAD_SIZE))
		return err_set(err, SG_REFUSED,
			       "a signal in form %d, this Scoregate reads 1 to "
			       "%d",
			       version, CODEC_VERSION);
	signal.kind = (enum signal_kind)reader.at[1];
	signal.verdict = (enum verdict)reader.at[2];
	signal.n_props = reader.at[3];
	if (signal.n_props > SIGNAL_PROPS_MOST)
		return err_set(err, SG_REFUSED,
			       "a signal with %zu properties, %d is the most",
			       signal.n_props, SIGNAL_PROPS_MOST);
	reader.at += 4;
	reader.left -= 4;
	signal.happened_at = (int64_t)get_u64(&reader);
	signal.received_at = (int64_t)get_u64(&reader);
	signal.record_key = get_u64(&reader);
	signal.message_id = get_u64(&reader);
	signal.external_id = get_u64(&reader);
	signal.settle_until = version > 1 ? (int64_t)get_u64(&reader) : 0;
	get_texts(&reader, &signal);
	if (reader.bad || reader.left)
		return err_set(err, SG_REFUSED,
			       "a signal whose texts do not fill its %zu bytes",
			       len);
	status = signal_check(&signal, err);
	if (status != SG_OK)
		return status;
	(void)pool; /* it needs none: every text is in `bytes` */
	memcpy(signal_out, &signal,
	       offsetof(struct signal, props) +
		       signal.n_props * sizeof(*signal.props));
	return SG_OK;
}

/* import_feed.c - see import_feed.h. */
#include "http/api/import_feed.h"

#include <string.h>

#include "base/crypto.h"

enum { REFUSED_MOST = 100, IDEMPOTENCY_KEY_MOST = 256 };

struct feeding {
	struct import_fed *fed;
	const char *key; /* Idempotency-Key, NULL = none */
};

/* The same key from the same caller is the same request; each of its signals
 * needs an id of its own. */
static void
set_external_id(const struct feeding *self, size_t i, struct pool *pool,
		struct signal *signal)
{
	const struct import_lines *lines = self->fed->lines;
	const char *text;

	if (!self->key || signal->external_id)
		return;
	text = pool_printf(pool, "%s\nimport\n%s\n%u\n%zu",
			   self->fed->call->principal.name, self->key,
			   lines->entries[i].line, i);
	signal->external_id = crypto_hash64(text, strlen(text));
}

static enum sg_status
signal_at(void *arg, size_t i, struct pool *pool, struct signal *signal_out,
	  struct sg_err *err)
{
	struct feeding *self = arg;
	enum sg_status status =
		import_lines_signal(self->fed->lines, i, pool, signal_out, err);

	if (status == SG_OK)
		set_external_id(self, i, pool, signal_out);
	return status;
}

static enum sg_status
begin(void *arg, struct store *store, struct sg_err *err)
{
	struct import_fed *fed = ((struct feeding *)arg)->fed;

	return fed->begin ? fed->begin(fed->arg, store, err) : SG_OK;
}

static enum sg_status
end(void *arg, struct store *store, const struct apply_fed *applied,
    struct sg_err *err)
{
	struct import_fed *fed = ((struct feeding *)arg)->fed;

	return fed->end ? fed->end(fed->arg, store, applied, err) : SG_OK;
}

static enum sg_status
read_key(struct feeding *self, struct sg_err *err)
{
	const char *key = http_request_header(self->fed->call->request,
					      "Idempotency-Key");

	if (!key || !*key)
		return SG_OK;
	if (strlen(key) > IDEMPOTENCY_KEY_MOST)
		return err_set(err, SG_REFUSED,
			       "Idempotency-Key has at most %d bytes",
			       IDEMPOTENCY_KEY_MOST);
	self->key = key;
	return SG_OK;
}

enum sg_status
import_feed(struct import_fed *fed, struct sg_err *err)
{
	struct feeding self = {fed, NULL};
	struct apply_feed feed = {
		.arg = &self, .begin = begin, .signal = signal_at, .end = end};
	struct import_lines *lines = fed->lines;
	struct apply_fed applied;
	enum sg_status status = read_key(&self, err);
	int n_refused = 0;

	if (status != SG_OK)
		return status;
	import_lines_sort(lines);
	for (;;) {
		unsigned line;

		feed.n_signals = lines->n_entries;
		status = apply_feed(fed->call->api->options.apply, &feed,
				    &applied, err);
		if (status != SG_REFUSED || n_refused++ == REFUSED_MOST ||
		    applied.refused >= lines->n_entries)
			break;
		line = lines->entries[applied.refused].line;
		import_lines_refuse(lines, line, "", err->text);
		import_lines_drop(lines, line);
	}
	fed->created = (int64_t)applied.created;
	return status;
}

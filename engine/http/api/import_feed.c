/* import_feed.c - see import_feed.h. */
#include "http/api/import_feed.h"

enum { REFUSED_MOST = 100 };

static enum sg_status
signal_at(void *arg, size_t i, struct pool *pool, struct signal *signal_out,
	  struct sg_err *err)
{
	const struct import_fed *fed = arg;
	enum sg_status status =
		import_lines_signal(fed->lines, i, pool, signal_out, err);

	if (status == SG_OK && !signal_out->external_id)
		signal_out->external_id =
			api_retry_id(fed->call, fed->lines->entries[i].line, i);
	return status;
}

static enum sg_status
begin(void *arg, struct store *store, struct sg_err *err)
{
	const struct import_fed *fed = arg;

	return fed->begin ? fed->begin(fed->arg, store, err) : SG_OK;
}

static enum sg_status
end(void *arg, struct store *store, const struct apply_fed *applied,
    struct sg_err *err)
{
	const struct import_fed *fed = arg;

	return fed->end ? fed->end(fed->arg, store, applied, err) : SG_OK;
}

enum sg_status
import_feed(struct import_fed *fed, struct sg_err *err)
{
	struct apply_feed feed = {
		.arg = fed, .begin = begin, .signal = signal_at, .end = end};
	struct import_lines *lines = fed->lines;
	struct apply_fed applied;
	enum sg_status status;
	int n_refused = 0;

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

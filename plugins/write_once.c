/* write_once.c - see write_once.h. */
#include "write_once.h"

#include <inttypes.h>
#include <string.h>

/* The same within the minute of the clock also after a restart, which forgets
 * what once_begin() knew. */
static const char *
external_id(const struct write_once *write)
{
	const struct sg_host *host = write->call->host;
	struct sg_text *id = host->text(write->call);

	host->print(id, "%" PRId64 " %zu %s",
		    write->same_ms ? write->call->now / write->same_ms : 0,
		    write->n_signals, write->text);
	return host->text_value(id);
}

struct sg_signal *
write_once_add(struct write_once *write, enum sg_signal_kind kind,
	       const struct sg_prop *props, size_t n_props)
{
	const struct sg_host *host = write->call->host;
	struct sg_prop *copy =
		host->alloc(write->call, n_props * sizeof(*copy));
	struct sg_signal *signal;

	if (!write->signals)
		write->signals = host->alloc(
			write->call, WRITE_ONCE_SIGNALS_MOST * sizeof(*signal));
	if (write->n_signals == WRITE_ONCE_SIGNALS_MOST) {
		write->too_many = true;
		write->n_signals--;
	}
	memcpy(copy, props, n_props * sizeof(*copy));
	signal = &write->signals[write->n_signals];
	*signal = (struct sg_signal){
		.size = sizeof(*signal),
		.kind = kind,
		.record_key = write->record_key,
		.key = write->key,
		.props = copy,
		.n_props = n_props,
		.external_id = external_id(write),
	};
	write->n_signals++;
	return signal;
}

enum sg_status
write_once_emit(struct write_once *write, struct sg_err *err)
{
	const struct sg_host *host = write->call->host;

	if (write->too_many)
		return host->fail(err, SG_REFUSED,
				  "more than %d signals at once",
				  WRITE_ONCE_SIGNALS_MOST);
	return host->emit(write->call, write->signals, write->n_signals,
			  SG_SYNCED, err);
}

const char *
write_once_number(const struct write_once *write, double number)
{
	struct sg_text *text = write->call->host->text(write->call);

	write->call->host->print(text, "%.12g", number);
	return write->call->host->text_value(text);
}

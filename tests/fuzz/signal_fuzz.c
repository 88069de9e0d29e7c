/*
 * signal_fuzz.c - the bytes of a signal. What decodes must encode to the very
 * same bytes (but for an event time after its receipt, and older versions), and
 * its properties must go through JSON and back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/pool.h"
#include "signal/signal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int holds)
{
	if (!holds)
		abort();
}

static void
check_bytes(const struct signal *signal, const uint8_t *data, size_t size)
{
	struct buf again = BUF_INIT;

	signal_encode(&again, signal);
	must(buf_ok(&again));
	/* An older release's bytes are written as today's. */
	if (((const uint8_t *)again.data)[0] == data[0])
		must(again.len == size);
	if (again.len == size && signal->happened_at <= signal->received_at)
		must(memcmp(again.data, data, size) == 0 ||
		     ((const uint8_t *)again.data)[0] != data[0]);
	buf_done(&again);
}

static void
check_props(const struct signal *signal, struct pool *pool)
{
	struct buf json = BUF_INIT;
	struct signal back;
	size_t i;

	signal_props_to_json(signal, &json);
	must(buf_ok(&json));
	signal_init(&back, "a.b", 0);
	must(signal_props_from_json(&back, buf_text(&json), pool, NULL) ==
	     SG_OK);
	/* Of two that have one name JSON keeps the last. */
	for (i = 0; i < back.n_props; i++)
		must(signal_get(signal, back.props[i].name) != NULL);
	buf_done(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct signal signal;
	struct sg_err err;

	if (signal_decode(data, size, pool, &signal, &err) == SG_OK) {
		must(signal_check(&signal, NULL) == SG_OK);
		check_bytes(&signal, data, size);
		check_props(&signal, pool);
	} else {
		must(err.status == SG_REFUSED && err.text[0]);
	}
	pool_free(pool);
	return 0;
}

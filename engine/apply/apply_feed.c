/* apply_feed.c - see apply_feed.h. */
#include "apply/apply_feed.h"

#include "apply/apply_parts.h"

/* Signals between two times that their memory is given back. */
enum { SIGNALS_A_POOL = 256 };

struct feeding {
	struct apply *apply;
	const struct apply_feed *feed;
	struct apply_fed fed;
};

static enum sg_status
feed_signals(struct feeding *self, struct sg_err *err)
{
	const struct apply_feed *feed = self->feed;
	struct pool *pool = pool_new();
	enum sg_status status = SG_OK;
	struct signal signal;
	size_t i;

	for (i = 0; i < feed->n_signals && status == SG_OK; i++) {
		if (i % SIGNALS_A_POOL == 0)
			pool_clear(pool);
		status = feed->signal(feed->arg, i, pool, &signal, err);
		if (status == SG_OK)
			status = apply_signal(self->apply, &signal, err);
		if (status == SG_REFUSED)
			self->fed.refused = i;
	}
	pool_free(pool);
	return status;
}

static enum sg_status
feed_all(void *arg, struct store *store, struct sg_err *err)
{
	struct feeding *self = arg;
	const struct apply_feed *feed = self->feed;
	size_t before = apply_index_count(self->apply->index);
	enum sg_status status = SG_OK;

	if (feed->begin)
		status = feed->begin(feed->arg, store, err);
	if (status == SG_OK)
		status = feed_signals(self, err);
	if (status != SG_OK)
		return status;
	self->fed.created = apply_index_count(self->apply->index) - before;
	return feed->end ? feed->end(feed->arg, store, &self->fed, err) : SG_OK;
}

enum sg_status
apply_feed(struct apply *apply, const struct apply_feed *feed,
	   struct apply_fed *fed_out, struct sg_err *err)
{
	struct feeding self = {apply, feed, {0, 0}};
	enum sg_status status;

	self.fed.refused = (size_t)APPLY_FEED_NOT_A_SIGNAL;
	status = apply_call(apply, feed_all, &self, err);
	*fed_out = self.fed;
	return status;
}

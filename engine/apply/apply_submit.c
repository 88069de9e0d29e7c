/* apply_submit.c - keep a change and wait until it can be read. */
#include <time.h>

#include "apply/apply_parts.h"
#include "base/clock.h"

enum { LOOK_MS = 20 };

static struct timespec
moment(int64_t monotonic_ms)
{
	return (struct timespec){.tv_sec = (time_t)(monotonic_ms / 1000),
				 .tv_nsec =
					 (long)(monotonic_ms % 1000) * 1000000};
}

static enum sg_status
wait_until_applied(struct apply *apply, const struct spool_position *position,
		   int wait_ms, struct sg_err *err)
{
	struct timespec until = moment(clock_monotonic_ms() + wait_ms);
	bool in_time = true;

	while (in_time && spool_position_compare(&apply->applied, position) < 0)
		in_time = pthread_cond_timedwait(&apply->changed, &apply->lock,
						 &until) == 0;
	if (in_time)
		return SG_OK;
	return err_set(err, SG_BUSY, "kept, not yet applied%s%s",
		       apply->status.store_down ? ": " : "",
		       apply->status.store_down ? apply->status.trouble : "");
}

enum sg_status
apply_catch_up(struct apply *apply, int wait_ms, struct sg_err *err)
{
	int64_t now = apply_time(apply);
	int64_t until = clock_monotonic_ms() + wait_ms;
	bool done, in_time = true;
	uint64_t looks;

	pthread_mutex_lock(&apply->lock);
	/* One from before may not have seen what was committed since. */
	looks = apply->n_looks;
	while (!(done = apply->timers_done_at >= now &&
			apply->n_looks != looks) &&
	       in_time) {
		struct timespec soon = moment(clock_monotonic_ms() + LOOK_MS);

		/* It sleeps by a clock of its own: have it look at ours. */
		spool_wake(apply->spool);
		pthread_cond_timedwait(&apply->changed, &apply->lock, &soon);
		in_time = clock_monotonic_ms() < until;
	}
	pthread_mutex_unlock(&apply->lock);
	return done ? SG_OK : err_set(err, SG_BUSY, "not caught up yet");
}

enum sg_status
apply_submit(struct apply *apply, const struct signal *signals,
	     size_t n_signals, int wait_ms, bool *kept_out, struct sg_err *err)
{
	struct spool_position position;
	enum sg_status status;

	*kept_out = false;
	/* Before the append, so that the batch that takes it does not linger.
	 */
	pthread_mutex_lock(&apply->lock);
	apply->n_submitting++;
	pthread_mutex_unlock(&apply->lock);
	status = spool_append_many(apply->spool, signals, n_signals,
				   SPOOL_SYNCED, &position, err);
	if (status == SG_OK) {
		*kept_out = true;
		spool_wake(apply->spool);
	}
	pthread_mutex_lock(&apply->lock);
	if (status == SG_OK)
		status = wait_until_applied(apply, &position, wait_ms, err);
	apply->n_submitting--;
	pthread_mutex_unlock(&apply->lock);
	return status;
}

/* apply_call.c - what others have the applier's thread do. */
#include "apply/apply_parts.h"
#include "base/log.h"

/* *away_out: the store let nobody begin. */
static enum sg_status
run_in_transaction(struct apply *apply, struct apply_wait *call, bool *away_out)
{
	enum sg_status status = apply_begin(apply, &call->err);

	*away_out = status != SG_OK;
	if (*away_out) {
		apply_trouble(apply, &call->err);
		return SG_BUSY;
	}
	status = call->fn(call->arg, apply->store, &call->err);
	if (status == SG_OK && call->also)
		status = call->also->fn(call->also->arg, apply->store,
					&call->err);
	if (status == SG_OK)
		status = apply_commit(apply, &call->err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status;
	}
	if (call->committed)
		call->committed(call->arg);
	if (apply->uses_segments && apply_segments_changed(apply))
		apply_renew_rules(apply);
	return status;
}

/* The lock is held. All of them: each that is tried waits for whoever holds the
 * store, seconds, and those behind it wait for it. */
static void
refuse_waiting(struct apply *apply, const struct sg_err *why)
{
	struct apply_wait *call;

	for (call = apply->calls; call; call = call->next) {
		call->status = err_set(&call->err, SG_BUSY, "%s", why->text);
		call->done = true;
	}
	apply->calls = NULL;
	apply->calls_end = &apply->calls;
}

void
apply_run_calls(struct apply *apply)
{
	for (;;) {
		struct apply_wait *call;
		enum sg_status status;
		bool away;

		pthread_mutex_lock(&apply->lock);
		call = apply->calls;
		if (call)
			apply->calls = call->next;
		if (!apply->calls)
			apply->calls_end = &apply->calls;
		pthread_mutex_unlock(&apply->lock);
		if (!call)
			return;
		status = run_in_transaction(apply, call, &away);
		pthread_mutex_lock(&apply->lock);
		if (away)
			refuse_waiting(apply, &call->err);
		call->status = status;
		call->done = true;
		pthread_cond_broadcast(&apply->changed);
		pthread_mutex_unlock(&apply->lock);
	}
}

enum sg_status
apply_call_wait(struct apply *apply, struct apply_wait *call)
{
	bool away;

	call->done = false;
	call->next = NULL;
	call->err.text[0] = '\0';
	pthread_mutex_lock(&apply->lock);
	if (!apply->started) {
		/* Nobody else is here yet, or any more. */
		pthread_mutex_unlock(&apply->lock);
		return run_in_transaction(apply, call, &away);
	}
	if (apply->stopping) {
		pthread_mutex_unlock(&apply->lock);
		return err_set(&call->err, SG_BUSY, "scoregated is stopping");
	}
	*apply->calls_end = call;
	apply->calls_end = &call->next;
	pthread_cond_broadcast(&apply->changed);
	spool_wake(apply->spool);
	while (!call->done)
		pthread_cond_wait(&apply->changed, &apply->lock);
	pthread_mutex_unlock(&apply->lock);
	return call->status;
}

enum sg_status
apply_call_also(struct apply *apply, apply_call_fn *fn, void *arg,
		const struct apply_also *also, struct sg_err *err)
{
	struct apply_wait call = {.fn = fn, .arg = arg, .also = also};
	enum sg_status status = apply_call_wait(apply, &call);

	if (status != SG_OK)
		err_set(err, status, "%s", call.err.text);
	return status;
}

enum sg_status
apply_call(struct apply *apply, apply_call_fn *fn, void *arg,
	   struct sg_err *err)
{
	return apply_call_also(apply, fn, arg, NULL, err);
}

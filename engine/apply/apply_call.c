/* apply_call.c - what others have the applier's thread do. */
#include "apply/apply_parts.h"
#include "base/log.h"

static enum sg_status
run_in_transaction(struct apply *apply, struct apply_wait *call)
{
	enum sg_status status = apply_begin(apply, &call->err);

	if (status != SG_OK) {
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

void
apply_run_calls(struct apply *apply)
{
	for (;;) {
		struct apply_wait *call;
		enum sg_status status;

		pthread_mutex_lock(&apply->lock);
		call = apply->calls;
		if (call)
			apply->calls = call->next;
		if (!apply->calls)
			apply->calls_end = &apply->calls;
		pthread_mutex_unlock(&apply->lock);
		if (!call)
			return;
		status = run_in_transaction(apply, call);
		pthread_mutex_lock(&apply->lock);
		call->status = status;
		call->done = true;
		pthread_cond_broadcast(&apply->changed);
		pthread_mutex_unlock(&apply->lock);
	}
}

enum sg_status
apply_call_wait(struct apply *apply, struct apply_wait *call)
{
	call->done = false;
	call->next = NULL;
	call->err.text[0] = '\0';
	pthread_mutex_lock(&apply->lock);
	if (!apply->started) {
		/* Nobody else is here yet, or any more. */
		pthread_mutex_unlock(&apply->lock);
		return run_in_transaction(apply, call);
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

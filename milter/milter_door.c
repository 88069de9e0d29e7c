#include "milter_door.h"

#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_ulong n_inside;
static atomic_bool is_closed;

/* Counted first, then asked: whoever closes either sees us counted or is seen
 * by us. Both are sequentially consistent for that. */
bool
milter_door_enter(void)
{
	atomic_fetch_add(&n_inside, 1);
	if (!atomic_load(&is_closed))
		return true;
	milter_door_leave();
	return false;
}

void
milter_door_leave(void)
{
	atomic_fetch_sub(&n_inside, 1);
}

bool
milter_door_close(int limit_ms)
{
	enum { STEP_MS = 1 };

	atomic_store(&is_closed, true);
	while (atomic_load(&n_inside) != 0) {
		if (limit_ms <= 0)
			return false;
		(void)poll(NULL, 0, STEP_MS);
		limit_ms -= STEP_MS;
	}
	return true;
}

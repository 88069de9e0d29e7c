/* apply_audit.c - who asked for the changes that came with this one through
 * the spool: an entry of the audit, in the transaction of the changes. */
#include "apply/apply_parts.h"
#include "store/store_audit.h"

enum sg_status
apply_audit(struct apply *apply, const struct signal *signal,
	    struct sg_err *err)
{
	struct store_audit row = {.at = signal->happened_at,
				  .actor = signal->actor,
				  .action = signal_get(signal, "action"),
				  .object = signal_get(signal, "object"),
				  .detail = signal_get(signal, "detail"),
				  .origin = signal_get(signal, "origin")};

	if (!row.action)
		row.action = signal->name;
	return store_audit_append(apply->store, &row, err);
}

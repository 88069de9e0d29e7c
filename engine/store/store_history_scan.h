/* store_history_scan.h - the history of many records at once, in the order it
 * lies in the file: what `rules simulate` and the like read. */
#ifndef ENGINE_STORE_STORE_HISTORY_SCAN_H
#define ENGINE_STORE_STORE_HISTORY_SCAN_H

#include "store/store_history.h"

/* Of those only what a fold asks; strings borrowed until fn returns. */
struct store_history_lean {
	int64_t id;
	uint32_t record_id;
	int64_t happened_at;
	enum signal_kind kind;
	enum verdict verdict;
	const char *name;
	uint64_t message_id;
	const char *props;
};
typedef enum sg_status
store_history_lean_fn(void *arg, const struct store_history_lean *row,
		      struct sg_err *err);
/* Of records first <= id <= last, what is settled, in order of history id. One
 * pass over the
 * whole table: an index would ask for each row in another place. */
enum sg_status store_history_scan(struct store *store, uint32_t first,
				  uint32_t last, store_history_lean_fn *fn,
				  void *arg, struct sg_err *err) MUST_CHECK;

#endif

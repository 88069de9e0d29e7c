/* import_dry.c - see import_dry.h. */
#include "http/api/import_dry.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MOST = 8 };

struct import_dry {
	pthread_mutex_t lock;
	size_t next; /* the place that is used again next */
	struct {
		int64_t id;
		struct import_unique *unique;
	} kept[KEPT_MOST];
};

struct import_dry *
import_dry_new(void)
{
	struct import_dry *dry = calloc(1, sizeof(*dry));

	if (dry)
		pthread_mutex_init(&dry->lock, NULL);
	return dry;
}

void
import_dry_free(struct import_dry *dry)
{
	if (!dry)
		return;
	for (size_t i = 0; i < KEPT_MOST; i++)
		import_unique_free(dry->kept[i].unique);
	pthread_mutex_destroy(&dry->lock);
	free(dry);
}

struct import_unique *
import_dry_take(struct import_dry *dry, int64_t id)
{
	struct import_unique *unique = NULL;

	pthread_mutex_lock(&dry->lock);
	for (size_t i = 0; i < KEPT_MOST && !unique; i++)
		if (dry->kept[i].unique && dry->kept[i].id == id) {
			unique = dry->kept[i].unique;
			dry->kept[i].unique = NULL;
		}
	pthread_mutex_unlock(&dry->lock);
	return unique;
}

void
import_dry_keep(struct import_dry *dry, int64_t id,
		struct import_unique *unique)
{
	pthread_mutex_lock(&dry->lock);
	import_unique_free(dry->kept[dry->next].unique);
	dry->kept[dry->next].id = id;
	dry->kept[dry->next].unique = unique;
	dry->next = (dry->next + 1) % KEPT_MOST;
	pthread_mutex_unlock(&dry->lock);
}

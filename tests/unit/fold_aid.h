/* fold_aid.h - a fold by itself, for tests: no store, no clock, time as we say.
 */
#ifndef TESTS_UNIT_FOLD_AID_H
#define TESTS_UNIT_FOLD_AID_H

#include "apply/fold.h"

struct scene {
	struct fold_world world;
	struct fold_record *record;
	struct fold_out out;
	struct pool *pool;
	int64_t next_id;
};

void scene_begin(struct scene *scene);
void scene_end(struct scene *scene);
void scene_rules(struct scene *scene, int64_t at, const char *text);
void scene_step(struct scene *scene, const struct signal *signal);
void scene_happen(struct scene *scene, const char *name, int64_t at);
void scene_set_field(struct scene *scene, const char *name, const char *value,
		     int64_t at);
double scene_score(struct scene *scene, uint32_t score_id, int64_t at);

#endif

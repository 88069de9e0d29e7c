/* part_map_gmime.h - part_map_build() done by GMime, to compare with. */
#ifndef TESTS_UNIT_PART_MAP_GMIME_H
#define TESTS_UNIT_PART_MAP_GMIME_H

#include "mail/part_map.h"

enum sg_status part_map_by_gmime(struct pool *pool,
				 const struct header_list *headers,
				 const char *body, size_t body_len,
				 struct part_map *map_out,
				 struct sg_err *err) MUST_CHECK;

#endif

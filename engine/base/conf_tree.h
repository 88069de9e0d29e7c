/* conf_tree.h - what a parsed configuration is made of; inside of conf*.c. */
#ifndef ENGINE_BASE_CONF_TREE_H
#define ENGINE_BASE_CONF_TREE_H

#include "base/conf.h"
#include "base/pool.h"

struct conf_value {
	unsigned line; /* 0 = from the fallback or not set */
	const char *text;
	double number;
	int64_t integer;
	bool boolean;
	size_t n_items;
	const char **items; /* of a list */
	size_t n_sections;
	struct conf_section **sections;
};

struct conf_section {
	struct pool *pool; /* the root's; all of it lives there */
	const struct conf_option *options;
	const char *file, *title, *raw;
	const char *name; /* "" = the root */
	unsigned line;
	struct conf_value *values; /* one an option */
};

/* A section with the fallbacks of its options, and of sections in it. */
struct conf_section *conf_section_new(struct pool *pool, const char *file,
				      const char *name,
				      const struct conf_option *options);
void conf_section_push(struct conf_section *section, size_t option,
		       struct conf_section *child);

/* Text to the value of an option; the error says what is expected. */
enum sg_status conf_value_set(struct conf_value *value,
			      const struct conf_option *option,
			      const char *text, struct sg_err *err) MUST_CHECK;
/* `{ "a", "b" }` as fallbacks are written. */
void conf_value_set_list(struct conf_value *value, struct pool *pool,
			 const char *text);
void conf_value_push(struct conf_value *value, struct pool *pool,
		     const char *item);

#endif

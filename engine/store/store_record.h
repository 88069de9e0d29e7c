/*
 * store_record.h - records and what is known of them: key, aliases, fields,
 * tags. (Which lists they are on: store_list.h.)
 *
 * Arrays and strings that come out are copies in the pool that is given.
 * Strings given to a callback are borrowed until it returns; a callback may
 * read through the same store. Writers need the applier's connection.
 */
#ifndef ENGINE_STORE_STORE_RECORD_H
#define ENGINE_STORE_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

struct store_record {
	uint32_t id;	     /* from 1, dense, never used again */
	uint64_t record_key; /* 0 = deleted */
	const char *module;  /* "contact" */
	const char *key;     /* normal form; "" = not known yet */
	int64_t created_at;
	int64_t deleted_at; /* 0 = it is there */
};

struct store_records {
	struct store_record *rows;
	size_t n_rows;
};

/* These two find no deleted record. SG_NONE: no such one. By record key an
 * alias leads to its record, too. */
enum sg_status store_record_find(struct store *store, uint64_t record_key,
				 struct pool *pool, struct store_record *out,
				 struct sg_err *err) MUST_CHECK;
enum sg_status store_record_find_key(struct store *store, const char *module,
				     const char *key, struct pool *pool,
				     struct store_record *out,
				     struct sg_err *err) MUST_CHECK;
/* A deleted one as well. SG_NONE: never was. */
enum sg_status store_record_get(struct store *store, uint32_t id,
				struct pool *pool, struct store_record *out,
				struct sg_err *err) MUST_CHECK;

/* module "" is contact. SG_REFUSED: that record key is taken. */
enum sg_status store_record_create(struct store *store, uint64_t record_key,
				   const char *module, const char *key,
				   int64_t now, uint32_t *id_out,
				   struct sg_err *err) MUST_CHECK;
/* For a record that came by token only and now shows its address. */
enum sg_status store_record_set_key(struct store *store, uint32_t id,
				    const char *key,
				    struct sg_err *err) MUST_CHECK;
/* Something that happened earlier became known late. */
enum sg_status store_record_set_created(struct store *store, uint32_t id,
					int64_t created_at,
					struct sg_err *err) MUST_CHECK;
/* Removes fields, tags, list membership, aliases and the key; the row stays,
 * so that the id is never used again. SG_NONE: not there. */
enum sg_status store_record_delete(struct store *store, uint32_t id,
				   int64_t now, struct sg_err *err) MUST_CHECK;
/* From now on this record key, too, leads to the record. */
/* SG_NONE: no record has one. */
enum sg_status store_record_any_alias(struct store *store,
				      struct sg_err *err) MUST_CHECK;
enum sg_status store_record_add_alias(struct store *store, uint64_t record_key,
				      uint32_t id,
				      struct sg_err *err) MUST_CHECK;
/* Its key is another from now on; the one before is an alias. SG_REFUSED: that
 * record key is taken. */
enum sg_status store_record_rename(struct store *store, uint32_t id,
				   uint64_t record_key, const char *key,
				   struct sg_err *err) MUST_CHECK;
/* The aliases of a record: keys that it had before. */
typedef void store_record_key_fn(void *arg, uint64_t record_key);
enum sg_status store_record_keys(struct store *store, uint32_t id,
				 store_record_key_fn *fn, void *arg,
				 struct sg_err *err) MUST_CHECK;

/* Records (not deleted) with id > after, in order of id, at most `most`;
 * n_rows 0: no more. */
enum sg_status store_record_slice(struct store *store, uint32_t after,
				  size_t most, struct pool *pool,
				  struct store_records *out,
				  struct sg_err *err) MUST_CHECK;
/* The first module, in order of name, after that one ("" = from the start) that
 * a record has; SG_NONE: there is no other. */
enum sg_status store_record_next_module(struct store *store, const char *after,
					struct pool *pool,
					const char **module_out,
					struct sg_err *err) MUST_CHECK;
/* Its records into the set; no_address: only whose key has no @. */
enum sg_status store_record_in_module(struct store *store, const char *module,
				      bool no_address,
				      struct record_set *add_to,
				      struct sg_err *err) MUST_CHECK;
/* All of them at once, borrowed. Anything but SG_OK from fn ends the walk and
 * is returned. */
typedef enum sg_status store_record_fn(void *arg,
				       const struct store_record *record,
				       struct sg_err *err);
enum sg_status store_record_each(struct store *store, store_record_fn *fn,
				 void *arg, struct sg_err *err) MUST_CHECK;
enum sg_status store_record_count(struct store *store, uint64_t *count_out,
				  struct sg_err *err) MUST_CHECK;
/* The highest id ever given; 0 = none. */
enum sg_status store_record_last_id(struct store *store, uint32_t *id_out,
				    struct sg_err *err) MUST_CHECK;
/* Ids of all that are there; module NULL = all modules. */
enum sg_status store_record_select(struct store *store, const char *module,
				   struct record_set *add_to,
				   struct sg_err *err) MUST_CHECK;

/* --- fields ------------------------------------------------------------- */

struct store_field {
	const char *name;
	const char *value; /* never "" */
};

struct store_fields {
	struct store_field *rows; /* in order of name */
	size_t n_rows;
};

/* "" removes. */
enum sg_status store_field_set(struct store *store, uint32_t record_id,
			       const char *name, const char *value,
			       struct sg_err *err) MUST_CHECK;
enum sg_status store_field_get(struct store *store, uint32_t record_id,
			       const char *name, struct pool *pool,
			       const char **value_out,
			       struct sg_err *err) MUST_CHECK; /* or SG_NONE */
/* The record of this module that has the value; SG_NONE: no such one. Of
 * several the oldest. */
enum sg_status store_field_find(struct store *store, const char *module,
				const char *name, const char *value,
				uint32_t *record_id_out,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_fields_of(struct store *store, uint32_t record_id,
			       struct pool *pool, struct store_fields *out,
			       struct sg_err *err) MUST_CHECK;
/* Every record's value of the field `name`, in no order. */
typedef enum sg_status store_field_fn(void *arg, uint32_t record_id,
				      const char *value, struct sg_err *err);
enum sg_status store_field_each(struct store *store, const char *name,
				store_field_fn *fn, void *arg,
				struct sg_err *err) MUST_CHECK;
/* The names that any record has, in order: for drop-downs and exports. */
struct store_names {
	const char **names;
	size_t n_names;
};
enum sg_status store_field_names(struct store *store, struct pool *pool,
				 struct store_names *out,
				 struct sg_err *err) MUST_CHECK;

/* --- tags --------------------------------------------------------------- */

/* Adding what is there and removing what is not are SG_OK. */
enum sg_status store_tag_add(struct store *store, uint32_t record_id,
			     const char *tag, struct sg_err *err) MUST_CHECK;
enum sg_status store_tag_remove(struct store *store, uint32_t record_id,
				const char *tag, struct sg_err *err) MUST_CHECK;
enum sg_status store_tags_of(struct store *store, uint32_t record_id,
			     struct pool *pool, struct store_names *out,
			     struct sg_err *err) MUST_CHECK;
enum sg_status store_tag_has(struct store *store, uint32_t record_id,
			     const char *tag, bool *has_out,
			     struct sg_err *err) MUST_CHECK;
enum sg_status store_tag_select(struct store *store, const char *tag,
				struct record_set *add_to,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_tag_names(struct store *store, struct pool *pool,
			       struct store_names *out,
			       struct sg_err *err) MUST_CHECK;

#endif

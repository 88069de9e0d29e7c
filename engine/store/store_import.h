/*
 * store_import.h - imports: how far each is, and which lines were bad. A chunk
 * and its number are written in one transaction (apply_feed.h). Lifetimes as
 * in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_IMPORT_H
#define ENGINE_STORE_STORE_IMPORT_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_import {
	int64_t id;
	const char *name;     /* of the file, for people */
	const char *settings; /* JSON: format, header, map … */
	const char *author;
	const char *digest; /* of the file, "" = not known */
	int64_t size;	    /* of the file, 0 = not known */
	int64_t created_at, changed_at;
	int64_t finished_at; /* 0 = not yet */
	int64_t next_chunk;
	int64_t offset;	    /* bytes of the file that are in */
	int64_t text_lines; /* line ends of the file that are in */
	int64_t lines, created, updated, bad_lines;
};

struct store_imports {
	struct store_import *rows;
	size_t n_rows;
};

struct store_import_error {
	int64_t line;
	const char *column; /* "" = the whole line */
	const char *text;
};

struct store_import_errors {
	struct store_import_error *rows;
	size_t n_rows;
};

enum sg_status store_import_add(struct store *store,
				const struct store_import *row, int64_t *id_out,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_import_get(struct store *store, int64_t id,
				struct pool *pool, struct store_import *out,
				struct sg_err *err) MUST_CHECK; /* or NONE */
/* How far it is: all but name, settings, author, size, digest. */
enum sg_status store_import_put(struct store *store,
				const struct store_import *row,
				struct sg_err *err) MUST_CHECK;
/* Newest first; before_id 0 = from the newest. */
enum sg_status store_imports_recent(struct store *store, int64_t before_id,
				    size_t most, struct pool *pool,
				    struct store_imports *out,
				    struct sg_err *err) MUST_CHECK;
/* What went in stays; SG_NONE: no such one. */
enum sg_status store_import_delete(struct store *store, int64_t id,
				   struct sg_err *err) MUST_CHECK;
/* Those that finished before. */
enum sg_status store_imports_expire(struct store *store, int64_t before,
				    struct sg_err *err) MUST_CHECK;

enum sg_status store_import_error_add(struct store *store, int64_t id,
				      const struct store_import_error *row,
				      struct sg_err *err) MUST_CHECK;
/* In order of line. */
enum sg_status store_import_errors_of(struct store *store, int64_t id,
				      struct pool *pool,
				      struct store_import_errors *out,
				      struct sg_err *err) MUST_CHECK;

#endif

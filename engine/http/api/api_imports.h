/*
 * api_imports.h - what the files of /imports share. Memory: the call's, unless
 * said.
 */
#ifndef ENGINE_HTTP_API_API_IMPORTS_H
#define ENGINE_HTTP_API_API_IMPORTS_H

#include "http/api/import_feed.h"
#include "store/store_import.h"

enum { IMPORT_CHUNK_BYTES_MOST = 1 << 20, IMPORT_CHUNK_LINES_MOST = 10000 };

void api_import_json(struct json *to, const struct store_import *row);
/* Of the number in the path; SG_NONE: there is none. */
enum sg_status api_import_find(struct api_call *call,
			       struct store_import *row_out,
			       struct sg_err *err) MUST_CHECK;
/* Into the answer: what each of the columns means, and how large chunks are. */
void api_import_columns(struct api_call *call,
			const struct import_lines *lines);
/* What it began with. `stored_out`: what the settings lean on, or NULL; the
 * caller frees it. */
enum sg_status api_import_restore(struct api_call *call,
				  const struct store_import *row,
				  struct import_settings *settings,
				  struct json **stored_out,
				  struct sg_err *err) MUST_CHECK;

#endif

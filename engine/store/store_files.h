/*
 * store_files.h - files that people sent with a form, beside the store: one
 * folder, names of our own, 0600, read by nobody here. A name begins with the
 * record's key, so that a person's files go with the person. Any thread.
 */
#ifndef ENGINE_STORE_STORE_FILES_H
#define ENGINE_STORE_STORE_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { STORE_FILE_NAME_SIZE = 56 };

/* On disk when it returns; the folder is made when there is none. */
enum sg_status store_files_keep(const char *directory, uint64_t record_key,
				const void *bytes, size_t len,
				char name_out[STORE_FILE_NAME_SIZE],
				struct sg_err *err) MUST_CHECK;
/* Of one that is not there, nothing is said. */
void store_files_drop(const char *directory, const char *name);
/* All of a record. SG_OK also when there is no folder. */
enum sg_status store_files_forget(const char *directory, uint64_t record_key,
				  struct sg_err *err) MUST_CHECK;

#endif

/*
 * plugin_file.h - a plugin's descriptor read out of its file. Nothing of the
 * file is run: dlopen() would already call its constructors. Native ELF64
 * only (System V gABI, chapters 4 and 5).
 */
#ifndef ENGINE_GATE_PLUGIN_FILE_H
#define ENGINE_GATE_PLUGIN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "scoregate_plugin.h"

enum { PLUGIN_FILE_MOST = 64 << 20, PLUGIN_SIGNALS_MOST = 256 };

struct plugin_file {
	char name[32]; /* of the file, without folder and ".so" */
	/* Its plain bytes; pointers in it are 0. What the file's descriptor
	 * has less of is 0. */
	struct sg_plugin descriptor;
	/* The tables that `signals` and `routes` point to, as far as they can
	 * be read; in the pool. `answer` of a route is NULL. */
	const struct sg_signal_declaration *signals;
	size_t n_signals;
	const struct sg_route *routes;
	size_t n_routes;
};

/*
 * SG_REFUSED: the text says what is wrong with the file or which field of the
 * descriptor differs. `file_out` is filled as far as it could be read.
 */
enum sg_status plugin_file_read(struct pool *pool, const char *path,
				struct plugin_file *file_out,
				struct sg_err *err) MUST_CHECK;

/* Compare magic, size, major, minor, name, version, summary. */
enum sg_status plugin_check_head(const struct sg_plugin *descriptor,
				 const char *name,
				 struct sg_err *err) MUST_CHECK;

#endif

/* gate_check.c - what is in a plugin's file, for people. */
#include "gate/gate.h"
#include "gate/plugin_file.h"

static void
report_signals(const struct plugin_file *file, struct buf *report)
{
	const struct sg_signal_declaration *signal;

	for (size_t i = 0; i < file->n_signals; i++) {
		signal = &file->signals[i];
		buf_printf(report, "  %-9s %s", i ? "" : "signals",
			   signal->name);
		if (signal->properties && signal->properties[0])
			buf_printf(report, " (%s)", signal->properties);
		buf_printf(report, ": %s\n",
			   signal->summary ? signal->summary : "");
	}
}

static void
report_routes(const struct plugin_file *file, struct buf *report)
{
	for (size_t i = 0; i < file->n_routes; i++)
		buf_printf(report, "  %-9s %s %s\n", i ? "" : "routes",
			   file->routes[i].prefix,
			   file->routes[i].summary ? file->routes[i].summary
						   : "");
}

static void
report_head(const char *path, const struct plugin_file *file,
	    struct buf *report)
{
	const struct sg_plugin *descriptor = &file->descriptor;

	buf_printf(report, "%s\n", path);
	if (descriptor->magic != SCOREGATE_ABI_MAGIC)
		return;
	buf_printf(report, "  %-9s %.31s\n", "name", descriptor->name);
	buf_printf(report, "  %-9s %.19s\n", "version", descriptor->version);
	buf_printf(report, "  %-9s %u.%u (this Scoregate has %u.%u)\n", "abi",
		   descriptor->abi_major, descriptor->abi_minor,
		   SCOREGATE_ABI_MAJOR, SCOREGATE_ABI_MINOR);
	buf_printf(report, "  %-9s %.99s\n", "summary", descriptor->summary);
}

enum sg_status
gate_check(const char *path, struct buf *report, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct plugin_file file;
	enum sg_status status = plugin_file_read(pool, path, &file, err);

	report_head(path, &file, report);
	report_signals(&file, report);
	report_routes(&file, report);
	buf_printf(report, "  %-9s %s\n", "verdict",
		   status == SG_OK ? "it can be loaded" : "refused");
	pool_free(pool);
	return status;
}

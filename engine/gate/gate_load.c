/*
 * gate_load.c - from a file to a started plugin; the only door to dlopen().
 * The descriptor is read and compared from the file first, so that no code of
 * a plugin that will be refused is run.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "base/clock.h"
#include "gate/gate_call.h"
#include "gate/gate_load.h"
#include "gate/gate_page.h"
#include "gate/plugin_file.h"

enum { OPTION_DEPTH_MOST = 8, OPTIONS_MOST = 200 };

/* The plugin's own table in the words of conf.h; the numbers are the same. */
static const struct conf_option *
convert_options(struct pool *pool, const struct sg_option *from, int depth)
{
	struct conf_option *to;
	size_t n = 0;

	while (from && from[n].name && n < OPTIONS_MOST)
		n++;
	to = pool_alloc(pool, sizeof(*to) * (n + 1));
	for (size_t i = 0; i < n; i++) {
		to[i].name = from[i].name;
		to[i].type = (enum conf_type)from[i].type;
		to[i].fallback = from[i].fallback;
		to[i].least = from[i].least;
		to[i].most = from[i].most;
		to[i].help = from[i].help;
		if (from[i].options && depth < OPTION_DEPTH_MOST)
			to[i].options = convert_options(pool, from[i].options,
							depth + 1);
	}
	return to;
}

const struct conf_option *
gate_convert_options(struct pool *pool, const struct sg_option *from)
{
	return convert_options(pool, from, 0);
}

static enum sg_status
read_settings(struct gate_plugin *plugin, const struct conf_section *section,
	      struct sg_err *err)
{
	const struct conf_option *options;

	plugin->options_pool = pool_new();
	options = convert_options(plugin->options_pool,
				  plugin->descriptor.options, 0);
	if (!section)
		return conf_parse(plugin->path, "", 1, options,
				  &plugin->settings, err);
	return conf_parse(conf_file(section), conf_raw(section),
			  conf_line(section), options, &plugin->settings, err);
}

static bool
is_exact(const char *prefix)
{
	return prefix[strlen(prefix) - 1] != '/';
}

/* Does what the one answers belong to the other, too? */
static bool
covers(const char *one, const char *other)
{
	return is_exact(one) ? strcmp(one, other) == 0
			     : strncmp(one, other, strlen(one)) == 0;
}

static bool
is_in(const struct sg_route *route, const char *prefix)
{
	for (; route && route->prefix; route++)
		if (covers(route->prefix, prefix) ||
		    covers(prefix, route->prefix))
			return true;
	return false;
}

static bool
owns_route(const struct gate_plugin *plugin, const char *prefix)
{
	return is_in(plugin->descriptor.routes, prefix) ||
	       is_in(plugin->descriptor.private_routes, prefix);
}

static enum sg_status
check_table(struct sg_gate *gate, const struct gate_plugin *plugin,
	    const struct sg_route *route, struct sg_err *err)
{
	size_t len;

	for (; route && route->prefix; route++) {
		len = strlen(route->prefix);
		if (len < 2 || route->prefix[0] != '/' || !route->answer)
			return err_set(err, SG_REFUSED,
				       "%s: its route `%s` must begin with / "
				       "and have an answer",
				       plugin->path, route->prefix);
		for (size_t i = 0; i < gate->n_plugins; i++)
			if (owns_route(gate->plugins[i], route->prefix))
				return err_set(
					err, SG_REFUSED,
					"%s: its route %s is already plugin "
					"%s's",
					plugin->path, route->prefix,
					gate->plugins[i]->descriptor.name);
	}
	return SG_OK;
}

static enum sg_status
check_routes(struct sg_gate *gate, const struct gate_plugin *plugin,
	     struct sg_err *err)
{
	enum sg_status status =
		check_table(gate, plugin, plugin->descriptor.routes, err);

	return status == SG_OK
		       ? check_table(gate, plugin,
				     plugin->descriptor.private_routes, err)
		       : status;
}

static enum sg_status
check_name_is_free(struct sg_gate *gate, const struct gate_plugin *plugin,
		   struct sg_err *err)
{
	for (size_t i = 0; i < gate->n_plugins; i++)
		if (strcmp(gate->plugins[i]->descriptor.name,
			   plugin->descriptor.name) == 0)
			return err_set(err, SG_REFUSED,
				       "%s: plugin %s is loaded already, "
				       "from %s",
				       plugin->path, plugin->descriptor.name,
				       gate->plugins[i]->path);
	if (gate->n_plugins == GATE_PLUGINS_MOST)
		return err_set(err, SG_REFUSED, "more than %d plugins",
			       GATE_PLUGINS_MOST);
	return SG_OK;
}

/* What was compared in the file is compared in memory again: the file may
 * have been exchanged in between. */
static enum sg_status
open_library(struct gate_plugin *plugin, const char *name, struct sg_err *err)
{
	const struct sg_plugin *descriptor;
	enum sg_status status;
	char symbol[64];

	plugin->library = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
	if (!plugin->library)
		return err_set(err, SG_REFUSED, "%s: %s", plugin->path,
			       dlerror());
	snprintf(symbol, sizeof(symbol), "sg_plugin_%s", name);
	descriptor = dlsym(plugin->library, symbol);
	if (!descriptor)
		return err_set(err, SG_REFUSED, "%s: %s", plugin->path,
			       dlerror());
	status = plugin_check_head(descriptor, name, err);
	if (status != SG_OK) {
		err_prefix(err, "%s", plugin->path);
		return status;
	}
	/* An older plugin's descriptor is shorter: the rest stays 0. */
	memcpy(&plugin->descriptor, descriptor, descriptor->size);
	return SG_OK;
}

static enum sg_status
declare_signals(struct gate_plugin *plugin, struct sg_err *err)
{
	const struct sg_signal_declaration *signal = plugin->descriptor.signals;
	const struct sg_host *host = plugin->start_call.public.host;
	enum sg_status status = SG_OK;

	plugin->signals = pool_alloc(plugin->options_pool,
				     sizeof(char *) * PLUGIN_SIGNALS_MOST);
	for (; status == SG_OK && signal && signal->name; signal++)
		status = host->declare(&plugin->start_call.public, signal, err);
	if (status != SG_OK)
		err_prefix(err, "%s", plugin->path);
	return status;
}

static enum sg_status
start(struct gate_plugin *plugin, struct sg_err *err)
{
	struct gate_call *call = &plugin->start_call;
	enum sg_status status;

	gate_call_begin(call, plugin, clock_now());
	plugin->starting = true;
	status = declare_signals(plugin, err);
	plugin->named = true;
	if (status == SG_OK && plugin->descriptor.start) {
		status = plugin->descriptor.start(&call->public,
						  &call->public.state, err);
		if (status != SG_OK)
			err_prefix(err, "plugin %s did not start",
				   plugin->descriptor.name);
	}
	plugin->starting = false;
	plugin->started = status == SG_OK;
	return status;
}

static enum sg_status
load(struct sg_gate *gate, struct gate_plugin *plugin,
     const struct conf_section *section, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct plugin_file file;
	enum sg_status status =
		plugin_file_read(pool, plugin->path, &file, err);

	pool_free(pool);
	if (status == SG_OK)
		status = open_library(plugin, file.name, err);
	if (status == SG_OK)
		status = check_name_is_free(gate, plugin, err);
	if (status == SG_OK)
		status = check_routes(gate, plugin, err);
	if (status == SG_OK)
		status = read_settings(plugin, section, err);
	if (status == SG_OK)
		status = start(plugin, err);
	if (status == SG_OK)
		status = gate_page_bring(plugin, err);
	return status;
}

enum sg_status
gate_load(struct sg_gate *gate, const char *path,
	  const struct conf_section *section, struct sg_err *err)
{
	struct gate_plugin *plugin = calloc(1, sizeof(*plugin));
	char *copy = strdup(path);
	enum sg_status status;

	if (!plugin || !copy) {
		free(plugin);
		free(copy);
		return err_set(err, SG_FAILED, "out of memory");
	}
	plugin->gate = gate;
	plugin->path = copy;
	status = load(gate, plugin, section, err);
	if (status != SG_OK) {
		gate_unload(plugin);
		return status;
	}
	gate->plugins[gate->n_plugins++] = plugin;
	return SG_OK;
}

void
gate_unload(struct gate_plugin *plugin)
{
	struct gate_settings *more;
	struct gate_call *call;

	if (!plugin)
		return;
	pages_forget(plugin->gate->pages, plugin->descriptor.name);
	call = &plugin->start_call;
	if (plugin->started && plugin->descriptor.stop)
		plugin->descriptor.stop(&call->public);
	if (call->magic)
		gate_call_end(call);
	conf_free(plugin->settings);
	for (more = plugin->more_settings; more; more = more->next)
		conf_free(more->root);
	pool_free(plugin->options_pool);
	if (plugin->library)
		dlclose(plugin->library);
	free(plugin->path);
	free(plugin);
}

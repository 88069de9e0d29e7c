/* gate_action.c - see gate_action.h. */
#include "gate/gate_action.h"

#include <string.h>

#include "gate/gate_call.h"
#include "gate/gate_load.h"

static const struct sg_action *
find(const struct sg_gate *gate, const char *name,
     struct gate_plugin **plugin_out)
{
	const char *dot = strchr(name, '.');
	const struct sg_action *action;

	for (size_t i = 0; dot && i < gate->n_plugins; i++) {
		struct gate_plugin *plugin = gate->plugins[i];
		const char *own = plugin->descriptor.name;

		if (strlen(own) != (size_t)(dot - name) ||
		    strncmp(own, name, strlen(own)) != 0)
			continue;
		*plugin_out = plugin;
		action = plugin->descriptor.actions;
		for (; action && action->name; action++)
			if (strcmp(action->name, dot + 1) == 0)
				return action->run ? action : NULL;
	}
	return NULL;
}

bool
gate_has_action(const struct sg_gate *gate, const char *name)
{
	struct gate_plugin *plugin;

	return find(gate, name, &plugin) != NULL;
}

static enum sg_status
call(struct gate_plugin *plugin, const struct sg_action *own,
     const struct gate_action *action, const struct conf_section *settings,
     struct sg_err *err)
{
	struct gate_call call;
	enum sg_status status;

	gate_call_begin(&call, plugin, action->now);
	status = own->run(&call.public, action->record,
			  (const struct sg_settings *)settings, err);
	gate_call_count(&call, status, "action", err);
	gate_call_end(&call);
	return status;
}

enum sg_status
gate_run_action(struct sg_gate *gate, const struct gate_action *action,
		struct sg_err *err)
{
	struct gate_plugin *plugin;
	const struct sg_action *own = find(gate, action->name, &plugin);
	struct conf_section *settings;
	struct pool *pool;
	enum sg_status status;

	if (!own)
		return err_set(err, SG_REFUSED,
			       "`%.64s` is brought by no loaded plugin",
			       action->name);
	if (!gate_call_may(plugin, action->now))
		return err_set(err, SG_BUSY, "plugin %s rests",
			       plugin->descriptor.name);
	pool = pool_new();
	status = conf_parse(action->name, action->settings, 1,
			    gate_convert_options(pool, own->options), &settings,
			    err);
	if (status == SG_OK) {
		status = call(plugin, own, action, settings, err);
		conf_free(settings);
	}
	pool_free(pool);
	return status;
}

/* gate_configured.c - which plugins are loaded, from where, with what. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "gate/gate.h"

static const struct conf_section *
find_section(const struct conf_section *root, const char *name)
{
	size_t n = conf_section_count(root, "plugin");

	for (size_t i = 0; i < n; i++) {
		const struct conf_section *section =
			conf_section_at(root, "plugin", i);

		if (strcmp(conf_title(section), name) == 0)
			return section;
	}
	return NULL;
}

static bool
is_listed(const struct conf_section *root, const char *name)
{
	size_t n = conf_list_count(root, "load");

	for (size_t i = 0; i < n; i++)
		if (strcmp(conf_list_at(root, "load", i), name) == 0)
			return true;
	return false;
}

static enum sg_status
load(const struct conf_section *root, struct sg_gate *gate, const char *name,
     struct sg_err *err)
{
	char path[PATH_MAX];

	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					"0123456789_")])
		return conf_refuse(root, "load", err,
				   "\"%s\" is no name of a plugin", name);
	snprintf(path, sizeof(path), "%s/%s.so", conf_text(root, "plugins"),
		 name);
	return gate_load(gate, path, find_section(root, name), err);
}

enum sg_status
gate_load_configured(struct sg_gate *gate, const struct conf_section *root,
		     struct sg_err *err)
{
	size_t n_listed = conf_list_count(root, "load");
	size_t n_sections = conf_section_count(root, "plugin");
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < n_listed; i++)
		status = load(root, gate, conf_list_at(root, "load", i), err);
	for (size_t i = 0; status == SG_OK && i < n_sections; i++) {
		const char *name =
			conf_title(conf_section_at(root, "plugin", i));

		if (!is_listed(root, name))
			status = load(root, gate, name, err);
	}
	/* The operator's templates, once all pages are known. */
	return status == SG_OK ? gate_reload_pages(gate, err) : status;
}

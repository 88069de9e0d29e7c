/* gate_configured.c - which plugins are loaded, from where, with what. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"
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

/* No such file: where it is asked for, and what is there. */
static enum sg_status
refuse_absent(const struct conf_section *root, const char *name,
	      struct sg_err *err)
{
	const struct conf_section *section = find_section(root, name);
	const char *folder = conf_text(root, "plugins");
	struct suggestion near = {.wanted = name};
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0) {
			entry->d_name[len - 3] = '\0';
			suggest_offer(&near, entry->d_name);
		}
	}
	if (dir)
		closedir(dir);
	err_set(err, SG_REFUSED, "there is no plugin \"%s\" in %s%s%s%s", name,
		folder, near.name[0] ? "; did you mean \"" : "", near.name,
		near.name[0] ? "\"?" : "");
	if (is_listed(root, name) || !section)
		return conf_option_line(root, "load")
			       ? err_prefix(err, "%s:%u", conf_file(root),
					    conf_option_line(root, "load"))
			       : SG_REFUSED;
	return err_prefix(err, "%s:%u", conf_file(section), conf_line(section));
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
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return refuse_absent(root, name, err);
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

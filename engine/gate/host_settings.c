/* host_settings.c - `plugin "name" { … }` as the plugin sees it. */
#include <stdarg.h>

#include "gate/gate_call.h"
#include "gate/gate_host.h"

/* A struct sg_settings is a struct conf_section under a public name. */
static const struct conf_section *
section_of(const struct sg_settings *settings)
{
	return (const struct conf_section *)settings;
}

const struct sg_settings *
host_settings(const struct sg_call *call)
{
	return (const struct sg_settings *)gate_call_of(call)->plugin->settings;
}

bool
host_setting_is_set(const struct sg_settings *of, const char *name)
{
	return conf_is_set(section_of(of), name);
}

const char *
host_setting_text(const struct sg_settings *of, const char *name)
{
	return conf_text(section_of(of), name);
}

double
host_setting_number(const struct sg_settings *of, const char *name)
{
	return conf_number(section_of(of), name);
}

int64_t
host_setting_int(const struct sg_settings *of, const char *name)
{
	return conf_int(section_of(of), name);
}

bool
host_setting_bool(const struct sg_settings *of, const char *name)
{
	return conf_bool(section_of(of), name);
}

size_t
host_setting_list_count(const struct sg_settings *of, const char *name)
{
	return conf_list_count(section_of(of), name);
}

const char *
host_setting_list_at(const struct sg_settings *of, const char *name, size_t i)
{
	return conf_list_at(section_of(of), name, i);
}

size_t
host_setting_section_count(const struct sg_settings *of, const char *name)
{
	return conf_section_count(section_of(of), name);
}

const struct sg_settings *
host_setting_section_at(const struct sg_settings *of, const char *name,
			size_t i)
{
	return (const struct sg_settings *)conf_section_at(section_of(of), name,
							   i);
}

const char *
host_setting_title(const struct sg_settings *of)
{
	return conf_title(section_of(of));
}

enum sg_status
host_setting_refuse(const struct sg_settings *of, const char *name,
		    struct sg_err *err, const char *format, ...)
{
	const struct conf_section *section = section_of(of);
	unsigned line = name ? conf_option_line(section, name) : 0;
	char text[SG_ERR_TEXT_SIZE / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, SG_REFUSED, "%s:%u: %s%s%s%s", conf_file(section),
		       line ? line : conf_line(section), name ? "`" : "",
		       name ? name : "", name ? "`: " : "", text);
}

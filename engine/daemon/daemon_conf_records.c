/* daemon_conf_records.c - `module` and `field` of scoregate.conf. */
#include <string.h>

#include "base/text.h"
#include "daemon/daemon_conf.h"
#include "signal/field_type.h"
#include "signal/module.h"

static enum sg_status
take_module(const struct conf_section *section, struct sg_err *err)
{
	const char *key = conf_text(section, "key");
	struct module_info info = {.name = conf_title(section),
				   .title = conf_text(section, "title"),
				   .key = MODULE_KEY_TEXT,
				   .one = conf_bool(section, "one")};
	const struct module_info *there = module_find(info.name);
	struct sg_err why;

	if (!conf_is_set(section, "key") && there)
		info.key = there->key;
	else if (text_equal_ascii(key, "email"))
		info.key = MODULE_KEY_EMAIL;
	else if (!text_equal_ascii(key, "text"))
		return conf_refuse(section, "key", err,
				   "`key` in `module`: expected email or "
				   "text, not `%s`",
				   key);
	if (!conf_is_set(section, "one") && there)
		info.one = there->one;
	if (module_declare(&info, &why) != SG_OK)
		return conf_refuse(section, NULL, err, "%s", why.text);
	return SG_OK;
}

static bool
is_called_phone(const char *name)
{
	size_t len = strlen(name);

	return strcmp(name, "phone") == 0 || strcmp(name, "mobile") == 0 ||
	       (len > 6 && strcmp(name + len - 6, "_phone") == 0);
}

static enum sg_status
take_format(const struct conf_section *section, struct field_info *info,
	    struct sg_err *err)
{
	const char *format = conf_text(section, "format");

	if (text_equal_ascii(format, "auto"))
		info->phone =
			info->type == FIELD_TEXT && is_called_phone(info->name);
	else if (text_equal_ascii(format, "phone"))
		info->phone = true;
	else if (!text_equal_ascii(format, "plain"))
		return conf_refuse(section, "format", err,
				   "`format` in `field`: expected auto, phone "
				   "or plain, not `%s`",
				   format);
	return SG_OK;
}

static enum sg_status
take_field(const struct conf_section *section, struct sg_err *err)
{
	const char *choices[FIELD_CHOICES_MOST];
	int type = field_type_find(conf_text(section, "type"));
	struct field_info info = {
		.name = conf_title(section),
		.title = conf_text(section, "title"),
		.type = (enum field_type)type,
		.unique = conf_bool(section, "unique"),
		.country = conf_text(section, "country")
				   ? conf_text(section, "country")
				   : "",
		.n_choices = conf_list_count(section, "choices"),
		.choices = choices};
	struct sg_err why;

	if (type < 0)
		return conf_refuse(section, "type", err,
				   "`type` in `field`: expected text, number, "
				   "date, boolean, choice or many, not `%s`",
				   conf_text(section, "type"));
	for (size_t i = 0; i < info.n_choices && i < FIELD_CHOICES_MOST; i++)
		choices[i] = conf_list_at(section, "choices", i);
	if (take_format(section, &info, err) != SG_OK)
		return SG_REFUSED;
	if (field_declare(&info, &why) != SG_OK)
		return conf_refuse(section, NULL, err, "%s", why.text);
	return SG_OK;
}

enum sg_status
daemon_conf_records(const struct daemon_conf *conf, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	module_forget_declared();
	field_forget_declared();
	for (i = 0;
	     status == SG_OK && i < conf_section_count(conf->root, "module");
	     i++)
		status = take_module(conf_section_at(conf->root, "module", i),
				     err);
	for (i = 0;
	     status == SG_OK && i < conf_section_count(conf->root, "field");
	     i++)
		status = take_field(conf_section_at(conf->root, "field", i),
				    err);
	return status;
}

/* module.c - see module.h. */
#include "signal/module.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { OWN = 4, TITLE_MOST = 63 };

struct declared {
	struct module_info info;
	char name[MODULE_NAME_MOST + 1], title[TITLE_MOST + 1];
};

static struct declared declared[MODULES_MOST];
static struct module_info table[MODULES_MOST] = {
	{"contact", "Contacts", MODULE_KEY_EMAIL, false},
	{"lead", "Leads", MODULE_KEY_EMAIL, false},
	{"account", "Accounts", MODULE_KEY_TEXT, true},
	{"deal", "Deals", MODULE_KEY_TEXT, false},
};
static size_t n_modules = OWN;

static struct module_info *
find(const char *name)
{
	size_t i;

	for (i = 0; i < n_modules; i++)
		if (strcmp(table[i].name, *name ? name : "contact") == 0)
			return &table[i];
	return NULL;
}

const struct module_info *
module_find(const char *name)
{
	return find(name);
}

bool
module_has_email(const char *name)
{
	const struct module_info *info = find(name);

	return info && info->key == MODULE_KEY_EMAIL;
}

size_t
module_count(void)
{
	return n_modules;
}

const struct module_info *
module_at(size_t i)
{
	return i < n_modules ? &table[i] : NULL;
}

enum sg_status
module_check(const struct module_info *info, struct sg_err *err)
{
	size_t len =
		strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	const struct module_info *there = find(info->name);

	if (len == 0 || len > MODULE_NAME_MOST || info->name[len])
		return err_set(err, SG_REFUSED,
			       "a module's name is 1 to %d of a-z 0-9 _ -",
			       MODULE_NAME_MOST);
	if (there && there->key == MODULE_KEY_EMAIL && there - table < OWN &&
	    info->key != MODULE_KEY_EMAIL)
		return err_set(err, SG_REFUSED,
			       "the key of a %s is its e-mail address",
			       info->name);
	if (!there && n_modules == MODULES_MOST)
		return err_set(err, SG_REFUSED, "more than %d modules",
			       MODULES_MOST);
	return SG_OK;
}

enum sg_status
module_declare(const struct module_info *info, struct sg_err *err)
{
	enum sg_status status = module_check(info, err);
	struct module_info *to;
	struct declared *kept;

	if (status != SG_OK)
		return status;
	to = find(info->name);
	if (!to)
		to = &table[n_modules++];
	kept = &declared[to - table];
	snprintf(kept->name, sizeof(kept->name), "%s", info->name);
	snprintf(kept->title, sizeof(kept->title), "%s",
		 info->title && *info->title ? info->title : info->name);
	*to = *info;
	to->name = kept->name;
	to->title = kept->title;
	return SG_OK;
}

void
module_forget_declared(void)
{
	static const struct module_info own[OWN] = {
		{"contact", "Contacts", MODULE_KEY_EMAIL, false},
		{"lead", "Leads", MODULE_KEY_EMAIL, false},
		{"account", "Accounts", MODULE_KEY_TEXT, true},
		{"deal", "Deals", MODULE_KEY_TEXT, false},
	};

	memcpy(table, own, sizeof(own));
	n_modules = OWN;
}

enum sg_status
module_must_be(const char *name, struct sg_err *err)
{
	struct buf known = BUF_INIT;
	enum sg_status status;
	size_t i;

	if (find(name))
		return SG_OK;
	for (i = 0; i < n_modules; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", table[i].name);
	status = err_set(err, SG_REFUSED,
			 "no module `%.64s`; there are %s (and what `module "
			 "\"NAME\" { }` in the configuration adds)",
			 name, buf_text(&known));
	buf_done(&known);
	return status;
}

/* daemon_conf_differs.c - what of a configuration is another than it was: a
 * reload says so, for most takes effect at the next start only. */
#include <string.h>

#include "daemon/daemon_conf.h"

static bool is_same_section(const struct conf_section *a,
			    const struct conf_section *b,
			    const struct conf_option *options);

static bool
is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
is_same_list(const struct conf_section *a, const struct conf_section *b,
	     const char *name)
{
	size_t n = conf_list_count(a, name);

	if (conf_list_count(b, name) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(conf_list_at(a, name, i),
			   conf_list_at(b, name, i)) != 0)
			return false;
	return true;
}

static bool
is_same_one(const struct conf_section *a, const struct conf_section *b,
	    const struct conf_option *option)
{
	if (option->type == CONF_SECTION)
		return is_same_section(a, b, option->options);
	if (strcmp(conf_title(a), conf_title(b)) != 0)
		return false;
	return option->type == CONF_RAW
		       ? strcmp(conf_raw(a), conf_raw(b)) == 0
		       : is_same_section(a, b, option->options);
}

static bool
is_same(const struct conf_section *a, const struct conf_section *b,
	const struct conf_option *option)
{
	const char *name = option->name;
	double number;

	switch (option->type) {
	case CONF_TEXT:
		return is_same_text(conf_text(a, name), conf_text(b, name));
	case CONF_NUMBER:
	case CONF_PERCENT:
		number = conf_number(a, name);
		return conf_is_set(a, name) == conf_is_set(b, name) &&
		       number <= conf_number(b, name) &&
		       number >= conf_number(b, name);
	case CONF_BOOL:
		return conf_bool(a, name) == conf_bool(b, name);
	case CONF_TEXT_LIST:
		return is_same_list(a, b, name);
	case CONF_INT:
	case CONF_DURATION:
	case CONF_SIZE:
		return conf_int(a, name) == conf_int(b, name);
	default:
		break;
	}
	if (conf_section_count(a, name) != conf_section_count(b, name))
		return false;
	for (size_t i = 0; i < conf_section_count(a, name); i++)
		if (!is_same_one(conf_section_at(a, name, i),
				 conf_section_at(b, name, i), option))
			return false;
	return true;
}

static bool
is_same_section(const struct conf_section *a, const struct conf_section *b,
		const struct conf_option *options)
{
	for (; options->name; options++)
		if (!is_same(a, b, options))
			return false;
	return true;
}

static const struct conf_section *
find(const struct conf_section *root, const char *plugin)
{
	for (size_t i = 0; i < conf_section_count(root, "plugin"); i++) {
		const struct conf_section *section =
			conf_section_at(root, "plugin", i);

		if (strcmp(conf_title(section), plugin) == 0)
			return section;
	}
	return NULL;
}

/* Those of `a` that `b` has not, or `with_others` otherwise. */
static void
add_plugins(const struct conf_section *a, const struct conf_section *b,
	    bool with_others, struct buf *to)
{
	for (size_t i = 0; i < conf_section_count(a, "plugin"); i++) {
		const struct conf_section *one =
			conf_section_at(a, "plugin", i);
		const struct conf_section *other = find(b, conf_title(one));

		if (!other || (with_others &&
			       strcmp(conf_raw(one), conf_raw(other)) != 0))
			buf_printf(to, "%splugin \"%s\"", to->len ? ", " : "",
				   conf_title(one));
	}
}

void
daemon_conf_differs(const struct daemon_conf *old,
		    const struct daemon_conf *fresh, struct buf *names)
{
	/* What a reload takes itself; of `http` it takes the most. */
	static const char *const taken[] = {"log", "http", "verdicts"};

	for (const struct conf_option *o = daemon_conf_options; o->name; o++) {
		bool is_taken = o->type == CONF_RAW;

		for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
			is_taken |= strcmp(taken[i], o->name) == 0;
		if (!is_taken && !is_same(old->root, fresh->root, o))
			buf_printf(names, "%s%s", names->len ? ", " : "",
				   o->name);
	}
	add_plugins(fresh->root, old->root, true, names);
	add_plugins(old->root, fresh->root, false, names);
}

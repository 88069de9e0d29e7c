/* conf.c - a parsed configuration and the way into it; see conf.h. Reading is
 * conf_read.c. */
#include "base/conf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/conf_tree.h"

static bool
is_section(const struct conf_option *option)
{
	return option->type == CONF_SECTION || option->type == CONF_TITLED ||
	       option->type == CONF_RAW;
}

static void
set_fallback(struct conf_section *section, size_t i)
{
	const struct conf_option *option = &section->options[i];
	struct conf_value *value = &section->values[i];
	struct sg_err err;

	if (option->type == CONF_SECTION) {
		conf_section_push(section, i,
				  conf_section_new(section->pool, section->file,
						   option->name,
						   option->options));
	} else if (option->fallback && option->type == CONF_TEXT_LIST) {
		conf_value_set_list(value, section->pool, option->fallback);
	} else if (option->fallback) {
		enum sg_status status =
			conf_value_set(value, option, option->fallback, &err);

		assert(status == SG_OK);
		(void)status;
	}
}

struct conf_section *
conf_section_new(struct pool *pool, const char *file, const char *name,
		 const struct conf_option *options)
{
	struct conf_section *section = pool_alloc(pool, sizeof(*section));
	size_t n = 0;

	while (options && options[n].name)
		n++;
	section->pool = pool;
	section->options = options;
	section->file = file;
	section->name = name;
	section->values = pool_alloc(pool, (n + 1) * sizeof(*section->values));
	for (size_t i = 0; i < n; i++)
		set_fallback(section, i);
	return section;
}

void
conf_section_push(struct conf_section *section, size_t option,
		  struct conf_section *child)
{
	struct conf_value *value = &section->values[option];
	size_t n = value->n_sections;

	if ((n & (n - 1)) == 0) { /* full at each power of two */
		struct conf_section **sections = pool_alloc(
			section->pool, (n ? n * 2 : 1) * sizeof(*sections));

		if (n)
			memcpy(sections, value->sections,
			       n * sizeof(*sections));
		value->sections = sections;
	}
	value->sections[value->n_sections++] = child;
}

void
conf_free(struct conf_section *root)
{
	if (root)
		pool_free(root->pool);
}

static size_t
index_of(const struct conf_section *section, const char *name)
{
	size_t i = 0;

	while (section->options[i].name &&
	       strcmp(section->options[i].name, name) != 0)
		i++;
	assert(section->options[i].name); /* an option of this section */
	return i;
}

static const struct conf_value *
value_of(const struct conf_section *section, const char *name)
{
	return &section->values[index_of(section, name)];
}

static const struct conf_value *
value_of_type(const struct conf_section *section, const char *name,
	      unsigned types)
{
	size_t i = index_of(section, name);

	assert(types & 1U << section->options[i].type);
	(void)types;
	return &section->values[i];
}

bool
conf_is_set(const struct conf_section *section, const char *name)
{
	size_t i = index_of(section, name);
	const struct conf_value *value = &section->values[i];

	return is_section(&section->options[i])
		       ? value->n_sections && value->sections[0]->line
		       : value->line != 0;
}

const char *
conf_text(const struct conf_section *section, const char *name)
{
	return value_of_type(section, name, 1U << CONF_TEXT)->text;
}

double
conf_number(const struct conf_section *section, const char *name)
{
	return value_of_type(section, name,
			     1U << CONF_NUMBER | 1U << CONF_PERCENT)
		->number;
}

int64_t
conf_int(const struct conf_section *section, const char *name)
{
	return value_of_type(section, name,
			     1U << CONF_INT | 1U << CONF_DURATION |
				     1U << CONF_SIZE)
		->integer;
}

bool
conf_bool(const struct conf_section *section, const char *name)
{
	return value_of_type(section, name, 1U << CONF_BOOL)->boolean;
}

size_t
conf_list_count(const struct conf_section *section, const char *name)
{
	return value_of_type(section, name, 1U << CONF_TEXT_LIST)->n_items;
}

const char *
conf_list_at(const struct conf_section *section, const char *name, size_t i)
{
	const struct conf_value *value =
		value_of_type(section, name, 1U << CONF_TEXT_LIST);

	assert(i < value->n_items);
	return value->items[i];
}

size_t
conf_section_count(const struct conf_section *section, const char *name)
{
	return value_of(section, name)->n_sections;
}

const struct conf_section *
conf_section_at(const struct conf_section *section, const char *name, size_t i)
{
	const struct conf_value *value = value_of(section, name);

	assert(i < value->n_sections);
	return value->sections[i];
}

const char *
conf_title(const struct conf_section *section)
{
	return section->title;
}

unsigned
conf_line(const struct conf_section *section)
{
	return section->line;
}

unsigned
conf_option_line(const struct conf_section *section, const char *name)
{
	return value_of(section, name)->line;
}

const char *
conf_file(const struct conf_section *section)
{
	return section->file;
}

const char *
conf_raw(const struct conf_section *section)
{
	assert(section->raw); /* a CONF_RAW */
	return section->raw;
}

enum sg_status
conf_refuse(const struct conf_section *section, const char *name,
	    struct sg_err *err, const char *format, ...)
{
	unsigned line = name ? conf_option_line(section, name) : section->line;
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!line)
		line = section->line;
	if (!line)
		return err_set(err, SG_REFUSED, "%s: %s", section->file, text);
	return err_set(err, SG_REFUSED, "%s:%u: %s", section->file, line, text);
}

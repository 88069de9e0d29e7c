/* rule_object.c - rules that stand inside a `list`, `form` or `campaign` of
 * the file: ordinary ones, with that in their condition. */
#include <string.h>

#include "rule/rule_parts.h"

const struct conf_option rule_object_options[] = {
	{"rule", CONF_TITLED, NULL, 0, 0, rule_options,
	 "a rule for what belongs to it only"},
	{0}};

/* The test that each stands for. */
static const struct {
	const char *name, *test;
} objects[] = {{"list", "list "},
	       {"form", "signal.form = "},
	       {"campaign", "signal.campaign = "}};

enum { N_OBJECTS = sizeof(objects) / sizeof(objects[0]) };

static void
write_test(const char *test, const char *name, struct buf *to)
{
	buf_append_text(to, test);
	buf_append_char(to, '\'');
	for (; *name; name++) {
		if (*name == '\'')
			buf_append_char(to, '\'');
		buf_append_char(to, *name);
	}
	buf_append_char(to, '\'');
}

const struct conf_section *
rule_section_at(const struct conf_section *root, size_t i, struct buf *test)
{
	size_t n = conf_section_count(root, "rule"), kind, k;

	if (i < n)
		return conf_section_at(root, "rule", i);
	i -= n;
	for (kind = 0; kind < N_OBJECTS; kind++)
		for (k = 0; k < conf_section_count(root, objects[kind].name);
		     k++) {
			const struct conf_section *object =
				conf_section_at(root, objects[kind].name, k);

			n = conf_section_count(object, "rule");
			if (i >= n) {
				i -= n;
				continue;
			}
			if (test)
				write_test(objects[kind].test,
					   conf_title(object), test);
			return conf_section_at(object, "rule", i);
		}
	return NULL;
}

size_t
rule_section_count(const struct conf_section *root)
{
	size_t n = conf_section_count(root, "rule"), kind, k;

	for (kind = 0; kind < N_OBJECTS; kind++)
		for (k = 0; k < conf_section_count(root, objects[kind].name);
		     k++)
			n += conf_section_count(
				conf_section_at(root, objects[kind].name, k),
				"rule");
	return n;
}

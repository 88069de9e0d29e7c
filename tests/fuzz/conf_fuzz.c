/* A configuration text: an error with a line or a tree, nothing else. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct conf_option inner[] = {
	{"text", CONF_TEXT, "x", 0, 0, NULL, ""},
	{"int", CONF_INT, "1", 0, 9, NULL, ""},
	{"list", CONF_TEXT_LIST, "{ a }", 0, 0, NULL, ""},
	{"size", CONF_SIZE, NULL, 0, 0, NULL, ""},
	{"time", CONF_DURATION, NULL, 0, 0, NULL, ""},
	{"part", CONF_PERCENT, NULL, 0, 100, NULL, ""},
	{0}};
static const struct conf_option outer[] = {
	{"name", CONF_TEXT, NULL, 0, 0, NULL, ""},
	{"yes", CONF_BOOL, NULL, 0, 0, NULL, ""},
	{"one", CONF_SECTION, NULL, 0, 0, inner, ""},
	{"many", CONF_TITLED, NULL, 0, 0, inner, ""},
	{"raw", CONF_RAW, NULL, 0, 0, NULL, ""},
	{0}};

static void
parse_raw(const struct conf_section *root)
{
	for (size_t i = 0; i < conf_section_count(root, "raw"); i++) {
		const struct conf_section *raw =
			conf_section_at(root, "raw", i);
		struct conf_section *later;
		struct sg_err err;

		if (conf_parse(conf_file(raw), conf_raw(raw), conf_line(raw),
			       inner, &later, &err) == SG_OK)
			conf_free(later);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct conf_section *root = NULL;
	struct sg_err err;

	memcpy(text, data, size);
	text[size] = '\0';
	if (conf_parse("f", text, 1, outer, &root, &err) == SG_OK) {
		parse_raw(root);
		conf_free(root);
		/* Whatever it was, the next text is read well. */
	} else {
		assert(strncmp(err.text, "f", 1) == 0);
	}
	if (conf_parse("f", "name = a one { int = 2 }", 1, outer, &root,
		       &err) != SG_OK)
		abort();
	conf_free(root);
	free(text);
	return 0;
}

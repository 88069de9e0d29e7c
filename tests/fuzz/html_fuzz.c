/*
 * html_fuzz.c - the HTML tokenizer and what hangs on it: every offset lies in
 * the text and in order, and a mapped link reads back as it was meant.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mail/html_tokenizer.h"
#include "mail/link_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	const char *text;
	size_t size;
	size_t at; /* tags come in order */
};

static void
on_tag(void *arg, const struct html_tag_info *tag)
{
	struct seen *seen = arg;
	size_t i, at = tag->name_end;

	assert(tag->start >= seen->at && tag->end <= seen->size);
	assert(seen->text[tag->start] == '<');
	assert(seen->text[tag->end - 1] == '>');
	assert(tag->name_start < tag->name_end);
	for (i = 0; i < tag->n_attributes; i++) {
		assert(tag->attributes[i].name_start >= at);
		assert(tag->attributes[i].name_end >
		       tag->attributes[i].name_start);
		assert(tag->attributes[i].value_start >=
		       tag->attributes[i].name_end);
		at = tag->attributes[i].value_end;
		assert(at >= tag->attributes[i].value_start);
		assert(at < tag->end);
	}
	seen->at = tag->end;
}

static void
read_links(const char *text, const struct html_map *map)
{
	struct link_reader reader;
	size_t i, k;

	link_reader_init(&reader, true);
	if (map->has_base)
		link_reader_set_base(&reader, text + map->base_start,
				     map->base_end - map->base_start);
	for (i = 0; i < map->n_links; i++) {
		if (link_reader_read(&reader, text + map->links[i].start,
				     map->links[i].end - map->links[i].start) !=
		    SG_OK)
			continue;
		for (k = 0; k < reader.url.len; k++)
			assert(reader.url.data[k] > ' ' &&
			       reader.url.data[k] < 0x7f);
		assert(reader.url.len > 7);
	}
	link_reader_done(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pool *pool = pool_new();
	struct seen seen = {.text = text, .size = size};
	struct html_map map;

	html_each_tag(text, size, on_tag, &seen);
	html_scan(pool, text, size, &map);
	assert(map.append_at <= size);
	read_links(text, &map);
	pool_free(pool);
	return 0;
}

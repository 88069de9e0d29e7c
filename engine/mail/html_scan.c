/*
 * html_scan.c - of all tags, those that matter to the splicer: links, the
 * base, the place to append. See html_tokenizer.h.
 */
#include "mail/html_tokenizer.h"

#include <string.h>
#include <strings.h>

struct html_finder {
	struct pool *pool;
	const char *text;
	struct html_map *map;
	size_t cap;
	size_t body_end; /* of the last </body>, HTML_NOWHERE: none */
	size_t html_end;
};

#define HTML_NOWHERE ((size_t)-1)

static bool
equals(const char *text, size_t start, size_t end, const char *lower)
{
	size_t len = strlen(lower);

	return end - start == len && strncasecmp(text + start, lower, len) == 0;
}

/* The first attribute of that name: a later one of the same name is ignored. */
static const struct html_attribute *
find(const struct html_finder *finder, const struct html_tag_info *tag,
     const char *name)
{
	const struct html_attribute *attribute = tag->attributes;
	size_t i;

	for (i = 0; i < tag->n_attributes; i++, attribute++) {
		if (equals(finder->text, attribute->name_start,
			   attribute->name_end, name))
			return attribute;
	}
	return NULL;
}

static bool
is_off(const struct html_finder *finder, const struct html_tag_info *tag)
{
	static const char *const NAMES[] = {"data-scoregate", "clicktracking"};
	const struct html_attribute *attribute;
	size_t i;

	for (i = 0; i < 2; i++) {
		attribute = find(finder, tag, NAMES[i]);
		if (attribute && equals(finder->text, attribute->value_start,
					attribute->value_end, "off"))
			return true;
	}
	return false;
}

static void
add_link(struct html_finder *finder, const struct html_tag_info *tag)
{
	const struct html_attribute *href = find(finder, tag, "href");
	struct html_map *map = finder->map;
	struct html_link *grown;

	if (!href || href->value_start == href->value_end)
		return;
	if (map->n_links == HTML_LINKS_MOST) {
		map->has_more_links = true;
		return;
	}
	if (map->n_links == finder->cap) {
		finder->cap = finder->cap ? finder->cap * 2 : 64;
		grown = pool_alloc(finder->pool, finder->cap * sizeof(*grown));
		if (map->n_links)
			memcpy(grown, map->links,
			       map->n_links * sizeof(*grown));
		map->links = grown;
	}
	map->links[map->n_links++] = (struct html_link){
		.start = href->value_start,
		.end = href->value_end,
		.attribute_start = href->name_start,
		.quote = href->quote,
		.is_off = is_off(finder, tag),
		.in_comment = tag->in_comment,
	};
}

static void
add_base(struct html_finder *finder, const struct html_tag_info *tag)
{
	const struct html_attribute *href = find(finder, tag, "href");

	if (!href || finder->map->has_base || tag->in_comment)
		return;
	finder->map->has_base = true;
	finder->map->base_start = href->value_start;
	finder->map->base_end = href->value_end;
}

static void
on_start_tag(struct html_finder *finder, const struct html_tag_info *tag)
{
	size_t len = tag->name_end - tag->name_start;

	if (len == 1)
		add_link(finder, tag);
	else if (equals(finder->text, tag->name_start, tag->name_end, "area"))
		add_link(finder, tag);
	else if (equals(finder->text, tag->name_start, tag->name_end, "base"))
		add_base(finder, tag);
}

static void
on_tag(void *arg, const struct html_tag_info *tag)
{
	struct html_finder *finder = arg;
	char first = finder->text[tag->name_start] | 0x20;
	size_t len = tag->name_end - tag->name_start;

	if (!tag->is_end_tag) {
		if ((first == 'a' && (len == 1 || len == 4)) ||
		    (first == 'b' && len == 4))
			on_start_tag(finder, tag);
		return;
	}
	if (len != 4 || tag->in_comment)
		return;
	if (equals(finder->text, tag->name_start, tag->name_end, "body"))
		finder->body_end = tag->start;
	else if (equals(finder->text, tag->name_start, tag->name_end, "html"))
		finder->html_end = tag->start;
}

void
html_scan(struct pool *pool, const char *text, size_t len,
	  struct html_map *map_out)
{
	struct html_finder finder = {.pool = pool,
				     .text = text,
				     .map = map_out,
				     .body_end = HTML_NOWHERE,
				     .html_end = HTML_NOWHERE};

	memset(map_out, 0, sizeof(*map_out));
	map_out->can_append = html_each_tag(text, len, on_tag, &finder);
	map_out->append_at = len;
	if (finder.body_end != HTML_NOWHERE)
		map_out->append_at = finder.body_end;
	else if (finder.html_end != HTML_NOWHERE)
		map_out->append_at = finder.html_end;
	if (map_out->append_at < len)
		map_out->can_append = true;
}

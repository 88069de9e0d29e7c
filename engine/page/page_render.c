/* page_render.c - a page's template and values as HTML. */
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "page/page_parts.h"

struct render {
	const struct page_edition *edition;
	size_t language;
	const struct page_template *layout; /* while it is the layout's turn */
	const char *content, *title;
	struct buf *to;
};

/* --- values ----------------------------------------------------------------
 */

/* A row's own go before those of what it is in. */
static const char *
value_of(const struct sg_page *page, const char *name, size_t len)
{
	const struct page_value *one;

	for (; page; page = page->parent)
		for (one = page->values; one; one = one->next)
			if (strncmp(one->name, name, len) == 0 &&
			    !one->name[len])
				return one->value;
	return NULL;
}

/* The first row of that name, of this page or of what it is in. */
static const struct sg_page *
first_row(const struct sg_page *page, const char *name)
{
	const struct sg_page *row;

	for (; page; page = page->parent)
		for (row = page->rows; row; row = row->next)
			if (strcmp(row->name, name) == 0)
				return row;
	return NULL;
}

static bool
holds(const struct sg_page *page, const char *name)
{
	const char *value = value_of(page, name, strlen(name));

	return (value && *value) || first_row(page, name);
}

/* --- messages ---------------------------------------------------------------
 */

static const char *
message_in(const struct page_edition *edition, const char *language, size_t len,
	   const char *key)
{
	for (size_t i = 0; i < edition->n_languages; i++)
		if (strncmp(edition->languages[i], language, len) == 0 &&
		    !edition->languages[i][len])
			return catalogue_get(edition->catalogues[i], key);
	return NULL;
}

const char *
page_message(const struct page_edition *edition, size_t language,
	     const char *key)
{
	const char *name = edition->languages[language], *text;
	size_t len = strlen(name);

	for (;;) {
		text = message_in(edition, name, len, key);
		if (text)
			return text;
		do
			len--;
		while (len && name[len] != '-');
		if (!len)
			return catalogue_get(edition->catalogues[0], key);
	}
}

/* The message with its {name}s, as plain text. */
static void
fill_message(const char *text, const struct sg_page *page, struct buf *to)
{
	const char *value;
	size_t len;

	while (text && *text) {
		len = catalogue_value(text);
		if (!len) {
			buf_append_char(to, *text++);
			continue;
		}
		value = value_of(page, text + 1, len);
		buf_append_text(to, value ? value : "");
		text += len + 2;
	}
}

const char *
page_say(struct sg_page *page, const char *key)
{
	const struct sg_page *whole = page;
	struct buf text;
	const char *said;

	while (whole->parent)
		whole = whole->parent;
	buf_init(&text, PAGE_FILE_MOST);
	fill_message(page_message(whole->edition, whole->language, key), page,
		     &text);
	said = pool_strdup(page->pool, buf_text(&text));
	buf_done(&text);
	return said;
}

/* --- escaping ---------------------------------------------------------------
 */

/* An address may be of the web, of mail or a telephone's, or a path here; a
 * script's is not followed. */
static bool
is_harmless_url(const char *url)
{
	static const char *const schemes[] = {
		"http:", "https:", "mailto:", "tel:", NULL};
	size_t len = strcspn(url, ":/?#");

	if (url[len] != ':')
		return true;
	for (size_t i = 0; schemes[i]; i++)
		if (text_starts_ascii(url, schemes[i]))
			return true;
	return false;
}

static void
write_value(struct buf *to, unsigned escape, const char *value)
{
	switch (escape) {
	case PAGE_RAW:
		buf_append_text(to, value);
		return;
	case PLACE_ESCAPE_URL:
		escape_html(to, is_harmless_url(value) ? value : "#");
		return;
	case PLACE_ESCAPE_URL_PART:
		escape_url(to, value);
		return;
	default:
		escape_html(to, value);
	}
}

/* --- nodes
 * -------------------------------------------------------------------- */

static const char *
look_up(const struct render *render, const struct sg_page *page,
	const char *name)
{
	const char *value;

	if (render->layout && strcmp(name, "content") == 0)
		return render->content;
	if (render->layout && strcmp(name, "style") == 0)
		return render->edition->style;
	if (render->layout && strcmp(name, "title") == 0)
		return render->title;
	value = value_of(page, name, strlen(name));
	return value ? value : "";
}

static void write_nodes(const struct render *render,
			const struct page_node *node,
			const struct sg_page *page);

static void
write_say(const struct render *render, const struct page_node *node,
	  const struct sg_page *page)
{
	struct buf text;

	buf_init(&text, PAGE_FILE_MOST);
	fill_message(
		page_message(render->edition, render->language, node->text),
		page, &text);
	write_value(render->to, node->escape, buf_text(&text));
	buf_done(&text);
}

static void
write_each(const struct render *render, const struct page_node *node,
	   const struct sg_page *page)
{
	const struct sg_page *row = first_row(page, node->text);

	for (; row; row = row->next)
		if (strcmp(row->name, node->text) == 0)
			write_nodes(render, node->inside, row);
}

static void
write_nodes(const struct render *render, const struct page_node *node,
	    const struct sg_page *page)
{
	for (; node; node = node->next)
		switch (node->kind) {
		case PAGE_TEXT:
			buf_append(render->to, node->text, node->len);
			break;
		case PAGE_VALUE:
			write_value(render->to, node->escape,
				    look_up(render, page, node->text));
			break;
		case PAGE_SAY:
			write_say(render, node, page);
			break;
		case PAGE_IF:
			write_nodes(render,
				    holds(page, node->text) ? node->inside
							    : node->otherwise,
				    page);
			break;
		case PAGE_EACH:
			write_each(render, node, page);
			break;
		case PAGE_TITLE:
			break;
		}
}

/* As plain text: the layout escapes it for where it puts it. */
static void
write_plain(const struct render *render, const struct page_node *node,
	    const struct sg_page *page, struct buf *to)
{
	for (; node; node = node->next)
		switch (node->kind) {
		case PAGE_TEXT:
			buf_append(to, node->text, node->len);
			break;
		case PAGE_VALUE:
			buf_append_text(to, look_up(render, page, node->text));
			break;
		case PAGE_SAY:
			fill_message(page_message(render->edition,
						  render->language, node->text),
				     page, to);
			break;
		case PAGE_IF:
			write_plain(render,
				    holds(page, node->text) ? node->inside
							    : node->otherwise,
				    page, to);
			break;
		default:
			break;
		}
}

static void
write_title(const struct render *render, const struct sg_page *page,
	    struct buf *to)
{
	const struct page_node *node = page->template->nodes;

	while (node && node->kind != PAGE_TITLE)
		node = node->next;
	if (node)
		write_plain(render, node->inside, page, to);
}

enum sg_status
page_render(struct sg_page *page, struct buf *to, struct sg_err *err)
{
	struct buf title, content;
	struct render render = {.edition = page->edition,
				.language = page->language,
				.to = &content};

	buf_init(&title, PAGE_FILE_MOST);
	buf_init(&content, PAGE_BODY_MOST);
	write_title(&render, page, &title);
	render.title = buf_text(&title);
	write_nodes(&render, page->template->nodes, page);
	render.content = buf_text(&content);
	render.layout = page->edition->layout;
	render.to = to;
	write_nodes(&render, render.layout->nodes, page);
	if (!buf_ok(&content) || !buf_ok(&title) || !buf_ok(to)) {
		buf_done(&title);
		buf_done(&content);
		return err_set(err, SG_REFUSED, "the page %s is over %d bytes",
			       page->template->name, PAGE_BODY_MOST);
	}
	buf_done(&title);
	buf_done(&content);
	return SG_OK;
}

/* page.c - the pages in force, and one page from its beginning to its end. */
#include "page/page.h"

#include <stdlib.h>
#include <string.h>

#include "page/page_language.h"
#include "page/page_parts.h"

enum sg_status
pages_new(const char *directory, struct pages **pages_out, struct sg_err *err)
{
	struct pages *pages = calloc(1, sizeof(*pages));
	enum sg_status status = SG_OK;

	if (!pages)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_init(&pages->lock, NULL);
	if (directory)
		pages->directory = strdup(directory);
	for (size_t i = 0; status == SG_OK && page_assets[i].name; i++)
		status = pages_bring(pages, "the engine", page_assets[i].name,
				     page_assets[i].bytes, page_assets[i].len,
				     err);
	if (status == SG_OK)
		*pages_out = pages;
	else
		pages_free(pages);
	return status;
}

void
pages_free(struct pages *pages)
{
	if (!pages)
		return;
	page_edition_release(pages->edition);
	pthread_mutex_destroy(&pages->lock);
	free(pages->directory);
	free(pages);
}

enum sg_status
pages_bring(struct pages *pages, const char *whose, const char *name,
	    const char *bytes, size_t len, struct sg_err *err)
{
	struct page_brought *brought = &pages->brought[pages->n_brought];
	const char *dot = strrchr(name, '.');

	if (pages->n_brought == PAGE_FILES_MOST)
		return err_set(err, SG_REFUSED, "more than %d files of pages",
			       PAGE_FILES_MOST);
	for (size_t i = 0; i < pages->n_brought; i++)
		if (dot && strcmp(dot, ".conf") != 0 &&
		    strcmp(pages->brought[i].name, name) == 0)
			return err_set(err, SG_REFUSED,
				       "the page %s of plugin %s is already "
				       "that of %s",
				       name, whose, pages->brought[i].whose);
	*brought = (struct page_brought){
		.whose = whose, .name = name, .bytes = bytes, .len = len};
	pages->n_brought++;
	return SG_OK;
}

void
pages_forget(struct pages *pages, const char *whose)
{
	size_t left = 0;

	for (size_t i = 0; i < pages->n_brought; i++)
		if (strcmp(pages->brought[i].whose, whose) != 0)
			pages->brought[left++] = pages->brought[i];
	pages->n_brought = left;
}

enum sg_status
pages_load(struct pages *pages, bool with_directory, struct sg_err *err)
{
	struct page_edition *fresh = NULL, *before;
	enum sg_status status = page_edition_read(
		pages, with_directory ? pages->directory : NULL, &fresh, err);

	if (status != SG_OK)
		return status;
	pthread_mutex_lock(&pages->lock);
	before = pages->edition;
	pages->edition = fresh;
	pthread_mutex_unlock(&pages->lock);
	page_edition_release(before);
	return SG_OK;
}

static struct page_edition *
take_edition(struct pages *pages)
{
	struct page_edition *edition;

	pthread_mutex_lock(&pages->lock);
	edition = pages->edition;
	if (edition)
		atomic_fetch_add(&edition->users, 1);
	pthread_mutex_unlock(&pages->lock);
	return edition;
}

static size_t
choose(const struct page_edition *edition, const char *accept,
       const char *chosen)
{
	size_t n = edition->n_languages;
	size_t language = page_language_choose(chosen, edition->languages, n);

	if (language == n)
		language = page_language_choose(accept, edition->languages, n);
	return language == n ? 0 : language; /* English */
}

struct sg_page *
page_new(struct pages *pages, struct pool *pool, const char *name,
	 const char *accept, const char *chosen)
{
	struct page_edition *edition = take_edition(pages);
	struct page_template *template = edition ? edition->templates : NULL;
	struct sg_page *page;

	while (template && strcmp(template->name, name) != 0)
		template = template->next;
	if (!template) {
		page_edition_release(edition);
		return NULL;
	}
	page = pool_alloc(pool, sizeof(*page));
	page->pool = pool;
	page->edition = edition;
	page->template = template;
	page->language = choose(edition, accept, chosen);
	page->last_row = &page->rows;
	page_set(page, "language", page_language(page));
	return page;
}

void
page_release(struct sg_page *page)
{
	if (!page)
		return;
	page_edition_release(page->edition);
	page->edition = NULL;
}

void
page_set(struct sg_page *page, const char *name, const char *value)
{
	struct page_value *one = page->values;

	while (one && strcmp(one->name, name) != 0)
		one = one->next;
	if (!one) {
		one = pool_alloc(page->pool, sizeof(*one));
		one->name = pool_strdup(page->pool, name);
		one->next = page->values;
		page->values = one;
	}
	one->value = pool_strdup(page->pool, value ? value : "");
}

struct sg_page *
page_row(struct sg_page *page, const char *name)
{
	struct sg_page *row = pool_alloc(page->pool, sizeof(*row));

	row->pool = page->pool;
	row->parent = page;
	row->name = pool_strdup(page->pool, name);
	row->last_row = &row->rows;
	*page->last_row = row;
	page->last_row = &row->next;
	return row;
}

const char *
page_get(const struct sg_page *page, const char *name)
{
	const struct page_value *one = page->values;

	while (one && strcmp(one->name, name) != 0)
		one = one->next;
	return one ? one->value : "";
}

const struct sg_page *
page_next_row(const struct sg_page *page, const char *name,
	      const struct sg_page *after)
{
	const struct sg_page *row = after ? after->next : page->rows;

	while (row && strcmp(row->name, name) != 0)
		row = row->next;
	return row;
}

static const struct sg_page *
whole(const struct sg_page *page)
{
	while (page->parent)
		page = page->parent;
	return page;
}

const char *
page_language(const struct sg_page *page)
{
	page = whole(page);
	return page->edition->languages[page->language];
}

static bool
is_source(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 127 || *text == ';' ||
		    *text == ',')
			return false;
	return true;
}

void
page_allow(struct sg_page *page, const char *directive, const char *source)
{
	if (!is_source(directive) || !is_source(source) ||
	    page->n_allowed == PAGE_ALLOWED_MOST)
		return;
	if (!page->allowed)
		page->allowed = pool_alloc(
			page->pool, PAGE_ALLOWED_MOST * sizeof(*page->allowed));
	page->allowed[page->n_allowed++] =
		(struct page_allowed){pool_strdup(page->pool, directive),
				      pool_strdup(page->pool, source)};
}

static void
add_directive(const struct sg_page *page, struct buf *to, const char *directive,
	      const char *fallback)
{
	bool any = false;

	buf_printf(to, "%s%s", to->len ? "; " : "", directive);
	for (size_t i = 0; i < page->n_allowed; i++)
		if (strcmp(page->allowed[i].directive, directive) == 0) {
			/* 'none' stands alone. */
			if (!any && strcmp(fallback, "'none'") != 0)
				buf_printf(to, " %s", fallback);
			buf_printf(to, " %s", page->allowed[i].source);
			any = true;
		}
	if (!any)
		buf_printf(to, " %s", fallback);
}

void
page_policy(const struct sg_page *page, struct buf *to)
{
	page = whole(page);
	add_directive(page, to, "default-src", "'none'");
	add_directive(page, to, "style-src", page->edition->style_hash);
	add_directive(page, to, "img-src", "'self' data:");
	add_directive(page, to, "form-action", "'self'");
	add_directive(page, to, "frame-ancestors", "'none'");
	add_directive(page, to, "base-uri", "'none'");
}

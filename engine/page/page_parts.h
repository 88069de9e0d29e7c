/*
 * page_parts.h - what the files of page/ share: an edition (all templates and
 * catalogues as they were read at one moment) and a page under construction.
 */
#ifndef ENGINE_PAGE_PAGE_PARTS_H
#define ENGINE_PAGE_PAGE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "page/page_template.h"
#include "scoregate_plugin.h"

enum { STYLE_HASH_SIZE = 64, PAGE_ALLOWED_MOST = 64 };

/* The engine's own, compiled in (contrib/files-to-c). Ends with {0}. */
extern const struct sg_asset page_assets[];

struct page_brought {
	const char *whose, *name, *bytes;
	size_t len;
};

struct page_edition {
	atomic_uint users; /* one is the pages' own */
	struct pool *pool;
	struct page_template *layout, *templates;
	const char *style;
	char style_hash[STYLE_HASH_SIZE]; /* 'sha256-…' */
	/* English first. */
	struct catalogue *catalogues[PAGE_LANGUAGES_MOST];
	const char *languages[PAGE_LANGUAGES_MOST];
	size_t n_languages;
};

struct pages {
	char *directory; /* NULL = none */
	struct page_brought brought[PAGE_FILES_MOST];
	size_t n_brought;
	pthread_mutex_t lock; /* over `edition` and taking hold of it */
	struct page_edition *edition;
};

struct page_value {
	const char *name, *value;
	struct page_value *next;
};

struct page_allowed {
	const char *directive, *source;
};

struct sg_page {
	struct pool *pool;
	struct page_edition *edition; /* NULL in a row */
	const struct page_template *template;
	size_t language;
	struct sg_page *parent; /* of a row: where its values go on */
	struct page_value *values;
	struct sg_page *rows, **last_row, *next; /* rows: of this page */
	const char *name;			 /* of a row */
	size_t n_allowed;
	struct page_allowed *allowed;
};

/* page_edition.c */
enum sg_status page_edition_read(const struct pages *pages,
				 const char *directory,
				 struct page_edition **edition_out,
				 struct sg_err *err) MUST_CHECK;
void page_edition_release(struct page_edition *edition);

/* page_render.c: the message of this language, its base or English; NULL. */
const char *page_message(const struct page_edition *edition, size_t language,
			 const char *key);

#endif

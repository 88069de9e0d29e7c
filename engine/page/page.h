/*
 * page.h - the pages that people see: one layout, templates that the operator
 * can replace, and messages in several languages.
 *
 * A template NAME.html is HTML with
 *
 *   {{name}}                      a value, escaped for where it stands
 *   {{say KEY}}                   a message of the reader's language; its
 *                                 {name}s are values, too
 *   {{#if NAME}} {{else}} {{/if}} a value that is not empty, a row that is
 *   {{#each NAME}} {{/each}}      once a row; the row's values go first
 *   {{#title}} {{/title}}         what the layout gets as {{title}}
 *   {{! a note }}
 *
 * `layout.html` stands around all of them: {{language}}, {{title}},
 * {{content}}, and `<style>{{style}}</style>`, which is style.css. Scripts,
 * inline styles and handlers are refused when a template is read, since the
 * page's Content-Security-Policy would keep them from working.
 *
 * A catalogue LANGUAGE.conf holds `KEY = "text"` lines. What a language does
 * not say is said as its base language does ("pt" for "pt-br"), else in
 * English.
 *
 * Plugins bring their templates and messages, in English and what else they
 * have; files of the operator's directory go before them, each for itself. A
 * mistake is SG_REFUSED with FILE:LINE:COLUMN.
 *
 * What is in force is immutable and counted: pages_load() exchanges it while
 * others render. pages_bring() and pages_load() on one thread at a time.
 */
#ifndef ENGINE_PAGE_PAGE_H
#define ENGINE_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"

enum {
	PAGE_FILE_MOST = 256 << 10, /* bytes of a template or a catalogue */
	PAGE_FILES_MOST = 200,	    /* brought and read, in all */
	PAGE_LANGUAGES_MOST = 64,
	PAGE_DEPTH_MOST = 16, /* blocks in blocks */
	PAGE_BODY_MOST = 4 << 20
};

struct pages;
struct sg_page; /* a page, or a row of one, under construction */

/* directory: the operator's; NULL = none. The engine's own files are in. */
enum sg_status pages_new(const char *directory, struct pages **pages_out,
			 struct sg_err *err) MUST_CHECK;
void pages_free(struct pages *pages); /* nobody renders any more */

/* "NAME.html" or "LANGUAGE.conf"; `whose` is said in messages. Bytes are
 * borrowed and outlive the pages. In force with the next pages_load(). */
enum sg_status pages_bring(struct pages *pages, const char *whose,
			   const char *name, const char *bytes, size_t len,
			   struct sg_err *err) MUST_CHECK;
/* Nothing of theirs is read any more with the next pages_load(). */
void pages_forget(struct pages *pages, const char *whose);
/* All that was brought and, if wanted, the directory as it is now. When it is
 * refused, what was in force stays. */
enum sg_status pages_load(struct pages *pages, bool with_directory,
			  struct sg_err *err) MUST_CHECK;

/*
 * A page of that name in the language that `accept` (Accept-Language, NULL =
 * none) and the pages agree on; `chosen` ("de"; NULL = none) goes before it.
 * From the pool, as all that is set; held until pages_release(). NULL: there
 * is no such page.
 */
struct sg_page *page_new(struct pages *pages, struct pool *pool,
			 const char *name, const char *accept,
			 const char *chosen);
void page_release(struct sg_page *page);

void page_set(struct sg_page *page, const char *name, const char *value);
/* One more of {{#each NAME}}; belongs to the page. */
struct sg_page *page_row(struct sg_page *page, const char *name);
/* What was set; "" = nothing. And the rows of a name in turn, the first after
 * NULL; NULL at the end. */
const char *page_get(const struct sg_page *page, const char *name);
const struct sg_page *page_next_row(const struct sg_page *page,
				    const char *name,
				    const struct sg_page *after);
/* A message with the values set so far, as plain text; "" = no such key. */
const char *page_say(struct sg_page *page, const char *key);
const char *page_language(const struct sg_page *page); /* "de" */
/* Adds a source to a directive of the page's Content-Security-Policy:
 * ("form-action", "https://www.example.com"). Anything that could end the
 * directive is left out. */
void page_allow(struct sg_page *page, const char *directive,
		const char *source);

/* The whole page. SG_REFUSED: over PAGE_BODY_MOST. */
enum sg_status page_render(struct sg_page *page, struct buf *to,
			   struct sg_err *err) MUST_CHECK;
/* Its Content-Security-Policy: the style by its hash, no script at all. */
void page_policy(const struct sg_page *page, struct buf *to);

#endif

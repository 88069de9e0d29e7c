/* page_language.h - which of our languages a reader wants (RFC 9110 §12.5.4,
 * RFC 4647 §3.4 look-up). Pure. */
#ifndef ENGINE_PAGE_PAGE_LANGUAGE_H
#define ENGINE_PAGE_PAGE_LANGUAGE_H

#include <stddef.h>

/* The index of the best of `languages` (lower case), or n_languages when none
 * is wanted. A language that is wanted with q=0 is not given. */
size_t page_language_choose(const char *accept, const char *const *languages,
			    size_t n_languages);

#endif

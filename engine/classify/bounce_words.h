/*
 * bounce_words.h - what the words of an SMTP reply say of a bounce's reason.
 * Pure, any thread.
 */
#ifndef ENGINE_CLASSIFY_BOUNCE_WORDS_H
#define ENGINE_CLASSIFY_BOUNCE_WORDS_H

#include <stddef.h>

#include "classify/bounce_reason.h"

enum { BOUNCE_WORDS_SIZE = 1024 };

/* Lower case, every run of other than letters and digits one blank, a blank
 * at both ends; cut. */
void bounce_words_normalise(char words[BOUNCE_WORDS_SIZE], const char *text);
/* The same appended to the `n` bytes already in `words` of `size`; the new
 * length. */
size_t bounce_words_append(char *words, size_t n, size_t size,
			   const char *text);

/*
 * A pattern is one or more groups of words joined by '&'; all groups must
 * stand in the words. A group matches whole words from its first on; "*" at
 * its end leaves the last word open.
 */
bool bounce_words_match(const char *words, const char *pattern);
/* Any of them; the list ends with NULL and may be NULL. */
bool bounce_words_any(const char *words, const char *const *patterns);
/* Where the words of one group begin and, in *end_out, end; NULL: nowhere. */
const char *bounce_words_find(const char *words, const char *group,
			      const char **end_out);

/* BOUNCE_OTHER when they do not say. */
enum bounce_reason bounce_words_plain(const char *words);
enum bounce_reason bounce_words_vague(const char *words);

#endif

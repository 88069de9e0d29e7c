/*
 * page_catalogue.h - the messages of one language: lines
 *
 *     # a note
 *     unsubscribe.title = "Your mail"
 *     unsubscribe.text  = "You will get no more mail "
 *                         "from {list}."
 *
 * Strings know \" \\ and \n; those that follow one another are one. `{name}`
 * in a message is a value of the page. Read once, then any thread.
 */
#ifndef ENGINE_PAGE_PAGE_CATALOGUE_H
#define ENGINE_PAGE_PAGE_CATALOGUE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"

enum { CATALOGUE_KEYS_MOST = 4000, CATALOGUE_LANGUAGE_SIZE = 16 };

struct catalogue;

/* language: "de", "pt-br": lower case. */
struct catalogue *catalogue_new(struct pool *pool, const char *language);
const char *catalogue_language(const struct catalogue *catalogue);
/*
 * Adds messages, in place of those of the same key. With `english` a key that
 * it has not, or a value in a message that its own has not, is SG_REFUSED;
 * but for keys whose first word ("survey" of "survey.title") is a plugin's
 * that is not loaded.
 * "FILE:LINE:COLUMN: text".
 */
enum sg_status catalogue_read(struct catalogue *catalogue, const char *from,
			      const char *text, size_t len,
			      const struct catalogue *english,
			      struct sg_err *err) MUST_CHECK;
const char *catalogue_get(const struct catalogue *catalogue,
			  const char *key); /* NULL = none */
/* The key that is nearest to one that is not there; "" = none. */
void catalogue_suggest(const struct catalogue *catalogue, const char *key,
		       struct buf *to);

/* "{name}" at `at`: the name's length, 0 = it is only text. */
size_t catalogue_value(const char *at);

#endif

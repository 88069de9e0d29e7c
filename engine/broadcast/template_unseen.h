/*
 * template_unseen.h - which elements of an HTML mail nobody sees: a preheader
 * that only the list of mails shows, what is for a telephone alone. By the
 * attribute `hidden`, by `style`, and by the plain selectors (.name, #name,
 * p.name) of a style sheet, outside @media. Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_UNSEEN_H
#define ENGINE_BROADCAST_TEMPLATE_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/html_tokenizer.h"

enum { UNSEEN_NAMES_MOST = 64 };

/* Selectors, in the text of the style sheet: ".preheader", "td#top". */
struct unseen_names {
	struct unseen_name {
		const char *at;
		size_t tag_len, len; /* of all, and of what is before the . */
	} names[UNSEEN_NAMES_MOST];
	size_t n_names;
};

/* The text of a <style>; it stays where it is. */
void unseen_read_sheet(struct unseen_names *names, const char *css, size_t len);

/* Whether the element of this start tag, with all that is in it, is not seen.
 */
bool unseen_element(const struct unseen_names *names, const char *html,
		    const struct html_tag_info *tag);

#endif

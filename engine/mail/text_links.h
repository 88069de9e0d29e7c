/*
 * text_links.h - the http and https URLs in a plain text, as the mail programs
 * find them that make links of them. Pure, any thread.
 */
#ifndef ENGINE_MAIL_TEXT_LINKS_H
#define ENGINE_MAIL_TEXT_LINKS_H

#include <stdbool.h>
#include <stddef.h>

struct text_link {
	size_t start, end;
};

/*
 * The next one from *at on, which is moved behind it; false: no more. What ends
 * a sentence or closes a bracket that the URL did not open is not part of it.
 * One whose end is not sure is passed over: `<http…` that goes on in the next
 * line, letters other than ASCII right behind it.
 */
bool text_links_next(const char *text, size_t len, size_t *at,
		     struct text_link *link_out);

#endif

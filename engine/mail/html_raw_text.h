/*
 * html_raw_text.h - elements whose content is text and not markup (HTML
 * Standard §13.2.5.2-31), for the tokenizer. noscript is none here: a mail
 * client runs no scripts. Pure, any thread.
 */
#ifndef ENGINE_MAIL_HTML_RAW_TEXT_H
#define ENGINE_MAIL_HTML_RAW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool html_is_raw_text(const char *name, size_t name_len);

/*
 * Where the end tag of the element begins whose start tag ended at `at`;
 * `end` + 1 when it is never closed: all to the end is its text.
 */
size_t html_raw_text_end(const char *text, size_t end, size_t at,
			 const char *name, size_t name_len);

#endif

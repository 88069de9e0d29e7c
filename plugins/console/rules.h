/* rules.h - what the files of the pages about rules share. */
#ifndef CONSOLE_RULES_H
#define CONSOLE_RULES_H

#include "console.h"

/* The text as it is edited: of the form, or as the rules are. */
struct rules_text {
	const char *text;
	const char *version; /* what it was made from: the rules' ETag */
};
bool rules_read(struct page *page, struct rules_text *text,
		struct sg_told *told);
void rules_editor(struct page *page, const struct rules_text *text);

#endif

/* system.h - what the pages for who runs it share. */
#ifndef CONSOLE_SYSTEM_H
#define CONSOLE_SYSTEM_H

#include "console.h"

void system_tabs(struct page *page, const char *here);

#endif

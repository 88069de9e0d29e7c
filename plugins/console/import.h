/*
 * import.h - what the pages about imports share: a file of contacts or signals
 * is looked at first, then taken. Both are imports of the API; upload.c keeps
 * the file in between.
 */
#ifndef CONSOLE_IMPORT_H
#define CONSOLE_IMPORT_H

#include "upload.h"

enum { IMPORT_CELLS_MOST = 200 };

/* Before the name of the file, in the API's `digest`. */
#define IMPORT_DIGEST_PREFIX "console:"

/* What is imported how: of the form, or of an import that is there. */
struct import_order {
	const char *upload; /* the file kept */
	const char *file;   /* as its owner calls it */
	const char *format, *what, *scores, *module;
	const char *header; /* of CSV */
	double size;
	const char *map; /* JSON */
	bool dry_run;
};

bool import_order(struct page *page, const struct import_order *order,
		  struct sg_told *told);
/* What was ordered is fed with the file, and its page is shown. */
enum sg_status import_go(struct page *page, const struct import_order *order,
			 const struct sg_told *told);

/* --- import_columns.c ------------------------------------------------------
 */

/* The rows of the form in which people say it; <datalist> with what there is.
 */
void import_columns_begin(struct page *page);
void import_column(struct page *page, size_t i, const char *title,
		   const char *means);
void import_meanings(struct page *page);
/* The header says something that cannot be: which column is what? */
enum sg_status import_ask_columns(struct page *page,
				  const struct import_order *order,
				  const struct sg_told *told);
/* What such a form says, as JSON. */
const char *import_map(struct page *page);

#endif

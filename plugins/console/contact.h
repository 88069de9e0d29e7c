/* contact.h - what the files of the page of one record share. */
#ifndef CONSOLE_CONTACT_H
#define CONSOLE_CONTACT_H

#include "console.h"

/* Of the API and, behind /console, of the page: "/contacts/KEY" and `more`,
 * with its module. */
const char *contact_path(struct page *page, const char *more);
/* A form that does `what` (contact_change.c); end it with </form>. */
void contact_form(struct page *page, const char *what, const char *class);
void contact_summary(struct page *page, const struct sg_json *score);
void contact_bands(struct page *page, const struct sg_json *score);

/* contact_more.c: further sections. */
void contact_consent(struct page *page, const struct sg_json *contact);
void contact_others(struct page *page, const struct sg_json *contact);
void contact_end(struct page *page, const struct sg_json *contact);

/* contact_links.c; the last three ask the API for what a form says. */
void contact_links(struct page *page, const struct sg_json *contact);
bool contact_link(struct page *page, struct sg_told *told);
bool contact_unlink(struct page *page, struct sg_told *told);
bool contact_rename(struct page *page, struct sg_told *told);

/* contact_history.c: the newest of what happened. */
void contact_recent(struct page *page);

/* What comes of a score, by what /why says of it: the next band, the days to
 * come, the next threshold. */
void contact_ahead(struct page *page, const struct sg_json *why,
		   const char *name);

#endif

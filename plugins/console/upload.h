/*
 * upload.h - files that are imported: kept in the daemon's folder from the
 * first look at them until they are in, a day at most, and handed to the API in
 * chunks of whole lines as the person who began it. The API says where to go
 * on, so nothing is lost or doubled whatever ends in between.
 */
#ifndef CONSOLE_UPLOAD_H
#define CONSOLE_UPLOAD_H

#include "console.h"

enum { UPLOAD_NAME_SIZE = 17 };

/* What start() makes, what stop() ends. */
struct uploads;
struct uploads *uploads_new(const struct sg_call *call);
void uploads_free(struct uploads *uploads);
/* Goes on with each that is under way; throws away what is older than a day. */
void uploads_tick(const struct sg_call *call);

/* Writes the file; SG_REFUSED says what is wrong with it. */
enum sg_status upload_keep(struct page *page, const struct sg_file *file,
			   char name[UPLOAD_NAME_SIZE]);
/* Is it one of ours, and there? */
bool upload_is_there(struct page *page, const char *name);
/* The first line, with its end; or NULL. */
const char *upload_header(struct page *page, const char *name,
			  double *size_out);
void upload_drop(struct page *page, const char *name);

/* The import `id` is to be fed from that file as page->user, from now on. */
void upload_begin(struct page *page, const char *id, const char *name);
/* Is it fed? If not, `trouble_out` is why it stopped, or "". */
bool upload_is_fed(struct page *page, const char *id, const char **trouble_out);

#endif

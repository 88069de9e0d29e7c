/*
 * link_target.h - from an href's value to the absolute http(s) URL that a mail
 * client would open, as ASCII. Pure, any thread.
 */
#ifndef ENGINE_MAIL_LINK_TARGET_H
#define ENGINE_MAIL_LINK_TARGET_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Reused from link to link of one text. The base is the value of its first
 * <base href>; a base that is no absolute http(s) URL is as good as none.
 */
struct link_reader {
	bool is_utf8;	  /* the text's bytes over 127 are UTF-8 (or unknown) */
	bool is_plain;	  /* the text has no character references */
	struct buf base;  /* absolute URL or empty */
	struct buf value; /* scratch */
	struct buf url;	  /* the result */
};

void link_reader_init(struct link_reader *reader, bool is_utf8);
void link_reader_done(struct link_reader *reader);
void link_reader_set_base(struct link_reader *reader, const char *value,
			  size_t len);

/*
 * The target in reader->url. SG_NONE: nothing to track: another scheme, a
 * fragment, relative without a base, a template marker, a character reference
 * that is not known, or no URL at all.
 */
enum sg_status link_reader_read(struct link_reader *reader, const char *value,
				size_t len) MUST_CHECK;

#endif

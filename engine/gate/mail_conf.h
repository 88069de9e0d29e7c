/*
 * mail_conf.h - the section `mail { … }`, read once: which way a message goes,
 * which mail is instrumented, what its bounds are. Then read-only.
 */
#ifndef ENGINE_GATE_MAIL_CONF_H
#define ENGINE_GATE_MAIL_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"

/* `multi_recipient`: what becomes of a mail to several. */
enum mail_multi {
	MAIL_MULTI_PASS,
	MAIL_MULTI_MESSAGE, /* one token for all of them */
	MAIL_MULTI_SPLIT    /* a private copy each */
};

struct mail_conf {
	const struct conf_section *section;
	struct conf_section *own; /* the defaults, when no section was given */
	unsigned track;		  /* SG_TRACK_… */
	bool honeypot;		  /* a link that nobody sees */
	bool tempfail_on_trouble;
	bool skip_signed; /* already_signed = skip */
	bool keep_bounces;
	int64_t message_most, header_bytes_most, headers_most;
	int64_t verp_ms;
	const char *verp_fallback; /* NULL = none */
	enum mail_multi multi;
	const char *reinject; /* HOST:PORT; NULL = none */
	int64_t split_most;   /* bytes */
};

/* `section` NULL: the defaults. SG_REFUSED: file, line and value. */
enum sg_status mail_conf_init(struct mail_conf *conf,
			      const struct conf_section *section,
			      struct sg_err *err) MUST_CHECK;
void mail_conf_done(struct mail_conf *conf);

/* "none", "opens", "clicks", "all" into SG_TRACK_…; false: none of these. */
bool mail_conf_track(const char *text, unsigned *track_out);

/* Is this numeric address in one of the networks of `trusted`? */
bool mail_conf_trusts(const struct mail_conf *conf, const char *address);

/* Does the list option have an entry (a glob) that this text fits? */
bool mail_conf_lists(const struct mail_conf *conf, const char *option,
		     const char *text);

#endif

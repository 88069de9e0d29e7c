/*
 * mail_consent.h - which tracking a person allows (mail §1): what they said,
 * and what is meant for who said nothing (`consent { … }`). Read-only once it
 * is set up; asks memory only.
 */
#ifndef ENGINE_GATE_MAIL_CONSENT_H
#define ENGINE_GATE_MAIL_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "signal/consent.h"

struct mail_consent {
	const struct conf_section *section;
	struct conf_section *own; /* the defaults, when no section was given */
	struct consent_set *set;  /* NULL: nobody said anything */
	bool spare;		  /* unknown = spare */
};

/* `section` NULL: the defaults. SG_REFUSED: file, line and value. */
enum sg_status mail_consent_init(struct mail_consent *consent,
				 const struct conf_section *section,
				 struct consent_set *set,
				 struct sg_err *err) MUST_CHECK;
void mail_consent_done(struct mail_consent *consent);

/* Of the wished SG_TRACK_…, what may be done to a mail of this campaign, from
 * this domain, for this record. */
unsigned mail_consent_allows(const struct mail_consent *consent,
			     uint64_t record_key, const char *campaign,
			     const char *domain, unsigned wished);

#endif

/* mail_consent.c - see mail_consent.h. */
#include "gate/mail_consent.h"

#include <string.h>

#include "base/text.h"
#include "gate/gate.h"

const struct conf_option gate_consent_options[] = {
	{.name = "unknown",
	 .type = CONF_TEXT,
	 .fallback = "track",
	 .help = "mail to who said nothing about being tracked: track or "
		 "spare"},
	{.name = "track_campaigns",
	 .type = CONF_TEXT_LIST,
	 .help = "campaigns (globs) for which it is track"},
	{.name = "spare_campaigns",
	 .type = CONF_TEXT_LIST,
	 .help = "campaigns for which it is spare"},
	{.name = "track_domains",
	 .type = CONF_TEXT_LIST,
	 .help = "sender domains for which it is track, where no campaign "
		 "says so"},
	{.name = "spare_domains",
	 .type = CONF_TEXT_LIST,
	 .help = "sender domains for which it is spare"},
	{0},
};

enum sg_status
mail_consent_init(struct mail_consent *consent,
		  const struct conf_section *section, struct consent_set *set,
		  struct sg_err *err)
{
	enum sg_status status;
	const char *unknown;

	memset(consent, 0, sizeof(*consent));
	if (!section) {
		status = conf_parse("consent", "", 1, gate_consent_options,
				    &consent->own, err);
		if (status != SG_OK)
			return status;
		section = consent->own;
	}
	consent->section = section;
	consent->set = set;
	unknown = conf_text(section, "unknown");
	consent->spare = text_equal_ascii(unknown, "spare");
	if (consent->spare || text_equal_ascii(unknown, "track"))
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "%s:%u: `unknown` in `consent` is `%s`; track or spare "
		       "was expected",
		       conf_file(section), conf_option_line(section, "unknown"),
		       unknown);
}

void
mail_consent_done(struct mail_consent *consent)
{
	conf_free(consent->own);
	consent->own = NULL;
}

static bool
lists(const struct mail_consent *consent, const char *option, const char *text)
{
	const struct conf_section *section = consent->section;

	for (size_t i = 0; i < conf_list_count(section, option); i++)
		if (text_glob_fold(conf_list_at(section, option, i), text))
			return true;
	return false;
}

/* The nearest word decides, and of two equally near the careful one. */
static bool
spares_unknown(const struct mail_consent *consent, const char *campaign,
	       const char *domain)
{
	if (lists(consent, "spare_campaigns", campaign))
		return true;
	if (lists(consent, "track_campaigns", campaign))
		return false;
	if (lists(consent, "spare_domains", domain))
		return true;
	if (lists(consent, "track_domains", domain))
		return false;
	return consent->spare;
}

unsigned
mail_consent_allows(const struct mail_consent *consent, uint64_t record_key,
		    const char *campaign, const char *domain, unsigned wished)
{
	static const unsigned bits[CONSENT_N] = {
		[CONSENT_OPENS] = SG_TRACK_OPENS,
		[CONSENT_CLICKS] = SG_TRACK_CLICKS,
	};
	bool spares = spares_unknown(consent, campaign, domain);
	unsigned allowed = wished;

	for (int i = 0; i < CONSENT_N; i++) {
		enum consent_state state = consent_set_get(
			consent->set, record_key, (enum consent_what)i);

		if (state == CONSENT_DENIED ||
		    (state == CONSENT_UNKNOWN && spares))
			allowed &= ~bits[i];
	}
	return allowed;
}

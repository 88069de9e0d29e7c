/* forward_settings.c - what there is to pass on, read and checked once. */
#include "forward.h"

#include <string.h>

static enum sg_status
check_length(const struct sg_call *call, const struct sg_settings *settings,
	     const char *name, size_t most, struct sg_err *err)
{
	const char *value = call->host->setting_text(settings, name);

	if (!value || strlen(value) <= most)
		return SG_OK;
	return call->host->setting_refuse(settings, name, err,
					  "more than %zu bytes", most);
}

static enum sg_status
check_link(const struct sg_call *call, const struct sg_settings *settings,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *link = host->setting_text(settings, "link");

	if (!link || strncmp(link, "https://", 8) == 0 ||
	    strncmp(link, "http://", 7) == 0)
		return check_length(call, settings, "link", FORWARD_LINK_MOST,
				    err);
	return host->setting_refuse(settings, "link", err,
				    "not an http(s) address: %s", link);
}

static const char *
text_or(const struct sg_call *call, const struct sg_settings *settings,
	const char *name, const char *fallback)
{
	const char *value = call->host->setting_text(settings, name);

	return value ? value : fallback;
}

/* What the section does not say is as `general` has it. */
static enum sg_status
read_offer(const struct sg_call *call, const struct sg_settings *settings,
	   const struct forward_offer *general, struct forward_offer *offer,
	   struct sg_err *err)
{
	enum sg_status status = check_length(call, settings, "subject",
					     FORWARD_SUBJECT_MOST, err);

	if (status == SG_OK)
		status = check_length(call, settings, "text", FORWARD_TEXT_MOST,
				      err);
	if (status == SG_OK)
		status = check_link(call, settings, err);
	offer->subject = text_or(call, settings, "subject", general->subject);
	offer->text = text_or(call, settings, "text", general->text);
	offer->link = text_or(call, settings, "link", general->link);
	return status;
}

enum sg_status
forward_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	static const struct forward_offer fallback = {0};
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call), *section;
	struct forward *forward = host->alloc(call, sizeof(*forward));
	size_t n = host->setting_section_count(settings, "campaign");
	enum sg_status status;

	if (n > FORWARD_OFFERS_MOST)
		return host->setting_refuse(settings, "campaign", err,
					    "more than %d",
					    FORWARD_OFFERS_MOST);
	status =
		read_offer(call, settings, &fallback, &forward->offers[0], err);
	if (status == SG_OK && !forward->offers[0].link)
		status = host->setting_refuse(settings, "link", err,
					      "needed: the address that is "
					      "passed on");
	forward->offers[0].campaign = "";
	for (size_t i = 0; status == SG_OK && i < n; i++) {
		section = host->setting_section_at(settings, "campaign", i);
		forward->offers[1 + i].campaign = host->setting_title(section);
		status = read_offer(call, section, &forward->offers[0],
				    &forward->offers[1 + i], err);
	}
	forward->n_offers = 1 + n;
	*state_out = forward;
	return status;
}
